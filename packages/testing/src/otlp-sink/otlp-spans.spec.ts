import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { fromJson } from './message-object.ts';
import type { OtlpSpan } from './otlp-messages.ts';
import { otlpType } from './otlp-schema.ts';
import { inOrderOfStart, toTraceSpan } from './otlp-spans.ts';

const id = (letter: string): string => letter.repeat(16);
const span = (sent: object): ReturnType<typeof toTraceSpan> =>
  toTraceSpan(fromJson(otlpType('Span'), JSON.stringify(sent)) as unknown as OtlpSpan);

describe('a span of the wire', () => {
  it('is open while it has no end, internal while it has no kind', () => {
    expect(span({})).toMatchObject({ endMs: undefined, kind: SpanKind.INTERNAL, parentSpanId: undefined });
    expect(span({ startTimeUnixNano: '1500' }).startMs).toBe(0.002);
    expect(span({ kind: 5, endTimeUnixNano: '1499' })).toMatchObject({
      endMs: 0.001,
      kind: SpanKind.CONSUMER,
    });
  });

  it('knows whether its parent and its links are remote where that was sent', () => {
    expect(span({ parentSpanId: id('a'), flags: 0x301 }).hasRemoteParent).toBe(true);
    expect(span({ parentSpanId: id('a'), flags: 0x101 }).hasRemoteParent).toBe(false);
    expect(span({ flags: 0x301 }).hasRemoteParent).toBe(false);
    const { context } = span({ links: [{ flags: 0x303 }] }).links[0] ?? {};
    expect(context).toEqual({ traceId: '', spanId: '', traceFlags: 3, isRemote: true });
  });
});

describe('the order of spans', () => {
  const order = (...sent: [name: string, parent: string, start: number][]): string =>
    inOrderOfStart(
      sent.map(([name, parent, start]) =>
        span({
          name,
          spanId: id(name),
          parentSpanId: parent && id(parent),
          startTimeUnixNano: `${start}000`,
        }),
      ),
    )
      .map(({ name }) => name)
      .join('');

  it('is that of their starts', () => {
    expect(order(['a', '', 3], ['b', 'a', 1], ['c', '', 2])).toBe('bca');
  });

  it('has a parent before its children when they start at once, and siblings as they came', () => {
    expect(
      order(['d', 'c', 1], ['f', 'b', 1], ['e', 'b', 1], ['c', 'b', 1], ['b', '', 1], ['a', '', 0]),
    ).toBe('abfecd');
  });

  it('ends where spans are each other’s parents', () => {
    expect([...order(['a', 'b', 1], ['b', 'a', 1])].sort()).toEqual(['a', 'b']);
  });
});
