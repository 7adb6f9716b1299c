import { attributeNames as names, CancelledError, InvalidCompositionError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  isSuspension,
  journalOf,
  LinkedAbort,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { Allowance } from './internal/allowance.ts';
import { LatencyWindow } from './internal/latency-window.ts';
import { countLateFailure, countLateResult, isAnswerToAbort } from './internal/late-result.ts';
import { isRefusal } from './internal/refusal.ts';
import {
  requireAtLeast,
  requireIntegerWithin,
  requirePositive,
  requireWithin,
} from './internal/requirements.ts';
import { stopwatch } from './internal/stopwatch.ts';

/** When a second attempt begins, and how many of them there may be. */
export interface HedgeOptions {
  /** That the step may run twice at the same time for one input: both runs may take effect. */
  readonly idempotent: true;
  /**
   * A further attempt begins when the last one has not answered after so many milliseconds.
   *
   * @defaultValue none
   */
  readonly afterMs?: number;
  /**
   * Where there is no `afterMs`: it begins when the last one takes longer than so many per cent of the 1000 before, from 50
   * to 99. None begins until enough have been seen: 20 for 95 %, 100 for 99 %.
   *
   * @defaultValue 95
   */
  readonly afterPercentile?: number;
  /** With `afterPercentile`, the least that is waited, in milliseconds. @defaultValue 10 */
  readonly floorMs?: number;
  /** Further attempts of one run, from 1 to 10. @defaultValue 1 */
  readonly max?: number;
  /**
   * Further attempts over runs, from 0.001 to 1. One is allowed from the start, and up to 10 are saved in quiet times.
   *
   * @defaultValue 0.05
   */
  readonly budgetRatio?: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** Hedges that are saved in quiet times. */
const mostSaved = 10;
const mostHedges = 10;
const windowSize = 1000;

interface Settings {
  readonly afterMs: number | undefined;
  readonly afterPercentile: number;
  readonly floorMs: number;
  readonly max: number;
  readonly budgetRatio: number;
}

class Hedge<I, O> extends InstrumentedPrimitive<I, O, never> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #settings: Settings;
  /** How long first attempts took; `undefined` where the delay does not depend on it. */
  readonly #latencies: LatencyWindow | undefined;
  /** A run earns a token; a hedge costs as many as there have to be runs to each. */
  readonly #budget: Allowance;
  readonly #cost: number;

  constructor(step: PrimitiveLike<I, O>, settings: Settings, name: string) {
    super({ type: 'hedge', name, children: [{ edge: 'attempt_{n}', step }] });
    this.#step = step;
    this.#settings = settings;
    this.#latencies = settings.afterMs === undefined ? new LatencyWindow(windowSize) : undefined;
    this.#cost = 1 / settings.budgetRatio;
    this.#budget = new Allowance(mostSaved * this.#cost, this.#cost);
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    const { clock, signal } = scope;
    const { max } = this.#settings;
    const delayMs = this.#delayMs();
    const elapsedMs = this.#latencies && stopwatch(clock);
    const running = new Map<number, LinkedAbort>();
    this.#budget.earn(1);
    return new Promise((resolve, reject) => {
      let begun = 0;
      let isOver = false;
      let failure: { readonly error: unknown } | undefined;
      let cancelTimer = (): void => undefined;

      const begin = (): void => {
        const attempt = ++begun;
        const abort = new LinkedAbort(signal);
        running.set(attempt, abort);
        cancelTimer();
        if (delayMs !== undefined && attempt <= max)
          cancelTimer = clock.timer(delayMs, () => hedge(delayMs), true);
        const options = { signal: abort.signal, index: attempt, total: max + 1 };
        const leave = (): void => {
          abort.release();
          running.delete(attempt);
        };
        scope.step(`attempt_${attempt}`, this.#step, input, options).then(
          (output) => {
            leave();
            if (isOver) countLateResult(scope);
            else win(attempt, output);
          },
          (error: unknown) => {
            leave();
            if (!isOver) lose(error);
            else if (!isAnswerToAbort(error, abort.signal)) countLateFailure(scope, error);
          },
        );
      };

      const hedge = (afterMs: number): void => {
        if (signal.aborted) return;
        if (!this.#budget.spend(this.#cost)) {
          scope.attr(names.hedgeWithheld, 'budget');
          return;
        }
        const attributes = {
          [names.hedgeAttempts]: begun + 1,
          [names.hedgeDelayMs]: Math.round(afterMs),
        };
        scope.record({ type: 'recovery', kind: 'hedge', attributes });
        begin();
      };

      const end = (): void => {
        isOver = true;
        cancelTimer();
        scope.attr(names.hedgeAttempts, begun);
      };

      const win = (winner: number, output: O): void => {
        // One that lost would have taken longer still: it counts as slow either way.
        const tookMs = winner === 1 || running.has(1) ? elapsedMs?.() : undefined;
        if (tookMs !== undefined) this.#latencies?.add(tookMs);
        end();
        scope.attr(names.hedgeWinner, winner);
        // Not the winner's: what it returned, such as the body of a response, may still depend on its signal.
        const reason = new CancelledError(`attempt ${winner} of "${this.name}" answered first`);
        for (const abort of running.values()) abort.abort(reason);
        resolve(output);
      };

      const lose = (error: unknown): void => {
        // That a hedge got no slot says nothing about the step, and must not hide what the step did say.
        // One that waits for a decision may still answer, which those that failed cannot.
        if (!failure || isSuspension(error) || (isRefusal(failure.error) && !isRefusal(error)))
          failure = { error };
        // What fails is not slow: trying again is for a retry to decide.
        cancelTimer();
        if (running.size > 0 && !signal.aborted) return;
        end();
        reject(signal.aborted ? error : failure.error);
      };

      const journal = journalOf(scope);
      // Those too that had begun when the run waited: the decision may be about one of them.
      do begin();
      while (journal?.progressOf(`attempt_${begun + 1}`));
    });
  }

  /** `undefined` while too little is known to call an attempt slow. */
  #delayMs(): number | undefined {
    const { afterMs, afterPercentile, floorMs } = this.#settings;
    const latencies = this.#latencies;
    if (!latencies) return afterMs;
    // So many that one of them is slower than the percentile.
    if (latencies.count * (100 - afterPercentile) < 100) return undefined;
    return Math.max(floorMs, latencies.percentile(afterPercentile));
  }
}

/**
 * Begins a second attempt beside one that is slow, and takes the answer that comes first; the other attempt is aborted. It
 * shortens the longest waits, at the price of a bounded share of further load. An attempt that fails is not slow: begins
 * no other, and when the last one has failed, the error of the first to fail is thrown.
 *
 * @throws The step's own error.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, without `idempotent: true`, for an option out of range,
 * or for `afterMs` together with options of `afterPercentile`; at construction.
 */
export function hedge<I, O>(
  step: PrimitiveLike<I, O>,
  options: HedgeOptions,
): InstrumentedPrimitive<I, O, never> {
  requireStep(step, 'hedge: the step');
  // JavaScript may leave the options out.
  const {
    idempotent,
    afterMs,
    afterPercentile,
    floorMs,
    max = 1,
    budgetRatio = 0.05,
    name = nameOf(step) ?? 'hedge',
  } = (options as Partial<HedgeOptions> | undefined) ?? {};
  if (idempotent !== true) {
    throw new InvalidCompositionError(
      'hedge: the step may run twice at the same time for one input; say idempotent: true where that does no harm',
    );
  }
  if (afterMs !== undefined) {
    requirePositive(afterMs, 'hedge: afterMs');
    if (afterPercentile !== undefined || floorMs !== undefined)
      throw new InvalidCompositionError(
        'hedge: afterMs takes the place of afterPercentile and floorMs; leave those out',
      );
  }
  const settings = {
    afterMs,
    afterPercentile: afterPercentile ?? 95,
    floorMs: floorMs ?? 10,
    max,
    budgetRatio,
  };
  requireWithin(50, 99, settings.afterPercentile, 'hedge: afterPercentile');
  requireAtLeast(0, settings.floorMs, 'hedge: floorMs');
  requireIntegerWithin(1, mostHedges, max, 'hedge: max');
  requireWithin(0.001, 1, budgetRatio, 'hedge: budgetRatio');
  return new Hedge(step, settings, name);
}
