import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { BaggagePropagator, environment, extract, TraceContextPropagator } from '@tta/obs-context';
import type { PropagatorName } from './environment/propagators.ts';
import type { Environment } from './environment/variables.ts';

/**
 * The context that the process was started in: `TRACEPARENT`, `TRACESTATE` and `BAGGAGE`, as far as context
 * travels in these formats ("Environment Variables as Context Propagation Carriers").
 *
 * @returns `undefined` when there is none.
 */
export function inheritedContext(
  env: Environment,
  propagators: readonly PropagatorName[] = ['tracecontext', 'baggage'],
): Context | undefined {
  let inherited = ROOT_CONTEXT;
  if (propagators.includes('tracecontext')) {
    inherited = extract(inherited, env, environment, new TraceContextPropagator());
  }
  if (propagators.includes('baggage')) {
    inherited = extract(inherited, env, environment, new BaggagePropagator());
  }
  return inherited === ROOT_CONTEXT ? undefined : inherited;
}
