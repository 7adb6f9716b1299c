import { ObsError, type ObsErrorOptions } from '@tta/obs-context';
import type { SavedFailure } from './saved-run.ts';

/** What a step failed with in an earlier run; its class, stack and cause did not come along. */
export class RestoredError extends ObsError {
  /** In milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, category, severity, recoverable, retryAfterMs }: SavedFailure) {
    // The code of an error of the user's has no prefix.
    const known = (code ?? 'OBS_ERR_STEP_FAILED') as ObsErrorOptions['code'];
    super(message, { code: known, category, severity, recoverable });
    this.retryAfterMs = retryAfterMs;
  }
}
