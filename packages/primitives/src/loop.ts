import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link loop}. */
export interface LoopOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Loop<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: LoopOptions) {
    super({ type: 'loop', name: options.name ?? nameOf(inner) ?? 'loop' });
    this.#inner = inner;
  }

  protected run(input: I, scope: RunScope): Promise<O> {
    return scope.step('inner', this.#inner, input);
  }
}

/**
 * Runs a step.
 *
 * @throws The step's own error, untouched.
 * @throws `OBS_ERR_INVALID_COMPOSITION` when the step is none; at construction.
 */
export function loop<I, O>(
  inner: PrimitiveLike<I, O>,
  options: LoopOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'loop: the step');
  return new Loop(inner, options);
}
