import {
  type InstrumentedPrimitive,
  named,
  type PrimitiveLike,
  requireStep,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { inPlaceOf } from '../internal/in-place-of.ts';
import { neverAnswers } from '../internal/never-answers.ts';
import type { FaultOptions } from './fault-options.ts';

/**
 * A step that never answers: it fails with the reason of its signal when that aborts, and waits on no timer. With
 * `ignoresAbort` not even then.
 *
 * @param step - What it shows as; it is never called. @defaultValue a primitive `hang`, for a place of any type
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function hang(step?: undefined, options?: FaultOptions): InstrumentedPrimitive<unknown, never>;
export function hang<I, O>(step: StepFunction<I, O>, options?: FaultOptions): StepFunction<I, O>;
export function hang<I, O, Chunk>(
  step: InstrumentedPrimitive<I, O, Chunk>,
  options?: FaultOptions,
): InstrumentedPrimitive<I, O, Chunk>;
export function hang<I, O, Chunk>(
  step: PrimitiveLike<I, O, Chunk>,
  options?: FaultOptions,
): PrimitiveLike<I, O, Chunk>;
export function hang(
  step: PrimitiveLike<never, unknown> = named('hang', neverAnswers()),
  options?: FaultOptions,
): PrimitiveLike<never, unknown> {
  requireStep(step, 'faults.hang: the step');
  return inPlaceOf(step, neverAnswers(options));
}
