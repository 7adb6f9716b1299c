import type { InstrumentedPrimitive, PrimitiveLike } from '@tta/obs-instrumentation';
import { double } from './doubles.ts';

/** Runs its branches beside each other, begun in the order of their keys. */
export function inParallel(
  name: string,
  branches: Readonly<Record<string, PrimitiveLike<string, string>>>,
): InstrumentedPrimitive<string, string> {
  return double('parallel', name, async (input: string, scope) => {
    const results = Object.entries(branches).map(([key, step]) => scope.step(`branch_${key}`, step, input));
    return (await Promise.all(results)).join(' ');
  });
}

/** Runs its steps one after another, each on what the one before it gave. */
export function inSequence(
  name: string,
  ...steps: readonly PrimitiveLike<string, string>[]
): InstrumentedPrimitive<string, string> {
  return double('sequential', name, async (input: string, scope) => {
    let result = input;
    for (const [index, step] of steps.entries())
      result = await scope.step(`step_${index}`, step, result, { index, total: steps.length, follows: true });
    return result;
  });
}

/** Two steps, one after the other. */
export function chain<A, B, C>(
  first: PrimitiveLike<A, B>,
  second: PrimitiveLike<B, C>,
): InstrumentedPrimitive<A, C> {
  return double('sequential', 'chain', async (input: A, scope) =>
    scope.step('step_1', second, await scope.step('step_0', first, input)),
  );
}

/** A step whose chunks are those of the step around it. */
export function passingOn<I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>): InstrumentedPrimitive<I, O, Chunk> {
  return double<I, O, Chunk>('outer', 'outer', (input, scope) =>
    scope.step('inner', step, input, { streamed: true }),
  );
}

/** Tries a step until it succeeds, at once. */
export function persist<I, O>(step: PrimitiveLike<I, O>, attempts: number): InstrumentedPrimitive<I, O> {
  return double('retry', 'persist', async (input: I, scope) => {
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
  return double('foreach', 'each', (inputs: readonly I[], scope) =>
    Promise.all(inputs.map((input, index) => scope.step(`item_${index}`, step, input))),
  );
}
