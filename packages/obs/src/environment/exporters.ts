import type { Variables } from './variables.ts';

/** `otlp`: to the endpoint of the environment. `console`: to standard output. */
export type TraceExporter = 'otlp' | 'console';

export interface ExporterSettings {
  /** `undefined`: not said; empty: none. */
  readonly traces: readonly TraceExporter[] | undefined;
  /** Whether metrics are served for Prometheus. `undefined`: not said. */
  readonly prometheus: boolean | undefined;
}

/** `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER`. */
export function readExporters(variables: Variables): ExporterSettings {
  const metrics = variables.choices('OTEL_METRICS_EXPORTER', ['prometheus'], 'metrics are not sent');
  variables.choices('OTEL_LOGS_EXPORTER', [], 'log lines go to standard error alone');
  return {
    traces: variables.choices('OTEL_TRACES_EXPORTER', ['otlp', 'console'], 'it is as if it were not set'),
    prometheus: metrics === undefined ? undefined : metrics.length > 0,
  };
}
