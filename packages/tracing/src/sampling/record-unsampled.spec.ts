import { ROOT_CONTEXT, type Span, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NodeTracerProvider,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-node';
import { describe, expect, it } from '@jest/globals';
import { recordUnsampled, sampledUpstream } from './record-unsampled.ts';

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
    expect(attributesOf(span)).toEqual({ [sampledUpstream]: false });
  });

  it('records what is below it without a mark, also once the parent has ended', () => {
    const entry = start(parentBased, 'entry', upstream(TraceFlags.NONE));
    entry.end();
    const child = start(parentBased, 'child', entry);
    expect(child.isRecording()).toBe(true);
    expect(isSampled(child)).toBe(false);
    expect(attributesOf(child)).toEqual({});
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
