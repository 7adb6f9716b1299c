import { type Signal, signalUrl } from '@tta/obs-tracing';
import { httpAddress } from '../http-address.ts';
import { keyValues } from './key-values.ts';
import { readTls, type TlsSettings } from './tls.ts';
import type { Variables } from './variables.ts';

const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;
type Protocol = (typeof protocols)[number];

const usualEndpoints: Readonly<Record<Protocol, string>> = {
  'http/protobuf': 'http://localhost:4318',
  'http/json': 'http://localhost:4318',
  grpc: 'http://localhost:4317',
};

/** How and where one signal is sent by OTLP (OTLP exporter specification, "Configuration Options"). */
export interface OtlpSettings {
  /**
   * Full address for the signal: of the endpoint, else the usual one where OTLP is asked for. `undefined` when it
   * is not asked for, or by an endpoint that cannot be used.
   */
  readonly url: string | undefined;
  readonly protocol: Protocol;
  /** Whether an endpoint without `http://` or `https://` is reached without encryption; gRPC only. */
  readonly insecure: boolean;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly compression: 'gzip' | 'none' | undefined;
  readonly timeoutMs: number | undefined;
  /** `unusable`: what was asked for cannot be had, and nothing is sent by https without it. */
  readonly tls: TlsSettings | 'unusable' | undefined;
}

/** How and where each signal is sent. @param exporters - How each is to leave the process, as far as that is said. */
export function readOtlp(
  variables: Variables,
  exporters: Readonly<Record<Signal, readonly string[] | undefined>>,
): Readonly<Record<Signal, OtlpSettings>> {
  const read = (signal: Signal): OtlpSettings => readSignal(variables, signal, exporters[signal]);
  return { traces: read('traces'), metrics: read('metrics'), logs: read('logs') };
}

/** Each `OTEL_EXPORTER_OTLP_<x>`, and `OTEL_EXPORTER_OTLP_<SIGNAL>_<x>` which replaces it for the signal. */
function readSignal(
  variables: Variables,
  signal: Signal,
  exporters: readonly string[] | undefined,
): OtlpSettings {
  const own = (option: string): string => `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${option}`;
  const first = (option: string): ReturnType<Variables['first']> =>
    variables.first([own(option), `OTEL_EXPORTER_OTLP_${option}`]);
  const nameOf = (option: string): string => first(option)?.name ?? `OTEL_EXPORTER_OTLP_${option}`;
  const protocol =
    variables.choice(nameOf('PROTOCOL'), protocols, 'http/protobuf is used') ?? 'http/protobuf';
  const transport = { protocol, insecure: variables.flag(nameOf('INSECURE')) };
  const compression = variables.choice(nameOf('COMPRESSION'), ['gzip', 'none'], 'none is used');
  const endpoint = first('ENDPOINT');
  const isFull = endpoint?.name === own('ENDPOINT') && protocol !== 'grpc';
  const url = endpoint
    ? isFull
      ? httpAddress(endpoint.value)
      : otlpUrl(endpoint.value, signal, transport)
    : exporters && otlpUrl(usualEndpoints[protocol], signal, transport);
  if (endpoint && url === undefined) {
    const expected = 'an address like http://127.0.0.1:4318';
    variables.reject(endpoint.name, endpoint.value, expected, 'nothing is sent there');
  }
  const usedUrl = exporters?.includes('otlp') === false ? undefined : url;
  const files = {
    ca: nameOf('CERTIFICATE'),
    cert: nameOf('CLIENT_CERTIFICATE'),
    key: nameOf('CLIENT_KEY'),
  };
  return {
    url: usedUrl,
    ...transport,
    headers: readHeaders(variables, nameOf('HEADERS')),
    compression,
    timeoutMs: variables.limit(nameOf('TIMEOUT'), '10000 is used'),
    // Of traces the code may name the address.
    tls: usedUrl !== undefined || signal === 'traces' ? readTls(variables, files) : undefined,
  };
}

/**
 * Where a signal goes for a base endpoint: by HTTP `v1/<signal>` is appended; by gRPC there is no path, and the
 * scheme may be missing.
 *
 * @returns `undefined` for what is no http(s) address.
 */
export function otlpUrl(
  endpoint: string,
  signal: Signal,
  { protocol, insecure }: Pick<OtlpSettings, 'protocol' | 'insecure'>,
): string | undefined {
  if (protocol !== 'grpc') {
    const base = httpAddress(endpoint);
    return base === undefined ? undefined : signalUrl(base, signal);
  }
  const hasScheme = endpoint.includes('://');
  const address = httpAddress(hasScheme ? endpoint : `${insecure ? 'http' : 'https'}://${endpoint}`);
  return address === undefined ? undefined : new URL(address).origin;
}

/** What HTTP allows; Node would refuse the request for anything else. */
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** `key=value,key=value` (OTLP exporter specification, "Specifying headers via environment variables"). */
function readHeaders(variables: Variables, name: string): Record<string, string> | undefined {
  const text = variables.text(name);
  if (text === undefined) return undefined;
  const entries = keyValues(text);
  const usable = entries.filter(
    (entry): entry is readonly [string, string] =>
      entry !== undefined && headerName.test(entry[0]) && headerValue.test(entry[1]),
  );
  if (usable.length < entries.length) {
    // Its value is likely a secret.
    const left = entries.length - usable.length === 1 ? 'one header is' : 'some headers are';
    variables.reject(name, undefined, 'a list like key=value,key=value, percent-encoded', `${left} left out`);
  }
  return Object.fromEntries(usable.map(([key, value]) => [key.toLowerCase(), value]));
}
