export type { PrometheusEndpointOptions } from './prometheus-endpoint.ts';
export { type Metrics, type MetricsOptions, startMetrics } from './start-metrics.ts';
