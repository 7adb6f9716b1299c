import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link settle}. */
export interface SettleOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Settle<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: SettleOptions) {
    super({ type: 'settle', name: options.name ?? nameOf(inner) ?? 'settle' });
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
export function settle<I, O>(
  inner: PrimitiveLike<I, O>,
  options: SettleOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'settle: the step');
  return new Settle(inner, options);
}
