import {
  isAttribute,
  isAttributes,
  isNanoseconds,
  isSpanId,
  isTextOrNull,
  isTraceId,
} from './field-checks.ts';
import { either, is, isCount, isText, shape } from './json-shape.ts';

export const logShape = shape({
  id: isCount,
  traceId: either(isTraceId, is(null)),
  spanId: either(isSpanId, is(null)),
  timeUnixNano: isNanoseconds,
  observedTimeUnixNano: either(isNanoseconds, is(null)),
  severityNumber: (value) => isCount(value) && (value as number) <= 24,
  severityText: isTextOrNull,
  body: (value) => isAttribute(value),
  eventName: isTextOrNull,
  attributes: isAttributes,
  droppedAttributesCount: isCount,
  flags: isCount,
  serviceName: isText,
  resource: isAttributes,
  scope: shape({ name: isText, version: isText }),
});
