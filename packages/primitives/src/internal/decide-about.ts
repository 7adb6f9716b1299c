import { InvalidOptionError } from '@tta/obs-context';
import { messageOf } from '@tta/obs-instrumentation';

/**
 * Has a function of the program decide about the error of a step, at once, and never loses that error.
 *
 * @param what - The function and where it was given, for messages: `retry "fetch page": retryOn`.
 * @throws `OBS_ERR_INVALID_OPTION` when it answers with a promise, whose cause is the error, or when it throws, whose
 * cause has both errors and the step's for a cause. What it throws is thrown as it is where it is the error, or an error
 * that is caused by it.
 */
export function decideAbout<T>(what: string, error: unknown, decide: () => T): T {
  let decided: T;
  try {
    decided = decide();
  } catch (thrown) {
    if (thrown === error || (thrown instanceof Error && thrown.cause === error)) throw thrown;
    const both = new AggregateError([error, thrown], 'a step failed, and so did the decision about it', {
      cause: error,
    });
    throw new InvalidOptionError(`${what} threw: ${messageOf(thrown)}`, both);
  }
  if (!isThenable(decided)) return decided;
  // Nobody waits for it: it must not end the process when it rejects.
  void Promise.resolve(decided).catch(() => undefined);
  throw new InvalidOptionError(`${what} answered with a promise; it has to answer at once`, error);
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
