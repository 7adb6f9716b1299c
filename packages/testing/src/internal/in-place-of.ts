import {
  type InstrumentedPrimitive,
  named,
  type PrimitiveLike,
  type StepFunction,
  unit,
} from '@tta/obs-instrumentation';

/**
 * A step of the same kind that shows in traces and metrics just as `step` does, one span each run, and does `body`
 * instead: for a function it is `body` itself, which gets its name, also where that is none.
 */
export function inPlaceOf<I, O, Chunk>(
  step: InstrumentedPrimitive<I, O, Chunk>,
  body: StepFunction<I, O, Chunk>,
): InstrumentedPrimitive<I, O, Chunk>;
export function inPlaceOf<I, O, Chunk>(
  step: PrimitiveLike<I, O, Chunk>,
  body: StepFunction<I, O, Chunk>,
): PrimitiveLike<I, O, Chunk>;
export function inPlaceOf<I, O, Chunk>(
  step: PrimitiveLike<I, O, Chunk>,
  body: StepFunction<I, O, Chunk>,
): PrimitiveLike<I, O, Chunk> {
  // A function has no chunks, and `body` has what it has.
  if (typeof step === 'function')
    return Object.defineProperty(body, 'name', { value: step.name }) as StepFunction<I, O>;
  return named(step[unit].name, { [unit]: { ...step[unit], body } });
}

/** What a step does, without a span of its own. */
export function bodyOf<I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>): StepFunction<I, O, Chunk> {
  return typeof step === 'function' ? step : step[unit].body;
}
