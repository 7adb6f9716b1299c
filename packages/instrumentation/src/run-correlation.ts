import type { ContextInit, Correlation } from '@tta/obs-context';

const fields = ['workflowId', 'workflowName', 'agentId', 'sessionId', 'userId', 'requestId'] as const;

/**
 * What a caller said about a run, as far as it tells this run from others; what was not said is not there. Frozen:
 * all that ask for it share it.
 */
export function saidCorrelation(init: ContextInit, correlationId: string | undefined): Correlation {
  const said: { -readonly [K in keyof Correlation]: Correlation[K] } = {};
  if (correlationId !== undefined) said.correlationId = correlationId;
  for (const field of fields) {
    const value = init[field];
    if (value !== undefined) said[field] = value;
  }
  return Object.freeze(said);
}

/** What was said inside of a run besides what is known of it anyway. */
export function saidBeyond(said: Correlation, known: Correlation = {}): Correlation {
  const fieldsOf = Object.entries(saidCorrelation(said, said.correlationId));
  return Object.fromEntries(fieldsOf.filter(([field, value]) => value !== known[field as keyof Correlation]));
}
