import { attributeNames as names, classifyError, type WorkflowContext } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { keyOf } from '../internal/key-of.ts';
import { RecentlyUsed } from '../internal/recently-used.ts';
import { isRefusal } from '../internal/refusal.ts';
import {
  requireAtLeast,
  requireFunction,
  requireNonNegativeInteger,
  requireOneOf,
  requirePositive,
  requirePositiveInteger,
} from '../internal/requirements.ts';
import { stopwatch } from '../internal/stopwatch.ts';
import { watchTurn } from '../internal/waiting-in-vain.ts';
import { Limiter } from './limiter.ts';
import { type Pace, SlidingWindow, TokenBucket } from './pace.ts';
import { RateLimitedError } from './rate-limited-error.ts';

/** How often a step is called. */
export interface RateLimitOptions<in I = unknown> {
  /** How many calls start in a window. */
  readonly limit: number;
  /** How long a window is, in milliseconds. */
  readonly windowMs: number;
  /**
   * `token-bucket`: `limit` at once, and then one each `windowMs / limit`; after a pause that is up to twice the limit
   * in one window. `sliding-window`: never more than `limit` in any window, wherever it begins.
   *
   * @defaultValue 'token-bucket'
   */
  readonly algorithm?: 'token-bucket' | 'sliding-window';
  /** What becomes of a call that may not start yet: it waits, the first one first, or it is refused. @defaultValue 'wait' */
  readonly onExceeded?: 'wait' | 'fail';
  /** How many calls wait; the next is refused. @defaultValue 1000 */
  readonly maxQueue?: number;
  /**
   * Where the step fails and says when to come back (`Retry-After`), no call starts until then, but for so long at
   * most, in milliseconds; 0 takes no notice.
   *
   * @defaultValue 60000
   */
  readonly maxPauseMs?: number;
  /** A limit for each key instead of one for all calls. @defaultValue none */
  readonly key?: (input: I, context: WorkflowContext) => string;
  /**
   * How many keys it keeps; the one used longest ago goes first, and never one whose calls wait.
   *
   * @defaultValue 1000
   */
  readonly maxKeys?: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class RateLimit<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #newPace: () => Pace;
  readonly #rate: string;
  readonly #places: number;
  /** What a refusal says about them. */
  readonly #waiting: string;
  readonly #maxPauseMs: number;
  readonly #key: RateLimitOptions<I>['key'];
  readonly #limiters: RecentlyUsed<Limiter>;

  constructor(step: PrimitiveLike<I, O>, options: RateLimitOptions<I>) {
    super({
      type: 'rate_limit',
      name: options.name ?? nameOf(step) ?? 'rate_limit',
      children: [{ edge: 'inner', step }],
    });
    this.#step = step;
    const { limit, windowMs, algorithm, onExceeded, maxQueue = 1000, maxPauseMs = 60_000 } = options;
    const Algorithm = algorithm === 'sliding-window' ? SlidingWindow : TokenBucket;
    this.#newPace = () => new Algorithm(limit, windowMs);
    this.#rate = `${limit} in ${windowMs} ms`;
    this.#places = onExceeded === 'fail' ? 0 : maxQueue;
    this.#waiting = this.#places === 0 ? '' : `, and ${this.#places} calls wait already`;
    this.#maxPauseMs = maxPauseMs;
    this.#key = options.key;
    this.#limiters = new RecentlyUsed(options.maxKeys ?? 1000);
  }

  protected async run(input: I, scope: RunScope): Promise<O> {
    const { clock } = scope;
    const keyFor = this.#key;
    const key = keyFor && keyOf((given: I) => keyFor(given, scope.context), input, scope);
    const limiter = this.#limiterOf(key, scope);
    const calledMs = clock.monotonic();
    // The wait is told before the call is counted: what tells may take its time.
    if (limiter.isFree(calledMs)) {
      scope.record({ type: 'wait', for: 'token', ms: 0 });
      limiter.start(clock.monotonic());
    } else {
      if (limiter.waiting >= this.#places) throw this.#refusal(scope, limiter.refuse(calledMs), key);
      const waitedMs = stopwatch(clock);
      const unwatch = watchTurn(scope.signal);
      try {
        await limiter.turn(scope);
      } finally {
        unwatch();
        // Also of those who waited in vain: they waited longest.
        const ms = waitedMs();
        if (ms !== undefined) scope.record({ type: 'wait', for: 'token', ms });
      }
      limiter.begin(scope);
    }
    try {
      return await scope.step('inner', this.#step, input, { streamed: true });
    } catch (error) {
      this.#heed(error, limiter, scope);
      throw error;
    }
  }

  #limiterOf(key: string | undefined, scope: RunScope): Limiter {
    const known = this.#limiters.get(key ?? '');
    if (known) return known;
    const limiter = new Limiter(this.#newPace());
    if (this.#limiters.add(key ?? '', limiter, ({ waiting }) => waiting === 0)) return limiter;
    const nowMs = scope.clock.monotonic();
    const waitMs = Math.min(...[...this.#limiters].map(([, kept]) => kept.waitMs(nowMs, kept.waiting)));
    const busy = `it keeps ${this.#limiters.size} keys at most, and calls of each are waiting`;
    throw this.#refusal(scope, waitMs, key, busy);
  }

  #refusal(
    scope: RunScope,
    waitMs: number,
    key: string | undefined,
    reason = `its rate limit is ${this.#rate}${this.#waiting}`,
  ): RateLimitedError {
    const error = new RateLimitedError(this.name, reason, Math.max(1, Math.ceil(waitMs)), key);
    scope.record({ type: 'recovery', kind: 'rate_limited', error });
    return error;
  }

  /** Holds the next calls back until the other side wants to be called again. */
  #heed(error: unknown, limiter: Limiter, { clock, event, signal }: RunScope): void {
    if (this.#maxPauseMs === 0 || isRefusal(error)) return;
    const { retryAfterMs = 0 } = classifyError(error, clock);
    const pauseMs = Math.min(retryAfterMs, this.#maxPauseMs);
    if (pauseMs === 0) return;
    limiter.pause(clock.monotonic(), pauseMs);
    // The span of a run that was cancelled may have ended: its step answers when it likes.
    if (!signal.aborted) event('rate_limit.paused', { [names.rateLimitPauseMs]: pauseMs });
  }
}

/**
 * Calls a step no more often than it may be called; calls beyond that wait for their turn, or are refused. All runs
 * share the limit, and a step that fails with a `Retry-After` is left alone until then.
 *
 * @throws The step's own error, untouched; {@link RateLimitedError} without having called it.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none or an option out of range; at construction.
 */
export function rateLimit<I, O, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: RateLimitOptions<NoInfer<I>>,
): InstrumentedPrimitive<I, O, Chunk> {
  requireStep(step, 'rateLimit: the step');
  // JavaScript may leave the options out.
  const given: Partial<RateLimitOptions<I>> = options ?? {};
  const { limit, windowMs, algorithm, onExceeded, maxQueue, maxPauseMs, key, maxKeys } = given;
  requirePositiveInteger(limit as number, 'rateLimit: limit');
  requirePositive(windowMs, 'rateLimit: windowMs');
  if (algorithm !== undefined)
    requireOneOf(algorithm, ['token-bucket', 'sliding-window'], 'rateLimit: algorithm');
  if (onExceeded !== undefined) requireOneOf(onExceeded, ['wait', 'fail'], 'rateLimit: onExceeded');
  if (maxQueue !== undefined) requireNonNegativeInteger(maxQueue, 'rateLimit: maxQueue');
  if (maxPauseMs !== undefined) requireAtLeast(0, maxPauseMs, 'rateLimit: maxPauseMs');
  if (maxKeys !== undefined) requirePositiveInteger(maxKeys, 'rateLimit: maxKeys');
  if (key !== undefined) requireFunction(key, 'rateLimit: key');
  return new RateLimit(step, options);
}
