import { isSpanId, isStatus, isTextOrNull, isTraceId } from './field-checks.ts';
import { either, is, isCount, isFinite, isFlag, isLength, isText, listOf, shape } from './json-shape.ts';
import type { LiveMessage } from './live.ts';
import { logShape } from './log-shape.ts';
import type { LogRecord } from './log.ts';
import { instrumentShape, pointShape } from './metric-shape.ts';
import type {
  Health,
  LogList,
  MetricList,
  MetricPointList,
  PinAnswer,
  PrimitiveStatsList,
  ProblemDetails,
  RetentionPreview,
  SpanDetailList,
  SpanList,
  TraceList,
  TranscriptList,
} from './rest.ts';
import { detailShape, documentShape, summaryShape } from './trace-shape.ts';
import { spanTranscriptShape } from './transcript-shape.ts';
import type { SpanDetail, TraceDocument, TraceSummary } from './trace.ts';

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
      logRecordCount: isCount,
      metricSeriesCount: isCount,
      dataPointCount: isCount,
      fileBytes: isCount,
      usedBytes: isCount,
    }),
  ),
  refused: shape({ requestCount: isCount, recordCount: isCount }),
});

const spanList = shape({
  items: listOf(
    shape({ traceId: isTraceId, spanId: isSpanId, name: isText, status: isStatus, startTimeMs: isFinite }),
  ),
  nextCursor: isTextOrNull,
});

const transcriptList = shape({ items: listOf(spanTranscriptShape), nextCursor: isTextOrNull });

const spanDetailList = shape({ items: listOf(detailShape), nextCursor: isTextOrNull });

const pinAnswer = shape({ traceId: isTraceId, isPinned: isFlag, pinnedCount: isCount, exemptCount: isCount });

const primitiveStatsList = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  items: listOf(
    shape({
      serviceName: isText,
      primitiveType: isText,
      name: isText,
      calls: isCount,
      errors: isCount,
      totalMs: isLength,
      p50Ms: isLength,
      p95Ms: isLength,
      p99Ms: isLength,
      maxMs: isLength,
    }),
  ),
});

const isFiniteOrNull = either(isFinite, is(null));
const retentionPreview = shape({
  traceCount: isCount,
  spanCount: isCount,
  bytes: isCount,
  oldestStartTimeMs: isFiniteOrNull,
  newestStartTimeMs: isFiniteOrNull,
  traceIds: listOf(isTraceId),
});

const traceList = shape({ items: listOf(summaryShape), nextCursor: isTextOrNull });

const logList = shape({ items: listOf(logShape), nextCursor: isTextOrNull });

const metricList = shape({ items: listOf(instrumentShape), nextCursor: isTextOrNull });

const metricPointList = shape({
  items: listOf(pointShape),
  nextCursor: isTextOrNull,
});

const problem = shape({
  type: isText,
  title: isText,
  status: (value) => isCount(value) && (value as number) >= 100 && (value as number) <= 599,
  detail: (value) => value === undefined || isText(value),
});

const hello = shape({ type: is('hello'), seq: isCount });
const changed = shape({ type: is('trace'), seq: isCount, trace: summaryShape });
const ofTrace = shape({ type: either(is('unmatched'), is('logs')), seq: isCount, traceId: isTraceId });

/** True for a {@link TraceSummary}. Like all guards here: never throws, allows fields it does not know. */
export function isTraceSummary(value: unknown): value is TraceSummary {
  return summaryShape(value);
}

/**
 * True for a {@link TraceDocument} that a reader can walk blindly: all columns are of one length, indices
 * are in range, and following `parentIndex` always ends.
 */
export function isTraceDocument(value: unknown): value is TraceDocument {
  return documentShape(value);
}

/** True for a {@link SpanDetail}. */
export function isSpanDetail(value: unknown): value is SpanDetail {
  return detailShape(value);
}

/** True for the answer of `GET /health`. */
export function isHealth(value: unknown): value is Health {
  return health(value);
}

/** True for the answer of `GET /api/spans`. */
export function isSpanList(value: unknown): value is SpanList {
  return spanList(value);
}

export function isSpanDetailList(value: unknown): value is SpanDetailList {
  return spanDetailList(value);
}

/** True for the answer of `GET /api/traces/{id}/transcript`. */
export function isTranscriptList(value: unknown): value is TranscriptList {
  return transcriptList(value);
}

export function isPrimitiveStatsList(value: unknown): value is PrimitiveStatsList {
  return primitiveStatsList(value);
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
  return logShape(value);
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
  return hello(value) || changed(value) || ofTrace(value);
}
