import {
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-node';
import { attributeNames } from '@tta/obs-context';
import { describe, expect, it } from '@jest/globals';
import { annotating } from './annotating.ts';
import { compositeSampler } from './composite-sampler.ts';
import { parentThreshold } from './parent-threshold.ts';
import { alwaysOff, alwaysOn, probability } from './probability.ts';
import { recordUnsampled } from './record-unsampled.ts';
import { ruleBased } from './rule-based.ts';

const upstream = (traceFlags: number, isRemote = true): SpanContext => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags,
  isRemote,
});
const parentBased = new ParentBasedSampler({ root: new AlwaysOnSampler() });

function start(sampler: Sampler, name: string, parent: SpanContext | Span | undefined): Span {
  const provider = new NodeTracerProvider({ sampler: recordUnsampled(sampler) });
  const parentContext = !parent
    ? ROOT_CONTEXT
    : 'traceId' in parent
      ? trace.setSpanContext(ROOT_CONTEXT, parent)
      : trace.setSpan(ROOT_CONTEXT, parent);
  return provider.getTracer('spec').startSpan(name, {}, parentContext);
}
const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
const attributesOf = (span: Span): unknown => (span as unknown as ReadableSpan).attributes;

describe('recordUnsampled', () => {
  it('records and marks the span that continues an unsampled trace, and does not sample it', () => {
    const span = start(parentBased, 'entry', upstream(TraceFlags.NONE));
    expect(span.isRecording()).toBe(true);
    expect(isSampled(span)).toBe(false);
    expect(attributesOf(span)).toEqual({ [attributeNames.sampledUpstream]: false });
  });

  it('records what is below it without a mark, also once the parent has ended', () => {
    const entry = start(parentBased, 'entry', upstream(TraceFlags.NONE));
    entry.end();
    const child = start(parentBased, 'child', entry);
    expect(child.isRecording()).toBe(true);
    expect(isSampled(child)).toBe(false);
    expect(attributesOf(child)).toEqual({});
  });

  it.each<[string, Sampler]>([
    ['always says no', new AlwaysOffSampler()],
    [
      'drops this kind of work',
      compositeSampler(
        ruleBased([
          { when: { name: 'health' }, sampler: alwaysOff() },
          { sampler: parentThreshold(alwaysOn()) },
        ]),
      ),
    ],
    ['has its own share, which the trace is not in', compositeSampler(probability(2 ** -40))],
  ])('does not record what a sampler decides against that %s', (_what, sampler) => {
    expect(start(sampler, 'health', upstream(TraceFlags.NONE)).isRecording()).toBe(false);
  });

  it('records what the rules of the sampler let pass, with their attributes, and calls it unsampled', () => {
    const sampler = compositeSampler(
      ruleBased([
        { when: { name: 'health' }, sampler: alwaysOff() },
        { sampler: annotating({ rule: 'others' }, parentThreshold(alwaysOn())) },
      ]),
    );
    const span = start(sampler, 'orders', {
      ...upstream(TraceFlags.NONE),
      traceState: createTraceState('ot=th:8;rv:90000000000000,vendor=1'),
    });
    expect(span.isRecording()).toBe(true);
    expect(isSampled(span)).toBe(false);
    expect(attributesOf(span)).toEqual({ rule: 'others', [attributeNames.sampledUpstream]: false });
    expect(span.spanContext().traceState?.serialize()).toBe('ot=rv:90000000000000,vendor=1');
  });

  it.each([
    ['vendor=1', 'vendor=1'],
    ['ot=th:8,vendor=1', 'vendor=1'],
    ['ot=th:8;rv:90000000000000', 'ot=rv:90000000000000'],
    ['ot=rv:90000000000000', 'ot=rv:90000000000000'],
    [undefined, undefined],
  ])('asks only where the caller decided, and once more as if it had sampled %s', (before, expected) => {
    const asked: (SpanContext | undefined)[] = [];
    const sampler: Sampler = {
      shouldSample(context, ...rest) {
        asked.push(trace.getSpanContext(context));
        return parentBased.shouldSample(context, ...rest);
      },
      toString: () => 'spy',
    };
    start(sampler, 'root', undefined);
    start(sampler, 'sampled', upstream(TraceFlags.SAMPLED));
    start(sampler, 'local', upstream(TraceFlags.NONE, false));
    expect(asked.splice(0)).toHaveLength(3);
    const caller = upstream(0x02);
    start(
      sampler,
      'entry',
      before === undefined ? caller : { ...caller, traceState: createTraceState(before) },
    );
    expect(asked.map((parent) => parent?.traceFlags)).toEqual([0x02, 0x03]);
    expect(asked[1]).toMatchObject({ traceId: caller.traceId, spanId: caller.spanId, isRemote: true });
    expect(asked[1]?.traceState?.serialize()).toBe(expected);
  });

  it('leaves what is sampled as it is', () => {
    const span = start(parentBased, 'entry', upstream(TraceFlags.SAMPLED));
    expect(isSampled(span)).toBe(true);
    expect(attributesOf(span)).toEqual({});
  });

  it.each<[string, SpanContext | undefined]>([
    ['a root', undefined],
    ['a parent without an id', { ...upstream(TraceFlags.NONE), spanId: '0'.repeat(16) }],
    ['a sampled remote parent', upstream(TraceFlags.SAMPLED)],
    ['a local parent that is not recorded', upstream(TraceFlags.NONE, false)],
  ])('obeys the sampler where it decides against %s by itself', (_what, parent) => {
    expect(start(new AlwaysOffSampler(), 'span', parent).isRecording()).toBe(false);
  });

  it('says what it wraps', () => {
    expect(recordUnsampled(new AlwaysOffSampler()).toString()).toBe('RecordUnsampled{AlwaysOffSampler}');
  });
});
