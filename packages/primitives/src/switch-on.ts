import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link switchOn}. */
export interface SwitchOnOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class SwitchOn<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: SwitchOnOptions) {
    super({ type: 'switch_on', name: options.name ?? nameOf(inner) ?? 'switch_on' });
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
export function switchOn<I, O>(
  inner: PrimitiveLike<I, O>,
  options: SwitchOnOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'switchOn: the step');
  return new SwitchOn(inner, options);
}
