import { attributeNames as names, InvalidCompositionError, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  journalOf,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { requireFunction, requirePositiveInteger } from './internal/requirements.ts';

type Predicate<S> = (state: S, iteration: number, scope: RunScope) => boolean | PromiseLike<boolean>;

/** When a loop ends: `until` or `while`, one of the two. */
export interface LoopOptions<S> {
  /** Asked after each iteration, of which it gets the result and the index (from 0): `true` ends the loop. */
  readonly until?: Predicate<S>;
  /** Asked before each iteration, of which it gets the input and the index (from 0): `false` ends the loop. */
  readonly while?: Predicate<S>;
  /** How many iterations there may be. */
  readonly maxIterations: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** One of the two, so that it is plain when the loop ends. */
type Ending<S> =
  | { readonly until: Predicate<S>; readonly while?: never }
  | { readonly while: Predicate<S>; readonly until?: never };

/** A loop was not at its end after as many iterations as it may have. */
export class LoopLimitError extends ObsError {
  readonly maxIterations: number;
  /** What the last iteration gave. */
  readonly state: unknown;

  constructor(name: string, maxIterations: number, state: unknown) {
    const count = maxIterations === 1 ? '1 iteration' : `${maxIterations} iterations`;
    super(`"${name}" did not end within ${count}`, {
      code: 'OBS_ERR_LOOP_LIMIT',
      category: 'resource',
      severity: 'high',
      // Trying again would cost as much again.
      recoverable: false,
    });
    this.maxIterations = maxIterations;
    this.state = state;
  }
}

class Loop<S> extends InstrumentedPrimitive<S, S, never> {
  readonly #body: PrimitiveLike<S, S>;
  readonly #until: Predicate<S> | undefined;
  readonly #while: Predicate<S> | undefined;
  readonly #maxIterations: number;

  constructor(body: PrimitiveLike<S, S>, options: LoopOptions<S>) {
    super({
      type: 'loop',
      name: options.name ?? nameOf(body) ?? 'loop',
      children: [{ edge: 'iteration_{i}', step: body }],
    });
    this.#body = body;
    this.#until = options.until;
    this.#while = options.while;
    this.#maxIterations = options.maxIterations;
  }

  protected async run(input: S, scope: RunScope): Promise<S> {
    let state = input;
    let begun = 0;
    const journal = journalOf(scope);
    // An iteration that the run had begun before it waited was decided on then, and what that went by may have changed.
    const isDecided = (iteration: number): boolean =>
      journal?.progressOf(`iteration_${iteration}`) !== undefined;
    try {
      for (let iteration = 0; ; iteration++) {
        if (scope.isCancellable) scope.signal.throwIfAborted();
        if (this.#while && !isDecided(iteration)) {
          const goesOn = this.#while(state, iteration, scope);
          if (!(typeof goesOn === 'boolean' ? goesOn : await answered(goesOn, scope))) return state;
        }
        if (iteration === this.#maxIterations) throw new LoopLimitError(this.name, iteration, state);
        begun++;
        state = await scope.step(`iteration_${iteration}`, this.#body, state, {
          index: iteration,
          continues: true,
        });
        if (this.#until && !isDecided(iteration + 1)) {
          const ends = this.#until(state, iteration, scope);
          if (typeof ends === 'boolean' ? ends : await answered(ends, scope)) return state;
        }
      }
    } finally {
      scope.attr(names.loopIterations, begun);
    }
  }
}

/** What a predicate answers that takes its time, unless the run is cancelled meanwhile. */
async function answered(answer: PromiseLike<boolean>, scope: RunScope): Promise<boolean> {
  const given = await answer;
  scope.signal.throwIfAborted();
  return given;
}

/**
 * Runs a step again and again, each time on what it gave the time before: `until` a state is good enough, or `while`
 * there is more to do.
 *
 * @param body - Takes a state and gives the next.
 * @throws What the step or the predicate throws, untouched; {@link LoopLimitError} when the loop is not at its end
 * after `maxIterations`.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, without a predicate or with both, or unless
 * `maxIterations` is a whole number above 0; at construction.
 */
export function loop<S>(
  body: PrimitiveLike<S, NoInfer<S>>,
  options: LoopOptions<S> & Ending<S>,
): InstrumentedPrimitive<S, S, never>;
export function loop<S>(
  body: PrimitiveLike<S, S>,
  options: Partial<LoopOptions<S>> = {},
): InstrumentedPrimitive<S, S, never> {
  const { until, while: goesOn, maxIterations } = options;
  requireStep(body, 'loop: the step');
  if ((until === undefined) === (goesOn === undefined))
    throw new InvalidCompositionError('loop: either until or while has to be given, to say when it ends');
  if (until !== undefined) requireFunction(until, 'loop: until');
  if (goesOn !== undefined) requireFunction(goesOn, 'loop: while');
  requirePositiveInteger(maxIterations as number, 'loop: maxIterations');
  return new Loop(body, options as LoopOptions<S>);
}
