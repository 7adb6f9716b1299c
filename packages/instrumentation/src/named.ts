import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import type { PrimitiveLike, RunScope } from './run-scope.ts';
import { requireStep, unitOf } from './unit.ts';

/** Runs the body of another primitive under its own name, without a span between. */
class Named<in I, out O> extends InstrumentedPrimitive<I, O> {
  readonly #body: (input: I, scope: RunScope) => O | PromiseLike<O>;

  constructor(name: string, step: PrimitiveLike<I, O>) {
    const { type, action, kind, body } = unitOf(step, 'inner');
    super({ type, action, kind, name });
    this.#body = body;
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
