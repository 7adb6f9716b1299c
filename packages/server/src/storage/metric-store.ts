import type { MetricList, MetricPointList } from '@tta/obs-protocol';
import type { MetricGroup } from '../otlp/metric-batch.ts';

export interface InstrumentQuery {
  /** 1–500. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface PointQuery {
  readonly name: string;
  readonly serviceName?: string;
  /** Earliest time of the data points, in milliseconds since the Unix epoch. */
  readonly sinceMs?: number;
  /** 1–500; a page has fewer data points when they are large. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface MetricLimits {
  /** Series beyond this number are removed, those first that have been silent for longest. */
  readonly maxSeries: number;
  /** Data points of one series beyond this number are removed, the oldest first. */
  readonly maxPointsPerSeries: number;
  /** Data points that arrived before are removed; milliseconds since the Unix epoch. */
  readonly receivedSinceMs: number;
  /** As long as all metrics together take more, data points are removed, those first that arrived first. */
  readonly maxBytes: number;
}

/** Where metrics are kept. */
export interface MetricStore {
  /**
   * Stores the data points. When the promise resolves they are committed.
   *
   * They have no ids: one that has the series, time, start and value of a stored one was sent twice and is
   * not stored again, whichever request it comes in. Where the sender gives no time, that of the arrival is
   * taken.
   */
  write(groups: readonly MetricGroup[]): Promise<void>;
  /**
   * The metrics of all services in the order of their names.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  list(query: InstrumentQuery): Promise<MetricList>;
  /**
   * The data points of the metrics of one name, series by series, each in order of time.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  points(query: PointQuery): Promise<MetricPointList>;
  /** How many series and data points are stored, of all metrics. */
  counts(): Promise<{ readonly metricSeriesCount: number; readonly dataPointCount: number }>;
  /** Removes a small portion of what is over the limits; resolves with true while there may be more. */
  prune(limits: MetricLimits): Promise<boolean>;
}
