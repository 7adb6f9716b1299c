import type { Variables } from './variables.ts';

const names = ['tracecontext', 'baggage', 'b3', 'b3multi'] as const;

/** A format in which context travels between processes. */
export type PropagatorName = (typeof names)[number];

/** `OTEL_PROPAGATORS`, in the order that was given; empty for none. */
export function readPropagators(variables: Variables): readonly PropagatorName[] | undefined {
  return variables.choices('OTEL_PROPAGATORS', names, 'tracecontext,baggage is used');
}
