import {
  AggregationTemporality,
  type AggregationOption,
  AggregationType,
  type InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
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

type OnResult = Parameters<PushMetricExporter['export']>[1];

/** `ExportResultCode.FAILED` of `@opentelemetry/core`. */
const failed = 1;

/** The exporter until it is abandoned. */
class AbandonableExporter implements PushMetricExporter {
  readonly #exporter: PushMetricExporter;
  #giveUp: (() => void) | undefined;
  #isAbandoned = false;

  constructor(exporter: PushMetricExporter) {
    this.#exporter = exporter;
  }

  export(metrics: ResourceMetrics, onResult: OnResult): void {
    this.#giveUp = () => onResult({ code: failed, error: new Error('not sent before the shutdown ended') });
    if (this.#isAbandoned) this.#giveUp();
    else this.#exporter.export(metrics, onResult);
  }

  /** Ends the export under way for the reader, and all that come; its timer would keep the process alive. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#giveUp?.();
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  selectAggregation(type: InstrumentType): AggregationOption {
    return this.#exporter.selectAggregation?.(type) ?? { type: AggregationType.DEFAULT };
  }

  selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return this.#exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE;
  }
}

const defaults = { intervalMs: 60_000, timeoutMs: 30_000 };

/** @throws `OBS_ERR_INVALID_OPTION` */
export function periodicReader({ exporter, intervalMs = defaults.intervalMs, timeoutMs }: PeriodicExport): {
  reader: PeriodicExportingMetricReader;
  abandon: () => void;
} {
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
  const abandonable = new AbandonableExporter(exporter);
  return {
    reader: new PeriodicExportingMetricReader({
      exporter: abandonable,
      exportIntervalMillis: intervalMs,
      exportTimeoutMillis: limitMs,
    }),
    abandon: () => abandonable.abandon(),
  };
}

/** Timers take no more, and fire at once instead. */
function isDelay(ms: number): boolean {
  return ms > 0 && ms < 2 ** 31;
}
