import { classifyError, ObsError } from '@tta/obs-context';

/** Several steps failed. Its cause is the first of the failures, and so is its category; `unknown` where that one was cancelled. */
export abstract class StepsFailedError<Key> extends ObsError {
  /** What failed steps threw, by their keys, in the order of the steps. */
  readonly failures: ReadonlyMap<Key, unknown>;

  /** @param recoverable - Whether trying again may help. */
  constructor(
    code: `OBS_ERR_${string}`,
    message: string,
    failures: ReadonlyMap<Key, unknown>,
    recoverable: boolean,
  ) {
    const [cause] = failures.values();
    const { category } = classifyError(cause);
    super(message, {
      code,
      // What is cancelled is no failure; this is one.
      category: category === 'cancelled' ? 'unknown' : category,
      severity: 'high',
      recoverable,
      cause,
    });
    this.failures = failures;
  }
}
