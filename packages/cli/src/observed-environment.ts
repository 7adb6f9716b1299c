import type { ObservingService } from './observing-service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables by which a program sends its telemetry somewhere else. */
const ENDPOINTS = ['', 'TRACES_', 'LOGS_', 'METRICS_'].map(
  (signal) => `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`,
);

/**
 * The environment of a program under observation: `@tta/obs` and every OpenTelemetry SDK report to the service. What the
 * user has set stays, and with an endpoint of the user's nothing of OpenTelemetry is set.
 */
export function observedEnvironment(
  env: Environment,
  { url, token }: Pick<ObservingService, 'url' | 'token'>,
): Environment {
  const own = { TTA_UI_ENDPOINT: url, ...(token !== undefined && { TTA_UI_TOKEN: token }) };
  if (endpointOf(env) !== undefined) return { ...env, ...own };
  const otel: Record<string, string> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    // Deno has an SDK of its own that is off by default.
    OTEL_DENO: 'true',
    ...(token !== undefined && {
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(`Bearer ${token}`)}`,
    }),
  };
  // An empty variable counts as unset, as OpenTelemetry has it.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  return { ...env, ...otel, ...given, ...own };
}

/** The variable of the user by which OpenTelemetry sends somewhere else. */
export function endpointOf(env: Environment): string | undefined {
  return ENDPOINTS.find((name) => Boolean(env[name]));
}
