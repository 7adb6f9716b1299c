import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link dedupe}. */
export interface DedupeOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Dedupe<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: DedupeOptions) {
    super({ type: 'dedupe', name: options.name ?? nameOf(inner) ?? 'dedupe' });
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
export function dedupe<I, O>(
  inner: PrimitiveLike<I, O>,
  options: DedupeOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'dedupe: the step');
  return new Dedupe(inner, options);
}
