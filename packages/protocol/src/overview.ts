import type { AiUsage } from './usage.ts';

/**
 * `GET /api/metrics/summary?sinceMs=&untilMs=&service=`: how runs did that began from `sinceMs` to `untilMs` (milliseconds since the
 * Unix epoch; by default the last hour). Of windows beyond six hours only whole hours are known. It counts what came in,
 * also of traces that are removed by now.
 */
export interface MetricsSummary {
  /** The beginning of the minute or hour that the window begins in. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Also runs whose root has not come, with the status that they have so far. */
  readonly traceCount: number;
  /** Of them, those that failed or ran out of time. */
  readonly errorCount: number;
  /** Runs of which spans came within the last 30 seconds but not yet the root. */
  readonly activeCount: number;
  /** Of whole runs; `null` without any. At most 1 % wrong. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** In whole hours where the window is of minutes: tokens and costs are summed up by the hour. */
  readonly usage: AiUsage;
}

/**
 * `GET /api/metrics/timeseries?sinceMs=&untilMs=&service=&points=`: how runs did, as {@link MetricsSummary} counts
 * them, in up to `points` (1–500, by default 60) steps of one length, for charts. Arrays are parallel.
 */
export interface MetricsTimeSeries {
  /** Beginning of the first step. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stepMs: number;
  readonly traceCount: readonly number[];
  readonly errorCount: readonly number[];
  readonly p50Ms: readonly (number | null)[];
  readonly p95Ms: readonly (number | null)[];
}
