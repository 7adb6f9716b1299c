import { usageShape } from './ai-shape.ts';
import { isTextOrNull } from './field-checks.ts';
import { either, is, isCount, isFinite, isText, listOf, shape } from './json-shape.ts';

const groupKeys = shape({ key: isTextOrNull, provider: isTextOrNull });

export const usageReportShape = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  by: either(is('model'), is('provider'), is('service'), is('day')),
  total: usageShape,
  items: listOf((item) => usageShape(item) && groupKeys(item)),
});

export const sessionListShape = shape({
  items: listOf(
    shape({
      sessionId: isText,
      serviceName: isText,
      userId: isTextOrNull,
      firstTimeMs: isFinite,
      lastTimeMs: isFinite,
      traceCount: isCount,
      errorCount: isCount,
      usage: usageShape,
    }),
  ),
  nextCursor: isTextOrNull,
});
