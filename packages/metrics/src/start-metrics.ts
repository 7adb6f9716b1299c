import { diag, type Meter, metrics as metricsApi } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
import { type Clock, systemClock, within } from '@tta/obs-context';
import { CardinalityGuard } from './cardinality/cardinality-guard.ts';
import type { CardinalityOverflow } from './cardinality/cardinality-overflow.ts';
import { type PeriodicExport, periodicReader } from './periodic-export.ts';
import { Exposition } from './prometheus/exposition.ts';
import { servePrometheus } from './prometheus/prometheus-endpoint.ts';
import { PrometheusReader } from './prometheus/prometheus-reader.ts';
import type { PrometheusEndpoint, PrometheusEndpointOptions } from './prometheus/served-endpoint.ts';

/** What is measured, where it goes, and how much of it. */
export interface MetricsOptions {
  readonly resource: Resource;
  /** Serve the metrics for Prometheus. @defaultValue not served */
  readonly prometheus?: PrometheusEndpointOptions;
  /** Told when the endpoint cannot be served, e.g. because its port is taken. Everything else goes on. */
  readonly onPrometheusError?: (error: Error, options: PrometheusEndpointOptions) => void;
  /** Where metrics are sent at intervals. @defaultValue none */
  readonly exporters?: readonly PeriodicExport[];
  /** Further readers, e.g. one that keeps metrics in memory. @defaultValue none */
  readonly readers?: readonly IMetricReader[];
  /**
   * Label sets that a metric may have, for each reader: over the life of the process, or at each collection for an
   * exporter that prefers changes (delta), whose receiver may so get ever new ones. All further ones are counted
   * together, as one set with the label `otel.metric.overflow`; of exponential histograms only from twice the limit.
   *
   * @defaultValue 2000
   */
  readonly cardinalityLimit?: number;
  /**
   * Told of a metric that has reached the limit: once, then at most once an hour.
   *
   * @defaultValue warns through the OpenTelemetry API's `diag`
   */
  readonly onCardinalityOverflow?: (overflow: CardinalityOverflow) => void;
  /** Makes of a meter the one that the OpenTelemetry API hands out by that name. @defaultValue the same */
  readonly registered?: (meter: Meter, name: string) => Meter;
  readonly clock?: Clock;
}

/** Running metrics. */
export interface Metrics {
  getMeter(name: string, version?: string): Meter;
  /** Resolves once it is decided whether Prometheus is served, with its address or `undefined`. */
  readonly prometheusUrl: Promise<string | undefined>;
  /** Has every exporter send what there is. Waits no longer than `limitMs`. @defaultValue 5000 */
  flush(limitMs?: number): Promise<void>;
  /**
   * Flushes, frees the port and takes everything down. Waits no longer than `limitMs`, after which no export is
   * begun or waited for; safe to call twice.
   *
   * @defaultValue 5000
   */
  shutdown(limitMs?: number): Promise<void>;
}

const defaultLimitMs = 5_000;

/**
 * Starts metrics and registers them with the OpenTelemetry API. Nothing here keeps the process alive but an
 * export under way, until it ends, its timeout has passed or a shutdown has.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a limit, an interval or a timeout that cannot be used.
 */
export function startMetrics(options: MetricsOptions): Metrics {
  const { prometheus, clock = systemClock } = options;
  const guard = new CardinalityGuard({
    limit: options.cardinalityLimit ?? 2_000,
    clock,
    onOverflow: options.onCardinalityOverflow ?? (({ message }) => diag.warn(message)),
  });
  const prometheusReader = prometheus && new PrometheusReader();
  const periodic = (options.exporters ?? []).map(periodicReader);
  const readers = [
    ...(prometheusReader ? [prometheusReader] : []),
    ...periodic.map(({ reader }) => reader),
    ...(options.readers ?? []),
  ];
  const provider = new MeterProvider({
    resource: options.resource,
    readers: readers.map((reader) => guard.reader(reader)),
  });
  const getMeter: MeterProvider['getMeter'] = (name, version = '', meterOptions = {}) =>
    guard.meter(provider.getMeter(name, version, meterOptions), { name, version });
  const registered = options.registered ?? ((meter) => meter);
  const isFirst = metricsApi.setGlobalMeterProvider({
    getMeter: (name, ...rest) => registered(getMeter(name, ...rest), name),
  });
  const serving = prometheusReader ? serve(prometheusReader, options, clock) : Promise.resolve(undefined);

  let stopping: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => {
    // Somebody else's meters stay where they were registered.
    if (isFirst) metricsApi.disable();
    return Promise.all([serving.then((endpoint) => endpoint?.close()), provider.shutdown()]);
  };
  return {
    getMeter,
    prometheusUrl: serving.then((endpoint) => endpoint?.url),
    flush: (limitMs = defaultLimitMs) => within(limitMs, clock, provider.forceFlush().catch(sayNotSent)),
    async shutdown(limitMs = defaultLimitMs) {
      await within(limitMs, clock, (stopping ??= stop().catch(sayNotSent)));
      for (const { abandon } of periodic) abandon();
    },
  };
}

async function serve(
  reader: PrometheusReader,
  { prometheus = {}, onPrometheusError }: MetricsOptions,
  clock: Clock,
): Promise<PrometheusEndpoint | undefined> {
  const exposition = new Exposition(() => reader.text(), clock);
  try {
    return await servePrometheus(
      (request, response) => void exposition.answer(request, response),
      prometheus,
    );
  } catch (error) {
    try {
      onPrometheusError?.(error as Error, prometheus);
    } catch (fault) {
      diag.error('onPrometheusError failed', fault);
    }
    return undefined;
  }
}

function sayNotSent(error: unknown): void {
  diag.error('Metrics were not sent', error);
}
