import { metrics as metricsApi } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { Receiver, until } from '../test/receiver.ts';
import { byKey, sent, type SentMetric } from '../test/sent.ts';

class Work extends InstrumentedPrimitive<string, string> {
  constructor() {
    super({ type: 'work', name: 'work' });
  }
  protected run(input: string): string {
    return input.toUpperCase();
  }
}

const observed = new ObservedProcess();
const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_TRACES_EXPORTER: 'none' };
const [delta, cumulative] = [1, 2];

function named(received: Receiver, name: string): SentMetric | undefined {
  return sent(received).metrics.find((metric) => metric.name === name);
}

describe('metrics', () => {
  it('are sent by OTLP where an endpoint is set', async () => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: 'shop' });
    await new Work().execute('a');
    await obs.flush();
    expect(received.of('metrics')[0]?.path).toBe('/v1/metrics');
    expect(sent(received).resource).toMatchObject({ 'service.name': 'shop' });
    const count = named(received, 'primitive.execution.count')?.sum;
    expect(count).toMatchObject({ aggregationTemporality: cumulative, dataPoints: [{ asDouble: 1 }] });
    expect(byKey(count?.dataPoints[0]?.attributes ?? [])).toMatchObject({ 'primitive.name': 'work' });
    expect(named(received, 'primitive.execution.duration')?.histogram).toBeDefined();
  });

  it('are sent as the environment says of them: where to, how often, since when', async () => {
    const [general, own] = [await observed.receiver(), await observed.receiver()];
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: general.url,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${own.url}/as-it-is`,
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-tenant=t1',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_METRIC_EXPORT_INTERVAL: '20',
    });
    const meter = metricsApi.getMeter('spec');
    meter.createCounter('books').add(3);
    meter.createHistogram('pages').record(7);
    await until(() => named(own.received, 'books') !== undefined);
    expect(own.received.requests[0]).toMatchObject({ path: '/as-it-is', headers: { 'x-tenant': 't1' } });
    expect(named(own.received, 'books')?.sum?.aggregationTemporality).toBe(delta);
    expect(named(own.received, 'pages')?.exponentialHistogram).toBeDefined();
    expect(general.received.of('metrics')).toEqual([]);
  });

  it('are pushed and served for Prometheus at once', async () => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize({
      ...json,
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${url}/v1/metrics`,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    await new Work().execute('a');
    await obs.flush();
    const text = await (await fetch((await obs.prometheusUrl) ?? '')).text();
    expect(text).toMatch(/primitive_execution_count\w*\{[^}]*primitive_name="work"[^}]*\} 1/);
    expect(named(received, 'primitive.execution.count')).toBeDefined();
  });

  it('are written to standard output', async () => {
    const body = `const obs = initializeObservability({ enableTtaUi: false }); await new Work().execute('a');`;
    const { stdout, stderr } = await runProgram(observed.folder, body, { OTEL_METRICS_EXPORTER: 'console' });
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string });
    expect(lines.find(({ name }) => name === 'primitive.execution.count')).toMatchObject({
      scope: 'tta.primitives',
      points: [{ attributes: { 'primitive.name': 'work' }, value: 1, end: expect.stringContaining('T') }],
    });
  });

  it('are sent when the program comes to its end, which they do not put off', async () => {
    const { received, url } = await observed.receiver();
    const body = `initializeObservability({ enableTtaUi: false }); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(stderr).toBe('');
    expect(named(received, 'primitive.execution.count')).toBeDefined();
  });

  it('that nobody takes are said to be lost once', async () => {
    const receiver = new Receiver((response, { path }) => {
      if (path === '/v1/metrics') response.statusCode = 404;
      response.end();
    });
    observed.closing.push(() => receiver.stop());
    const url = await receiver.start();
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      for (let i = 0; i < 3; i++) { await new Work().execute('a'); await obs.flush(); }`;
    const { stderr } = await runProgram(observed.folder, body, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/\d+ more data points are lost on the way to http:[^\n]*: it takes none\./);
    expect(stderr).toContain(
      `Metrics are lost on the way to ${url}/v1/metrics: 404 Not Found. It takes none: update it, or set OTEL_METRICS_EXPORTER=none.`,
    );
    expect(receiver.of('metrics').length).toBeGreaterThanOrEqual(3);
  });

  it('that a destination does not answer in time are said to be lost, and hold up the end no longer', async () => {
    const receiver = new Receiver(() => undefined);
    observed.closing.push(() => receiver.stop());
    const url = await receiver.start();
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      await new Work().execute('a'); await obs.shutdown(); console.log('down');`;
    const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url };
    const { stdout, stderr } = await runProgram(observed.folder, body, env);
    expect(stdout).toBe('down\n');
    expect(stderr).toMatch(
      /"\d+ data points are lost on the way to http:[^\n]*: observability was shut down\."/,
    );
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    ['calls process.exit()', 'process.exit();', true],
    ['shuts down and does not wait for it', 'void obs.shutdown(); process.exit();', true],
    [
      'dies of an error',
      "process.on('uncaughtException', () => process.exit()); throw new Error('x');",
      true,
    ],
    ['waits for the shutdown', 'await obs.shutdown(); process.exit();', false],
    ['waits until they are flushed', 'await obs.flush(); process.exit();', false],
    ['comes to its end', '', false],
  ])('are said not to be sent, if so, when a program %s', async (_, ending, isSaid) => {
    const { received, url } = await observed.receiver();
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      await new Work().execute('a'); ${ending}`;
    const env = { ...json, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url };
    const { stderr } = await runProgram(observed.folder, body, env);
    expect(stderr).toMatch(isSaid ? /Metrics of the last \d+ s were not sent[^\n]*\n$/ : /^$/);
    expect(received.requests).toHaveLength(isSaid ? 0 : 1);
  });

  it('are not said to be unsent where Prometheus alone asks for them', async () => {
    const body = `initializeObservability({ enableTtaUi: false, enablePrometheus: true, prometheusPort: 0 });
      await new Work().execute('a'); process.exit();`;
    expect((await runProgram(observed.folder, body)).stderr).toBe('');
  });

  it('tell what became of spans, log records and data points of each destination', async () => {
    const { received, url } = await observed.receiver();
    const obs = observed.initialize(
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_METRICS_EXPORTER: 'otlp,prometheus',
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      },
      { enableTtaUi: false },
    );
    await new Work().execute('a');
    obs.log.info('one');
    obs.log.info('two');
    await obs.flush();
    const points = sent(received).metrics.flatMap(
      ({ sum, gauge, histogram }) => (sum ?? gauge ?? histogram)?.dataPoints ?? [],
    );
    const text = await (await fetch((await obs.prometheusUrl) ?? '')).text();
    const exported = (what: string): number =>
      Number(
        new RegExp(
          `obs_export_${what}\\w*\\{(?=[^}]*export_outcome="exported")[^}]*export_destination="otlp"[^}]*\\} (\\d+)`,
        ).exec(text)?.[1] ??
          new RegExp(
            `obs_export_${what}\\w*\\{(?=[^}]*export_destination="otlp")[^}]*export_outcome="exported"[^}]*\\} (\\d+)`,
          ).exec(text)?.[1],
      );
    expect(exported('spans')).toBe(1);
    expect(exported('logs')).toBe(2);
    expect(exported('metrics')).toBe(points.length);
  });

  it('with too many label sets are a line of the log, which sampling does not leave out', async () => {
    const body = `initializeObservability({ enableTtaUi: false, cardinalityLimit: 3, logSampling: { rate: 0 } });
      for (const name of ['a', 'b', 'c', 'd', 'e']) await new Named(name).execute('x');`;
    const { stderr } = await runProgram(
      observed.folder,
      `class Named extends InstrumentedPrimitive<string, string> {
         constructor(name: string) { super({ type: 'named', name }); }
         protected run(input: string): string { return input; }
       }
       ${body}`,
      { OTEL_METRICS_EXPORTER: 'console' },
    );
    expect(stderr).toMatch(/primitive\.execution\.count has reached the limit of 3 label sets/);
    expect(stderr).toContain('primitive.name');
  });
});
