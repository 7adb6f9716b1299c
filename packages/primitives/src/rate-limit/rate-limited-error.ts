import { ObsError } from '@tta/obs-context';

/** The step was not called, because it has been called as often as it may. A retry around it waits until it may be called again. */
export class RateLimitedError extends ObsError {
  /** Until a call may start, or a place in the queue is free, in whole milliseconds. */
  readonly retryAfterMs: number;
  /** Whose limit it is, where each key has its own. */
  readonly key: string | undefined;

  constructor(name: string, reason: string, retryAfterMs: number, key?: string) {
    super(`"${name}" was not called: ${reason}; try again in ${retryAfterMs} ms`, {
      code: 'OBS_ERR_RATE_LIMITED',
      category: 'rate_limit',
      recoverable: true,
    });
    this.retryAfterMs = retryAfterMs;
    this.key = key;
  }
}
