export type { CardinalityOverflow } from './cardinality/cardinality-overflow.ts';
export type { PeriodicExport } from './periodic-export.ts';
export type { PrometheusEndpointOptions } from './prometheus/prometheus-endpoint.ts';
export { type Metrics, type MetricsOptions, startMetrics } from './start-metrics.ts';
