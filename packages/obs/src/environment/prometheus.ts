import type { Variables } from './variables.ts';

export interface PrometheusSettings {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

/** `OTEL_EXPORTER_PROMETHEUS_HOST`, `OTEL_EXPORTER_PROMETHEUS_PORT`. */
export function readPrometheus(variables: Variables): PrometheusSettings {
  const name = 'OTEL_EXPORTER_PROMETHEUS_HOST';
  const host = variables.text(name);
  // Whoever reaches the port reads the metrics: nobody is asked for a password.
  const isAllowed = host === undefined || loopback.test(host);
  if (!isAllowed)
    variables.reject(name, host, 'localhost or another address of loopback', '127.0.0.1 is used');
  return {
    host: isAllowed ? host : undefined,
    port: variables.integer('OTEL_EXPORTER_PROMETHEUS_PORT', 0, '9464 is used', 65_535),
  };
}
