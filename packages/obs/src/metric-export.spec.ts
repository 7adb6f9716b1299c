import { metrics as metricsApi } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import type { OtlpMetric, OtlpSink } from '@tta/obs-testing/otlp-sink';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';

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

function metricsOf(sink: OtlpSink): OtlpMetric[] {
  const resources = sink.requestsOf('metrics').flatMap(({ message }) => message.resourceMetrics);
  return resources.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
}

function named(sink: OtlpSink, name: string): OtlpMetric | undefined {
  return metricsOf(sink).find((metric) => metric.name === name);
}

describe('metrics', () => {
  it('are sent by OTLP where an endpoint is set', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      OTEL_SERVICE_NAME: 'shop',
    });
    await new Work().execute('a');
    await obs.flush();
    expect(sink.resources).toMatchObject([{ 'service.name': 'shop' }]);
    expect(sink.trace.points).toContainEqual(
      expect.objectContaining({
        metric: 'primitive.execution.count',
        labels: expect.objectContaining({ 'primitive.name': 'work' }),
        value: 1,
      }),
    );
    expect(named(sink, 'primitive.execution.count')?.sum?.aggregationTemporality).toBe(cumulative);
    expect(named(sink, 'primitive.execution.duration')?.histogram).toBeDefined();
  });

  it('are sent as the environment says of them: where to, how often, since when', async () => {
    const [general, own] = [await observed.sink(), await observed.sink()];
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: general.httpUrl,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${own.httpUrl}/v1/metrics`,
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-tenant=t1',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_METRIC_EXPORT_INTERVAL: '20',
    });
    const meter = metricsApi.getMeter('spec');
    meter.createCounter('books').add(3);
    meter.createHistogram('pages').record(7);
    while (named(own, 'books') === undefined) await own.received({ requests: own.requests.length + 1 });
    expect(own.requests[0]?.headers).toMatchObject({ 'x-tenant': 't1' });
    expect(named(own, 'books')?.sum?.aggregationTemporality).toBe(delta);
    expect(named(own, 'pages')?.exponentialHistogram).toBeDefined();
    expect(general.requestsOf('metrics')).toEqual([]);
  });

  it('are pushed and served for Prometheus at once', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize({
      ...json,
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${sink.httpUrl}/v1/metrics`,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    await new Work().execute('a');
    await obs.flush();
    const text = await (await fetch((await obs.prometheusUrl) ?? '')).text();
    expect(text).toMatch(/primitive_execution_count\w*\{[^}]*primitive_name="work"[^}]*\} 1/);
    expect(named(sink, 'primitive.execution.count')).toBeDefined();
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
    const sink = await observed.sink();
    const body = `initializeObservability({ enableTtaUi: false }); await new Work().execute('a');`;
    const { stderr } = await runProgram(observed.folder, body, {
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
    });
    expect(stderr).toBe('');
    expect(named(sink, 'primitive.execution.count')).toBeDefined();
  });

  it('that nobody takes are said to be lost once', async () => {
    const sink = await observed.sink();
    sink.answer({ status: 404 }, { signal: 'metrics' });
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      for (let i = 0; i < 3; i++) { await new Work().execute('a'); await obs.flush(); }`;
    const { stderr } = await runProgram(observed.folder, body, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl });
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/\d+ more data points are lost on the way to http:[^\n]*: it takes none\./);
    expect(stderr).toContain(
      `Metrics are lost on the way to ${sink.httpUrl}/v1/metrics: 404 Not Found. It takes none: update it, or set OTEL_METRICS_EXPORTER=none.`,
    );
    expect(sink.requestsOf('metrics').length).toBeGreaterThanOrEqual(3);
  });

  it('that a destination does not answer in time are said to be lost, and hold up the end no longer', async () => {
    const sink = await observed.sink();
    sink.answer('hang');
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      await new Work().execute('a'); await obs.shutdown(); console.log('down');`;
    const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${sink.httpUrl}/v1/metrics` };
    const { stdout, stderr } = await runProgram(observed.folder, body, env);
    expect(stdout).toBe('down\n');
    expect(stderr).toMatch(
      /"\d+ data points are lost on the way to http:[^\n]*: observability was shut down\."/,
    );
    expect(sink.requests).toHaveLength(1);
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
    const sink = await observed.sink();
    const body = `const obs = initializeObservability({ enableTtaUi: false });
      await new Work().execute('a'); ${ending}`;
    const env = { ...json, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${sink.httpUrl}/v1/metrics` };
    const { stderr } = await runProgram(observed.folder, body, env);
    expect(stderr).toMatch(isSaid ? /Metrics of the last \d+ s were not sent[^\n]*\n$/ : /^$/);
    expect(sink.requests).toHaveLength(isSaid ? 0 : 1);
  });

  it('are not said to be unsent where Prometheus alone asks for them', async () => {
    const body = `initializeObservability({ enableTtaUi: false, enablePrometheus: true, prometheusPort: 0 });
      await new Work().execute('a'); process.exit();`;
    expect((await runProgram(observed.folder, body)).stderr).toBe('');
  });

  it('tell what became of spans, log records and data points of each destination', async () => {
    const sink = await observed.sink();
    const obs = observed.initialize(
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
        OTEL_METRICS_EXPORTER: 'otlp,prometheus',
        OTEL_EXPORTER_PROMETHEUS_PORT: '0',
      },
      { enableTtaUi: false },
    );
    await new Work().execute('a');
    obs.log.info('one');
    obs.log.info('two');
    await obs.flush();
    const points = metricsOf(sink).flatMap(
      ({ sum, gauge, histogram }): readonly unknown[] => (sum ?? gauge ?? histogram)?.dataPoints ?? [],
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
