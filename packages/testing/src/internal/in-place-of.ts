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
export function inPlaceOf<I, O>(
  step: InstrumentedPrimitive<I, O>,
  body: StepFunction<I, O>,
): InstrumentedPrimitive<I, O>;
export function inPlaceOf<I, O>(step: PrimitiveLike<I, O>, body: StepFunction<I, O>): PrimitiveLike<I, O>;
export function inPlaceOf<I, O>(step: PrimitiveLike<I, O>, body: StepFunction<I, O>): PrimitiveLike<I, O> {
  if (typeof step === 'function') return Object.defineProperty(body, 'name', { value: step.name });
  return named(step[unit].name, { [unit]: { ...step[unit], body } });
}

/** What a step does, without a span of its own. */
export function bodyOf<I, O>(step: PrimitiveLike<I, O>): StepFunction<I, O> {
  return typeof step === 'function' ? step : step[unit].body;
}
