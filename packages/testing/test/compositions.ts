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
