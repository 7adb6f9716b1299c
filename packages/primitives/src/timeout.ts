import { attributeNames as names, InvalidCompositionError, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  LinkedAbort,
  nameOf,
  onAbort,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { countLateFailure, countLateResult, isAnswerToAbort } from './internal/late-result.ts';
import { requireOneOf, requirePositive } from './internal/requirements.ts';
import { type Stopwatch, stopwatch } from './internal/stopwatch.ts';

/** How long a step may take, and what happens then. */
export interface TimeoutOptions {
  /**
   * How long one run may take, in milliseconds. Inside `retry` it is the limit of each attempt; outside
   * of it, of all attempts together. Time that chunks of a stream wait for their reader is not counted.
   */
  readonly ms: number;
  /**
   * At the limit the step's signal is aborted. `aggressive`: the caller gets the error at once. `cooperative`: the caller
   * waits for the step to come to its end, up to `graceMs`, and gets its result where it has one.
   *
   * @defaultValue 'aggressive'
   */
  readonly strategy?: 'aggressive' | 'cooperative';
  /**
   * How long a `cooperative` timeout waits after its limit, in milliseconds. Then it leaves the step behind.
   *
   * @defaultValue 5000
   */
  readonly graceMs?: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** A step did not come to its end within its time limit. */
export class TimeoutError extends ObsError {
  readonly limitMs: number;

  constructor(name: string, limitMs: number) {
    super(`"${name}" did not end within ${limitMs} ms`, {
      code: 'OBS_ERR_TIMEOUT',
      category: 'timeout',
      recoverable: true,
    });
    this.limitMs = limitMs;
  }
}

/** A step whose reader is slow ends so late at most, as a share of its limit. */
const precision = 0.01;

class Timeout<I, O, Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #limitMs: number;
  /** 0 where nobody waits after the limit. */
  readonly #graceMs: number;

  constructor(step: PrimitiveLike<I, O>, limitMs: number, graceMs: number, name: string) {
    super({ type: 'timeout', name, children: [{ edge: 'inner', step }] });
    this.#step = step;
    this.#limitMs = limitMs;
    this.#graceMs = graceMs;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    const limitMs = this.#limitMs;
    const graceMs = this.#graceMs;
    const abort = new LinkedAbort(scope.signal);
    scope.attr(names.timeoutLimitMs, limitMs);
    if (graceMs > 0) scope.attr(names.timeoutGraceMs, graceMs);
    return new Promise((resolve, reject) => {
      let timedOut: TimeoutError | undefined;
      let overrunMs: Stopwatch | undefined;
      let isLeft = false;
      const leave = (reason: unknown): void => {
        isLeft = true;
        stopWaiting();
        reject(reason);
      };
      const expire = (): void => {
        // Who cancelled the run has been waiting for a step that does not heed it; that is no timeout.
        if (scope.signal.aborted) return leave(scope.signal.reason);
        const restMs = limitMs + scope.readerWaitMs - grantedMs;
        if (restMs > 0) return wait(restMs);
        const error = new TimeoutError(this.name, limitMs);
        timedOut = error;
        scope.record({
          type: 'recovery',
          kind: 'timeout',
          error,
          attributes: { [names.timeoutLimitMs]: limitMs },
        });
        // First, so that a step which answers at once ends before its caller goes on.
        abort.abort(error);
        if (graceMs === 0) return leave(error);
        // The step may have answered by cancelling the run: nobody calls who follows a signal that has aborted.
        if (scope.signal.aborted) return leave(scope.signal.reason);
        overrunMs = stopwatch(scope.clock);
        const cancelGrace = scope.clock.timer(graceMs, () => leave(error), true);
        const unfollow = onAbort(scope.signal, () => leave(scope.signal.reason));
        stopWaiting = () => {
          cancelGrace();
          unfollow();
        };
      };
      const wait = (ms: number): void => {
        // Not at every moment while its reader stalls.
        const forMs = Math.max(ms, limitMs * precision);
        grantedMs += forMs;
        stopWaiting = scope.clock.timer(forMs, expire, true);
      };
      let grantedMs = 0;
      let stopWaiting = (): void => undefined;
      wait(limitMs);
      const settle = (settled: () => void): void => {
        stopWaiting();
        abort.release();
        const lateMs = overrunMs?.();
        if (lateMs !== undefined) scope.attr(names.timeoutOverrunMs, Math.round(lateMs));
        settled();
      };
      scope.step('inner', this.#step, input, { signal: abort.signal, streamed: true }).then(
        (output) => (isLeft ? countLateResult(scope) : settle(() => resolve(output))),
        (error: unknown) => {
          if ((isLeft || timedOut) && !isAnswerToAbort(error, abort.signal)) countLateFailure(scope, error);
          if (!isLeft) settle(() => reject(timedOut ?? error));
        },
      );
    });
  }
}

/**
 * Gives a step a time limit. When it passes, the step's signal is aborted and the caller gets the error: at once, or
 * after the step has had the time to come to its end (`strategy`). What a step that is left behind still does is nobody's
 * any more, and a late result is dropped and counted.
 *
 * The limit of a stream is that of all of it, but for the time that chunks wait for their reader: a slow reader is no slow
 * step. One that stalls for ever is for the caller to end, by the signal of the run.
 *
 * @param options - The limit in milliseconds, or all options.
 * @throws {@link TimeoutError} once the limit has passed.
 * @throws `OBS_ERR_INVALID_COMPOSITION` unless `ms` and `graceMs` are finite numbers above 0, for another `strategy`, for
 * a `graceMs` that no `cooperative` timeout has, or for a step that is none; at construction.
 */
export function timeout<I, O, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: number | TimeoutOptions,
): InstrumentedPrimitive<I, O, Chunk> {
  requireStep(step, 'timeout: the step');
  // JavaScript may leave the options out, or pass a text for the limit.
  const given: Partial<TimeoutOptions> =
    typeof options === 'object' && options !== null ? options : { ms: options };
  const { ms, strategy = 'aggressive', graceMs, name = nameOf(step) ?? 'timeout' } = given;
  requirePositive(ms, 'timeout: ms');
  requireOneOf(strategy, ['aggressive', 'cooperative'], 'timeout: strategy');
  if (graceMs !== undefined) {
    requirePositive(graceMs, 'timeout: graceMs');
    if (strategy === 'aggressive')
      throw new InvalidCompositionError("timeout: graceMs is for the strategy 'cooperative'");
  }
  return new Timeout(step, ms, strategy === 'cooperative' ? (graceMs ?? 5000) : 0, name);
}
