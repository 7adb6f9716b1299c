import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Metrics, type MetricsOptions, startMetrics } from '@tta/obs-metrics';
import { type Prometheus, rulesFile, startPrometheus } from './prometheus.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const { close } of running.splice(0).reverse()) await close();
});

async function served(
  prepare: (metrics: Metrics) => void,
  options: Partial<MetricsOptions> = {},
): Promise<string> {
  const metrics = startMetrics({
    resource: resourceFromAttributes({ 'service.name': 'shop', '1st': 'a', 'a.b': 1, a_b: 2 }),
    prometheus: { port: 0 },
    ...options,
  });
  running.push({ close: () => metrics.shutdown() });
  prepare(metrics);
  const url = await metrics.prometheusUrl;
  if (url === undefined) throw new Error('not served');
  return url;
}

async function scraped(...parameters: Parameters<typeof served>): Promise<Prometheus> {
  const prometheus = await startPrometheus(await served(...parameters));
  running.push(prometheus);
  await prometheus.catchUp();
  return prometheus;
}

interface Verdict {
  readonly code: number;
  readonly output: string;
}

async function promtool(parameters: readonly string[], input = ''): Promise<Verdict> {
  const child = spawn('promtool', parameters, { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

/** Every kind of instrument, with whatever the API lets pass as names, labels and texts. */
function awkward(metrics: Metrics): void {
  const meter = metrics.getMeter('shop', '1.0');
  const labels = {
    '1st': 'a',
    '': 'b',
    'a.b': 'c',
    a_b: 'd',
    le: '10',
    quantile: '0.5',
    text: 'ä\n"\\}#\r\u0000',
  };
  meter.createCounter('books.sold', { description: 'Of\nall "kinds" \\', unit: '{book}' }).add(3, labels);
  meter.createUpDownCounter('open-orders', { unit: '1' }).add(-1, labels);
  meter.createGauge('temperature/celsius', { unit: 'Cel' }).record(Number.POSITIVE_INFINITY, labels);
  meter.createGauge('humidity').record(Number.NaN, { list: ['x', 'y'], yes: true });
  meter
    .createHistogram('wait', { unit: 'ms', advice: { explicitBucketBoundaries: [1, 10] } })
    .record(5, labels);
  metrics.getMeter('other').createCounter('books_sold').add(4, labels);
}

describe('the endpoint', () => {
  it('is scraped without complaint, whatever a program calls its metrics and labels', async () => {
    const prometheus = await scraped(awkward);
    expect(await prometheus.query('up')).toMatchObject([{ value: 1 }]);
    expect(
      await prometheus.query('scrape_samples_scraped - scrape_samples_post_metric_relabeling'),
    ).toMatchObject([{ value: 0 }]);
    const sold = await prometheus.query('books_sold_total');
    expect(sold.map(({ labels, value }) => [labels['a_b'], value])).toEqual([['c;d', 7]]);
    expect(sold[0]?.labels).toMatchObject({ _1st: 'a', _: 'b', text: 'ä\n"\\}#\r\u0000' });
    expect(await prometheus.query('wait_bucket{exported_le="10"}')).toHaveLength(3);
    expect(await prometheus.query('target_info')).toMatchObject([{ labels: { _1st: 'a', a_b: '1;2' } }]);
    expect(prometheus.complaints()).toEqual([]);
  });

  it('loses no count to labels and names that Prometheus does not tell apart', async () => {
    let added = 0;
    const prometheus = await scraped((metrics) => {
      const labelSets = [
        { status: 200 },
        { status: '200' },
        { 'http.route': '/a' },
        { http_route: '/a' },
        {},
        { user: '' },
      ];
      for (const scope of ['shop', 'other']) {
        for (const name of ['books.sold', 'books_sold', 'books.sold.total']) {
          const counter = metrics.getMeter(scope).createCounter(name);
          const wait = metrics.getMeter(scope).createHistogram(`${name}.wait`);
          for (const labels of labelSets) {
            added += 1;
            counter.add(1, labels);
            wait.record(1, labels);
          }
        }
      }
    });
    expect(await prometheus.query('sum(books_sold_total)')).toMatchObject([{ value: added }]);
    expect(await prometheus.query('sum({__name__=~"books_sold(_total)?_wait_count"})')).toMatchObject([
      { value: added },
    ]);
    expect(
      await prometheus.query('sum({__name__=~"books_sold(_total)?_wait_bucket", le="5"})'),
    ).toMatchObject([{ value: added }]);
    expect(await prometheus.query('count(books_sold_total)')).toMatchObject([{ value: 3 }]);
    expect(prometheus.complaints()).toEqual([]);
  });

  it('exposes what promtool parses', async () => {
    const url = await served(awkward);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { code, output } = await promtool(['check', 'metrics'], await response.text());
    // 3 stands for advice on names, which are OpenTelemetry's; 1 for what cannot be parsed.
    expect({ code, output }).toMatchObject({ code: 3 });
    const advice = output.trim().split('\n');
    expect(
      advice.filter(
        (line) => !/ (use base unit|metric names should not contain|no help text|non-)/.test(line),
      ),
    ).toEqual([]);
    expect(await promtool(['check', 'metrics'], '# TYPE x counter\nx{1st="a"} 1\n')).toMatchObject({
      code: 1,
    });
  });

  it('bounds the label sets of a metric over many scrapes', async () => {
    const overflows: string[] = [];
    let sold = 0;
    let counter = { add: (_value: number, _labels: { order: string }): void => undefined };
    const prometheus = await scraped(
      (metrics) => {
        counter = metrics.getMeter('shop').createCounter('sold');
      },
      { cardinalityLimit: 50, onCardinalityOverflow: ({ message }) => void overflows.push(message) },
    );
    for (let round = 0; round < 4; round++) {
      for (let order = 0; order < 40; order++) counter.add(1, { order: `order-${sold++}` });
      await prometheus.catchUp();
    }
    expect(await prometheus.query('count(sold_total)')).toMatchObject([{ value: 50 }]);
    expect(await prometheus.query('sum(sold_total)')).toMatchObject([{ value: sold }]);
    expect(await prometheus.query('sold_total{otel_metric_overflow="true"}')).toMatchObject([
      { value: sold - 49 },
    ]);
    expect(overflows).toEqual([expect.stringContaining('the label "order" alone has')]);
  });
});

describe('the rules', () => {
  it('are valid', async () => {
    const { code, output } = await promtool(['check', 'rules', rulesFile]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('3 rules found') });
  });
});
