import { InvalidOptionError, type Logger } from '@tta/obs-context';
import { type Metrics, type MetricsOptions, startMetrics } from '@tta/obs-metrics';
import { startMetricExport } from '@tta/obs-tracing';
import { consoleMetricExporter } from './console-metric-exporter.ts';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import { ExportWatch } from './export-watch.ts';
import { finishInTurn, limitOfOneMs } from './finish-in-turn.ts';
import type { ModelClients } from './model-clients/model-clients.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import type { RunningSignal } from './running-signal.ts';
import type { SetUp } from './set-up.ts';

const usualPort = 9464;

export interface RunningMetrics extends RunningSignal, Pick<Metrics, 'getMeter' | 'prometheusUrl'> {}

/**
 * @param logger - Warned of metrics with too many label sets.
 * @throws `OBS_ERR_INVALID_OPTION` for a port or a limit that cannot be used.
 */
export function setUpMetrics(
  setUp: SetUp,
  logger: Logger,
  modelClients: ModelClients | undefined,
): RunningMetrics {
  const { options, env, resource, destinations, printer, onTrouble } = setUp;
  const { intervalMs, timeoutMs } = env.metricExport;
  const prometheus = prometheusOf(options, env);
  const exports = destinations.metrics.map((destination) => ({
    destination,
    exporter: startMetricExport(destination, {
      resource,
      onTrouble: (trouble) => onTrouble(destination, trouble),
    }),
  }));
  const exporters = [
    ...exports.map(({ exporter }) => exporter),
    ...(env.exporters.metrics?.includes('console') ? [consoleMetricExporter()] : []),
  ];
  const watch = new ExportWatch();
  const metrics = startMetrics({
    resource,
    ...(prometheus ? { prometheus } : {}),
    ...(options.cardinalityLimit === undefined ? {} : { cardinalityLimit: options.cardinalityLimit }),
    exporters: exporters.map((exporter) => ({ exporter: watch.watched(exporter), intervalMs, timeoutMs })),
    onPrometheusError: (error) => {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === 'EADDRINUSE' ? 'the port is taken' : message;
      printer.warn(
        `Metrics are not served on port ${prometheus?.port}: ${reason}. Pass another prometheusPort, or set OTEL_EXPORTER_PROMETHEUS_PORT; all else goes on.`,
      );
    },
    onCardinalityOverflow: ({ message }) => logger.warn(message),
    ...(modelClients ? { registered: modelClients.meter } : {}),
  });
  const finishExports = (limitMs: number): void => {
    const all = exports.map(({ exporter }) => exporter);
    finishInTurn(all, limitMs, limitOfOneMs);
  };
  return {
    getMeter: (name, version) => metrics.getMeter(name, version),
    prometheusUrl: metrics.prometheusUrl,
    counts: () => new Map(exports.map(({ destination, exporter }) => [destination.name, exporter.counts])),
    flush: (limitMs) => metrics.flush(limitMs),
    finishNow(limitMs) {
      // They are collected in later turns of the event loop, of which there are none.
      const unsent = exporters.length > 0 ? watch.unsentSeconds() : undefined;
      if (unsent !== undefined)
        printer.warn(
          `Metrics of the last ${unsent} s were not sent: the process exited before they were collected. ` +
            'Wait for shutdown() before process.exit().',
        );
      finishExports(limitMs);
    },
    async shutdown(limitMs) {
      await metrics.shutdown(limitMs);
      // What a destination has not answered by then is lost; it is to be counted and said as well.
      finishExports(0);
    },
  };
}

function prometheusOf(
  options: ObservabilityOptions,
  env: EnvironmentSettings,
): (MetricsOptions['prometheus'] & { readonly port: number }) | undefined {
  if (!(options.enablePrometheus ?? env.exporters.metrics?.includes('prometheus'))) return undefined;
  const port = options.prometheusPort ?? env.prometheus.port ?? usualPort;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError(`prometheusPort is ${port}; it has to be a whole number from 0 to 65535`);
  }
  const { host } = env.prometheus;
  return { port, ...(host === undefined ? {} : { host }) };
}
