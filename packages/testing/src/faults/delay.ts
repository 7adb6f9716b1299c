import { InvalidOptionError } from '@tta/obs-context';
import { type InstrumentedPrimitive, pause, type PrimitiveLike, requireStep } from '@tta/obs-instrumentation';
import { bodyOf, inPlaceOf } from '../internal/in-place-of.ts';

/**
 * A step that begins its work late, on the clock of the run. Its span begins on time and is longer. A run that is
 * cancelled meanwhile does not reach the step and leaves no timer.
 *
 * @param ms - In milliseconds.
 * @throws `OBS_ERR_INVALID_OPTION` when `ms` is no number of at least 0; `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function delay<I, O>(ms: number, step: PrimitiveLike<I, O>): InstrumentedPrimitive<I, O> {
  if (!(Number.isFinite(ms) && ms >= 0)) {
    throw new InvalidOptionError(
      `faults.delay: the delay is ${String(ms)} ms; it has to be a number of at least 0`,
    );
  }
  requireStep(step, 'faults.delay: the step');
  const body = bodyOf(step);
  return inPlaceOf(step, async (input: I, scope) => {
    await pause(scope, ms);
    return body(input, scope);
  });
}
