import { type Context, createContextKey } from '@opentelemetry/api';

/** What tells the lines and spans of one run, user or request from those of others. */
export interface Correlation {
  readonly correlationId?: string;
  readonly workflowId?: string;
  readonly workflowName?: string;
  readonly agentId?: string;
  readonly sessionId?: string;
  readonly userId?: string;
  readonly requestId?: string;
}

/** A run answers for it in every context that leads to one of its executions. */
export const correlationKey: symbol = createContextKey('@tta/obs/correlation');

/** What is known about the run, user or request that a context belongs to; `undefined` where nothing is. */
export function correlationOf(active: Context): Correlation | undefined {
  return active.getValue(correlationKey) as Correlation | undefined;
}

/**
 * A context in which more is known about the run, user or request. What is said here wins over what was known, also
 * over what the run around says of itself, and is over where the run is. Runs that begin in it tell it as far as
 * they say nothing of their own. A field that is there and undefined is not said.
 */
export function withCorrelation(parent: Context, correlation: Correlation): Context {
  const said = Object.entries(correlation).filter(([, value]) => value !== undefined);
  const known = { ...correlationOf(parent), ...Object.fromEntries(said) };
  return parent.setValue(correlationKey, Object.freeze(known));
}
