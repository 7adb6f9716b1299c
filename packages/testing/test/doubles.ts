import { type EdgeLabel, InstrumentedPrimitive, type RunScope } from '@tta/obs-instrumentation';

type Body<I, O> = (input: I, scope: RunScope) => O | PromiseLike<O>;

class Double<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #body: Body<I, O>;

  constructor(type: string, name: string, body: Body<I, O>) {
    super({ type, name });
    this.#body = body;
  }

  protected run(input: I, scope: RunScope): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

/** A primitive of any type and body. */
export function double<I, O>(type: string, name: string, body: Body<I, O>): InstrumentedPrimitive<I, O> {
  return new Double(type, name, body);
}

/** A step that takes a millisecond of the manual clock, which a body turns. */
export function work(name: string, failure?: string): InstrumentedPrimitive<string, string> {
  return double('work', name, (input) => {
    if (failure !== undefined) throw new Error(failure);
    return input;
  });
}

/** A retry whose step fails so many times. */
export function retrying(name: string, failures: number): InstrumentedPrimitive<string, string> {
  return double('retry', name, async (input, scope) => {
    for (let attempt = 1; attempt <= failures; attempt++) {
      const step = work(name, '503 Service Unavailable');
      await scope
        .step(`attempt_${attempt}`, step, input)
        .catch((error: unknown) => scope.record({ type: 'recovery', kind: 'retry', error }));
    }
    return scope.step(`attempt_${failures + 1}`, work(name), input);
  });
}

/** A fallback whose steps fail, but for the last one. */
export function fallingBack(name: string, ...alternatives: string[]): InstrumentedPrimitive<string, string> {
  return double('fallback', name, async (input, scope) => {
    for (const [depth, step] of [name, ...alternatives].entries()) {
      const edge: EdgeLabel = depth === 0 ? 'primary' : `fallback_${depth}`;
      const isLast = depth === alternatives.length;
      try {
        return await scope.step(edge, work(step, isLast ? undefined : 'overloaded'), input);
      } catch {
        // The next one answers.
      }
    }
    return input;
  });
}

/** A cache that answers as it is told. */
export function caching(
  name: string,
  ...outcomes: readonly ('hit' | 'miss' | 'stale')[]
): InstrumentedPrimitive<string, string> {
  return double('cache', name, (input, scope) => {
    for (const outcome of outcomes) scope.record({ type: 'cache', outcome, cacheType: 'memory' });
    return input;
  });
}
