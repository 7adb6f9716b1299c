import type { Page } from './rest.ts';

/** Failures that have one cause, as far as their type, message and stack tell. Times are since the Unix epoch. */
export interface ErrorGroup {
  /** Stays the same from one start of the service to the next. 16 lower-case hex digits. */
  readonly fingerprint: string;
  readonly serviceName: string;
  /** Type or code of the error; `null` where it has none. */
  readonly type: string | null;
  /** Of the newest of them. */
  readonly message: string | null;
  readonly category: string | null;
  /** Name of the span in which the newest of them arose. */
  readonly spanName: string;
  /** In the window that was asked for. */
  readonly count: number;
  /** Of all that are known. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  /** The newest of them. Its trace may be removed by now. */
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * `GET /api/errors?sinceMs=&untilMs=&service=&limit=&cursor=`: failures that ended from `sinceMs` to `untilMs` (milliseconds
 * since the Unix epoch; by default the last 24 hours), in whole hours, the most frequent first. Each counts where it arose,
 * and not again in the spans around it. `limit` is 1–500, by default 50. It counts what came in, also of traces that are
 * removed by now.
 */
export type ErrorGroupList = Page<ErrorGroup>;
