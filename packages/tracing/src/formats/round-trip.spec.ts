import { deepStrictEqual } from 'node:assert';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, cut, stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import {
  readChromeTrace,
  readJaeger,
  readOtlpLines,
  readZipkin,
  writeChromeTrace,
  writeJaeger,
  writeOtlpLines,
  writeZipkin,
  type AttributeValue,
  type TraceRecord,
  type TraceSource,
  type TraceSpan,
} from '../formats.ts';

type Write = (spans: AsyncIterable<TraceSpan>) => AsyncIterable<string>;
type Read = (source: TraceSource) => AsyncIterable<TraceRecord>;

const formats: [string, Write, Read][] = [
  ['OTLP lines', writeOtlpLines, readOtlpLines],
  ['Jaeger', writeJaeger, readJaeger],
  ['Zipkin', writeZipkin, readZipkin],
  ['Chrome', writeChromeTrace, readChromeTrace],
];

describe.each(formats)('%s', (_, write, read) => {
  it('gives back exactly what was written, whatever the spans are and wherever the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, fc.integer({ min: 1, max: 50 }), async (spans, chunkLength) => {
        const text = await written(write(stream(spans)));
        const records = await collect(read(cut(text, chunkLength)));
        expect(differences(byId(records as TraceSpan[]), byId(spans))).toBe('none');
      }),
      { numRuns: 100 },
    );
  });

  it('gives back values as deep as a reader follows them', async () => {
    let deep: AttributeValue = 1n;
    for (let depth = 0; depth < 64; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    const event = { name: 'e', timeUnixNano: 1n, attributes: { deep }, droppedAttributesCount: 0 };
    const span = traceSpan({ attributes: { deep }, events: [event] });
    expect(differences(await collect(read(stream([await written(write(stream([span])))]))), [span])).toBe(
      'none',
    );
  });

  it('makes nothing of nothing', async () => {
    expect(differences(await collect(read(stream([await written(write(stream([])))]))), [])).toBe('none');
  });
});

/** Jest's own matchers take an attribute named constructor for a type. */
function differences(records: readonly TraceRecord[], spans: readonly TraceSpan[]): string {
  try {
    deepStrictEqual(records, spans);
    return 'none';
  } catch (error) {
    return String(error);
  }
}

function byId(spans: readonly TraceSpan[]): TraceSpan[] {
  const key = ({ traceId, spanId }: TraceSpan): string => traceId + spanId;
  return [...spans].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
