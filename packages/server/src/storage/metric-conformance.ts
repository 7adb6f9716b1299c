import assert from 'node:assert/strict';
import type { MetricGroup, ReceivedMetric } from '../otlp/metric-batch.ts';
import type { MetricLimits, PointQuery } from './metric-store.ts';
import {
  allItems,
  gauges,
  nextMs,
  same,
  scope,
  type ConformanceCase,
  withStorage,
} from './conformance-case.ts';
import { hexId } from './sample-records.ts';

const metrics = withStorage('keeps each data point once', async (storage) => {
  const point = {
    attributes: { a: 1 },
    timeUnixNano: 5n,
    startTimeUnixNano: 0n,
    flags: 0,
    value: 7,
    exemplars: [],
  };
  const metric = {
    name: 'jobs',
    description: '',
    unit: '1',
    metadata: {},
    kind: 'gauge',
    temporality: null,
  } as const;
  const points = [point, { ...point, timeUnixNano: 6n }];
  const group: MetricGroup = { resource: {}, scope, items: [{ ...metric, isMonotonic: false, points }] };
  await storage.metrics.write([group]);
  await storage.metrics.write([group]);
  assert.equal((await storage.metrics.list({ limit: 10 })).items.length, 1);
  assert.equal((await storage.metrics.points({ name: 'jobs', limit: 10 })).items.length, 2);
});

const metricContent = withStorage(
  'tells of a metric and its data points everything that was received',
  async (storage) => {
    const resource = { 'service.name': 'shop', 'host.name': 'here' };
    const histogram: ReceivedMetric = {
      name: 'answer time',
      description: 'how long it took',
      unit: 's',
      metadata: { source: 'client' },
      kind: 'histogram',
      temporality: 'delta',
      isMonotonic: false,
      points: [
        {
          attributes: { route: '/a', code: 200 },
          timeUnixNano: 1_763_700_000_000_000_001n,
          startTimeUnixNano: 1_763_699_000_000_000_001n,
          flags: 0,
          value: { count: 3, sum: 0.75, min: 0.1, max: 0.5, bucketCounts: [1, 2], explicitBounds: [0.2] },
          exemplars: [
            {
              timeUnixNano: '1763699900000000001',
              value: 0.5,
              traceId: hexId(1, 32),
              spanId: hexId(2, 16),
              filteredAttributes: { user: 'u1' },
            },
          ],
        },
      ],
    };
    await storage.metrics.write([{ resource, scope, items: [histogram] }]);
    const { points, kind, name, unit, temporality, isMonotonic, description, metadata } = histogram;
    const [point] = points;
    const identity = { name, unit, kind, temporality, isMonotonic, serviceName: 'shop' };
    const origin = { scope: { name: 'lib', version: '1' } };
    same((await storage.metrics.points({ name, limit: 10 })).items, [
      {
        ...point,
        ...identity,
        ...origin,
        timeUnixNano: String(point!.timeUnixNano),
        startTimeUnixNano: String(point!.startTimeUnixNano),
        resource,
      },
    ]);
    same((await storage.metrics.list({ limit: 10 })).items, [
      {
        ...identity,
        ...origin,
        description,
        metadata,
        seriesCount: 1,
        pointCount: 1,
        newestTimeUnixNano: String(point!.timeUnixNano),
      },
    ]);
  },
);

const metricFilters = withStorage(
  'finds data points by name, service and time, page by page, series by series',
  async (storage) => {
    for (const service of ['a', 'b'])
      await storage.metrics.write([gauges(service, ['jobs', 'tasks'], 1, 12)]);
    const values = (query: Partial<PointQuery>) =>
      allItems(
        (page) => storage.metrics.points({ name: 'jobs', limit: 5, ...query, ...page }),
        (item) => [item.serviceName, item.value],
      );
    const expected = (services: readonly string[], first: number) =>
      services.flatMap((service) =>
        Array.from({ length: 13 - first }, (_, index) => [service, first + index]),
      );
    same(await values({}), expected(['a', 'b'], 1));
    same(await values({ serviceName: 'b' }), expected(['b'], 1));
    same(await values({ sinceMs: 9 }), expected(['a', 'b'], 9));
    same(await values({ name: 'nothing' }), []);
    same(
      await allItems(
        (page) => storage.metrics.list({ limit: 3, ...page }),
        (item) => [item.name, item.serviceName, item.pointCount],
      ),
      [
        ['jobs', 'a', 12],
        ['jobs', 'b', 12],
        ['tasks', 'a', 12],
        ['tasks', 'b', 12],
      ],
    );
    await assert.rejects(storage.metrics.points({ name: 'jobs', limit: 1, cursor: 'x' }), {
      name: 'InvalidCursorError',
    });
    await assert.rejects(storage.metrics.list({ limit: 1, cursor: 'x' }), { name: 'InvalidCursorError' });
  },
);

const metricPruning = withStorage(
  'removes data points by age and beyond their number the oldest, and series that are silent for longest',
  async (storage) => {
    const forever = { maxSeries: 1000, maxPointsPerSeries: 1000, receivedSinceMs: 0, maxBytes: Infinity };
    const prune = async (limits: Partial<MetricLimits>) => {
      while (await storage.metrics.prune({ ...forever, ...limits }));
      return allItems(
        (page) => storage.metrics.list({ limit: 5, ...page }),
        (item) => [item.name, item.pointCount],
      );
    };
    await storage.metrics.write([gauges('a', ['first', 'second'], 1, 5)]);
    const receivedSinceMs = await nextMs();
    await storage.metrics.write([gauges('a', ['second'], 6, 9)]);
    await nextMs();
    await storage.metrics.write([gauges('a', ['third'], 1, 9)]);
    const all = [
      ['first', 5],
      ['second', 9],
      ['third', 9],
    ];
    same(await prune({}), all);
    same(await prune({ receivedSinceMs }), [
      ['second', 4],
      ['third', 9],
    ]);
    same(await prune({ maxPointsPerSeries: 3 }), [
      ['second', 3],
      ['third', 3],
    ]);
    same(
      (await storage.metrics.points({ name: 'third', limit: 10 })).items.map(({ value }) => value),
      [7, 8, 9],
    );
    same(await prune({ maxSeries: 1 }), [['third', 3]]);
  },
);

const metricBytes = withStorage(
  'removes the data points that arrived first while all take too many bytes, whichever series they are of',
  async (storage) => {
    const limits = { maxSeries: 1000, maxPointsPerSeries: 1000, receivedSinceMs: 0 };
    const counts = () =>
      allItems(
        (page) => storage.metrics.list({ limit: 5, ...page }),
        (item) => item.pointCount,
      );
    for (let round = 0; round < 20; round++) {
      await storage.metrics.write([gauges('a', ['first', 'second'], 1 + round * 10, 10 + round * 10)]);
      await nextMs();
    }
    same(await counts(), [200, 200]);
    same(await storage.metrics.counts(), { metricSeriesCount: 2, dataPointCount: 400 });
    // What a point takes is the storage's own affair: it is found out here.
    let maxBytes = 1_000_000_000;
    for (; (await counts())[0] === 200; maxBytes /= 1.1) await storage.metrics.prune({ ...limits, maxBytes });
    for (maxBytes /= 2; await storage.metrics.prune({ ...limits, maxBytes }););
    const [first = 0, second = 0] = await counts();
    for (const count of [first, second])
      assert.ok(count > 20 && count < 150, `${first} and ${second} are left`);
    const left = await storage.metrics.points({ name: 'second', limit: 500 });
    assert.equal(left.items.at(-1)?.value, 200);
    while (await storage.metrics.prune({ ...limits, maxBytes: 0 }));
    same(await counts(), []);
    same(await storage.metrics.counts(), { metricSeriesCount: 0, dataPointCount: 0 });
  },
);

/** How data points are stored, found, told and removed. */
export const metricConformance: readonly ConformanceCase[] = [
  metrics,
  metricContent,
  metricFilters,
  metricPruning,
  metricBytes,
];
