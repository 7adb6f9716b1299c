import type {
  Destination,
  LogDestination,
  MetricDestination,
  OtlpDestination,
  OtlpEndpoint,
  TlsOptions,
} from '@tta/obs-tracing';
import { localName } from './addressee.ts';
import type { BatchSettings } from './environment/batching.ts';
import { otlpUrl } from './environment/otlp.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import { localFlushMs, localService, requireHttp } from './local-service.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import { otlpService } from './otlp-service.ts';

/** Where each signal of one call of `initializeObservability` goes. */
export interface Destinations {
  readonly traces: readonly Destination[];
  readonly logs: readonly LogDestination[];
  readonly metrics: readonly MetricDestination[];
}

/**
 * @param spoolDirectory - Where what the local service does not take waits on disk; without one it does not.
 * @throws `OBS_ERR_INVALID_OPTION` for an address that is none.
 */
export function destinationsOf(
  options: ObservabilityOptions,
  env: EnvironmentSettings,
  spoolDirectory: string | undefined,
): Destinations {
  const trusting = <T extends { readonly tls?: TlsOptions }>(destination: T): T =>
    trustingAsNode(destination, env.nodeExtraCaCerts);
  const own = (signal: 'traces' | 'logs', other: OtlpEndpoint | undefined): OtlpEndpoint[] =>
    withoutTwin(localService(signal, options, env, spoolDirectory), other);
  const { spans, logRecords } = env.batching;
  return {
    traces: [
      ...own('traces', otherTraces(options, env)).map((endpoint) => traceDestination(endpoint, spans)),
      ...(options.destinations ?? []),
    ].map((destination) => ('exporter' in destination ? destination : trusting(destination))),
    logs: own('logs', otlpService(env.otlp.logs, logRecords.exportTimeoutMs)).map((endpoint) =>
      trusting(logDestination(endpoint, logRecords)),
    ),
    metrics: metricDestinations(env).map(trusting),
  };
}

function otherTraces(
  { otlpEndpoint }: ObservabilityOptions,
  { otlp: { traces }, batching: { spans } }: EnvironmentSettings,
): OtlpEndpoint | undefined {
  const url =
    otlpEndpoint === undefined
      ? traces.url
      : (otlpUrl(otlpEndpoint, 'traces', traces) ?? requireHttp(otlpEndpoint, 'otlpEndpoint'));
  return otlpService(traces, spans.exportTimeoutMs, url);
}

function traceDestination({ url, ...endpoint }: OtlpEndpoint, batching: BatchSettings): OtlpDestination {
  const { queueLimit, batchLimit } = batching;
  return {
    ...endpoint,
    tracesUrl: url,
    ...(endpoint.name === localName ? { everything: true } : {}),
    ...flushing(endpoint, batching),
    ...(queueLimit === undefined ? {} : { queueSpans: queueLimit }),
    ...(batchLimit === undefined ? {} : { batchSpans: batchLimit }),
  };
}

function logDestination(endpoint: OtlpEndpoint, batching: BatchSettings): LogDestination {
  const { queueLimit, batchLimit } = batching;
  return {
    ...endpoint,
    ...flushing(endpoint, batching),
    ...(queueLimit === undefined ? {} : { queueRecords: queueLimit }),
    ...(batchLimit === undefined ? {} : { batchRecords: batchLimit }),
  };
}

function flushing({ name }: Pick<OtlpEndpoint, 'name'>, { flushMs }: BatchSettings): { flushMs?: number } {
  const usual = name === localName ? { flushMs: localFlushMs } : {};
  return flushMs === undefined ? usual : { flushMs };
}

function metricDestinations({ otlp, metricExport }: EnvironmentSettings): MetricDestination[] {
  const { timeoutMs, temporality, histogram } = metricExport;
  const endpoint = otlpService(otlp.metrics, timeoutMs);
  if (!endpoint) return [];
  return [
    {
      ...endpoint,
      ...(temporality === undefined ? {} : { temporality }),
      ...(histogram === undefined ? {} : { histogramAggregation: histogram }),
    },
  ];
}

/** Where both have one address it is the local service, with the headers of the other. */
function withoutTwin(local: OtlpEndpoint | undefined, other: OtlpEndpoint | undefined): OtlpEndpoint[] {
  // Named twice, it would get everything twice.
  if (local && other && local.url === other.url) {
    return [{ ...local, ...(other.headers ? { headers: { ...local.headers, ...other.headers } } : {}) }];
  }
  return [local, other].filter((destination) => destination !== undefined);
}

/** The process that sends a program's last words has to be told what this one trusts. */
function trustingAsNode<T extends { readonly tls?: TlsOptions }>(
  destination: T,
  nodeExtraCaCerts: string | undefined,
): T {
  return nodeExtraCaCerts === undefined
    ? destination
    : { ...destination, tls: { nodeExtraCaCerts, ...destination.tls } };
}
