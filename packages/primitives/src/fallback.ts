import { attributeNames as names, classifyError, InvalidCompositionError, ObsError } from '@tta/obs-context';
import {
  InstrumentedPrimitive,
  messageOf,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import type { AnyStep, Elements, OutputOf, SharedInput } from './step-types.ts';

/** The primary step and every alternative failed. Its cause is the primary's error. */
export class FallbackExhaustedError extends ObsError {
  /** What each failed, the primary first. */
  readonly errors: readonly unknown[];

  constructor(name: string, errors: readonly unknown[]) {
    const cause = errors[0];
    const text = messageOf(cause);
    const { category, recoverable } = classifyError(cause);
    const alternatives = errors.length === 2 ? 'its alternative' : `all ${errors.length - 1} alternatives`;
    super(`"${name}" failed and so did ${alternatives}; the first error: ${text}`, {
      code: 'OBS_ERR_FALLBACK_EXHAUSTED',
      category,
      severity: 'high',
      recoverable,
      cause,
    });
    this.errors = errors;
  }
}

type Step = PrimitiveLike<unknown, unknown>;

class Fallback extends InstrumentedPrimitive<unknown, unknown> {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    super({ type: 'fallback', name: nameOf(steps[0] as AnyStep) ?? 'fallback' });
    this.#steps = steps;
  }

  protected async run(input: unknown, scope: RunScope): Promise<unknown> {
    const errors: unknown[] = [];
    const total = this.#steps.length;
    for (const [depth, step] of this.#steps.entries()) {
      try {
        const edge = depth === 0 ? 'primary' : (`fallback_${depth}` as const);
        const output = await scope.step(edge, step, input, { index: depth, total });
        scope.attr(names.fallbackDepth, depth);
        return output;
      } catch (error) {
        const { category } = classifyError(error, scope.clock);
        // Who cancelled the run wants no answer, also no second-best one.
        if (scope.signal.aborted) throw error;
        errors.push(error);
        if (depth + 1 < total) {
          scope.record({
            type: 'recovery',
            kind: 'fallback',
            error,
            attributes: { [names.fallbackDepth]: depth + 1, [names.fallbackReason]: category },
          });
        }
      }
    }
    throw new FallbackExhaustedError(this.name, errors);
  }
}

/**
 * Answers the failure of a step with the next alternative, which gets the same input.
 *
 * @throws {@link FallbackExhaustedError} when all have failed; a cancelled run tries no alternative.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without an alternative, or when a step is none; at construction.
 */
export function fallback<const T extends readonly [AnyStep, AnyStep, ...AnyStep[]]>(
  ...steps: T
): InstrumentedPrimitive<SharedInput<Elements<T>>, OutputOf<T[number]>> {
  if (steps.length < 2)
    throw new InvalidCompositionError('fallback needs a step and at least one alternative');
  for (const [depth, step] of steps.entries()) {
    requireStep(step, depth === 0 ? 'fallback: the primary step' : `fallback: alternative ${depth}`);
  }
  return new Fallback(steps as unknown as readonly Step[]) as never;
}
