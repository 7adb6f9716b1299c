export { type Destination, signalUrl } from './export/destination.ts';
export { createResource, type ServiceIdentity } from './resource.ts';
export { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';
export type { ExportCounts } from './export/span-queue.ts';
