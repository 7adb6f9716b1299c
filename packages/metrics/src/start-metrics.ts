import { type Meter, metrics as metricsApi } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';
import {
  type PrometheusEndpoint,
  type PrometheusEndpointOptions,
  servePrometheus,
} from './prometheus-endpoint.ts';

export interface MetricsOptions {
  readonly resource: Resource;
  /** Serve the metrics for Prometheus. @defaultValue not served */
  readonly prometheus?: PrometheusEndpointOptions;
  /** Told when the endpoint cannot be served, e.g. because its port is taken. Everything else goes on. */
  readonly onPrometheusError?: (error: Error, options: PrometheusEndpointOptions) => void;
  /** Further readers, e.g. one that keeps metrics in memory. */
  readonly readers?: readonly MetricReader[];
}

/** Running metrics. */
export interface Metrics {
  getMeter(name: string, version?: string): Meter;
  /** Resolves once it is decided whether Prometheus is served, with its address or `undefined`. */
  readonly prometheusUrl: Promise<string | undefined>;
  shutdown(): Promise<void>;
}

/** Starts metrics and registers them with the OpenTelemetry API. */
export function startMetrics(options: MetricsOptions): Metrics {
  const { prometheus } = options;
  const exporter = prometheus && new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const provider = new MeterProvider({
    resource: options.resource,
    readers: [...(exporter ? [exporter] : []), ...(options.readers ?? [])],
  });
  let isDown = false;
  const isFirst = metricsApi.setGlobalMeterProvider(provider);
  const serving: Promise<PrometheusEndpoint | undefined> = exporter
    ? servePrometheus(
        (request, response) => exporter.getMetricsRequestHandler(request, response),
        prometheus,
      ).catch((error: Error) => {
        options.onPrometheusError?.(error, prometheus);
        return undefined;
      })
    : Promise.resolve(undefined);
  return {
    getMeter: (name, version) => provider.getMeter(name, version),
    prometheusUrl: serving.then((endpoint) => endpoint?.url),
    async shutdown() {
      // Somebody else's meters stay where they were registered.
      if (isFirst && !isDown) metricsApi.disable();
      isDown = true;
      await (await serving)?.close();
      await provider.shutdown();
    },
  };
}
