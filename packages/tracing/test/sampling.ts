import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace-node';
import { seededRandom } from '@tta/obs-context/manual';
import type { ComposableSampler, SamplingIntent } from '../src/sampling/composable-sampler.ts';

/** Trace ids with 32 random bits and 24 that just differ; the same seed gives the same ones. */
export function traceIds(seed: number): () => string {
  const random = seededRandom(seed);
  let count = 0;
  return () => {
    count++;
    return hex(count, 18) + hex((random.next() * 2 ** 32) >>> 0, 8) + hex(count & 0xff_ffff, 6);
  };
}

/** A trace id with this randomness. */
export function traceIdOf(randomness: string): string {
  return randomness.padStart(32, 'a');
}

/** A span that somebody else started; sampled unless the flags say otherwise. */
export function parentSpan(
  traceId: string,
  { tracestate, isRemote = false, traceFlags = TraceFlags.SAMPLED }: ParentSpan = {},
): SpanContext {
  const traceState = tracestate === undefined ? {} : { traceState: createTraceState(tracestate) };
  return { traceId, spanId: '00f067aa0ba902b7', traceFlags, isRemote, ...traceState };
}

export interface ParentSpan {
  readonly tracestate?: string;
  readonly isRemote?: boolean;
  readonly traceFlags?: number;
}

/** What a span is started with. */
export interface Start {
  readonly parent?: SpanContext;
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

export function decide(sampler: Sampler, traceId: string, start: Start = {}): SamplingResult {
  return sampler.shouldSample(...startArguments(traceId, start));
}

export function intentOf(sampler: ComposableSampler, traceId: string, start: Start = {}): SamplingIntent {
  return sampler.samplingIntent(...startArguments(traceId, start));
}

function startArguments(traceId: string, start: Start): Parameters<Sampler['shouldSample']> {
  const context =
    start.parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, start.parent);
  return [
    context,
    traceId,
    start.name ?? 'work',
    start.kind ?? SpanKind.INTERNAL,
    start.attributes ?? {},
    [],
  ];
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
