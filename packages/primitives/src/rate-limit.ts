import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link rateLimit}. */
export interface RateLimitOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class RateLimit<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: RateLimitOptions) {
    super({ type: 'rate_limit', name: options.name ?? nameOf(inner) ?? 'rate_limit' });
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
export function rateLimit<I, O>(
  inner: PrimitiveLike<I, O>,
  options: RateLimitOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'rateLimit: the step');
  return new RateLimit(inner, options);
}
