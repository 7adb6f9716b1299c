type Environment = Readonly<Record<string, string | undefined>>;

export type OtlpSignal = 'traces' | 'metrics' | 'logs';

export const OTLP_PROTOCOLS = ['grpc', 'http/protobuf', 'http/json'] as const;

export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

/** A variable that is set, with what it says. */
export interface GivenVariable {
  readonly name: string;
  readonly value: string;
}

/** Where an SDK sends a signal, as its variables say. */
export interface OtlpDestination {
  readonly signal: OtlpSignal;
  /** As in the variable; what is no protocol counts as the default. */
  readonly protocol: OtlpProtocol;
  readonly protocolVariable: GivenVariable | undefined;
  /** `undefined` when the endpoint is not an address. */
  readonly url: URL | undefined;
  /** `undefined` for the default: `localhost`, on the port of the protocol. */
  readonly endpointVariable: GivenVariable | undefined;
  /** The endpoint is for this signal alone, and nothing is appended to it. */
  readonly isOfSignal: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly headersVariable: GivenVariable | undefined;
}

const DEFAULT_PROTOCOL = 'http/protobuf';

/** Reads `OTEL_EXPORTER_OTLP_*` as OpenTelemetry has it: what is for a signal wins, and an empty variable counts as unset. */
export function otlpDestination(env: Environment, signal: OtlpSignal): OtlpDestination {
  const upper = signal.toUpperCase();
  const find = (name: string) =>
    given(env, `OTEL_EXPORTER_OTLP_${upper}_${name}`) ?? given(env, `OTEL_EXPORTER_OTLP_${name}`);
  const protocolVariable = find('PROTOCOL');
  const protocol = OTLP_PROTOCOLS.find((known) => known === protocolVariable?.value) ?? DEFAULT_PROTOCOL;
  const endpointVariable = find('ENDPOINT');
  const isOfSignal = endpointVariable?.name === `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`;
  const headersVariable = find('HEADERS');
  return {
    signal,
    protocol,
    protocolVariable,
    url: addressOf(endpointVariable?.value, { signal, protocol, isOfSignal }),
    endpointVariable,
    isOfSignal,
    headers: headersOf(headersVariable?.value ?? ''),
    headersVariable,
  };
}

/** A variable that is set to something. */
export function given(env: Environment, name: string): GivenVariable | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : { name, value };
}

function addressOf(
  text: string | undefined,
  { signal, protocol, isOfSignal }: Pick<OtlpDestination, 'signal' | 'protocol' | 'isOfSignal'>,
): URL | undefined {
  if (protocol === 'grpc') {
    const endpoint = text ?? 'http://localhost:4317';
    return parsed(/^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`);
  }
  const url = parsed(text ?? 'http://localhost:4318');
  if (url === undefined || isOfSignal) return url;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return url;
}

function parsed(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** `name=value,name=value`, the values percent-encoded. What is no pair is left out. */
function headersOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((part): readonly (readonly [string, string])[] => {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim().toLowerCase();
    if (at < 1 || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return [];
    const value = decoded(part.slice(at + 1).trim());
    return /^[\t\x20-\x7e]*$/.test(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
