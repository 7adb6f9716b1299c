import { InstrumentedPrimitive, type PrimitiveLike, type RunScope } from '@tta/obs-instrumentation';

/** A primitive of a user: whatever it is told to do. */
class Composed<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #body: (input: I, scope: RunScope) => O | PromiseLike<O>;

  constructor(type: string, name: string, body: (input: I, scope: RunScope) => O | PromiseLike<O>) {
    super({ type, name });
    this.#body = body;
  }

  protected run(input: I, scope: RunScope): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

/** Two steps, one after the other. */
export function chain<A, B, C>(
  first: PrimitiveLike<A, B>,
  second: PrimitiveLike<B, C>,
): InstrumentedPrimitive<A, C> {
  return new Composed('sequential', 'chain', async (input: A, scope) =>
    scope.step('step_1', second, await scope.step('step_0', first, input)),
  );
}

/** Tries a step until it succeeds, at once. */
export function persist<I, O>(step: PrimitiveLike<I, O>, attempts: number): InstrumentedPrimitive<I, O> {
  return new Composed('retry', 'persist', async (input: I, scope) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await scope.step(`attempt_${attempt}`, step, input);
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  });
}

/** The same step for many inputs at once. */
export function each<I, O>(step: PrimitiveLike<I, O>): InstrumentedPrimitive<readonly I[], O[]> {
  return new Composed('foreach', 'each', (inputs: readonly I[], scope) =>
    Promise.all(inputs.map((input, index) => scope.step(`item_${index}`, step, input))),
  );
}
