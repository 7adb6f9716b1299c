import {
  type InstrumentedPrimitive,
  type PrimitiveLike,
  requireStep,
  type StepFunction,
} from '@tta/obs-instrumentation';
import { bodyOf, inPlaceOf } from '../internal/in-place-of.ts';
import { lostAttribute } from '../recording/lost-spans.ts';

/**
 * A step whose spans are lost, as those of a process that is killed before it could send them. The run is unharmed.
 *
 * Lost, to traces of `observe`: the span of the step with its attributes and events, and the span of the edge which
 * leads to it. Kept: the spans of what the step calls, which become orphans, as their parent is missing; links to the
 * edge, which point nowhere; log lines, which name a span that is missing; and all points of metrics. Telemetry that
 * goes elsewhere keeps the span, marked with the attribute `testing.lost`.
 *
 * @throws `OBS_ERR_INVALID_COMPOSITION` when `step` is none.
 */
export function dropTelemetry<I, O>(step: StepFunction<I, O>): StepFunction<I, O>;
export function dropTelemetry<I, O, Chunk>(
  step: InstrumentedPrimitive<I, O, Chunk>,
): InstrumentedPrimitive<I, O, Chunk>;
export function dropTelemetry<I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>): PrimitiveLike<I, O, Chunk>;
export function dropTelemetry<I, O, Chunk>(step: PrimitiveLike<I, O, Chunk>): PrimitiveLike<I, O, Chunk> {
  requireStep(step, 'faults.dropTelemetry: the step');
  const body = bodyOf(step);
  return inPlaceOf(step, (input: I, scope) => {
    scope.attr(lostAttribute, true);
    return body(input, scope);
  });
}
