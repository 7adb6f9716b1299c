import type { PeriodicExport } from '@tta/obs-metrics';
import { isoTime } from './iso-time.ts';

type MetricExporter = PeriodicExport['exporter'];
type ResourceMetrics = Parameters<MetricExporter['export']>[0];
type MetricData = ResourceMetrics['scopeMetrics'][number]['metrics'][number];

/** `ExportResultCode` of OpenTelemetry. */
const success = 0;

/**
 * Writes each metric that is exported as one line of JSON, for a look without any backend.
 *
 * @param stream - Where to. @defaultValue standard output
 */
export function consoleMetricExporter(stream: NodeJS.WritableStream = process.stdout): MetricExporter {
  return {
    export({ scopeMetrics }, done) {
      for (const { scope, metrics } of scopeMetrics) {
        for (const metric of metrics) stream.write(`${line(scope.name, metric)}\n`);
      }
      done({ code: success });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function line(scope: string, { descriptor, dataPoints }: MetricData): string {
  const { name, unit } = descriptor;
  return JSON.stringify({
    scope,
    name,
    unit,
    points: dataPoints.map(({ attributes, startTime, endTime, value }) => ({
      attributes,
      start: isoTime(startTime),
      end: isoTime(endTime),
      value,
    })),
  });
}
