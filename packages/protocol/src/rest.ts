import type { LogRecord } from './log.ts';
import type { TraceSummary } from './trace.ts';

/** `GET /health`. */
export interface Health {
  readonly status: 'ok';
  /** Version of the service. */
  readonly version: string;
  readonly uptimeMs: number;
  /** Where traces are kept. */
  readonly databasePath: string;
  readonly traceCount: number;
  readonly spanCount: number;
}

/** A page of a list. `nextCursor` is `null` on the last page and otherwise goes into `?cursor=`. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** `GET /api/traces?limit=&cursor=`: newest first. `limit` is 1–500, by default 50. */
export type TraceList = Page<TraceSummary>;

/**
 * `GET /api/traces/{id}/logs?spanId=&minSeverity=&limit=&cursor=`: the log records of a trace, or of up to 10
 * of its spans, in order of time, and `GET /api/logs?traceId=&minSeverity=&limit=&cursor=`: all log records,
 * newest first. `limit` is 1–500, by default 50, and a page of large records has fewer; `minSeverity` a
 * severity number from 1 to 24.
 */
export type LogList = Page<LogRecord>;

/** The body of every error answer of the REST interface (RFC 9457, `application/problem+json`). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened and what to do about it. */
  readonly detail?: string;
}
