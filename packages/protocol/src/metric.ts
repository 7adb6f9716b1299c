import type { AttributesJson } from './trace.ts';

/** What a metric measures with; the names are those of the OTLP fields that hold its data points. */
export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';

/** What a sum or a histogram counts from: the point before, or its start. */
export type MetricTemporality = 'unspecified' | 'delta' | 'cumulative';

/** A number as JSON holds it: `NaN`, `Infinity`, `-Infinity` and integers beyond 2^53 are text. */
export type NumberJson = number | string;

/** Sum, smallest and largest of the measured values; `null` where the sender gave none. */
interface ValueRange {
  readonly sum: NumberJson | null;
  readonly min: NumberJson | null;
  readonly max: NumberJson | null;
}

export interface HistogramValue extends ValueRange {
  readonly count: NumberJson;
  /** One more than there are bounds, or none: bucket `i` reaches over (bound `i-1`, bound `i`]. */
  readonly bucketCounts: readonly NumberJson[];
  readonly explicitBounds: readonly NumberJson[];
}

/** Buckets of an exponential histogram: number `i` reaches over (base^(offset+i), base^(offset+i+1)]. */
export interface ExponentialBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly NumberJson[];
}

export interface ExponentialHistogramValue extends ValueRange {
  readonly count: NumberJson;
  /** The base of the buckets is 2^(2^-scale). */
  readonly scale: number;
  /** How many values are as close to zero as `zeroThreshold`. */
  readonly zeroCount: NumberJson;
  readonly zeroThreshold: NumberJson;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

export interface SummaryValue {
  readonly count: NumberJson;
  readonly sum: NumberJson;
  /** `quantile` is 0–1. */
  readonly quantiles: readonly { readonly quantile: NumberJson; readonly value: NumberJson }[];
}

/** A measurement that stands for those of its data point, and the span it was made in. */
export interface MetricExemplar {
  /** Nanoseconds since the Unix epoch, in decimal. */
  readonly timeUnixNano: string;
  readonly value: NumberJson | null;
  /** `null` for a measurement outside of any trace. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  /** What was measured with the value and is no attribute of the data point. */
  readonly filteredAttributes: AttributesJson;
}

/** What the data points of a metric have in common. */
interface MetricIdentity {
  readonly name: string;
  readonly unit: string;
  /** `null` for gauges and summaries. */
  readonly temporality: MetricTemporality | null;
  /** Whether it only grows; `false` for all but sums. */
  readonly isMonotonic: boolean;
  /** `service.name` of the resource. */
  readonly serviceName: string;
  readonly scope: { readonly name: string; readonly version: string };
}

/** A metric of one service, with how much of it is stored. */
export interface MetricInstrument extends MetricIdentity {
  readonly kind: MetricKind;
  readonly description: string;
  /** What the sender said about the metric beside that. */
  readonly metadata: AttributesJson;
  /** How many combinations of resource and attributes have data points. */
  readonly seriesCount: number;
  readonly pointCount: number;
  /** Time of the newest data point, in nanoseconds since the Unix epoch, in decimal. */
  readonly newestTimeUnixNano: string;
}

/** Kind and value of a data point; a number is `null` where the sender had none to report. */
export type MetricMeasurement =
  | { readonly kind: 'gauge' | 'sum'; readonly value: NumberJson | null }
  | { readonly kind: 'histogram'; readonly value: HistogramValue }
  | { readonly kind: 'exponentialHistogram'; readonly value: ExponentialHistogramValue }
  | { readonly kind: 'summary'; readonly value: SummaryValue };

export type MetricValue = MetricMeasurement['value'];

/** One data point of a metric with all that was received of it. */
export type MetricPoint = MetricIdentity &
  MetricMeasurement & {
    /** When it was measured, in nanoseconds since the Unix epoch, in decimal; else when it arrived. */
    readonly timeUnixNano: string;
    /** Since when its sum or its counts are kept; `null` when nobody said. */
    readonly startTimeUnixNano: string | null;
    /** Bit 0: the series has no value any more. */
    readonly flags: number;
    readonly attributes: AttributesJson;
    readonly exemplars: readonly MetricExemplar[];
    readonly resource: AttributesJson;
  };
