import type { Variables } from './variables.ts';

/** `otlp`: to the endpoint of the environment. `console`: to standard output. */
export type Exporter = 'otlp' | 'console';

/** How each signal leaves the process. `undefined`: not said; empty: not at all. */
export interface ExporterSettings {
  readonly traces: readonly Exporter[] | undefined;
  /** `prometheus`: served where Prometheus scrapes. */
  readonly metrics: readonly (Exporter | 'prometheus')[] | undefined;
  readonly logs: readonly Exporter[] | undefined;
}

/** `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER`. */
export function readExporters(variables: Variables): ExporterSettings {
  const instead = 'it is as if it were not set';
  return {
    traces: variables.choices('OTEL_TRACES_EXPORTER', ['otlp', 'console'], instead),
    metrics: variables.choices('OTEL_METRICS_EXPORTER', ['otlp', 'prometheus', 'console'], instead),
    logs: variables.choices('OTEL_LOGS_EXPORTER', ['otlp', 'console'], instead),
  };
}
