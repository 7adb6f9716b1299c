import {
  type InstrumentedPrimitive,
  nameOf,
  named,
  type PrimitiveLike,
  type StepFunction,
  unit,
} from '@tta/obs-instrumentation';

/** A step that shows in traces and metrics just as `step` does, one span each run, and does `body` instead. */
export function inPlaceOf<I, O>(
  step: PrimitiveLike<I, O>,
  body: StepFunction<I, O>,
): InstrumentedPrimitive<I, O> {
  return named(
    nameOf(step) ?? 'lambda',
    typeof step === 'function' ? body : { [unit]: { ...step[unit], body } },
  );
}

/** What a step does, without a span of its own. */
export function bodyOf<I, O>(step: PrimitiveLike<I, O>): StepFunction<I, O> {
  return typeof step === 'function' ? step : step[unit].body;
}
