import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { OtlpReceiver } from '../../test/otlp-receiver.ts';
import { until } from '../../test/receiver.ts';
import type { OtlpProtocol } from './destination.ts';
import type { Trouble } from './export-counts.ts';
import type { ExportSurroundings } from './export-surroundings.ts';
import type { ResourceMetrics } from './otlp-encoding.ts';
import { type MetricDestination, type MetricExport, startMetricExport } from './start-metric-export.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });
const protocols: readonly OtlpProtocol[] = ['http/protobuf', 'http/json', 'grpc'];

let receiver: OtlpReceiver;
let troubles: string[];
const started: MetricExport[] = [];

beforeEach(() => {
  receiver = new OtlpReceiver('metrics', 'http/protobuf');
  troubles = [];
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((metrics) => metrics.stop(0)));
  await receiver.stop();
});

const note = ({ signal, kind, keptOn, count, error }: Trouble): void =>
  void troubles.push(`${signal} ${kind} ${keptOn ?? ''} ${count}: ${error.message}`);

function start(
  url: string,
  options: Partial<MetricDestination> = {},
  surroundings: Partial<ExportSurroundings> = {},
): MetricExport {
  const metrics = startMetricExport(
    { name: 'here', url, ...options },
    { resource, onTrouble: note, ...surroundings },
  );
  started.push(metrics);
  return metrics;
}

/** Real instruments whose points are exported when `flush` is called. */
function meterTo(exporter: PushMetricExporter) {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return { meter: provider.getMeter('spec'), flush: () => provider.forceFlush() };
}

const startTime: [number, number] = [1_800_000_000, 1];
const endTime: [number, number] = [1_800_000_060, 2];

/** What a reader has collected of one counter: a point for each of its values. */
function counted(...values: number[]): ResourceMetrics {
  const dataPoints = values.map((value) => ({ startTime, endTime, attributes: { item: 'book' }, value }));
  const descriptor = { name: 'sales', description: 'of all kinds', unit: '{book}', valueType: 1 };
  const sum = {
    descriptor,
    dataPoints,
    aggregationTemporality: 0,
    dataPointType: 3,
    isMonotonic: true,
  } as const;
  return { resource, scopeMetrics: [{ scope: { name: 'spec' }, metrics: [sum] }] };
}

function resultOf(metrics: MetricExport, collected: ResourceMetrics): ExportResult {
  const results: ExportResult[] = [];
  metrics.export(collected, (result) => void results.push(result));
  expect(results).toHaveLength(1);
  return results[0] as ExportResult;
}

type Point = { asDouble: number };
type Decoded = { resourceMetrics: { scopeMetrics: { metrics: { sum: { dataPoints: Point[] } }[] }[] }[] };

/** The values of all points of sums that have arrived, in their order. */
function values(): number[] {
  return (receiver.messages as Decoded[]).flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }) =>
        metrics.flatMap(({ sum }) => sum.dataPoints.map(({ asDouble }) => asDouble)),
      ),
    ),
  );
}

const attributes = [{ key: 'item', value: { stringValue: 'book' } }];
const times = { startTimeUnixNano: '1800000000000000001', timeUnixNano: '1800000060000000002' };

describe.each(protocols)('metrics by %s', (protocol) => {
  beforeEach(() => {
    receiver = new OtlpReceiver('metrics', protocol);
  });

  it.each(['none', 'gzip'] as const)(
    'arrive as they were collected, with compression %s',
    async (compression) => {
      const metrics = start(await receiver.start(), { protocol, compression });
      const [scope] = counted(3.5).scopeMetrics;
      const base = { aggregationTemporality: 1, startTime, endTime };
      const point = <T>(value: T) => [{ startTime, endTime, attributes: { item: 'book' }, value }];
      const descriptor = (name: string) => ({ name, description: '', unit: 'ms', valueType: 1 });
      const collected: ResourceMetrics = {
        resource,
        scopeMetrics: [
          {
            scope: { name: 'spec' },
            metrics: [
              ...(scope?.metrics ?? []),
              { ...base, descriptor: descriptor('level'), dataPointType: 2, dataPoints: point(-1.5) },
              {
                ...base,
                descriptor: descriptor('duration'),
                dataPointType: 0,
                dataPoints: point({
                  buckets: { boundaries: [10, 100], counts: [1, 2, 3] },
                  sum: 700,
                  count: 6,
                  min: 5,
                  max: 300,
                }),
              },
              {
                ...base,
                descriptor: descriptor('size'),
                dataPointType: 1,
                dataPoints: point({
                  count: 3,
                  sum: 12,
                  scale: 4,
                  zeroCount: 1,
                  positive: { offset: -7, bucketCounts: [1, 1] },
                  negative: { offset: 3, bucketCounts: [1] },
                  min: -1,
                  max: 9,
                }),
              },
            ],
          },
        ],
      };
      expect(resultOf(metrics, collected)).toEqual({ code: ExportResultCode.SUCCESS });
      await metrics.forceFlush();
      expect(receiver.messages).toEqual([
        {
          resourceMetrics: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
              scopeMetrics: [
                {
                  scope: { name: 'spec' },
                  metrics: [
                    {
                      name: 'sales',
                      description: 'of all kinds',
                      unit: '{book}',
                      sum: {
                        aggregationTemporality: 1,
                        isMonotonic: true,
                        dataPoints: [{ ...times, attributes, asDouble: 3.5 }],
                      },
                    },
                    {
                      name: 'level',
                      unit: 'ms',
                      gauge: { dataPoints: [{ ...times, attributes, asDouble: -1.5 }] },
                    },
                    {
                      name: 'duration',
                      unit: 'ms',
                      histogram: {
                        aggregationTemporality: 2,
                        dataPoints: [
                          {
                            ...times,
                            attributes,
                            count: 6,
                            sum: 700,
                            min: 5,
                            max: 300,
                            bucketCounts: [1, 2, 3],
                            explicitBounds: [10, 100],
                          },
                        ],
                      },
                    },
                    {
                      name: 'size',
                      unit: 'ms',
                      exponentialHistogram: {
                        aggregationTemporality: 2,
                        dataPoints: [
                          {
                            ...times,
                            attributes,
                            count: 3,
                            sum: 12,
                            scale: 4,
                            zeroCount: 1,
                            positive: { offset: -7, bucketCounts: [1, 1] },
                            negative: { offset: 3, bucketCounts: [1] },
                            min: -1,
                            max: 9,
                          },
                        ],
                      },
                    },
                  ],
                },
              ],
            },
          ],
        },
      ]);
      expect(metrics.counts).toEqual({ exported: 4, spooled: 0, dropped: 0 });
    },
  );

  it('are counted as lost when they are refused, point by point', async () => {
    receiver.reply = 'refused';
    const metrics = start(await receiver.start(), { protocol });
    resultOf(metrics, counted(1, 2, 3));
    await metrics.forceFlush();
    expect(metrics.counts).toEqual({ exported: 0, spooled: 0, dropped: 3 });
    expect(troubles).toEqual([
      expect.stringMatching(/^metrics dropped {2}3: (400 Bad Request|INVALID_ARGUMENT: odd)$/),
    ]);
  });

  it('are counted apart where only some points are rejected', async () => {
    receiver.reply = { rejected: 2, message: 'too old' };
    const metrics = start(await receiver.start(), { protocol });
    resultOf(metrics, counted(1, 2, 3));
    await metrics.forceFlush();
    expect(metrics.counts).toEqual({ exported: 1, spooled: 0, dropped: 2 });
    expect(troubles).toEqual(['metrics dropped  2: too old']);
  });

  it('wait while nobody is there, and no delta is lost or sent twice', async () => {
    const url = await receiver.start();
    await receiver.stop();
    const metrics = start(url, { protocol, temporality: 'delta' });
    const { meter, flush } = meterTo(metrics);
    const sales = meter.createCounter('sales');
    for (const value of [1, 2, 3, 4]) {
      sales.add(value);
      await flush();
    }
    expect(troubles[0]).toMatch(/^metrics kept memory 1: .*ECONNREFUSED/);
    expect(metrics.counts).toEqual({ exported: 0, spooled: 0, dropped: 0 });
    receiver = new OtlpReceiver('metrics', protocol);
    await receiver.start(Number(new URL(url).port));
    sales.add(5);
    await flush();
    expect(values()).toEqual([1, 2, 3, 4, 5]);
    expect(metrics.counts).toEqual({ exported: 5, spooled: 0, dropped: 0 });
  });
});

describe('startMetricExport', () => {
  it('leaves what waits to the next process where there is a spool', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tta-metrics-'));
    try {
      const url = await receiver.start();
      await receiver.stop();
      const first = start(url, { spool: { directory } });
      for (const value of [1, 2]) resultOf(first, counted(value));
      await first.stop(1_000);
      expect(first.counts).toEqual({ exported: 0, spooled: 2, dropped: 0 });
      receiver = new OtlpReceiver('metrics', 'http/protobuf');
      await receiver.start(Number(new URL(url).port));
      const clock = new ManualClock();
      const next = start(url, { spool: { directory } }, { clock });
      await clock.advance(250);
      await next.forceFlush();
      expect(values()).toEqual([1, 2]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('sends each export by itself, without waiting for others', async () => {
    const clock = new ManualClock();
    const metrics = start(await receiver.start(), {}, { clock });
    for (const value of [1, 2]) resultOf(metrics, counted(value));
    await until(() => metrics.counts.exported === 2);
    expect(values()).toEqual([1, 2]);
    expect(receiver.messages).toHaveLength(2);
  });

  it('waits in forceFlush for all points of all exports', async () => {
    const metrics = start(await receiver.start());
    for (const value of [1, 3, 5]) resultOf(metrics, counted(value, value + 1));
    await metrics.forceFlush();
    expect(values()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(metrics.counts).toEqual({ exported: 6, spooled: 0, dropped: 0 });
  });

  it('comes back when the destination wants it to', async () => {
    receiver.reply = { retryAfterSeconds: 3 };
    const clock = new ManualClock();
    const metrics = start(await receiver.start(), {}, { clock });
    resultOf(metrics, counted(7));
    await metrics.forceFlush();
    expect(troubles).toEqual(['metrics kept memory 1: 503 Service Unavailable']);
    receiver.reply = 'taken';
    await clock.advance(2_999);
    expect(values()).toEqual([7]);
    await clock.advance(1);
    await until(() => metrics.counts.exported === 1);
    expect(values()).toEqual([7, 7]);
  });

  it('sends what was collected, whatever becomes of it afterwards', async () => {
    const metrics = start(await receiver.start());
    const collected = counted(1);
    resultOf(metrics, collected);
    collected.scopeMetrics.splice(0);
    await metrics.forceFlush();
    expect(values()).toEqual([1]);
  });

  it('sends no export without points', async () => {
    const metrics = start(await receiver.start());
    expect(resultOf(metrics, counted()).code).toBe(ExportResultCode.SUCCESS);
    resultOf(metrics, counted(1));
    await metrics.forceFlush();
    expect(receiver.messages).toHaveLength(1);
    expect(values()).toEqual([1]);
  });

  it('fails what cannot be encoded, and counts it', async () => {
    const metrics = start(await receiver.start(), { protocol: 'http/json' });
    const odd = counted(1, 2);
    const faults: unknown[] = ['not a scope', new TypeError('odd')];
    for (const fault of faults) {
      Object.defineProperty(odd.scopeMetrics[0], 'scope', {
        configurable: true,
        get: () => {
          throw fault;
        },
      });
      expect(resultOf(metrics, odd)).toMatchObject({
        code: ExportResultCode.FAILED,
        error: expect.any(Error),
      });
    }
    await metrics.forceFlush();
    expect(troubles).toEqual(['metrics dropped  2: not a scope', 'metrics dropped  2: odd']);
  });

  it('fails what are no metrics', () => {
    const metrics = start('http://h.test');
    const odd = { resource } as unknown as ResourceMetrics;
    expect(resultOf(metrics, odd)).toEqual({ code: ExportResultCode.FAILED, error: expect.any(TypeError) });
    expect(metrics.counts).toEqual({ exported: 0, spooled: 0, dropped: 0 });
  });

  it('fails what comes after the shutdown, and counts it', async () => {
    const metrics = start(await receiver.start());
    await metrics.shutdown();
    expect(resultOf(metrics, counted(1, 2))).toMatchObject({ code: ExportResultCode.FAILED });
    expect(metrics.counts).toEqual({ exported: 0, spooled: 0, dropped: 2 });
  });

  it('holds 16 MiB while nobody is there, the newest, and what was tried last', async () => {
    const url = await receiver.start();
    await receiver.stop();
    const metrics = start(url);
    const large = (value: number): ResourceMetrics => {
      const collected = counted(value);
      const scope = { name: 'x'.repeat(2 ** 20) };
      return { ...collected, scopeMetrics: collected.scopeMetrics.map((entry) => ({ ...entry, scope })) };
    };
    for (let value = 1; value <= 24; value++) {
      resultOf(metrics, large(value));
      await metrics.forceFlush();
    }
    receiver = new OtlpReceiver('metrics', 'http/protobuf');
    await receiver.start(Number(new URL(url).port));
    await metrics.forceFlush();
    expect(values()).toEqual([1, ...Array.from({ length: 15 }, (_, index) => index + 10)]);
    expect(metrics.counts).toEqual({ exported: 16, spooled: 0, dropped: 8 });
  });

  it('drops and counts the oldest of what comes while a request hangs and 16 MiB wait', async () => {
    const hangs = new OtlpReceiver('metrics', 'http/protobuf');
    hangs.reply = 'none';
    try {
      const metrics = start(await hangs.start());
      const collected = counted(...Array<number>(20_000).fill(1));
      for (let count = 0; count < 24; count++) resultOf(metrics, collected);
      const { dropped } = metrics.counts;
      expect(dropped).toBeGreaterThan(0);
      expect(dropped % 20_000).toBe(0);
      expect(new Set(troubles)).toEqual(new Set(['metrics dropped  20000: its queue is full']));
    } finally {
      await hangs.stop();
    }
  });

  it.each([
    ['delta', 'the process ended before it was answered; it may have arrived'],
    ['lowmemory', 'the process ended before it was answered; it may have arrived'],
    ['cumulative', 'the process ended'],
  ] as const)(
    'repeats at the last moment no points under way that would add up: %s',
    async (temporality, reason) => {
      receiver.reply = 'none';
      const metrics = start(await receiver.start(), { temporality });
      resultOf(metrics, counted(7));
      await until(() => receiver.messages.length === 1);
      // Too short for last words: what is to be repeated fails.
      metrics.finishNow(1);
      expect(metrics.counts).toEqual({ exported: 0, spooled: 0, dropped: 1 });
      expect(troubles).toEqual([`metrics dropped  1: ${reason}`]);
    },
  );

  it('prefers cumulative points and plain buckets, as the SDK knows them', () => {
    const metrics = start('http://h.test');
    for (const type of Object.values(InstrumentType)) {
      expect(metrics.selectAggregationTemporality(type)).toBe(AggregationTemporality.CUMULATIVE);
      expect(metrics.selectAggregation(type)).toEqual({ type: AggregationType.DEFAULT });
    }
  });

  it.each([
    ['delta', [InstrumentType.COUNTER, InstrumentType.HISTOGRAM, InstrumentType.OBSERVABLE_COUNTER]],
    ['lowmemory', [InstrumentType.COUNTER, InstrumentType.HISTOGRAM]],
  ] as const)('asks for deltas with %s where that says so', (temporality, expected) => {
    const metrics = start('http://h.test', { temporality });
    const types = Object.values(InstrumentType);
    const deltas: readonly InstrumentType[] = expected;
    expect(types.map((type) => metrics.selectAggregationTemporality(type))).toEqual(
      types.map((type) =>
        deltas.includes(type) ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      ),
    );
  });

  it('has histograms kept with exponential buckets where that is wanted', async () => {
    const metrics = start(await receiver.start(), {
      histogramAggregation: 'base2_exponential_bucket_histogram',
    });
    const { meter, flush } = meterTo(metrics);
    meter.createHistogram('duration').record(5);
    await flush();
    expect(JSON.stringify(receiver.messages)).toContain('"exponentialHistogram"');
    expect(metrics.selectAggregation(InstrumentType.COUNTER)).toEqual({ type: AggregationType.DEFAULT });
  });

  it.each([
    [{ url: 'nowhere' }, 'the address for metrics of the destination "here" is none'],
    [{ timeoutMs: 0 }, 'timeoutMs of the destination "here" is 0'],
    [
      { temporality: 'Delta' as 'delta' },
      'temporality of the destination "here" is "Delta"; it has to be cumulative or delta or lowmemory',
    ],
    [
      { histogramAggregation: 'buckets' as 'explicit_bucket_histogram' },
      'it has to be explicit_bucket_histogram or base2_exponential_bucket_histogram',
    ],
  ])('refuses %j', (options, message) => {
    const attempt = (): unknown =>
      startMetricExport({ name: 'here', url: 'http://h.test', ...options }, { resource });
    expect(attempt).toThrow(InvalidOptionError);
    expect(attempt).toThrow(message);
  });
});
