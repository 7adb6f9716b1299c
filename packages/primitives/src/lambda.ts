import { InvalidCompositionError } from '@tta/obs-context';
import { InstrumentedPrimitive, type RunScope, type StepFunction } from '@tta/obs-instrumentation';

class Lambda<I, O> extends InstrumentedPrimitive<I, O, never> {
  readonly #fn: StepFunction<I, O>;

  constructor(name: string, fn: StepFunction<I, O>) {
    super({ type: 'lambda', name });
    this.#fn = fn;
  }

  protected run(input: I, scope: RunScope): O | PromiseLike<O> {
    return this.#fn(input, scope);
  }
}

/**
 * A function as a primitive with a name. Inside a composition a bare function does as well; it is then
 * named after itself.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `fn` is no function.
 */
export function lambda<I, O>(
  name: string,
  fn: StepFunction<I, O>,
): InstrumentedPrimitive<I, Awaited<O>, never> {
  if (typeof fn !== 'function') {
    throw new InvalidCompositionError(
      `lambda "${name}" needs a function; named() gives a primitive another name`,
    );
  }
  return new Lambda<I, Awaited<O>>(name, fn as StepFunction<I, Awaited<O>>);
}
