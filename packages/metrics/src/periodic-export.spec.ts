import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InMemoryMetricExporter,
  InstrumentType,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { type Metrics, type MetricsOptions, startMetrics } from './start-metrics.ts';

const running: Metrics[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  diag.disable();
  for (const child of children.splice(0)) child.kill();
  await Promise.all(running.splice(0).map((metrics) => metrics.shutdown()));
});

function start(options: Partial<MetricsOptions>): Metrics {
  const metrics = startMetrics({ resource: resourceFromAttributes({ 'service.name': 'shop' }), ...options });
  running.push(metrics);
  return metrics;
}

/** Prefers changes, and exponential histograms. */
class PreferringExporter extends InMemoryMetricExporter {
  readonly #isStuck: boolean;

  constructor(isStuck = false) {
    super(AggregationTemporality.DELTA);
    this.#isStuck = isStuck;
  }

  selectAggregation(type: InstrumentType): {
    type: AggregationType.EXPONENTIAL_HISTOGRAM | AggregationType.DEFAULT;
  } {
    return {
      type:
        type === InstrumentType.HISTOGRAM ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT,
    };
  }

  override export(...parameters: Parameters<InMemoryMetricExporter['export']>): void {
    if (!this.#isStuck) super.export(...parameters);
  }
}

describe('exporters', () => {
  it('send at intervals', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const metrics = start({ exporters: [{ exporter, intervalMs: 5 }] });
    metrics.getMeter('spec').createCounter('sold').add(2);
    while (exporter.getMetrics().length < 2) await new Promise((resolve) => setImmediate(resolve));
    const [first] = exporter.getMetrics();
    expect(first?.resource.attributes).toEqual({ 'service.name': 'shop' });
    expect(first?.scopeMetrics[0]?.metrics[0]?.dataPoints).toMatchObject([{ value: 2 }]);
  });

  it('send when they are flushed, and on shutdown, by the preferences of each', async () => {
    const plain = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const preferring = new PreferringExporter();
    const metrics = start({ exporters: [{ exporter: plain }, { exporter: preferring, timeoutMs: 60_000 }] });
    const histogram = metrics
      .getMeter('spec')
      .createHistogram('wait', { advice: { explicitBucketBoundaries: [7, 70] } });
    histogram.record(5);
    await metrics.flush();
    histogram.record(50);
    histogram.record(500);
    await metrics.flush();
    const collected = ({ scopeMetrics }: ReturnType<InMemoryMetricExporter['getMetrics']>[number]): unknown =>
      scopeMetrics[0]?.metrics[0];
    expect(plain.getMetrics().map(collected)).toMatchObject([
      { dataPointType: DataPointType.HISTOGRAM, dataPoints: [{ value: { buckets: { counts: [1, 0, 0] } } }] },
      { dataPoints: [{ value: { buckets: { boundaries: [7, 70], counts: [1, 1, 1] } } }] },
    ]);
    expect(preferring.getMetrics().map(collected)).toMatchObject([
      { dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, dataPoints: [{ value: { count: 1 } }] },
      { dataPoints: [{ value: { count: 2 } }] },
    ]);
    const sent = plain.getMetrics().length;
    const exports: number[] = [];
    plain.shutdown = () => Promise.resolve(void exports.push(plain.getMetrics().length));
    await Promise.all([metrics.shutdown(), metrics.shutdown()]);
    await metrics.shutdown();
    expect(exports).toEqual([sent + 1]);
  });

  it('hold up a flush and a shutdown no longer than the limit', async () => {
    const clock = new ManualClock();
    const metrics = start({
      clock,
      exporters: [{ exporter: new PreferringExporter(true), intervalMs: 100 }],
    });
    metrics.getMeter('spec').createCounter('sold').add(1);
    let done = '';
    const flushed = metrics.flush().then(() => (done += 'flushed'));
    await clock.advance(4_999);
    expect(done).toBe('');
    await clock.advance(1);
    await flushed;
    const stopped = metrics.shutdown(30).then(() => (done += ' stopped'));
    await clock.advance(30);
    await stopped;
    expect(done).toBe('flushed stopped');
    expect(clock.pendingTimers).toBe(0);
  });

  it('are given up when the shutdown has taken too long, and shut down all the same', async () => {
    const clock = new ManualClock();
    const exporter = new PreferringExporter(true);
    let exports = 0;
    const stuck = exporter.export.bind(exporter);
    exporter.export = (...parameters) => {
      exports += 1;
      stuck(...parameters);
    };
    const isShutDown = new Promise<void>((resolve) => {
      exporter.shutdown = () => Promise.resolve(resolve());
    });
    const metrics = start({ clock, exporters: [{ exporter }] });
    metrics.getMeter('spec').createCounter('sold').add(1);
    const flushed = metrics.flush(10);
    await clock.advance(10);
    await flushed;
    expect(exports).toBe(1);
    const stopped = metrics.shutdown(30);
    await clock.advance(30);
    await stopped;
    await isShutDown;
    // The one that the shutdown would have begun after the first.
    expect(exports).toBe(1);
  });

  it('decide on nothing that they have no preference for', async () => {
    const sent: unknown[] = [];
    const exporter: PushMetricExporter = {
      export: ({ scopeMetrics }, onResult) => {
        sent.push(scopeMetrics[0]?.metrics[0]);
        onResult({ code: 0 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const metrics = start({ exporters: [{ exporter }] });
    metrics.getMeter('spec').createHistogram('wait').record(5);
    await metrics.flush();
    expect(sent).toMatchObject([
      {
        dataPointType: DataPointType.HISTOGRAM,
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
      },
    ]);
  });

  it('never fail the program that flushes', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.ERROR);
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    exporter.forceFlush = () => Promise.reject(new Error('no network'));
    const metrics = start({ exporters: [{ exporter }] });
    await expect(metrics.flush()).resolves.toBeUndefined();
    await expect(metrics.shutdown()).resolves.toBeUndefined();
    expect(lines).toEqual(['Metrics were not sent', 'Metrics were not sent']);
  });

  it.each([
    [{ intervalMs: 0 }, 'intervalMs'],
    [{ intervalMs: -1 }, 'intervalMs'],
    [{ intervalMs: Number.NaN }, 'intervalMs'],
    [{ intervalMs: 2 ** 31 }, 'intervalMs'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ intervalMs: 10, timeoutMs: 11 }, 'timeoutMs'],
  ])('reject %j', (times, option) => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    expect(() => start({ exporters: [{ exporter, ...times }] })).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_OPTION', message: expect.stringContaining(option) }),
    );
  });
});

describe('a process with metrics', () => {
  it.each([
    [
      'although exporters and the endpoint go on',
      `const metrics = startMetrics({
        resource: resourceFromAttributes({}),
        prometheus: { port: 0 },
        exporters: [{ exporter: new ConsoleMetricExporter() }],
      });
      await metrics.prometheusUrl;`,
    ],
    [
      'after a shutdown that an exporter does not let end',
      `const hangs = () => new Promise(() => undefined);
      const metrics = startMetrics({
        resource: resourceFromAttributes({}),
        exporters: [{
          exporter: { export: () => undefined, forceFlush: hangs, shutdown: hangs },
          intervalMs: 86_400_000,
          timeoutMs: 86_400_000,
        }],
      });
      metrics.getMeter('spec').createCounter('sold').add(1);
      await metrics.shutdown(100);`,
    ],
  ])('ends by itself %s', async (_when, body) => {
    const program = `
      import { resourceFromAttributes } from '@opentelemetry/resources';
      import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
      import { startMetrics } from '@tta/obs-metrics';
      ${body}
      console.log('end');`;
    const child = spawn(
      process.execPath,
      [
        '--conditions=@tta/source',
        '--import',
        '@swc-node/register/esm-register',
        '--input-type=module',
        '-e',
        program,
      ],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    const [code] = await once(child, 'exit');
    expect({ code, output }).toEqual({ code: 0, output: 'end\n' });
  });
});
