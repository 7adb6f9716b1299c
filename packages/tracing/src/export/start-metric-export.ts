import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Batch } from './backlog.ts';
import type { OtlpEndpoint, OtlpProtocol } from './destination.ts';
import type { ExportCounts } from './export-counts.ts';
import { ExportQueue } from './export-queue.ts';
import { type ExportSurroundings, queueSurroundings } from './export-surroundings.ts';
import {
  aggregationOf,
  checkPreferences,
  type HistogramAggregation,
  type MetricPreferences,
  type TemporalityPreference,
  temporalityOf,
} from './metric-preference.ts';
import { otlpDelivery, type OtlpDelivery } from './otlp-delivery.ts';
import { encodeMetrics, type ResourceMetrics } from './otlp-encoding.ts';
import { toError } from './to-error.ts';

/** Somewhere that takes metrics by OTLP: `url` is `http://127.0.0.1:8765/v1/metrics`, or host and port of gRPC. */
export interface MetricDestination extends OtlpEndpoint, MetricPreferences {}

/**
 * Metrics on their way to one destination; a `PushMetricExporter` for the `PeriodicExportingMetricReader` of
 * `@opentelemetry/sdk-metrics`. None of its methods throws or rejects.
 */
export interface MetricExport {
  /**
   * Encodes the metrics as they are now and queues them. Calls `done` at once: with success for what is queued,
   * since from there on it is sent, kept or counted as dropped; with failure for what cannot be encoded or comes
   * after the shutdown.
   */
  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void;
  /** Resolves when everything exported so far was sent, kept or dropped. */
  forceFlush(): Promise<void>;
  /** {@link MetricExport.stop} within 3 seconds. */
  shutdown(): Promise<void>;
  /** The `AggregationTemporality` for an `InstrumentType`. */
  selectAggregationTemporality(instrumentType: string): ReturnType<typeof temporalityOf>;
  /** The `AggregationOption` for an `InstrumentType`. */
  selectAggregation(instrumentType: string): ReturnType<typeof aggregationOf>;
  /** What became of the data points so far. */
  readonly counts: ExportCounts;
  /**
   * Sends what is queued and closes. What is not sent within `limitMs` stays on disk where the destination has
   * a spool, else it is dropped.
   */
  stop(limitMs: number): Promise<void>;
  /**
   * The same while the process is ending and its event loop turns no more; blocks it until then. Of an export
   * under way it cannot be known whether it arrives: with `cumulative` points it is repeated, with others dropped.
   */
  finishNow(limitMs: number): void;
}

/** Exports that may wait; their bytes are bounded as well. */
const queueExports = 1_024;

/**
 * Starts the export of metrics to one destination, on the way that spans take: one request an export, in
 * order; what the destination does not take now waits, in memory up to 16 MiB or on disk where it has a spool,
 * so that no delta is lost while it is away. Nothing of it keeps the process alive.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a destination that cannot be used.
 */
export function startMetricExport(
  destination: MetricDestination,
  surroundings: ExportSurroundings,
): MetricExport {
  checkPreferences(destination.name, destination);
  const delivery = otlpDelivery(destination, 'metrics', queueSurroundings(surroundings), (count, error) =>
    queue.drop(count, error),
  );
  const queue = new MetricQueue(destination, delivery);
  queue.start();
  return queue;
}

/** Of exports that are encoded already: the SDK reuses what it has collected. */
class MetricQueue extends ExportQueue<Batch, Uint8Array> implements MetricExport {
  readonly #protocol: OtlpProtocol | undefined;
  readonly #temporality: TemporalityPreference;
  readonly #histogramAggregation: HistogramAggregation;

  constructor(destination: MetricDestination, delivery: OtlpDelivery) {
    const { protocol, temporality, histogramAggregation } = destination;
    super({
      ...delivery,
      encode: (exports) => Buffer.concat(exports.map(({ body }) => body)),
      sizeOf: ({ body }) => body.byteLength,
      countOf: ({ count }) => count,
      flushMs: 0,
      queueItems: queueExports,
      batchItems: 1,
      // Deltas add up; of cumulative points the last one counts.
      isRepeatable: temporality === undefined || temporality === 'cumulative',
    });
    this.#protocol = protocol;
    this.#temporality = temporality ?? 'cumulative';
    this.#histogramAggregation = histogramAggregation ?? 'explicit_bucket_histogram';
  }

  export(metrics: ResourceMetrics, done: (result: ExportResult) => void): void {
    done(this.#queue(metrics));
  }

  selectAggregationTemporality(instrumentType: string): ReturnType<typeof temporalityOf> {
    return temporalityOf(this.#temporality, instrumentType);
  }

  selectAggregation(instrumentType: string): ReturnType<typeof aggregationOf> {
    return aggregationOf(this.#histogramAggregation, instrumentType);
  }

  #queue(metrics: ResourceMetrics): ExportResult {
    let count = 0;
    try {
      count = countPoints(metrics);
      // A collection without points tells nothing.
      if (count === 0 || this.add({ body: encodeMetrics(metrics, this.#protocol), count }))
        return { code: ExportResultCode.SUCCESS };
      return { code: ExportResultCode.FAILED, error: new Error('the export is stopped') };
    } catch (fault) {
      const error = toError(fault);
      this.drop(count, error);
      return { code: ExportResultCode.FAILED, error };
    }
  }
}

function countPoints({ scopeMetrics }: ResourceMetrics): number {
  let count = 0;
  for (const { metrics } of scopeMetrics) for (const { dataPoints } of metrics) count += dataPoints.length;
  return count;
}
