export type { Addressee } from './addressee.ts';
export { getPrimitiveMetrics } from './get-primitive-metrics.ts';
export { initializeObservability } from './initialize-observability.ts';
export type { Observability } from './observability.ts';
export type { ObservabilityOptions } from './observability-options.ts';
