import {
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { InvalidOptionError } from '@tta/obs-context';

/** Sends metrics at intervals. */
export interface PeriodicExport {
  /** Decides on temporality and aggregation by its preferences; it is shut down with the metrics. */
  readonly exporter: PushMetricExporter;
  /** Milliseconds from one export to the next. @defaultValue 60000 */
  readonly intervalMs?: number;
  /** Milliseconds that an export may take, at most the interval. @defaultValue 30000, or the interval if less */
  readonly timeoutMs?: number;
}

const defaults = { intervalMs: 60_000, timeoutMs: 30_000 };

/** @throws `OBS_ERR_INVALID_OPTION` */
export function periodicReader({
  exporter,
  intervalMs = defaults.intervalMs,
  timeoutMs,
}: PeriodicExport): MetricReader {
  if (!isDelay(intervalMs)) {
    throw new InvalidOptionError(
      `startMetrics: intervalMs of an exporter is ${intervalMs}; it has to be milliseconds above 0: 60000`,
    );
  }
  const limitMs = timeoutMs ?? Math.min(defaults.timeoutMs, intervalMs);
  if (!isDelay(limitMs) || limitMs > intervalMs) {
    throw new InvalidOptionError(
      `startMetrics: timeoutMs of an exporter is ${limitMs}; it has to be milliseconds above 0 and at most the interval, ${intervalMs}`,
    );
  }
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: limitMs,
  });
}

/** Timers take no more, and fire at once instead. */
function isDelay(ms: number): boolean {
  return ms > 0 && ms < 2 ** 31;
}
