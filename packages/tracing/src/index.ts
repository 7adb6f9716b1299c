export {
  type CustomDestination,
  type Destination,
  type OtlpDestination,
  type OtlpEndpoint,
  type OtlpOptions,
  type OtlpProtocol,
  type QueueOptions,
  signalUrl,
  type SpoolOptions,
  type TlsOptions,
} from './export/destination.ts';
export type { ExportCounts, Trouble } from './export/export-counts.ts';
export type { ExportSurroundings } from './export/export-surroundings.ts';
export type {
  HistogramAggregation,
  MetricPreferences,
  TemporalityPreference,
} from './export/metric-preference.ts';
export type { ReadableLogRecord, ResourceMetrics } from './export/otlp-encoding.ts';
export type { Signal } from './export/signal.ts';
export { type LogDestination, type LogExport, startLogExport } from './export/start-log-export.ts';
export {
  type MetricDestination,
  type MetricExport,
  startMetricExport,
} from './export/start-metric-export.ts';
export type { PropagatorName } from './propagator.ts';
export {
  type CheckoutSearch,
  createResource,
  type ResourceOptions,
  type ServiceIdentity,
} from './resource.ts';
export { adaptive, type AdaptiveOptions, type AdaptiveSampler } from './sampling/adaptive.ts';
export { adjustedCount } from './sampling/adjusted-count.ts';
export { annotating } from './sampling/annotating.ts';
export type { ComposableSampler, SamplingIntent } from './sampling/composable-sampler.ts';
export { compositeSampler } from './sampling/composite-sampler.ts';
export { parentThreshold } from './sampling/parent-threshold.ts';
export { alwaysOff, alwaysOn, probability } from './sampling/probability.ts';
export { probabilityOf, type RejectionThreshold, thresholdOf } from './sampling/rejection-threshold.ts';
export { recordUnsampled } from './sampling/record-unsampled.ts';
export { ruleBased, type SamplingRule } from './sampling/rule-based.ts';
export type { SpanCondition } from './sampling/span-condition.ts';
export { standardSampler, type StandardSamplerName } from './sampling/standard-sampler.ts';
export { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';
export type { PolicyConfig } from './tail-sampling/policy-config.ts';
export {
  TailSampler,
  type TailSamplerOptions,
  type TailSamplingCounts,
} from './tail-sampling/tail-sampler.ts';
export { parseTailSamplingConfig, type TailSamplingConfig } from './tail-sampling/tail-sampling-config.ts';
