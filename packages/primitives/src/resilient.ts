import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link resilient}. */
export interface ResilientOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Resilient<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: ResilientOptions) {
    super({ type: 'resilient', name: options.name ?? nameOf(inner) ?? 'resilient' });
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
export function resilient<I, O>(
  inner: PrimitiveLike<I, O>,
  options: ResilientOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'resilient: the step');
  return new Resilient(inner, options);
}
