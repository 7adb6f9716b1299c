import { resourceFromAttributes } from '@opentelemetry/resources';
import { startLogExport } from '../src/export/start-log-export.ts';
import { startMetricExport } from '../src/export/start-metric-export.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });
const time: [number, number] = [1_800_000_000, 0];

/** One log record or one data point, on its way. */
function started(signal: string, destination: { readonly name: string; readonly url: string }) {
  if (signal === 'logs') {
    const logs = startLogExport(destination, { resource });
    const instrumentationScope = { name: 'spec' };
    const record = { resource, instrumentationScope, attributes: {}, droppedAttributesCount: 0 };
    logs.onEmit({ ...record, hrTime: time, hrTimeObserved: time, body: 'last words' });
    return logs;
  }
  const metrics = startMetricExport(destination, { resource });
  const descriptor = { name: 'last words', description: '', unit: '', valueType: 1 };
  const dataPoints = [{ startTime: time, endTime: time, attributes: {}, value: 1 }];
  const metric = { descriptor, dataPoints, aggregationTemporality: 1, dataPointType: 2 } as const;
  metrics.export({ resource, scopeMetrics: [{ scope: { name: 'spec' }, metrics: [metric] }] }, () => {});
  return metrics;
}

/**
 * A program with something to export that is over: it has nothing more to do (`leave`), or it exits with its last
 * words (`exit`). Prints what it has counted at the end.
 */
function main(signal: string, how: string, destination: string): void {
  const running = started(signal, JSON.parse(destination) as { name: string; url: string });
  process.once('exit', () => {
    if (how === 'exit') running.finishNow(30_000);
    console.log(JSON.stringify(running.counts));
  });
  if (how === 'exit') process.exit();
  void running.forceFlush();
}

const [, , signal = '', how = '', destination = ''] = process.argv;
main(signal, how, destination);
