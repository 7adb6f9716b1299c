import { InstrumentedPrimitive } from './instrumented-primitive.ts';
import type { PrimitiveLike, RunScope, StaticChild } from './run-scope.ts';
import { requireStep, unitOf } from './unit.ts';

/** Runs the body of another primitive under its own name, without a span between. */
class Named<in I, out O, out Chunk> extends InstrumentedPrimitive<I, O, Chunk> {
  readonly #body: (input: I, scope: RunScope<Chunk>) => O | PromiseLike<O>;

  constructor(name: string, step: PrimitiveLike<I, O, Chunk>) {
    const { body, children: given, ...description } = unitOf(step, 'inner');
    const children: StaticChild[] = [];
    super({ ...description, children, name });
    // What runs itself once more, as a cache does for a refresh, is here what has the name.
    for (const child of given) children.push(child.step === step ? { ...child, step: this } : child);
    this.#body = body;
  }

  protected run(input: I, scope: RunScope<Chunk>): O | PromiseLike<O> {
    return this.#body(input, scope);
  }
}

/**
 * The same step under another name in traces and metrics. The step itself is not changed.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function named<I, O, Chunk = never>(
  name: string,
  step: PrimitiveLike<I, O, Chunk>,
): InstrumentedPrimitive<I, O, Chunk> {
  requireStep(step, `named "${name}"`);
  return new Named(name, step);
}
