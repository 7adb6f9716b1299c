export {
  initializeObservability,
  type Observability,
  type ObservabilityOptions,
} from './initialize-observability.ts';
