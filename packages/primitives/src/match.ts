import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link match}. */
export interface MatchOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Match<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: MatchOptions) {
    super({ type: 'match', name: options.name ?? nameOf(inner) ?? 'match' });
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
export function match<I, O>(
  inner: PrimitiveLike<I, O>,
  options: MatchOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'match: the step');
  return new Match(inner, options);
}
