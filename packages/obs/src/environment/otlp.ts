import { signalUrl } from '@tta/obs-tracing';
import { httpAddress } from '../http-address.ts';
import type { ExporterSettings } from './exporters.ts';
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

/** How and where traces are sent by OTLP (OTLP exporter specification, "Configuration Options"). */
export interface OtlpSettings {
  /**
   * Full address of the traces: of the endpoint, else the usual one where OTLP is asked for. `undefined` when it
   * is not asked for, or by an endpoint that cannot be used.
   */
  readonly tracesUrl: string | undefined;
  readonly protocol: Protocol;
  /** Whether an endpoint without `http://` or `https://` is reached without encryption; gRPC only. */
  readonly insecure: boolean;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly compression: 'gzip' | 'none' | undefined;
  readonly timeoutMs: number | undefined;
  /** `unusable`: what was asked for cannot be had, and nothing is sent by https without it. */
  readonly tls: TlsSettings | 'unusable' | undefined;
}

/** Each `OTEL_EXPORTER_OTLP_<x>`, and `OTEL_EXPORTER_OTLP_TRACES_<x>` which replaces it for traces. */
export function readOtlp(variables: Variables, exporters: ExporterSettings['traces']): OtlpSettings {
  const nameOf = (option: string): string => {
    const both = [`OTEL_EXPORTER_OTLP_TRACES_${option}`, `OTEL_EXPORTER_OTLP_${option}`] as const;
    return variables.first(both)?.name ?? both[1];
  };
  const protocol =
    variables.choice(nameOf('PROTOCOL'), protocols, 'http/protobuf is used') ?? 'http/protobuf';
  const insecure = variables.flag(nameOf('INSECURE'));
  const compression = variables.choice(nameOf('COMPRESSION'), ['gzip', 'none'], 'none is used');
  const endpoint = variables.first(['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']);
  const url = endpoint
    ? readTracesUrl(variables, endpoint, { protocol, insecure })
    : exporters && tracesUrl(usualEndpoints[protocol], { protocol, insecure });
  return {
    tracesUrl: exporters?.includes('otlp') === false ? undefined : url,
    protocol,
    insecure,
    headers: readHeaders(variables, nameOf('HEADERS')),
    compression,
    timeoutMs: variables.limit(nameOf('TIMEOUT'), '10000 is used'),
    tls: readTls(variables, {
      ca: nameOf('CERTIFICATE'),
      cert: nameOf('CLIENT_CERTIFICATE'),
      key: nameOf('CLIENT_KEY'),
    }),
  };
}

function readTracesUrl(
  variables: Variables,
  { name, value }: { readonly name: string; readonly value: string },
  transport: Pick<OtlpSettings, 'protocol' | 'insecure'>,
): string | undefined {
  const isFull = name === 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' && transport.protocol !== 'grpc';
  const url = isFull ? httpAddress(value) : tracesUrl(value, transport);
  if (url === undefined) {
    variables.reject(name, value, 'an address like http://127.0.0.1:4318', 'traces are not sent there');
  }
  return url;
}

/**
 * Where traces go for a base endpoint: by HTTP `v1/traces` is appended; by gRPC there is no path, and the
 * scheme may be missing.
 *
 * @returns `undefined` for what is no http(s) address.
 */
export function tracesUrl(
  endpoint: string,
  { protocol, insecure }: Pick<OtlpSettings, 'protocol' | 'insecure'>,
): string | undefined {
  if (protocol !== 'grpc') {
    const base = httpAddress(endpoint);
    return base === undefined ? undefined : signalUrl(base, 'traces');
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
