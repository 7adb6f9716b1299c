import { InstrumentedPrimitive } from '../src/instrumented-primitive.ts';
import type { PrimitiveLike, RunScope } from '../src/run-scope.ts';

/** A primitive of a contributor: whatever it is told to do. */
class Custom<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #body: (input: I, scope: RunScope) => O | PromiseLike<O>;

  constructor(name: string, body: (input: I, scope: RunScope) => O | PromiseLike<O>) {
    super({ type: 'custom', name, action: 'process' });
    this.#body = body;
  }

  protected run(input: I, scope: RunScope): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

export const custom = <I, O>(
  name: string,
  body: (input: I, scope: RunScope) => O | PromiseLike<O>,
): InstrumentedPrimitive<I, O> => new Custom(name, body);

/** A primitive with one step. */
export const outer = <I, O>(step: PrimitiveLike<I, O>): InstrumentedPrimitive<I, O> =>
  custom('outer', (input: I, scope) => scope.step('step_0', step, input));
