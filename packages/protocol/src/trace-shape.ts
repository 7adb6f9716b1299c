import { isAttributes, isNanoseconds, isSpanId, isStatus, isTextOrNull, isTraceId } from './field-checks.ts';
import {
  either,
  is,
  isCount,
  isFinite,
  isFlag,
  isLength,
  isText,
  listOf,
  shape,
  type Check,
} from './json-shape.ts';
import type { AiSpanColumns, SpanColumns, TraceDocument } from './trace.ts';
import { aiSpanShape, usageShape } from './ai-shape.ts';
import { primitiveColumnsShape } from './primitive-facts-shape.ts';
import type { PrimitiveFactColumns } from './primitive-facts.ts';

const isKind: Check = (value) => isCount(value) && (value as number) <= 0x7fffffff;
const isStatusCode: Check = (value) => value === 0 || value === 1 || value === 2;

export const summaryShape = shape({
  traceId: isTraceId,
  name: isText,
  serviceName: isText,
  status: isStatus,
  startTimeMs: isFinite,
  durationMs: isLength,
  spanCount: isCount,
  errorCount: isCount,
  hasRoot: isFlag,
  isPartial: isFlag,
  isPinned: isFlag,
  sessionId: isTextOrNull,
  userId: isTextOrNull,
  usage: either(usageShape, is(null)),
  seq: isCount,
});

const isCountOrNull = either(isCount, is(null));
const isLengthOrNull = either(isLength, is(null));

const aiColumnsShape = shape({
  span: listOf(isCount),
  operation: listOf(isText),
  provider: listOf(isTextOrNull),
  model: listOf(isTextOrNull),
  inputTokens: listOf(isCountOrNull),
  outputTokens: listOf(isCountOrNull),
  cacheReadTokens: listOf(isCountOrNull),
  costUsd: listOf(isLengthOrNull),
  costSource: listOf(isTextOrNull),
  priceTable: listOf(isTextOrNull),
  countsTokens: listOf(isFlag),
  countsCost: listOf(isFlag),
  timeToFirstChunkMs: listOf(isLengthOrNull),
  finishReasons: listOf(listOf(isText)),
  tool: listOf(isTextOrNull),
  agent: listOf(isTextOrNull),
});

const columns = shape({
  spanId: listOf(isSpanId),
  parentIndex: listOf(Number.isSafeInteger),
  parentSpanId: listOf(either(isSpanId, is(null))),
  name: listOf(isText),
  kind: listOf(isKind),
  startMs: listOf(isFinite),
  durationMs: listOf(isLength),
  status: listOf(isStatus),
  statusMessage: listOf(isTextOrNull),
  primitiveType: listOf(isTextOrNull),
  label: listOf(isTextOrNull),
  service: listOf(isCount),
  ai: aiColumnsShape,
  primitives: primitiveColumnsShape,
});

const outline = shape({ summary: summaryShape, services: listOf(isText), spans: columns });

/** The outline of a {@link TraceDocument}, and that a reader can walk it blindly. */
export const documentShape: Check = (value) => {
  if (!outline(value)) return false;
  const { services, spans } = value as TraceDocument;
  return (
    haveOneLength(spans, spans.spanId.length) &&
    haveOneLength(spans.ai, spans.ai.span.length) &&
    spans.ai.span.every((index) => index < spans.spanId.length) &&
    haveOneLength(spans.primitives, spans.primitives.span.length) &&
    spans.primitives.span.every((index) => index < spans.spanId.length) &&
    spans.service.every((index) => index < services.length) &&
    isForest(spans.parentIndex)
  );
};

export const detailShape = shape({
  traceId: isTraceId,
  spanId: isSpanId,
  parentSpanId: either(isSpanId, is(null)),
  name: isText,
  kind: isKind,
  startTimeUnixNano: isNanoseconds,
  endTimeUnixNano: isNanoseconds,
  status: isStatus,
  statusCode: isStatusCode,
  statusMessage: isTextOrNull,
  ai: either(aiSpanShape, is(null)),
  attributes: isAttributes,
  traceState: isTextOrNull,
  flags: isCount,
  droppedAttributesCount: isCount,
  events: listOf(
    shape({
      name: isText,
      timeMs: isFinite,
      timeUnixNano: isNanoseconds,
      attributes: isAttributes,
      droppedAttributesCount: isCount,
    }),
  ),
  droppedEventsCount: isCount,
  links: listOf(
    shape({
      traceId: isTraceId,
      spanId: isSpanId,
      attributes: isAttributes,
      traceState: isTextOrNull,
      flags: isCount,
      droppedAttributesCount: isCount,
    }),
  ),
  droppedLinksCount: isCount,
  resource: isAttributes,
  scope: shape({ name: isText, version: isText, attributes: isAttributes }),
});

function haveOneLength(columns: SpanColumns | AiSpanColumns | PrimitiveFactColumns, count: number): boolean {
  return Object.values(columns).every((column) => !Array.isArray(column) || column.length === count);
}

/** Walks each span once: a span is settled when its ancestors are known to end at -1. */
function isForest(parents: readonly number[]): boolean {
  const settledBy = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (index !== -1) {
      const parent = parents[index];
      if (parent === undefined || parent < -1) return false;
      if (settledBy[index] === start + 1) return false;
      if (settledBy[index] !== 0) break;
      settledBy[index] = start + 1;
      index = parent;
    }
  }
  return true;
}
