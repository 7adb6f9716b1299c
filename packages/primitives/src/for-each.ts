import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link forEach}. */
export interface ForEachOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class ForEach<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: ForEachOptions) {
    super({ type: 'for_each', name: options.name ?? nameOf(inner) ?? 'for_each' });
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
export function forEach<I, O>(
  inner: PrimitiveLike<I, O>,
  options: ForEachOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'forEach: the step');
  return new ForEach(inner, options);
}
