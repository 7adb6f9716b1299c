import type { SpanContext } from '@opentelemetry/api';
import { parseOtTraceState } from './ot-trace-state.ts';
import { isSampled } from './parent-threshold.ts';
import { keepsTrace, probabilityOf } from './rejection-threshold.ts';

/**
 * How many spans a kept one stands for, 1 / its probability: the weight to count it with where metrics are
 * made of spans ("TraceState: Probability Sampling", adjusted count).
 *
 * @returns 1 or more; `undefined` when it is not known, because the span is not sampled, carries no `th`, or
 * one that would not have kept it.
 */
export function adjustedCount(spanContext: SpanContext): number | undefined {
  if (!isSampled(spanContext)) return undefined;
  const { th, rv } = parseOtTraceState(spanContext.traceState?.get('ot'));
  if (th === undefined || !keepsTrace(th, spanContext.traceId, rv)) return undefined;
  return 1 / probabilityOf(th);
}
