import type { TextMapPropagator } from '@opentelemetry/api';
import { CompositePropagator } from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { BaggagePropagator, TraceContextPropagator } from '@tta/obs-context';

/** A format in which context travels, by its name in `OTEL_PROPAGATORS`. */
export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi';

/**
 * Writes all formats that are named, and reads them in turn: of two that name a trace, the later wins.
 *
 * @param baggageKeys - Of the baggage entries that may leave the process; all others stay.
 */
export function createPropagator(
  names: readonly PropagatorName[] = ['tracecontext', 'baggage'],
  baggageKeys: readonly string[] = [],
): TextMapPropagator {
  const create: Record<PropagatorName, () => TextMapPropagator> = {
    tracecontext: () => new TraceContextPropagator(),
    baggage: () => new BaggagePropagator({ baggageKeys }),
    b3: () => new B3Propagator(),
    b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  };
  return new CompositePropagator({ propagators: [...new Set(names)].map((name) => create[name]()) });
}
