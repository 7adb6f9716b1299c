/** Errors by which our own primitives refuse a call that they did not make. */
const refusals: ReadonlySet<unknown> = new Set([
  'OBS_ERR_CIRCUIT_OPEN',
  'OBS_ERR_BULKHEAD_FULL',
  'OBS_ERR_BULKHEAD_QUEUE_TIMEOUT',
  'OBS_ERR_RATE_LIMITED',
]);

/** As deep as errors are classified. */
const deepestCause = 5;

/**
 * Whether an error says no more than that one of our own primitives refused the call, itself or as the cause of
 * what a retry or a fallback made of it: it is no word of the other side, and says nothing about it. Never throws.
 */
export function isRefusal(error: unknown): boolean {
  try {
    let current = error;
    for (let depth = 0; depth < deepestCause && typeof current === 'object' && current !== null; depth++) {
      if (refusals.has((current as { code?: unknown }).code)) return true;
      current = (current as { cause?: unknown }).cause;
    }
  } catch {
    // A getter of a foreign error threw: it is none of ours.
  }
  return false;
}
