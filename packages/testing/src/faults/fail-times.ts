import { InvalidOptionError } from '@tta/obs-context';
import {
  type InstrumentedPrimitive,
  type PrimitiveLike,
  requireStep,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { bodyOf, inPlaceOf } from '../internal/in-place-of.ts';

/** What a service answers that is down for a moment: by its status `transient`, so that `retry` tries again. */
export class ServiceUnavailableError extends Error {
  override readonly name = 'ServiceUnavailableError';
  /** As clients of HTTP put it on their errors (RFC 9110 §15.6.4). */
  readonly status = 503;
}

/**
 * A step whose first `times` calls fail, counted over all runs from the moment it is made; later calls are the step's
 * own. A call that fails does not reach the step.
 *
 * @param error - What is thrown. @defaultValue a new {@link ServiceUnavailableError} each time
 * @throws `OBS_ERR_INVALID_OPTION` when `times` is not 0, 1, 2, …; `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function failTimes<I, O>(times: number, step: StepFunction<I, O>, error?: unknown): StepFunction<I, O>;
export function failTimes<I, O, Chunk>(
  times: number,
  step: InstrumentedPrimitive<I, O, Chunk>,
  error?: unknown,
): InstrumentedPrimitive<I, O, Chunk>;
export function failTimes<I, O, Chunk>(
  times: number,
  step: PrimitiveLike<I, O, Chunk>,
  error?: unknown,
): PrimitiveLike<I, O, Chunk>;
export function failTimes<I, O, Chunk>(
  times: number,
  step: PrimitiveLike<I, O, Chunk>,
  error?: unknown,
): PrimitiveLike<I, O, Chunk> {
  if (!(Number.isInteger(times) && times >= 0)) {
    throw new InvalidOptionError(
      `faults.failTimes: the number of calls is ${String(times)}; it has to be a whole number of at least 0`,
    );
  }
  requireStep(step, 'faults.failTimes: the step');
  const body = bodyOf(step);
  let failed = 0;
  return inPlaceOf(step, async (input: I, scope) => {
    if (failed >= times) return body(input, scope);
    failed++;
    const thrown: unknown =
      error === undefined ? new ServiceUnavailableError('503 Service Unavailable') : error;
    throw thrown;
  });
}
