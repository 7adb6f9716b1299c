export type { CardinalityOverflow } from './cardinality/cardinality-overflow.ts';
export type { PeriodicExport } from './periodic-export.ts';
export { type ModelPrice, priceTable, type PriceTable, type PriceTableOptions } from './price-table.ts';
export { processMeter } from './process-meter.ts';
export type { PrometheusEndpointOptions } from './prometheus/served-endpoint.ts';
export { type BurnRateAlert, burnRateAlerts, type SloSeverity } from './slo/burn-rate-alerts.ts';
export { defineSlo } from './slo/define-slo.ts';
export type { SloCounts } from './slo/error-budget.ts';
export { observeSlos } from './slo/observe-slos.ts';
export type {
  SloAlerting,
  SloDefinition,
  SloIndicator,
  SloOptions,
  SloSelection,
} from './slo/slo-definition.ts';
export {
  type SloAlertChange,
  type SloAlertStatus,
  type SloStatus,
  SloTracker,
  type SloTrackerOptions,
  type SloWindowStatus,
} from './slo/slo-tracker.ts';
export { type SloWindow, sloWindowMs } from './slo/slo-window.ts';
export { type Metrics, type MetricsOptions, startMetrics } from './start-metrics.ts';
export type { LatencySummary } from './statistics/durations.ts';
export { mergeSnapshots } from './statistics/merge-snapshots.ts';
export { parseSnapshot } from './statistics/parse-snapshot.ts';
export type { Throughput } from './statistics/per-second-counts.ts';
export { PrimitiveStatistics, type PrimitiveStatisticsOptions } from './statistics/primitive-statistics.ts';
export type {
  LatencySnapshot,
  PrimitiveSnapshot,
  ProcessUseSums,
  StatisticsSnapshot,
} from './statistics/statistics-snapshot.ts';
