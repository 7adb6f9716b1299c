import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { attributeNames as names } from '@tta/obs-context';

/** On the span of a step whose telemetry is to be lost. */
export const lostAttribute = 'testing.lost';

/** The spans without those that are lost: a step's own, and that of the edge which leads to it. */
export function withoutLost(spans: readonly ReadableSpan[]): readonly ReadableSpan[] {
  const lost = spans.filter(({ attributes }) => attributes[lostAttribute] === true);
  if (lost.length === 0) return spans;
  const own = new Set(lost);
  const above = new Set(lost.map(({ parentSpanContext }) => parentSpanContext?.spanId));
  return spans.filter((span) => !own.has(span) && !(isEdge(span) && above.has(span.spanContext().spanId)));
}

/** The span of a step alone: where steps have none, what they say is on the span of a primitive. */
function isEdge({ attributes }: ReadableSpan): boolean {
  return attributes[names.stepPrimitiveType] !== undefined && attributes[names.primitiveType] === undefined;
}
