export {
  type CustomDestination,
  type Destination,
  type OtlpDestination,
  type OtlpProtocol,
  type QueueOptions,
  signalUrl,
  type SpoolOptions,
  type TlsOptions,
} from './export/destination.ts';
export type { ExportCounts, Trouble } from './export/export-counts.ts';
export type { PropagatorName } from './propagator.ts';
export { createResource, type ServiceIdentity } from './resource.ts';
export { recordUnsampled, sampledUpstream } from './sampling/record-unsampled.ts';
export { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';
