import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link saga}. */
export interface SagaOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Saga<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: SagaOptions) {
    super({ type: 'saga', name: options.name ?? nameOf(inner) ?? 'saga' });
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
export function saga<I, O>(
  inner: PrimitiveLike<I, O>,
  options: SagaOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'saga: the step');
  return new Saga(inner, options);
}
