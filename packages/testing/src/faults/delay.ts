import { InvalidOptionError } from '@tta/obs-context';
import {
  type InstrumentedPrimitive,
  pause,
  type PrimitiveLike,
  requireStep,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { bodyOf, inPlaceOf } from '../internal/in-place-of.ts';
import type { FaultOptions } from './fault-options.ts';

/**
 * A step that begins its work late, on the clock of the run. Its span begins on time and is longer. A run that is
 * cancelled meanwhile does not reach the step and leaves no timer.
 *
 * With `ignoresAbort` it begins late also where the run is cancelled meanwhile, and what comes of it is late: a
 * `late_result` of the timeout or the parallel that gave it up. The step finds its signal aborted: a function or a mock
 * that does not look at it answers, a step with steps of its own fails at the first of them. The span ends with the
 * answer; where the run around it has ended before, it was closed with that, as cancelled and abandoned.
 *
 * @param ms - In milliseconds.
 * @throws `OBS_ERR_INVALID_OPTION` when `ms` is no number of at least 0; `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function delay<I, O>(ms: number, step: StepFunction<I, O>, options?: FaultOptions): StepFunction<I, O>;
export function delay<I, O, Chunk>(
  ms: number,
  step: InstrumentedPrimitive<I, O, Chunk>,
  options?: FaultOptions,
): InstrumentedPrimitive<I, O, Chunk>;
export function delay<I, O, Chunk>(
  ms: number,
  step: PrimitiveLike<I, O, Chunk>,
  options?: FaultOptions,
): PrimitiveLike<I, O, Chunk>;
export function delay<I, O, Chunk>(
  ms: number,
  step: PrimitiveLike<I, O, Chunk>,
  { ignoresAbort = false }: FaultOptions = {},
): PrimitiveLike<I, O, Chunk> {
  if (!(Number.isFinite(ms) && ms >= 0)) {
    throw new InvalidOptionError(
      `faults.delay: the delay is ${String(ms)} ms; it has to be a number of at least 0`,
    );
  }
  requireStep(step, 'faults.delay: the step');
  const body = bodyOf(step);
  return inPlaceOf(step, async (input: I, scope) => {
    const { clock } = scope;
    await pause(ignoresAbort ? { clock, signal: new AbortController().signal } : scope, ms);
    return body(input, scope);
  });
}
