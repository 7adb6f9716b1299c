import type { Variables } from './variables.ts';

const temporalities = ['cumulative', 'delta', 'lowmemory'] as const;
const histograms = ['explicit_bucket_histogram', 'base2_exponential_bucket_histogram'] as const;

/** How metrics are pushed; what is not set is the default. */
export interface MetricExportSettings {
  /** Between two exports, in milliseconds. */
  readonly intervalMs: number;
  /** How long an export may take, in milliseconds; never longer than the interval. */
  readonly timeoutMs: number;
  /** Since when sums count (OTLP metrics exporter specification, "Additional Environment Variable Configuration"). */
  readonly temporality: (typeof temporalities)[number] | undefined;
  /** How histograms without buckets of their own are kept. */
  readonly histogram: (typeof histograms)[number] | undefined;
}

/** `OTEL_METRIC_EXPORT_*` and what `OTEL_EXPORTER_OTLP_METRICS_*` has for metrics alone. */
export function readMetricExport(variables: Variables): MetricExportSettings {
  const prefix = 'OTEL_EXPORTER_OTLP_METRICS_';
  // The SDK has exemplars, but nothing by which they could be asked for.
  variables.choice('OTEL_METRICS_EXEMPLAR_FILTER', ['always_off'], 'metrics have no exemplars');
  const intervalMs = variables.integer('OTEL_METRIC_EXPORT_INTERVAL', 1, '60000 is used') ?? 60_000;
  return {
    intervalMs,
    // One that outlasts the interval would meet the next.
    timeoutMs: Math.min(variables.limit('OTEL_METRIC_EXPORT_TIMEOUT', '30000 is used') ?? 30_000, intervalMs),
    temporality: variables.choice(
      `${prefix}TEMPORALITY_PREFERENCE`,
      temporalities,
      `${temporalities[0]} is used`,
    ),
    histogram: variables.choice(
      `${prefix}DEFAULT_HISTOGRAM_AGGREGATION`,
      histograms,
      `${histograms[0]} is used`,
    ),
  };
}
