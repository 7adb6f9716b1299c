import { attributeNames as names, classifyError, type ErrorClass, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  messageOf,
  nameOf,
  pause,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { requireAtLeast, requireNonNegativeInteger, requireOneOf } from './internal/requirements.ts';

/** How often a step is repeated, and when. */
export interface RetryOptions {
  /** Attempts after the first. @defaultValue 3 */
  readonly maxRetries?: number;
  /** Wait before the first retry, in milliseconds. @defaultValue 1000 */
  readonly baseMs?: number;
  /** Each further wait is this many times longer. @defaultValue 2 */
  readonly factor?: number;
  /**
   * Longest wait, in milliseconds. When the other side asks for a longer one (`Retry-After`), the retry
   * gives up instead of waiting.
   *
   * @defaultValue 60000
   */
  readonly maxDelayMs?: number;
  /**
   * Spreads waits, so that many callers do not come back at once: `equal` half to one and a half times
   * the wait, `full` zero to one times, `none` exactly the wait.
   *
   * @defaultValue 'equal'
   */
  readonly jitter?: 'equal' | 'full' | 'none';
  /**
   * Decides whether an error is worth another attempt. @defaultValue every error that is not permanent,
   * validation, auth or cancelled
   */
  readonly retryOn?: (error: unknown, found: ErrorClass, attempt: number) => boolean;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/**
 * The last attempt failed as well. Its cause is the last error, and its category that of the last error;
 * `unknown` where that one was cancelled.
 */
export class RetryExhaustedError extends ObsError {
  /** What each attempt threw, the first one first. */
  readonly attempts: readonly unknown[];

  constructor(name: string, attempts: readonly unknown[], last: ErrorClass, reason: string) {
    const cause = attempts.at(-1);
    const text = messageOf(cause);
    const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
    super(`"${name}" failed after ${count}${reason}; the last error: ${text}`, {
      code: 'OBS_ERR_RETRY_EXHAUSTED',
      // What is cancelled is no failure; this is one, whoever asked for the attempts.
      category: last.category === 'cancelled' ? 'unknown' : last.category,
      severity: 'high',
      recoverable: last.recoverable,
      cause,
    });
    this.attempts = attempts;
  }
}

class Retry<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #options: Required<Omit<RetryOptions, 'retryOn' | 'name'>> & {
    readonly retryOn: RetryOptions['retryOn'];
  };

  constructor(step: PrimitiveLike<I, O>, options: RetryOptions) {
    super({ type: 'retry', name: options.name ?? nameOf(step) ?? 'retry' });
    this.#step = step;
    // By default values, not by spreading: an option that is there and undefined is not set.
    const {
      maxRetries = 3,
      baseMs = 1000,
      factor = 2,
      maxDelayMs = 60_000,
      jitter = 'equal',
      retryOn,
    } = options;
    this.#options = { maxRetries, baseMs, factor, maxDelayMs, jitter, retryOn };
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const { maxRetries, maxDelayMs, retryOn } = this.#options;
    const attempts: unknown[] = [];
    for (let attempt = 1; ; attempt++) {
      try {
        return await scope.step(`attempt_${attempt}`, this.#step, input, {
          index: attempt,
          total: maxRetries + 1,
        });
      } catch (error) {
        if (scope.signal.aborted) throw error;
        attempts.push(error);
        const found = classifyError(error, scope.clock);
        if (!(retryOn ? retryOn(error, found, attempt) : found.recoverable)) throw error;
        if (attempt > maxRetries) throw new RetryExhaustedError(this.name, attempts, found, '');
        const waitMs = found.retryAfterMs ?? this.#backoffMs(attempt, scope);
        if (waitMs > maxDelayMs) {
          const reason = `, because it was asked to wait ${waitMs} ms and may wait ${maxDelayMs} ms at most`;
          throw new RetryExhaustedError(this.name, attempts, found, reason);
        }
        scope.record({
          type: 'recovery',
          kind: 'retry',
          error,
          attributes: {
            [names.retryAttempt]: attempt,
            [names.retryBackoffMs]: Math.round(waitMs),
            [names.retryReason]: found.category,
            [names.retryAfterHeader]: found.retryAfterMs !== undefined,
          },
        });
        await pause(scope, waitMs);
      }
    }
  }

  #backoffMs(attempt: number, scope: RunScope): number {
    const { baseMs, factor, maxDelayMs, jitter } = this.#options;
    const wait = Math.min(baseMs * factor ** (attempt - 1), maxDelayMs);
    if (jitter === 'none') return wait;
    const spread = jitter === 'full' ? scope.random.next() : 0.5 + scope.random.next();
    return Math.min(wait * spread, maxDelayMs);
  }
}

/**
 * Tries a step again when it fails in a way that may pass: after a growing wait, or after the wait that
 * the other side asked for (`Retry-After`).
 *
 * @throws The step's own error when it is not worth another attempt; {@link RetryExhaustedError} when
 * all attempts failed.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, an option out of range or another `jitter`; at
 * construction.
 */
export function retry<I, O>(
  step: PrimitiveLike<I, O>,
  options: RetryOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(step, 'retry: the step');
  const { maxRetries, baseMs, factor, maxDelayMs, jitter } = options;
  if (maxRetries !== undefined) requireNonNegativeInteger(maxRetries, 'retry: maxRetries');
  if (baseMs !== undefined) requireAtLeast(0, baseMs, 'retry: baseMs');
  if (factor !== undefined) requireAtLeast(1, factor, 'retry: factor');
  if (maxDelayMs !== undefined) requireAtLeast(0, maxDelayMs, 'retry: maxDelayMs');
  if (jitter !== undefined) requireOneOf(jitter, ['equal', 'full', 'none'], 'retry: jitter');
  return new Retry(step, options);
}
