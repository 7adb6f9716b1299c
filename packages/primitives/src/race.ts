import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link race}. */
export interface RaceOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Race<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: RaceOptions) {
    super({ type: 'race', name: options.name ?? nameOf(inner) ?? 'race' });
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
export function race<I, O>(
  inner: PrimitiveLike<I, O>,
  options: RaceOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'race: the step');
  return new Race(inner, options);
}
