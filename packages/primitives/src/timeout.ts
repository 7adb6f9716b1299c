import { attributeNames as names, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  LinkedAbort,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { countLateFailure, countLateResult, isAnswerToAbort } from './internal/late-result.ts';
import { requirePositive } from './internal/requirements.ts';

/** How long a step may take. */
export interface TimeoutOptions {
  /**
   * How long one run may take, in milliseconds. Inside `retry` it is the limit of each attempt; outside
   * of it, of all attempts together.
   */
  readonly ms: number;
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

class Timeout<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #limitMs: number;

  constructor(step: PrimitiveLike<I, O>, options: TimeoutOptions) {
    super({ type: 'timeout', name: options.name ?? nameOf(step) ?? 'timeout' });
    this.#step = step;
    this.#limitMs = options.ms;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    const abort = new LinkedAbort(scope.signal);
    scope.attr(names.timeoutLimitMs, this.#limitMs);
    return new Promise((resolve, reject) => {
      let timedOut: TimeoutError | undefined;
      const expire = (): void => {
        timedOut = new TimeoutError(this.name, this.#limitMs);
        scope.record({
          type: 'recovery',
          kind: 'timeout',
          error: timedOut,
          attributes: { [names.timeoutLimitMs]: this.#limitMs },
        });
        // First, so that a step which answers at once ends before its caller goes on.
        abort.abort(timedOut);
        reject(timedOut);
      };
      const cancel = scope.clock.timer(this.#limitMs, expire, true);
      const settle = (settled: () => void): void => {
        cancel();
        abort.release();
        settled();
      };
      scope.step('inner', this.#step, input, { signal: abort.signal }).then(
        (output) => (timedOut ? countLateResult(scope) : settle(() => resolve(output))),
        (error: unknown) => {
          if (!timedOut) settle(() => reject(error));
          else if (!isAnswerToAbort(error, abort.signal)) countLateFailure(scope, error);
        },
      );
    });
  }
}

/**
 * Gives a step a time limit. When it passes, the step's signal is aborted and the caller gets the error
 * at once; what the step still does is nobody's any more, and a late result is dropped and counted.
 *
 * @throws {@link TimeoutError} once the limit has passed.
 * @throws `OBS_ERR_INVALID_COMPOSITION` unless `ms` is a finite number above 0, or for a step that is none; at
 * construction.
 */
export function timeout<I, O>(
  step: PrimitiveLike<I, O>,
  options: TimeoutOptions,
): InstrumentedPrimitive<I, O> {
  requireStep(step, 'timeout: the step');
  // JavaScript may leave the options out.
  requirePositive((options as TimeoutOptions | undefined)?.ms, 'timeout: ms');
  return new Timeout(step, options);
}
