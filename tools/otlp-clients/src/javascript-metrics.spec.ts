import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attributes, type HrTime, type Meter, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  MetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { MetricMeasurement, MetricPoint } from '@tta/obs-protocol';
import { metricExporter, transports } from './javascript-exporters.ts';
import { type Service, startService } from './service.ts';
import { metricPointsOf, metricsOf } from './service-answers.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

/** Collects when it is told to, so that a spec knows what was sent. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    await Promise.resolve();
  }
  protected override async onShutdown(): Promise<void> {
    await Promise.resolve();
  }
}

const tea: Attributes = { kind: 'tea', paid: true, count: 2, ratio: 0.5, tags: ['a', 'b'] };

/** Makes an instrument of every kind, and returns what measures with them for the first and the second time. */
function instrumentsOf(meter: Meter): readonly (() => void)[] {
  const orders = meter.createCounter('orders', {
    unit: '{order}',
    description: 'Orders taken',
    valueType: ValueType.INT,
  });
  const weight = meter.createCounter('weight', { unit: 'kg' });
  const stock = meter.createUpDownCounter('stock', { valueType: ValueType.INT });
  const temperature = meter.createGauge('temperature', { unit: 'Cel' });
  const duration = meter.createHistogram('duration', {
    unit: 'ms',
    advice: { explicitBucketBoundaries: [1, 10, 100] },
  });
  const size = meter.createHistogram('size', { unit: 'By' });
  const ticks = meter.createObservableCounter('ticks', { valueType: ValueType.INT });
  const balance = meter.createObservableUpDownCounter('balance');
  const load = meter.createObservableGauge('load');
  let round = 0;
  ticks.addCallback((result) => result.observe(10 * round));
  balance.addCallback((result) => result.observe(2.5 - 5 * round, { of: 'Grüße 😀' }));
  load.addCallback((result) => {
    for (const core of [1, 2]) result.observe(core * round, { core });
  });
  return [
    () => {
      round = 1;
      orders.add(3, tea);
      orders.add(4, tea);
      orders.add(1, { kind: 'coffee' });
      weight.add(0.1);
      weight.add(0.2);
      stock.add(5);
      stock.add(-8);
      temperature.record(21);
      temperature.record(-21.5, { room: 1 });
      for (const value of [0.5, 1, 5, 50, 500]) duration.record(value, { route: '/' });
      for (const value of [0, 1, 2, 4, 4]) size.record(value);
    },
    () => {
      round = 2;
      orders.add(Number.MAX_SAFE_INTEGER - 7, tea);
      weight.add(1e-9);
      stock.add(2);
      temperature.record(22);
      duration.record(10.5, { route: '/' });
      size.record(0.25);
    },
  ];
}

type Made = MetricMeasurement & Pick<MetricPoint, 'name' | 'attributes' | 'unit'>;

const sum = (name: string, value: number, attributes: Attributes = {}, unit = ''): Made => ({
  kind: 'sum',
  name,
  unit,
  value,
  attributes: attributes as Made['attributes'],
});
const gauge = (name: string, value: number, attributes: Attributes = {}, unit = ''): Made => ({
  ...sum(name, value, attributes, unit),
  kind: 'gauge',
  value,
});
const duration = (
  count: number,
  total: number,
  least: number,
  most: number,
  bucketCounts: number[],
): Made => ({
  kind: 'histogram',
  name: 'duration',
  unit: 'ms',
  attributes: { route: '/' },
  value: { count, sum: total, min: least, max: most, bucketCounts, explicitBounds: [1, 10, 100] },
});
const size = (
  count: number,
  total: number,
  [least, most]: readonly [number, number],
  zeroCount: number,
  scale: number,
  offset: number,
  bucketCounts: number[],
): Made => ({
  kind: 'exponentialHistogram',
  name: 'size',
  unit: 'By',
  attributes: {},
  value: {
    count,
    sum: total,
    min: least,
    max: most,
    zeroCount,
    scale,
    zeroThreshold: 0,
    positive: { offset, bucketCounts },
    negative: { offset: 0, bucketCounts: [] },
  },
});

/** What has to arrive after the first measurements, whatever they are counted from. */
const first: readonly Made[] = [
  sum('orders', 7, tea, '{order}'),
  sum('orders', 1, { kind: 'coffee' }, '{order}'),
  sum('weight', 0.1 + 0.2, {}, 'kg'),
  sum('stock', -3),
  gauge('temperature', 21, {}, 'Cel'),
  gauge('temperature', -21.5, { room: 1 }, 'Cel'),
  duration(5, 556.5, 0.5, 500, [2, 1, 1, 1]),
  // The buckets (0.5, 1], (1, 2] and (2, 4]: base 2, of which the first is number -1.
  size(5, 11, [0, 4], 1, 0, -1, [1, 1, 2]),
  sum('ticks', 10),
  sum('balance', -2.5, { of: 'Grüße 😀' }),
  gauge('load', 1, { core: 1 }),
  gauge('load', 2, { core: 2 }),
];

/** After the second, where sums go on; sums that may shrink always do. */
const secondOfBoth: readonly Made[] = [
  sum('stock', -1),
  gauge('temperature', 22, {}, 'Cel'),
  sum('balance', -7.5, { of: 'Grüße 😀' }),
  gauge('load', 2, { core: 1 }),
  gauge('load', 4, { core: 2 }),
];
const second: Readonly<Record<AggregationTemporality, readonly Made[]>> = {
  [AggregationTemporality.CUMULATIVE]: [
    ...secondOfBoth,
    sum('orders', Number.MAX_SAFE_INTEGER, tea, '{order}'),
    sum('orders', 1, { kind: 'coffee' }, '{order}'),
    sum('weight', 0.1 + 0.2 + 1e-9, {}, 'kg'),
    gauge('temperature', -21.5, { room: 1 }, 'Cel'),
    duration(6, 567, 0.5, 500, [2, 1, 2, 1]),
    // From 0.25 to 4 are five doublings, of which four buckets hold two each: base 4.
    size(6, 11.25, [0, 4], 1, -1, -2, [1, 1, 3]),
    sum('ticks', 20),
  ],
  [AggregationTemporality.DELTA]: [
    ...secondOfBoth,
    sum('orders', Number.MAX_SAFE_INTEGER - 7, tea, '{order}'),
    sum('weight', 1e-9, {}, 'kg'),
    duration(1, 10.5, 10.5, 10.5, [0, 0, 1, 0]),
    size(1, 0.25, [0.25, 0.25], 0, 20, -2 * 2 ** 20 - 1, [1]),
    sum('ticks', 10),
  ],
};

const unixNano = ([seconds, nanoseconds]: HrTime): string =>
  `${BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)}`;

/** What tells a data point from all others that were sent at once. */
const seriesOf = ({ name, attributes }: { name: string; attributes: object }): string =>
  `${name} ${JSON.stringify(Object.entries(attributes).sort())}`;

/** The times of all data points, which only the SDK knows, by series. */
function timesOf({ scopeMetrics }: ResourceMetrics) {
  return new Map(
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(
          ({ attributes, startTime, endTime }) =>
            [
              seriesOf({ name: descriptor.name, attributes }),
              { startTimeUnixNano: unixNano(startTime), timeUnixNano: unixNano(endTime) },
            ] as const,
        ),
      ),
    ),
  );
}

/** Points that are alike to the time, of which the SDK knows the milliseconds, were sent twice and are stored once. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await delay(1);
}

async function send(reader: MetricReader, exporter: PushMetricExporter) {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const times = timesOf(resourceMetrics);
  await new Promise<void>((resolve, reject) => {
    exporter.export(resourceMetrics, ({ error }) => (error === undefined ? resolve() : reject(error)));
  });
  return times;
}

function inOrder<Point extends Pick<MetricPoint, 'name' | 'attributes'>>(points: readonly Point[]): Point[] {
  return points.toSorted((a, b) => (seriesOf(a) < seriesOf(b) ? -1 : 1));
}

const temporalities = [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA];
const alwaysCumulative = ['stock', 'balance'];
const monotonic = ['orders', 'weight', 'ticks'];

describe.each(
  temporalities.map((temporality) => ({
    temporality,
    word: AggregationTemporality[temporality].toLowerCase(),
  })),
)('metrics of the JavaScript SDK, $word', ({ temporality, word }) => {
  it.each(transports)('arrive whole by $protocol, compression $compression', async (transport) => {
    const serviceName = `shop by ${transport.protocol}, ${transport.compression}, ${word}`;
    const resource = { 'service.name': serviceName, 'service.instance.id': '627cc493', 'host.cpu.count': 8 };
    const exporter = metricExporter(transport, service.url, temporality);
    const reader = new ManualReader({
      aggregationTemporalitySelector: (type) =>
        exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE,
    });
    const provider = new MeterProvider({
      resource: resourceFromAttributes(resource),
      readers: [reader],
      views: [
        {
          instrumentName: 'size',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 4 } },
        },
      ],
    });
    const schemaUrl = 'https://example.com/schemas/1.0.0';
    const expected: object[] = [];
    const measureFor = instrumentsOf(provider.getMeter('shop', '1.2.3', { schemaUrl }));
    for (const [round, measure] of measureFor.entries()) {
      measure();
      await nextMillisecond();
      const times = await send(reader, exporter);
      const made = inOrder(round === 0 ? first : second[temporality]);
      expect([...times.keys()].sort()).toEqual(made.map(seriesOf).sort());
      expected.push(
        ...made.map((point) => ({
          ...point,
          ...times.get(seriesOf(point)),
          temporality:
            point.kind === 'gauge' ? null : alwaysCumulative.includes(point.name) ? 'cumulative' : word,
          isMonotonic: monotonic.includes(point.name),
          flags: 0,
          exemplars: [],
          serviceName,
          resource,
          scope: { name: 'shop', version: '1.2.3' },
        })),
      );
    }
    await provider.shutdown();
    await exporter.shutdown();

    const arrived = await metricPointsOf(service.url, serviceName);
    const inTime = (points: readonly object[]) =>
      inOrder((points as MetricPoint[]).toSorted((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : 1)));
    expect(arrived).toHaveLength(expected.length);
    expect(inTime(arrived)).toEqual(inTime(expected));
    expect(await metricsOf(service.url, serviceName)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'orders',
          description: 'Orders taken',
          unit: '{order}',
          kind: 'sum',
          temporality: word,
          seriesCount: 2,
          pointCount: temporality === AggregationTemporality.DELTA ? 3 : 4,
        }),
        expect.objectContaining({ name: 'load', description: '', seriesCount: 2, pointCount: 4 }),
      ]),
    );
  });
});
