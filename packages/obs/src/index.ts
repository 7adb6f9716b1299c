export { initializeObservability, type Observability } from './initialize-observability.ts';
export type { ObservabilityOptions } from './observability-options.ts';
