import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { keyOf } from './internal/key-of.ts';
import { requireFunction } from './internal/requirements.ts';
import { SharedRuns } from './internal/shared-runs.ts';

/** Which calls share a run. */
export interface DedupeOptions<in I> {
  /** Text that is the same for inputs whose answer is the same: `(question) => question.trim()`. */
  readonly key: (input: I) => string;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Dedupe<I, O> extends InstrumentedPrimitive<I, O, never> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #key: (input: I) => string;
  readonly #runs = new SharedRuns<O>();

  constructor(step: PrimitiveLike<I, O>, options: DedupeOptions<I>) {
    super({
      type: 'dedupe',
      name: options.name ?? nameOf(step) ?? 'dedupe',
      children: [{ edge: 'inner', step }],
    });
    this.#step = step;
    this.#key = options.key;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    const key = keyOf(this.#key, input, scope);
    if (key === undefined) return scope.step('inner', this.#step, input);
    return this.#runs.join(key, scope, ({ signal }) =>
      scope.step('inner', this.#step, input, { signal, shared: true }),
    );
  }
}

/**
 * Has calls that come while one of the same key is running wait for that one: the step runs once, and all get what it
 * returns or throws. It runs in the trace of the first caller, whose abort ends only its own waiting; the step is
 * aborted when all callers have left.
 *
 * @throws The step's own error, the same object for all who wait; the reason of the signal of a caller who leaves.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, or a `key` that is no function; at construction.
 */
export function dedupe<I, O>(
  step: PrimitiveLike<I, O>,
  options: DedupeOptions<I>,
): InstrumentedPrimitive<I, O, never> {
  requireStep(step, 'dedupe: the step');
  // JavaScript may leave the options out.
  requireFunction((options as DedupeOptions<I> | undefined)?.key, 'dedupe: key');
  return new Dedupe(step, options);
}
