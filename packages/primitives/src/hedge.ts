import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link hedge}. */
export interface HedgeOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Hedge<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: HedgeOptions) {
    super({ type: 'hedge', name: options.name ?? nameOf(inner) ?? 'hedge' });
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
export function hedge<I, O>(
  inner: PrimitiveLike<I, O>,
  options: HedgeOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'hedge: the step');
  return new Hedge(inner, options);
}
