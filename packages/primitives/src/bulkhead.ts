import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link bulkhead}. */
export interface BulkheadOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Bulkhead<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: BulkheadOptions) {
    super({ type: 'bulkhead', name: options.name ?? nameOf(inner) ?? 'bulkhead' });
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
export function bulkhead<I, O>(
  inner: PrimitiveLike<I, O>,
  options: BulkheadOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'bulkhead: the step');
  return new Bulkhead(inner, options);
}
