import {
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';

/** What can be set about {@link router}. */
export interface RouterOptions {
  /** @defaultValue the name of the step */
  readonly name?: string;
}

class Router<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #inner: PrimitiveLike<I, O>;

  constructor(inner: PrimitiveLike<I, O>, options: RouterOptions) {
    super({ type: 'router', name: options.name ?? nameOf(inner) ?? 'router' });
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
export function router<I, O>(
  inner: PrimitiveLike<I, O>,
  options: RouterOptions = {},
): InstrumentedPrimitive<I, O> {
  requireStep(inner, 'router: the step');
  return new Router(inner, options);
}
