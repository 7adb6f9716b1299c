import {
  attributeNames as names,
  classifyError,
  type ErrorClass,
  InvalidCompositionError,
  InvalidOptionError,
  ObsError,
} from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isSuspension,
  journalOf,
  messageOf,
  nameOf,
  pause,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { Backoff, type BackoffOptions } from './internal/backoff.ts';
import { decideAbout } from './internal/decide-about.ts';
import { recordRetry, type Wait, waitAsAsked } from './internal/next-attempt.ts';
import {
  requireAtLeast,
  requireFunction,
  requireIntegerWithin,
  requireOneOf,
  requireOptions,
  requirePositive,
} from './internal/requirements.ts';
import { isRetryBudget, type RetryBudget } from './retry-budget.ts';

/** How often a step is repeated, and when. */
export interface RetryOptions {
  /** Attempts after the first; at most 1000, because the error of each is kept. @defaultValue 3 */
  readonly maxRetries?: number;
  /** Wait before the first retry, in milliseconds. @defaultValue 1000 */
  readonly baseMs?: number;
  /** Each further wait is this many times longer; 1 for equal waits. @defaultValue 2 */
  readonly factor?: number;
  /**
   * Longest wait, in milliseconds. When a longer one is asked for (by `Retry-After`, or by `retryOn`), the retry gives up
   * instead of waiting.
   *
   * @defaultValue 60000
   */
  readonly maxDelayMs?: number;
  /**
   * Spreads waits, so that many callers do not come back at once: `equal` half to one and a half times the wait, `full`
   * zero to one times, `decorrelated` from `baseMs` (at most half of `maxDelayMs`) to one and a half times `factor` times
   * the wait before, each drawn within `maxDelayMs`; `none` exactly the wait.
   *
   * @defaultValue 'equal'
   */
  readonly jitter?: 'equal' | 'full' | 'decorrelated' | 'none';
  /**
   * No attempt begins later than so many milliseconds after the first, and no wait that would end later. A running attempt
   * is not stopped: that is what `timeout` is for.
   *
   * @defaultValue none
   */
  readonly maxElapsedMs?: number;
  /**
   * Decides whether an error is worth another attempt, and may say when it begins and whether this one counts. It answers
   * at once: a promise is refused.
   *
   * @defaultValue every error that is not permanent, validation, auth or cancelled
   */
  readonly retryOn?: (error: unknown, found: ErrorClass, attempt: number) => boolean | RetryDecision;
  /** Tokens that retries of the same service share, made by `retryBudget()`. @defaultValue none */
  readonly budget?: RetryBudget;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** That there is another attempt, and what is special about it. */
export interface RetryDecision {
  /** When it begins: after exactly so many milliseconds, whatever `Retry-After` asks for and has grown. */
  readonly afterMs?: number;
  /** The failed attempt does not count towards `maxRetries`. After 100 of a run the others count all the same. */
  readonly free?: boolean;
}

/** Attempts of a run that may be free, so that one that always is comes to an end. */
const mostFree = 100;
const mostRetries = 1000;
const plainly: RetryDecision = {};

/**
 * Why no further attempt is made although the error may pass. `streamed`: a reader has a part of this attempt's answer, so
 * that its error is thrown as it is.
 */
export type RetryStop = 'attempts' | 'elapsed' | 'budget' | 'asked_to_wait' | 'streamed';
/** All that comes with an error of its own. */
type Exhausted = Exclude<RetryStop, 'streamed'>;

/**
 * The last attempt failed, and there is no further one. Its cause is the last error, and its category that of the last
 * error; `unknown` where that one was cancelled.
 */
export class RetryExhaustedError extends ObsError {
  /** What each attempt threw, the first one first. */
  readonly attempts: readonly unknown[];
  readonly stopped: Exhausted;

  constructor(
    name: string,
    attempts: readonly unknown[],
    last: ErrorClass,
    stopped: Exhausted,
    because: string,
  ) {
    const cause = attempts.at(-1);
    const text = messageOf(cause);
    const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
    super(`"${name}" failed after ${count}${because}; the last error: ${text}`, {
      code: 'OBS_ERR_RETRY_EXHAUSTED',
      // What is cancelled is no failure; this is one, whoever asked for the attempts.
      category: last.category === 'cancelled' ? 'unknown' : last.category,
      severity: 'high',
      recoverable: last.recoverable,
      cause,
    });
    this.attempts = attempts;
    this.stopped = stopped;
  }
}

interface Settings extends BackoffOptions {
  readonly maxRetries: number;
  readonly maxElapsedMs: number | undefined;
  readonly retryOn: RetryOptions['retryOn'];
  readonly budget: RetryBudget | undefined;
}

/** What a run has been through. */
interface Progress {
  /** On the monotonic clock; of no meaning without a limit. */
  readonly startedAt: number;
  /** What each attempt threw. */
  readonly attempts: unknown[];
  /** How many of them do not count. */
  free: number;
  /** How many of the first ones failed before the run waited for a decision: it is not known which of them do not count. */
  uncounted: number;
  backoff: Backoff | undefined;
}

class Retry<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #settings: Settings;

  constructor(step: PrimitiveLike<I, O>, settings: Settings, name: string) {
    super({ type: 'retry', name, children: [{ edge: 'attempt_{n}', step }] });
    this.#step = step;
    this.#settings = settings;
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const { maxRetries, maxElapsedMs, budget } = this.#settings;
    const startedAt = maxElapsedMs === undefined ? 0 : scope.clock.monotonic();
    const progress: Progress = { startedAt, attempts: [], free: 0, uncounted: 0, backoff: undefined };
    for (let attempt = 1; ; attempt++) {
      try {
        const output = await scope.step(`attempt_${attempt}`, this.#step, input, {
          index: attempt,
          total: maxRetries + 1 + progress.free,
          streamed: true,
        });
        if (attempt === 1) budget?.refill();
        return output;
      } catch (error) {
        if (scope.signal.aborted || isSuspension(error)) throw error;
        // The run had got further before it waited for a decision: that was waited for and told then.
        if (journalOf(scope)?.progressOf(`attempt_${attempt + 1}`))
          progress.uncounted = progress.attempts.push(error);
        else await this.#waitAfter(error, progress, scope);
      }
    }
  }

  /** Whether attempts were free that failed before the run waited is not kept: `retryOn` says so again, where it matters. */
  #countFree(progress: Progress, { clock }: RunScope): void {
    for (const [before, error] of progress.attempts.slice(0, progress.uncounted).entries()) {
      try {
        const decision = this.#decide(error, classifyError(error, clock), before + 1);
        if (decision?.free && progress.free < mostFree) progress.free++;
      } catch {
        // What it gets is a copy, of which it need not make anything: there was another attempt all the same.
      }
    }
    progress.uncounted = 0;
  }

  /** Waits until the next attempt begins, or throws because there is none. */
  async #waitAfter(error: unknown, progress: Progress, scope: RunScope): Promise<void> {
    const { maxRetries, maxDelayMs, maxElapsedMs, budget } = this.#settings;
    const { attempts, startedAt } = progress;
    const attempt = attempts.push(error);
    const found = classifyError(error, scope.clock);
    const decision = this.#decide(error, found, attempt);
    if (!decision) throw error;
    // Whoever reads the stream has a part of this attempt's answer: another would begin it anew.
    if (scope.hasEmitted) {
      scope.attr(names.retryStopped, 'streamed' satisfies RetryStop);
      throw error;
    }
    if (decision.free && progress.free < mostFree) progress.free++;
    const stop = (stopped: Exhausted, because = ''): RetryExhaustedError => {
      scope.attr(names.retryStopped, stopped);
      return new RetryExhaustedError(this.name, attempts, found, stopped, because);
    };
    const isLateAfter = (ms: number): boolean =>
      maxElapsedMs !== undefined && scope.clock.monotonic() - startedAt + ms > maxElapsedMs;
    const tooLate = `, because no attempt may begin after ${maxElapsedMs} ms`;

    if (attempt - progress.free > maxRetries) this.#countFree(progress, scope);
    if (attempt - progress.free > maxRetries) throw stop('attempts');
    progress.backoff ??= new Backoff(this.#settings, scope.random);
    const wait = this.#waitOf(decision, found, progress.backoff);
    const waitMs = wait.ms;
    if (waitMs > maxDelayMs) {
      throw stop(
        'asked_to_wait',
        `, because it was asked to wait ${waitMs} ms and may wait ${maxDelayMs} ms at most`,
      );
    }
    if (isLateAfter(waitMs)) throw stop('elapsed', tooLate);
    if (budget && !budget.spend(found)) throw stop('budget', ', because the budget of retries is spent');
    try {
      await pause(scope, waitMs);
      // A busy process wakes late.
      if (isLateAfter(0)) throw stop('elapsed', tooLate);
    } catch (reason) {
      budget?.refund(found);
      throw reason;
    }
    recordRetry(scope, { error, found, attempt, wait });
  }

  /** How long the next attempt is waited for, and who says so. */
  #waitOf({ afterMs }: RetryDecision, found: ErrorClass, backoff: Backoff): Wait {
    if (afterMs !== undefined) return { ms: afterMs, strategy: 'retry_on' };
    return waitAsAsked(found, { ms: backoff.next(), strategy: this.#settings.jitter });
  }

  /** `undefined`: the error is not worth another attempt. */
  #decide(error: unknown, found: ErrorClass, attempt: number): RetryDecision | undefined {
    const { retryOn } = this.#settings;
    if (!retryOn) return found.recoverable ? plainly : undefined;
    const what = `retry "${this.name}": retryOn`;
    const decided = decideAbout(what, error, () => retryOn(error, found, attempt));
    if (!decided) return undefined;
    if (decided === true) return plainly;
    const { afterMs } = decided;
    if (afterMs === undefined || (typeof afterMs === 'number' && afterMs >= 0)) return decided;
    throw new InvalidOptionError(
      `${what} returned an afterMs of ${String(afterMs)}; it has to be a number of at least 0`,
      error,
    );
  }
}

/**
 * Tries a step again when it fails in a way that may pass: after a growing wait, or after the one that the other side
 * asked for (`Retry-After`).
 *
 * @throws The step's own error when it is not worth another attempt, or a chunk of this one has gone to a reader of the
 * stream; {@link RetryExhaustedError} when there is no further attempt: all have failed, the time or the budget is used
 * up, or it was asked to wait too long.
 * @throws `OBS_ERR_INVALID_OPTION` when `retryOn` answers with a wait that is none or with a promise, or throws; its
 * cause leads to the step's error. An error of `retryOn` that is caused by the step's is thrown as it is.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, options that are none, one out of range, another
 * `jitter`, a `retryOn` that is no function or a budget that is none; at construction.
 */
export function retry<I, O, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: RetryOptions = {},
): InstrumentedPrimitive<I, O, Chunk> {
  requireStep(step, 'retry: the step');
  requireOptions(options, 'retry', '{ maxRetries: 3 }');
  // By default values, not by spreading: an option that is there and undefined is not set.
  const {
    maxRetries = 3,
    baseMs = 1000,
    factor = 2,
    maxDelayMs = 60_000,
    jitter = 'equal',
    maxElapsedMs,
    retryOn,
    budget,
    name = nameOf(step) ?? 'retry',
  } = options;
  requireIntegerWithin(0, mostRetries, maxRetries, 'retry: maxRetries');
  requireAtLeast(0, baseMs, 'retry: baseMs');
  requireAtLeast(1, factor, 'retry: factor');
  requireAtLeast(0, maxDelayMs, 'retry: maxDelayMs');
  requireOneOf(jitter, ['equal', 'full', 'decorrelated', 'none'], 'retry: jitter');
  if (maxElapsedMs !== undefined) requirePositive(maxElapsedMs, 'retry: maxElapsedMs');
  if (retryOn !== undefined) requireFunction(retryOn, 'retry: retryOn');
  if (budget !== undefined && !isRetryBudget(budget))
    throw new InvalidCompositionError('retry: budget is no budget of retries; make one with retryBudget()');
  const settings = { maxRetries, baseMs, factor, maxDelayMs, jitter, maxElapsedMs, retryOn, budget };
  return new Retry(step, settings, name);
}
