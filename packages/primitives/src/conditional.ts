import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link conditional}. */
export interface ConditionalOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Conditional<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: ConditionalOptions) {
    super({ type: 'conditional', name: options.name ?? nameOf(inner) ?? 'conditional' });
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
export function conditional<I, O>(
  inner: PrimitiveLike<I, O>,
  options: ConditionalOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'conditional: the step');
  return new Conditional(inner, options);
}
