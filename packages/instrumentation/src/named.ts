import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import type { PrimitiveLike, RunScope } from './run-scope.ts';
import { requireStep, unit } from './unit.ts';

/** Runs the body of another primitive under its own name, without a span between. */
class Named<in I, out O> extends InstrumentedPrimitive<I, O> {
  readonly #body: (input: I, scope: RunScope) => O | PromiseLike<O>;

  constructor(name: string, step: PrimitiveLike<I, O>) {
    super(
      typeof step === 'function'
        ? { type: 'lambda', name }
        : { type: step[unit].type, action: step[unit].action, kind: step[unit].kind, name },
    );
    this.#body = typeof step === 'function' ? step : step[unit].body;
  }

  protected run(input: I, scope: RunScope): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

/**
 * The same step under another name in traces and metrics. The step itself is not changed.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function named<I, O>(name: string, step: PrimitiveLike<I, O>): InstrumentedPrimitive<I, O> {
  requireStep(step, `named "${name}"`);
  return new Named(name, step);
}
