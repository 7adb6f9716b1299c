import { attributeNames as names, type ErrorClass } from '@tta/obs-context';
import type { RunScope } from '@tta/obs-instrumentation';

/** How long the next attempt is waited for, and who says so. */
export interface Wait {
  /** In milliseconds. */
  readonly ms: number;
  /** The jitter of waits that grow by themselves, `retry_after` or `retry_on`. */
  readonly strategy: string;
}

/** The wait that the other side asked for, else the own one. */
export function waitAsAsked({ retryAfterMs = 0 }: ErrorClass, own: Wait): Wait {
  // Zero, or a date that has passed, asks for nothing: every caller would come back at once.
  return retryAfterMs > 0 ? { ms: retryAfterMs, strategy: 'retry_after' } : own;
}

/** Tells of a further attempt. After its wait: what is counted has been made. */
export function recordRetry(
  { record }: Pick<RunScope, 'record'>,
  { error, found, attempt, wait }: FailedAttempt,
): void {
  record({
    type: 'recovery',
    kind: 'retry',
    error,
    attributes: {
      [names.retryAttempt]: attempt,
      [names.retryBackoffMs]: Math.round(wait.ms),
      [names.retryStrategy]: wait.strategy,
      [names.retryReason]: found.category,
      [names.retryAfterHeader]: found.retryAfterMs !== undefined,
    },
  });
}

/** Why there is another attempt. */
export interface FailedAttempt {
  readonly error: unknown;
  readonly found: ErrorClass;
  /** The one that failed, from 1. */
  readonly attempt: number;
  /** What the next one was waited for. */
  readonly wait: Wait;
}
