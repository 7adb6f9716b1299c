import type { ContextInit, Correlation } from '@tta/obs-context';

const fields = ['workflowId', 'workflowName', 'agentId', 'sessionId', 'userId', 'requestId'] as const;

/** What a caller said about a run, as far as it tells this run from others; what was not said is not there. */
export function saidCorrelation(init: ContextInit, correlationId: string | undefined): Correlation {
  const said: { -readonly [K in keyof Correlation]: Correlation[K] } = {};
  if (correlationId !== undefined) said.correlationId = correlationId;
  for (const field of fields) {
    const value = init[field];
    if (value !== undefined) said[field] = value;
  }
  return said;
}
