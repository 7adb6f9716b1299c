import type { LogLevel } from '@tta/obs-logging';

/** What the environment says, as far as it says something sensible. An empty variable is one that is not set. */
export interface EnvironmentSettings {
  readonly disabled: boolean;
  readonly serviceName?: string;
  readonly ttaUiEndpoint?: string;
  /** Base address; `v1/traces` is appended. */
  readonly otlpEndpoint?: string;
  /** Used as it is. */
  readonly otlpTracesUrl?: string;
  readonly otlpHeaders?: Readonly<Record<string, string>>;
  readonly flushMs?: number;
  readonly environment?: string;
  readonly logLevel?: LogLevel;
}

const logLevels: ReadonlySet<string> = new Set([
  'debug',
  'info',
  'warn',
  'error',
  'silent',
] satisfies LogLevel[]);

/**
 * Reads `OTEL_SDK_DISABLED`, `OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_SCHEDULE_DELAY`
 * (OpenTelemetry's own), `NODE_ENV`, and `TTA_UI_ENDPOINT`, `TTA_LOG_LEVEL` (ours).
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentSettings {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const delay = Number(text('OTEL_BSP_SCHEDULE_DELAY') ?? Number.NaN);
  const level = text('TTA_LOG_LEVEL')?.toLowerCase();
  return withoutUndefined({
    disabled: text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    serviceName: text('OTEL_SERVICE_NAME'),
    ttaUiEndpoint: text('TTA_UI_ENDPOINT'),
    otlpEndpoint: text('OTEL_EXPORTER_OTLP_ENDPOINT'),
    otlpTracesUrl: text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
    otlpHeaders: parseHeaders(text('OTEL_EXPORTER_OTLP_HEADERS')),
    flushMs: Number.isFinite(delay) && delay >= 0 ? delay : undefined,
    environment: text('NODE_ENV'),
    logLevel: level !== undefined && logLevels.has(level) ? (level as LogLevel) : undefined,
  });
}

/** `key=value,key=value`, values percent-encoded (OTLP exporter specification, "Specifying headers"). */
function parseHeaders(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [key = '', ...rest] = pair.split('=');
    const value = decode(rest.join('=').trim());
    if (key.trim() !== '' && value !== undefined) headers[key.trim()] = value;
  }
  return headers;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(settings: T): WithoutUndefined<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as WithoutUndefined<T>;
}
