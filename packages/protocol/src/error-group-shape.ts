import { isSpanId, isTextOrNull, isTraceId } from './field-checks.ts';
import { isCount, isFinite, isText, listOf, matches, shape } from './json-shape.ts';

export const errorGroupListShape = shape({
  items: listOf(
    shape({
      fingerprint: matches(/^[0-9a-f]{16}$/),
      serviceName: isText,
      type: isTextOrNull,
      message: isTextOrNull,
      category: isTextOrNull,
      spanName: isText,
      count: isCount,
      firstTimeMs: isFinite,
      lastTimeMs: isFinite,
      traceId: isTraceId,
      spanId: isSpanId,
    }),
  ),
  nextCursor: isTextOrNull,
});
