import type { LogRecord } from './log.ts';
import type { MetricInstrument, MetricPoint } from './metric.ts';
import type { QueryProblem } from './query/query-node.ts';
import type { SpanDetail, SpanHit, SpanTranscript, TraceSummary } from './trace.ts';

/** `GET /health`: 200, or 503 while the service cannot store what it is sent or answer what is stored. */
export interface Health {
  readonly status: 'ok' | 'failing';
  /** What fails; `null` when nothing does. */
  readonly problem: string | null;
  /** Version of the service. */
  readonly version: string;
  readonly uptimeMs: number;
  /** The ports that it listens on, the one of the page first. */
  readonly ports: readonly number[];
  /** Where traces are kept. */
  readonly databasePath: string;
  /** What is sent and not stored yet. */
  readonly queuedBytes: number;
  readonly retention: RetentionSettings;
  /** What is stored; `null` while that cannot be told. */
  readonly stored: StoredTotals | null;
  readonly refused: RefusedCounts;
}

/** What the service was sent since its start and did not take. */
export interface RefusedCounts {
  /** Requests that were answered with an error; questions without the token or for what is not there do not count. */
  readonly requestCount: number;
  /** Spans, log records and data points that were left out of requests that were taken. */
  readonly recordCount: number;
}

/** What the service holds. */
export interface StoredTotals {
  readonly traceCount: number;
  readonly spanCount: number;
  readonly pinnedCount: number;
  readonly logRecordCount: number;
  /** Series of all metrics, and their data points. */
  readonly metricSeriesCount: number;
  readonly dataPointCount: number;
  /** What the database takes on disk. */
  readonly fileBytes: number;
  /** Of it, what is in use; the rest is used again before the file grows. */
  readonly usedBytes: number;
}

/** What retention keeps. */
export interface RetentionSettings {
  /** Traces beyond this number are removed, those that have not changed for longest first. */
  readonly maxTraces: number;
  /** Traces that have not changed for so long are removed, and log records without a trace that are as old. */
  readonly retentionHours: number;
  /** What the database may take on disk. */
  readonly maxBytes: number;
}

/** A page of a list. `nextCursor` is `null` on the last page and otherwise goes into `?cursor=`. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * `GET /api/traces?query=&limit=&cursor=`: those that a query finds, by default all, newest first. `limit` is 1–500, by
 * default 50. A page may be short, or empty, though there is a `nextCursor`: the service has looked as far as a prompt answer
 * allows. How far that was, the cursor tells: it begins with the start of the trace at which the page ended, in nanoseconds
 * since the Unix epoch, and a `-`. A query that cannot be understood is answered with 400 and {@link QueryProblemDetails}.
 */
export type TraceList = Page<TraceSummary>;

/**
 * `GET /api/traces/{id}/logs?spanId=&minSeverity=&limit=&cursor=`: the log records of a trace, or of up to 10
 * of its spans, in order of time, and `GET /api/logs?traceId=&minSeverity=&limit=&cursor=`: all log records,
 * newest first. `limit` is 1–500, by default 50, and a page of large records has fewer; `minSeverity` a
 * severity number from 1 to 24.
 */
export type LogList = Page<LogRecord>;

/** `GET /api/metrics?limit=&cursor=`: the metrics of all services by name. `limit` is 1–500, by default 50. */
export type MetricList = Page<MetricInstrument>;

/**
 * `GET /api/metrics/points?name=&service=&sinceMs=&limit=&cursor=`: the data points of the metrics of that
 * name, one series after the other, each in order of time. `sinceMs` is the earliest time in milliseconds
 * since the Unix epoch; `limit` is 1–500, by default 50, and a page of large data points has fewer.
 */
export type MetricPointList = Page<MetricPoint>;

/** The body of every error answer of the REST interface (RFC 9457, `application/problem+json`). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened and what to do about it. */
  readonly detail?: string;
}

/** Why a query was refused. */
export interface QueryProblemDetails extends ProblemDetails {
  readonly problems: readonly QueryProblem[];
}

/** A value that is stored, and in how many of the spans that were looked at. */
export interface QueryValue {
  readonly value: string;
  readonly count: number;
}

/**
 * `GET /api/query/values?field=&beginning=&limit=`: values of a field that begin so, in any case, and `GET
 * /api/query/attributes?beginning=&limit=`: keys of attributes. Of the newest traces, as many as a prompt answer allows,
 * the most frequent first. `limit` is 1–500, by default 50. They answer the requests of `completeQuery`.
 */
export interface QueryValueList {
  readonly items: readonly QueryValue[];
}

/**
 * `GET /api/traces/{id}/transcript?limit=&cursor=`: what was said in the spans of AI programs, in order of time. `limit` is
 * 1–500, by default 50, and a page of long ones has fewer.
 */
export type TranscriptList = Page<SpanTranscript>;

/**
 * `GET /api/traces/{id}/spans?limit=&cursor=`: the spans of a trace with all that was received of them, in the order of
 * their ids. `limit` is 1–500, by default 50, and a page of large spans has fewer.
 */
export type SpanDetailList = Page<SpanDetail>;

/**
 * `GET /api/spans?text=&limit=&cursor=`: the spans in whose texts all words of `text` (1–1000 characters) occur, newest
 * first; up to 5,000 of them, page by page. Spans that come in meanwhile move the others to later pages.
 */
export type SpanList = Page<SpanHit>;

/** `PUT` and `DELETE /api/traces/{id}/pin`: the pinned traces after it. */
export interface PinAnswer {
  readonly traceId: string;
  readonly isPinned: boolean;
  /** All pinned traces. */
  readonly pinnedCount: number;
  /** Of them, those that retention spares: the newest ones, until they take half of `maxBytes`. */
  readonly exemptCount: number;
}

/**
 * `GET /api/primitives/stats?sinceMs=&untilMs=&service=`: how the primitives did whose executions ended from `sinceMs` to
 * `untilMs` (milliseconds since the Unix epoch; by default the last hour), those with the most time in them first. Of
 * windows beyond six hours only whole hours are known. It counts what came in, also of traces that are removed by now.
 */
export interface PrimitiveStatsList {
  /** The beginning of the minute or hour that the window begins in: from there on is counted. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly items: readonly PrimitiveStats[];
}

/** Executions of one primitive of one service, in all of its versions. Times are milliseconds. */
export interface PrimitiveStats {
  readonly serviceName: string;
  /** `retry`, `sequential`, … */
  readonly primitiveType: string;
  /**
   * Its own name. Beyond 500 names of a version in an hour, or 2,000 of all services, further ones are counted together, as
   * `_other`; beyond 500 of these, all of them as one that has this name for its service and type as well.
   */
  readonly name: string;
  readonly calls: number;
  /** Of them, those that failed or ran out of time. */
  readonly errors: number;
  readonly totalMs: number;
  /** At most 1 % wrong, as the other percentiles. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What retention would remove: `POST /api/cleanup` with `{ "preview": true }`, or has removed, without it. */
export interface RetentionPreview {
  readonly traceCount: number;
  readonly spanCount: number;
  /** About what the file would take less. */
  readonly bytes: number;
  /** Start of the oldest and of the newest of these traces, in milliseconds since the Unix epoch. */
  readonly oldestStartTimeMs: number | null;
  readonly newestStartTimeMs: number | null;
  /** The first 100 of them, in the order in which they would be removed. */
  readonly traceIds: readonly string[];
}
