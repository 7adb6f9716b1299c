import { InvalidOptionError } from '@tta/obs-context';
import { type Destination, type OtlpDestination, signalUrl } from '@tta/obs-tracing';
import type { BatchSettings } from './environment/batching.ts';
import { type OtlpSettings, otlpUrl } from './environment/otlp.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import { httpAddress, shownAddress } from './http-address.ts';
import type { ObservabilityOptions } from './observability-options.ts';

const localName = 'local';
const otlpName = 'otlp';
const localEndpoint = 'http://127.0.0.1:8765';
/** The local service sees a span at the latest this long after its end, so that the page is live. */
const localFlushMs = 50;
/** A local service that does not answer by then is not there. */
const localTimeoutMs = 2_000;

/** Where the traces of one call of `initializeObservability` go. */
export function destinationsOf(
  options: ObservabilityOptions,
  env: EnvironmentSettings,
  spoolDirectory: string | undefined,
): Destination[] {
  const local = localDestination(options, env, spoolDirectory);
  const other = otlpDestination(options, env);
  const own =
    // Named twice, it would get every span twice.
    local && other && local.tracesUrl === other.tracesUrl
      ? [{ ...local, ...(other.headers ? { headers: other.headers } : {}) }]
      : [local, other].filter((destination) => destination !== undefined);
  return [...own, ...(options.destinations ?? [])].map((destination) =>
    trustingAsNode(destination, env.nodeExtraCaCerts),
  );
}

/** The process that sends a program's last words has to be told what this one trusts. */
function trustingAsNode(destination: Destination, nodeExtraCaCerts: string | undefined): Destination {
  if ('exporter' in destination || nodeExtraCaCerts === undefined) return destination;
  return { ...destination, tls: { nodeExtraCaCerts, ...destination.tls } };
}

/** Where traces go: a name that counts and metrics have too, and what may be shown of the address. */
export interface Addressee {
  readonly name: string;
  /** `undefined` where an exporter of the user's knows it. */
  readonly address: string | undefined;
}

export function addresseeOf(destination: Destination): Addressee {
  const address = 'exporter' in destination ? undefined : shownAddress(destination.tracesUrl);
  return { name: destination.name, address };
}

/** What a line of the log calls it. */
export function describeDestination(destination: Destination): string {
  const { name, address } = addresseeOf(destination);
  if (address === undefined) return name;
  return name === localName ? `the local service at ${address}` : address;
}

function localDestination(
  options: ObservabilityOptions,
  env: EnvironmentSettings,
  spoolDirectory: string | undefined,
): OtlpDestination | undefined {
  const isWanted = env.exporters.traces?.length !== 0 || options.ttaUiEndpoint !== undefined;
  if (!(options.enableTtaUi ?? isWanted)) return undefined;
  const endpoint = options.ttaUiEndpoint ?? env.ttaUiEndpoint ?? localEndpoint;
  return {
    name: localName,
    tracesUrl: signalUrl(requireHttp(endpoint, 'ttaUiEndpoint'), 'traces'),
    timeoutMs: localTimeoutMs,
    everything: true,
    ...(spoolDirectory === undefined ? {} : { spool: { directory: spoolDirectory } }),
    ...queueOptions(env.batching.spans, localFlushMs),
  };
}

function otlpDestination(
  { otlpEndpoint }: ObservabilityOptions,
  { otlp: { traces: otlp }, batching: { spans: batching } }: EnvironmentSettings,
): OtlpDestination | undefined {
  const url =
    otlpEndpoint === undefined
      ? otlp.url
      : (otlpUrl(otlpEndpoint, 'traces', otlp) ?? requireHttp(otlpEndpoint, 'otlpEndpoint'));
  if (url === undefined || (otlp.tls === 'unusable' && url.startsWith('https:'))) return undefined;
  const { protocol, headers, compression } = otlp;
  return {
    name: otlpName,
    tracesUrl: url,
    protocol,
    ...(headers ? { headers } : {}),
    ...(compression ? { compression } : {}),
    ...(otlp.tls && otlp.tls !== 'unusable' ? { tls: otlp.tls } : {}),
    ...timeout(otlp, batching),
    ...queueOptions(batching),
  };
}

/** A request is an attempt, an export several; without an answer by the shorter of the two it is given up. */
function timeout({ timeoutMs }: OtlpSettings, { exportTimeoutMs }: BatchSettings): { timeoutMs?: number } {
  const requestMs = timeoutMs ?? 10_000;
  return timeoutMs === undefined && exportTimeoutMs === undefined
    ? {}
    : { timeoutMs: Math.min(requestMs, exportTimeoutMs ?? requestMs) };
}

function queueOptions(
  { flushMs: fromEnvironment, queueLimit, batchLimit }: BatchSettings,
  usualFlushMs?: number,
): Pick<OtlpDestination, 'flushMs' | 'queueSpans' | 'batchSpans'> {
  const flushMs = fromEnvironment ?? usualFlushMs;
  return {
    ...(flushMs === undefined ? {} : { flushMs }),
    ...(queueLimit === undefined ? {} : { queueSpans: queueLimit }),
    ...(batchLimit === undefined ? {} : { batchSpans: batchLimit }),
  };
}

function requireHttp(address: string, option: string): string {
  const usable = httpAddress(address);
  if (usable !== undefined) return usable;
  throw new InvalidOptionError(
    `${option} is "${shownAddress(address)}"; it has to be an address like http://127.0.0.1:4318`,
  );
}
