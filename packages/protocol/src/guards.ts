import {
  either,
  is,
  isCount,
  isFinite,
  isFlag,
  isLength,
  isObject,
  isText,
  listOf,
  matches,
  shape,
  type Check,
} from './json-shape.ts';
import type { LiveMessage } from './live.ts';
import type { LogRecord } from './log.ts';
import type { HistogramValue } from './metric.ts';
import type {
  Health,
  LogList,
  MetricList,
  MetricPointList,
  PinAnswer,
  ProblemDetails,
  RetentionPreview,
  SpanList,
  TraceList,
} from './rest.ts';
import type { SpanColumns, SpanDetail, TraceDocument, TraceSummary } from './trace.ts';

/** Deeper attribute values are refused: the service stores 64 levels, and a guard must not exhaust the stack. */
const ATTRIBUTE_DEPTH_LIMIT = 100;

const isTraceId = matches(/^[0-9a-f]{32}$/);
const isSpanId = matches(/^[0-9a-f]{16}$/);
const isNanoseconds = matches(/^[0-9]{1,20}$/);
const isStatus = either(is('success'), is('error'), is('timeout'), is('cancelled'), is('suspended'));
const isTextOrNull = either(isText, is(null));
const isKind: Check = (value) => isCount(value) && (value as number) <= 0x7fffffff;
const isStatusCode: Check = (value) => value === 0 || value === 1 || value === 2;

function isAttribute(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= ATTRIBUTE_DEPTH_LIMIT) return false;
  return Object.values(value).every((item) => isAttribute(item, depth + 1));
}

const isAttributes: Check = (value) => isObject(value) && isAttribute(value);

const summary = shape({
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
  seq: isCount,
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
});

const documentShape = shape({ summary, services: listOf(isText), spans: columns });

const detail = shape({
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

const logRecord = shape({
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

const isNumber = either(isFinite, matches(/^(?:NaN|-?Infinity|-?[0-9]{1,20})$/));
const isNumberOrNull = either(isNumber, is(null));
const isTemporality = either(is('unspecified'), is('delta'), is('cumulative'), is(null));

const metricIdentity = {
  name: isText,
  unit: isText,
  temporality: isTemporality,
  isMonotonic: isFlag,
  serviceName: isText,
  scope: shape({ name: isText, version: isText }),
};

const instrument = shape({
  ...metricIdentity,
  kind: either(is('gauge'), is('sum'), is('histogram'), is('exponentialHistogram'), is('summary')),
  description: isText,
  metadata: isAttributes,
  seriesCount: isCount,
  pointCount: isCount,
  newestTimeUnixNano: isNanoseconds,
});

const point = shape({
  ...metricIdentity,
  timeUnixNano: isNanoseconds,
  startTimeUnixNano: either(isNanoseconds, is(null)),
  flags: isCount,
  attributes: isAttributes,
  exemplars: listOf(
    shape({
      timeUnixNano: isNanoseconds,
      value: isNumberOrNull,
      traceId: either(isTraceId, is(null)),
      spanId: either(isSpanId, is(null)),
      filteredAttributes: isAttributes,
    }),
  ),
  resource: isAttributes,
});

const range = { count: isNumber, sum: isNumberOrNull, min: isNumberOrNull, max: isNumberOrNull };
const histogram = shape({ ...range, bucketCounts: listOf(isNumber), explicitBounds: listOf(isNumber) });
const buckets = shape({ offset: Number.isSafeInteger, bucketCounts: listOf(isNumber) });

/** Kind and value of a data point. */
const measurement = either(
  shape({ kind: either(is('gauge'), is('sum')), value: isNumberOrNull }),
  shape({
    kind: is('histogram'),
    value: (value) => histogram(value) && haveMatchingBounds(value as HistogramValue),
  }),
  shape({
    kind: is('exponentialHistogram'),
    value: shape({
      ...range,
      scale: Number.isSafeInteger,
      zeroCount: isNumber,
      zeroThreshold: isNumber,
      positive: buckets,
      negative: buckets,
    }),
  }),
  shape({
    kind: is('summary'),
    value: shape({
      count: isNumber,
      sum: isNumber,
      quantiles: listOf(shape({ quantile: isNumber, value: isNumber })),
    }),
  }),
);

const health = shape({
  status: either(is('ok'), is('failing')),
  problem: isTextOrNull,
  version: isText,
  uptimeMs: isLength,
  ports: listOf(isCount),
  databasePath: isText,
  queuedBytes: isCount,
  retention: shape({ maxTraces: isCount, retentionHours: isLength, maxBytes: isCount }),
  stored: either(
    is(null),
    shape({
      traceCount: isCount,
      spanCount: isCount,
      pinnedCount: isCount,
      fileBytes: isCount,
      usedBytes: isCount,
    }),
  ),
});

const spanList = shape({
  items: listOf(
    shape({ traceId: isTraceId, spanId: isSpanId, name: isText, status: isStatus, startTimeMs: isFinite }),
  ),
  nextCursor: isTextOrNull,
});

const pinAnswer = shape({ traceId: isTraceId, isPinned: isFlag, pinnedCount: isCount, exemptCount: isCount });

const isFiniteOrNull = either(isFinite, is(null));
const retentionPreview = shape({
  traceCount: isCount,
  spanCount: isCount,
  bytes: isCount,
  oldestStartTimeMs: isFiniteOrNull,
  newestStartTimeMs: isFiniteOrNull,
  traceIds: listOf(isTraceId),
});

const traceList = shape({ items: listOf(summary), nextCursor: isTextOrNull });

const logList = shape({ items: listOf(logRecord), nextCursor: isTextOrNull });

const metricList = shape({ items: listOf(instrument), nextCursor: isTextOrNull });

const metricPointList = shape({
  items: listOf((value) => point(value) && measurement(value)),
  nextCursor: isTextOrNull,
});

const problem = shape({
  type: isText,
  title: isText,
  status: (value) => isCount(value) && (value as number) >= 100 && (value as number) <= 599,
  detail: (value) => value === undefined || isText(value),
});

const hello = shape({ type: is('hello'), seq: isCount });
const changed = shape({ type: is('trace'), seq: isCount, trace: summary });
const logged = shape({ type: is('logs'), seq: isCount, traceId: isTraceId });

/** True for a {@link TraceSummary}. Like all guards here: never throws, allows fields it does not know. */
export function isTraceSummary(value: unknown): value is TraceSummary {
  return summary(value);
}

/**
 * True for a {@link TraceDocument} that a reader can walk blindly: all columns are of one length, indices
 * are in range, and following `parentIndex` always ends.
 */
export function isTraceDocument(value: unknown): value is TraceDocument {
  if (!documentShape(value)) return false;
  const { services, spans } = value as TraceDocument;
  return (
    haveOneLength(spans) &&
    spans.service.every((index) => index < services.length) &&
    isForest(spans.parentIndex)
  );
}

/** True for a {@link SpanDetail}. */
export function isSpanDetail(value: unknown): value is SpanDetail {
  return detail(value);
}

/** True for the answer of `GET /health`. */
export function isHealth(value: unknown): value is Health {
  return health(value);
}

/** True for the answer of `GET /api/spans`. */
export function isSpanList(value: unknown): value is SpanList {
  return spanList(value);
}

/** True for the answer of `PUT` and `DELETE /api/traces/{id}/pin`. */
export function isPinAnswer(value: unknown): value is PinAnswer {
  return pinAnswer(value);
}

/** True for the answer of `POST /api/cleanup`. */
export function isRetentionPreview(value: unknown): value is RetentionPreview {
  return retentionPreview(value);
}

/** True for the answer of `GET /api/traces`. */
export function isTraceList(value: unknown): value is TraceList {
  return traceList(value);
}

/** True for a {@link LogRecord}. */
export function isLogRecord(value: unknown): value is LogRecord {
  return logRecord(value);
}

/** True for the answer of `GET /api/traces/{id}/logs` and of `GET /api/logs`. */
export function isLogList(value: unknown): value is LogList {
  return logList(value);
}

/** True for the answer of `GET /api/metrics`. */
export function isMetricList(value: unknown): value is MetricList {
  return metricList(value);
}

/** True for the answer of `GET /api/metrics/points`; each histogram has as many buckets as its bounds ask for. */
export function isMetricPointList(value: unknown): value is MetricPointList {
  return metricPointList(value);
}

/** True for the body of an error answer. */
export function isProblemDetails(value: unknown): value is ProblemDetails {
  return problem(value);
}

/** True for a message of `/ws/traces`. */
export function isLiveMessage(value: unknown): value is LiveMessage {
  return hello(value) || changed(value) || logged(value);
}

function haveMatchingBounds({ bucketCounts, explicitBounds }: HistogramValue): boolean {
  const bounds = explicitBounds.length;
  return bucketCounts.length === bounds + 1 || (bucketCounts.length === 0 && bounds === 0);
}

function haveOneLength(spans: SpanColumns): boolean {
  const count = spans.spanId.length;
  return Object.values(spans).every((column) => !Array.isArray(column) || column.length === count);
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
