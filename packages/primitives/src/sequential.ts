import {
  InstrumentedPrimitive,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { InvalidCompositionError } from '@tta/obs-context';
import type { Sequential } from './sequential-signatures.ts';

type Step = PrimitiveLike<unknown, unknown>;

class SequentialPrimitive extends InstrumentedPrimitive<unknown, unknown> {
  readonly #steps: readonly { readonly edge: `step_${number}`; readonly step: Step }[];

  constructor(steps: readonly Step[]) {
    const children = steps.map((step, index) => ({ edge: `step_${index}` as const, step }));
    super({ type: 'sequential', children });
    this.#steps = children;
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const total = this.#steps.length;
    let value = input;
    for (const [index, { edge, step }] of this.#steps.entries()) {
      value = await scope.step(edge, step, value, {
        index,
        total,
        follows: true,
        streamed: index === total - 1,
      });
    }
    return value;
  }
}

/**
 * Runs steps one after the other; the output of each is the input of the next. The first error ends it.
 * A sequential inside a sequential stays a step of its own. Its chunks are those of the last step.
 *
 * @param steps - One to thirty primitives or functions.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without steps, or when a step is none.
 */
export const sequential: Sequential = (...steps: readonly Step[]): never => {
  if (steps.length === 0) throw new InvalidCompositionError('sequential needs at least one step');
  for (const [index, step] of steps.entries()) requireStep(step, `sequential: step ${index}`);
  return new SequentialPrimitive(steps) as never;
};
