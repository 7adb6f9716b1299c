/**
 * One scrape of 10,000 series over HTTP: our endpoint, the exporter of OpenTelemetry, and prom-client behind
 * node:http. 500 histograms of nine buckets with sum and count make 6,000 series, 4,000 counters the rest. Prints JSON.
 */
import { createServer } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { durationBucketsMs } from '@tta/obs-context';
import { startMetrics } from '@tta/obs-metrics';
import promClient from 'prom-client';
import { interleave } from './interleave.mjs';

const resource = resourceFromAttributes({ 'service.name': 'bench' });
const histograms = 500;
const counters = 1_000;
const counted = ['a', 'b', 'c', 'd'];

function fill(meter) {
  const duration = meter.createHistogram('primitive.execution.duration', {
    unit: 'ms',
    advice: { explicitBucketBoundaries: [...durationBucketsMs] },
  });
  for (let i = 0; i < histograms; i++) {
    duration.record(i, { 'primitive.name': `step ${i}`, 'execution.status': 'success' });
  }
  for (const name of counted) {
    const counter = meter.createCounter(`counter.${name}`);
    for (let i = 0; i < counters; i++)
      counter.add(i, { 'primitive.name': `step ${i}`, 'primitive.type': 'lambda' });
  }
}

const ours = startMetrics({ resource, prometheus: { port: 0 } });
fill(ours.getMeter('bench'));

const exporter = new PrometheusExporter({
  host: '127.0.0.1',
  port: 0,
  withoutScopeInfo: true,
  preventServerStart: true,
});
fill(new MeterProvider({ resource, readers: [exporter] }).getMeter('bench'));

const register = new promClient.Registry();
const duration = new promClient.Histogram({
  name: 'primitive_execution_duration',
  help: 'x',
  labelNames: ['primitive_name', 'execution_status'],
  buckets: [...durationBucketsMs],
  registers: [register],
});
for (let i = 0; i < histograms; i++)
  duration.observe({ primitive_name: `step ${i}`, execution_status: 'success' }, i);
for (const name of counted) {
  const counter = new promClient.Counter({
    name: `counter_${name}_total`,
    help: 'x',
    labelNames: ['primitive_name', 'primitive_type'],
    registers: [register],
  });
  for (let i = 0; i < counters; i++)
    counter.inc({ primitive_name: `step ${i}`, primitive_type: 'lambda' }, i);
}

const serve = (handler) =>
  new Promise((resolve) => {
    const server = createServer(handler).listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${server.address().port}/metrics`),
    );
  });
const urls = {
  ours: await ours.prometheusUrl,
  'exporter-prometheus 0.223': await serve((request, response) =>
    exporter.getMetricsRequestHandler(request, response),
  ),
  'prom-client 15.1': await serve((_request, response) => {
    void register.metrics().then((text) => response.end(text));
  }),
};

const identity = { 'accept-encoding': 'identity' };
const scrape = (url) => async () => (await (await fetch(url, { headers: identity })).text()).length;
const bytes = {};
for (const [name, url] of Object.entries(urls)) {
  const text = await (await fetch(url, { headers: identity })).text();
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !/_info\b/.test(line));
  if (series.length !== 10_000) throw new Error(`${name} shows ${series.length} series`);
  bytes[name] = text.length;
}
const measured = await interleave(
  Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, scrape(url)])),
  { operations: 4 },
);
process.stdout.write(
  JSON.stringify(
    Object.fromEntries(
      Object.entries(measured).map(([name, result]) => [name, { ...result, bytes: bytes[name] }]),
    ),
  ),
  () => process.exit(),
);
