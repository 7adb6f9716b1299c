import { isObsError } from '@tta/obs-context';

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
 * Whether an error says no more than that one of our own primitives refused the call: itself, as the cause of what was
 * made of it, or as all that the attempts of a retry, the steps of a fallback or branches came to. Then it is no
 * word of the other side, and says nothing about it. Never throws.
 */
export function isRefusal(error: unknown): boolean {
  try {
    return saysNoMore(error, deepestCause);
  } catch {
    // A getter of a foreign error threw: it is none of ours.
    return false;
  }
}

/** What one of our errors stands for, without what was refused: what each attempt, alternative or branch failed with. */
export function failuresOf(error: unknown, depth = deepestCause): readonly unknown[] {
  const all = depth > 0 ? allOf(error) : undefined;
  if (!all) return [error];
  return all.filter((one) => !isRefusal(one)).flatMap((one) => failuresOf(one, depth - 1));
}

function saysNoMore(error: unknown, depth: number): boolean {
  if (depth === 0 || typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (refusals.has(code)) return true;
  const all = allOf(error);
  return all ? all.every((one) => saysNoMore(one, depth - 1)) : saysNoMore(cause, depth - 1);
}

/** All failures that one of our errors stands for; its cause is but one of them. */
function allOf(error: unknown): readonly unknown[] | undefined {
  if (!isObsError(error)) return undefined;
  const { attempts, errors, failures } = error as {
    attempts?: unknown;
    errors?: unknown;
    failures?: unknown;
  };
  const all = failures instanceof Map ? [...failures.values()] : (attempts ?? errors);
  return Array.isArray(all) && all.length > 0 ? all : undefined;
}
