import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link cache}. */
export interface CacheOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Cache<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: CacheOptions) {
    super({ type: 'cache', name: options.name ?? nameOf(inner) ?? 'cache' });
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
export function cache<I, O>(
  inner: PrimitiveLike<I, O>,
  options: CacheOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'cache: the step');
  return new Cache(inner, options);
}
