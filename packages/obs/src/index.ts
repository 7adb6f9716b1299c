export { initializeObservability, type Observability } from './initialize-observability.ts';
export type { Addressee } from './destinations.ts';
export type { ObservabilityOptions } from './observability-options.ts';
