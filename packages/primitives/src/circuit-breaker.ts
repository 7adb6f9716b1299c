import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class CircuitBreaker<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: CircuitBreakerOptions) {
    super({ type: 'circuit_breaker', name: options.name ?? nameOf(inner) ?? 'circuit_breaker' });
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
export function circuitBreaker<I, O>(
  inner: PrimitiveLike<I, O>,
  options: CircuitBreakerOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'circuitBreaker: the step');
  return new CircuitBreaker(inner, options);
}
