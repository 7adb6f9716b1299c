import type {
  AttributesJson,
  MetricExemplar,
  MetricKind,
  MetricTemporality,
  MetricValue,
} from '@tta/obs-protocol';
import type { ExportBatch, ExportGroup, ExportOutline } from './export-batch.ts';

/** One data point as it was received, whichever encoding it came in. */
export interface ReceivedPoint {
  readonly attributes: AttributesJson;
  /** 0 when the sender does not know. */
  readonly timeUnixNano: bigint;
  /** Since when a sum or counts are kept; 0 when the sender does not say. */
  readonly startTimeUnixNano: bigint;
  readonly flags: number;
  /** Of the form that the kind of the metric asks for; `null` for a number that was not given. */
  readonly value: MetricValue;
  readonly exemplars: readonly MetricExemplar[];
}

/** A metric with those of its data points that can be stored, one at least. */
export interface ReceivedMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly metadata: AttributesJson;
  readonly kind: MetricKind;
  /** `null` for gauges and summaries, which have none. */
  readonly temporality: MetricTemporality | null;
  /** `false` for all but sums. */
  readonly isMonotonic: boolean;
  readonly points: readonly ReceivedPoint[];
}

export type MetricGroup = ExportGroup<ReceivedMetric>;
export type MetricBatch = ExportBatch<ReceivedMetric>;

export const METRICS_OUTLINE: ExportOutline = {
  resources: 'resourceMetrics',
  scopes: 'scopeMetrics',
  items: 'metrics',
};
