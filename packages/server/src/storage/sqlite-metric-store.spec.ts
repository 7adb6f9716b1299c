import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  isMetricList,
  isMetricPointList,
  type MetricPoint,
  type MetricPointList,
  type MetricValue,
} from '@tta/obs-protocol';
import fc from 'fast-check';
import { openDatabaseFile } from './database-file.ts';
import { InvalidCursorError } from './list-cursor.ts';
import { metricBytes } from './metric-size.ts';
import type { MetricLimits, PointQuery } from './metric-store.ts';
import type { MetricGroup, ReceivedMetric, ReceivedPoint } from '../otlp/metric-batch.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteMetricStore } from './sqlite-metric-store.ts';

const MINUTE_MS = 60_000;

let directory: string;
let connection: SqliteConnection;
let metrics: SqliteMetricStore;
let nowMs: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-metrics-'));
  nowMs = 1_763_700_000_000;
  await open();
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<void> {
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  metrics = new SqliteMetricStore(connection, () => nowMs);
}

const scope = { name: 'lib', version: '1', attributes: {} };

function point(value: MetricValue, fields: Partial<ReceivedPoint> = {}): ReceivedPoint {
  return {
    attributes: {},
    timeUnixNano: 5_000_000n,
    startTimeUnixNano: 1n,
    flags: 0,
    value,
    exemplars: [],
    ...fields,
  };
}

function metric(points: readonly ReceivedPoint[], fields: Partial<ReceivedMetric> = {}): ReceivedMetric {
  return {
    name: 'requests',
    description: 'what came in',
    unit: '{request}',
    metadata: {},
    kind: 'sum',
    temporality: 'cumulative',
    isMonotonic: true,
    points,
    ...fields,
  };
}

function group(
  items: readonly ReceivedMetric[],
  resource: MetricGroup['resource'] = { 'service.name': 'shop' },
): MetricGroup {
  return { resource, scope, items };
}

/** Writes and says how many points were stored. */
const writeGroups = (...groups: MetricGroup[]) => connection.transaction(() => metrics.apply(groups));
const writeMetrics = (...items: ReceivedMetric[]) => writeGroups(group(items));
const write = (...points: ReceivedPoint[]) => writeMetrics(metric(points));
const at = (timeMs: number, value: MetricValue, fields: Partial<ReceivedPoint> = {}) =>
  point(value, { timeUnixNano: BigInt(timeMs) * 1_000_000n, ...fields });
const names = async () => (await metrics.list({ limit: 500 })).items.map(({ name }) => name);

/** All points of a name, page by page. */
async function allPoints(query: Partial<PointQuery> = {}): Promise<readonly MetricPoint[]> {
  const found: MetricPoint[] = [];
  let cursor: string | null = null;
  do {
    const list: MetricPointList = await metrics.points({
      name: 'requests',
      limit: 500,
      ...query,
      ...(cursor !== null && { cursor }),
    });
    expect(isMetricPointList(list)).toBe(true);
    found.push(...list.items);
    cursor = list.nextCursor;
  } while (cursor !== null);
  return found;
}
const values = async (query?: Partial<PointQuery>) => (await allPoints(query)).map(({ value }) => value);

const histogram = {
  count: 3,
  sum: 12.5,
  min: null,
  max: 'Infinity',
  bucketCounts: [1, '18446744073709551615'],
  explicitBounds: [10],
};

describe('SqliteMetricStore', () => {
  it('answers a data point with all that was received', async () => {
    const exemplars = [
      {
        timeUnixNano: '18446744073709551615',
        value: 'NaN',
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        filteredAttributes: { user: 'é\0' },
      },
    ];
    await metrics.write([
      {
        resource: { 'service.name': 'shop', 'process.pid': 7 },
        scope: { name: 'orders', version: '2', attributes: { a: 1 } },
        items: [
          metric(
            [
              point(histogram, {
                attributes: { route: '/\0', codes: [1, null] },
                timeUnixNano: 1_763_700_000_123_456_789n,
                startTimeUnixNano: 1_763_600_000_123_456_789n,
                flags: 1,
                exemplars,
              }),
            ],
            { name: 'late\0ncy', unit: 'ms', kind: 'histogram', temporality: 'delta', isMonotonic: false },
          ),
        ],
      },
    ]);
    const list = await metrics.points({ name: 'late\0ncy', limit: 10 });
    expect(isMetricPointList(list)).toBe(true);
    expect(list).toEqual({
      items: [
        {
          name: 'late\ufffdncy',
          kind: 'histogram',
          unit: 'ms',
          temporality: 'delta',
          isMonotonic: false,
          serviceName: 'shop',
          scope: { name: 'orders', version: '2' },
          resource: { 'service.name': 'shop', 'process.pid': 7 },
          attributes: { route: '/\0', codes: [1, null] },
          timeUnixNano: '1763700000123456789',
          startTimeUnixNano: '1763600000123456789',
          flags: 1,
          value: histogram,
          exemplars,
        },
      ],
      nextCursor: null,
    });
  });

  it.each([
    ['a summary', 'summary', { count: 1, sum: 'NaN', quantiles: [{ quantile: 0.5, value: 8 }] }],
    [
      'an exponential histogram',
      'exponentialHistogram',
      {
        count: 3,
        sum: 1,
        min: -1,
        max: 1,
        scale: -2,
        zeroCount: 1,
        zeroThreshold: 0.5,
        positive: { offset: -3, bucketCounts: [1] },
        negative: { offset: 0, bucketCounts: [] },
      },
    ],
  ] as const)('answers %s as it was received', async (_, kind, value) => {
    writeMetrics(metric([point(value)], { kind }));
    expect(await allPoints()).toMatchObject([{ kind, value }]);
  });

  it('answers every number as it was received, also over a restart', async () => {
    const numbers = [
      0,
      -1,
      0.1,
      1e300,
      5e-324,
      2 ** 53 - 1,
      -(2 ** 60),
      'NaN',
      'Infinity',
      '-Infinity',
      '9223372036854775807',
    ];
    write(...numbers.map((value, index) => at(index + 1, value)), at(100, null, { flags: 1 }));
    connection.close();
    await open();
    expect(await values()).toEqual([...numbers, null]);
  });

  it('answers counts and values of whatever was written, page by page', async () => {
    const received = fc.uniqueArray(
      fc.record({
        series: fc.nat(3),
        timeUnixNano: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
        value: fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
          fc.maxSafeInteger(),
        ),
      }),
      { minLength: 1, maxLength: 30, selector: ({ series, timeUnixNano }) => `${series} ${timeUnixNano}` },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(received, fc.integer({ min: 1, max: 7 }), async (list, limit) => {
        const name = `run ${run++}`;
        const points = list.map(({ series, timeUnixNano, value }) =>
          point(value, { attributes: { series }, timeUnixNano }),
        );
        expect(writeMetrics(metric(points, { name }))).toBe(list.length);
        const found = await allPoints({ name, limit });
        const key = (series: unknown, time: bigint, value: unknown) =>
          JSON.stringify([series, `${time}`, value]);
        expect(
          found
            .map(({ attributes, timeUnixNano, value }) =>
              key(attributes['series'], BigInt(timeUnixNano), value),
            )
            .sort(),
        ).toEqual(list.map(({ series, timeUnixNano, value }) => key(series, timeUnixNano, value)).sort());
        const orders = new Map<unknown, bigint[]>();
        for (const { attributes, timeUnixNano } of found) {
          orders.set(attributes['series'], [
            ...(orders.get(attributes['series']) ?? []),
            BigInt(timeUnixNano),
          ]);
        }
        expect(orders.size).toBe(new Set(list.map(({ series }) => series)).size);
        for (const times of orders.values())
          expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 40 },
    );
  });

  it('takes the time of arrival where there is none, and no start for none', async () => {
    write(point(1, { timeUnixNano: 0n, startTimeUnixNano: 0n }));
    expect(await allPoints()).toMatchObject([
      { timeUnixNano: '1763700000000000000', startTimeUnixNano: null },
    ]);
  });

  it('lists instruments by name with what is stored of them', async () => {
    await metrics.write([
      group([metric([at(2, 1), at(3, 2), at(1, 3, { attributes: { a: 1 } })])]),
      group([metric([at(9, 1)])], { 'service.name': 'shop', 'service.instance.id': '2' }),
      group([metric([at(4, 1)])], { 'service.name': 'bank' }),
      group([
        metric([at(1, 1)], {
          name: 'cpu',
          kind: 'gauge',
          temporality: null,
          isMonotonic: false,
          unit: '1',
          metadata: { type: 'x' },
        }),
        metric([at(1, 1)], { temporality: 'delta' }),
      ]),
    ]);
    const list = await metrics.list({ limit: 50 });
    expect(isMetricList(list)).toBe(true);
    const identity = { scope: { name: 'lib', version: '1' } };
    const requests = {
      ...identity,
      name: 'requests',
      unit: '{request}',
      kind: 'sum',
      temporality: 'cumulative',
      isMonotonic: true,
      description: 'what came in',
      metadata: {},
    };
    expect(list).toEqual({
      items: [
        {
          ...identity,
          name: 'cpu',
          unit: '1',
          kind: 'gauge',
          temporality: null,
          isMonotonic: false,
          serviceName: 'shop',
          description: 'what came in',
          metadata: { type: 'x' },
          seriesCount: 1,
          pointCount: 1,
          newestTimeUnixNano: '1000000',
        },
        { ...requests, serviceName: 'shop', seriesCount: 3, pointCount: 4, newestTimeUnixNano: '9000000' },
        { ...requests, serviceName: 'bank', seriesCount: 1, pointCount: 1, newestTimeUnixNano: '4000000' },
        {
          ...requests,
          serviceName: 'shop',
          temporality: 'delta',
          seriesCount: 1,
          pointCount: 1,
          newestTimeUnixNano: '1000000',
        },
      ],
      nextCursor: null,
    });
  });

  it('pages through the instruments while new ones come and old ones go', async () => {
    for (const name of ['b', 'd', 'f', 'h']) writeMetrics(metric([point(1)], { name }));
    const first = await metrics.list({ limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['b', 'd']);
    connection.sql(`DELETE FROM metric_instrument WHERE name = 'd'`).run();
    writeMetrics(metric([point(1)], { name: 'a' }), metric([point(1)], { name: 'g' }));
    const second = await metrics.list({ limit: 2, cursor: first.nextCursor! });
    expect(second.items.map(({ name }) => name)).toEqual(['f', 'g']);
    expect(
      (await metrics.list({ limit: 2, cursor: second.nextCursor! })).items.map(({ name }) => name),
    ).toEqual(['h']);
  });

  it('keeps what was last said about an instrument', async () => {
    writeMetrics(metric([at(1, 1)]));
    writeMetrics(metric([at(2, 2)], { description: 'better', metadata: { a: 1 } }));
    expect((await metrics.list({ limit: 5 })).items).toMatchObject([
      { description: 'better', metadata: { a: 1 }, pointCount: 2 },
    ]);
  });

  it('takes attributes in another order for the same series', async () => {
    write(at(1, 1, { attributes: { a: 1, b: 2 } }), at(2, 2, { attributes: { b: 2, a: 1 } }));
    expect((await metrics.list({ limit: 5 })).items).toMatchObject([{ seriesCount: 1, pointCount: 2 }]);
  });

  it('answers the points of one service, and those from a time on', async () => {
    await metrics.write([
      group([metric([at(1, 1), at(2, 2), at(3, 3)])]),
      group([metric([at(2, 20), at(3, 30)])], { 'service.name': 'bank' }),
      group([metric([at(3, 99)], { name: 'other' })]),
    ]);
    expect(await values({ serviceName: 'shop' })).toEqual([1, 2, 3]);
    expect(await values({ sinceMs: 3 })).toEqual([3, 30]);
    expect(await values({ serviceName: 'bank', sinceMs: 3 })).toEqual([30]);
    expect(await values({ serviceName: 'none' })).toEqual([]);
    expect(await values({ name: 'none' })).toEqual([]);
  });

  it('ends a page before it gets too large, and answers a larger point alone', async () => {
    const large = {
      ...histogram,
      bucketCounts: Array.from({ length: 600_001 }, () => 1_000_000),
      explicitBounds: Array.from({ length: 600_000 }, () => 1),
    };
    writeMetrics(metric([at(1, large), at(2, histogram), at(3, histogram)], { kind: 'histogram' }));
    const first = await metrics.points({ name: 'requests', limit: 500 });
    const second = await metrics.points({ name: 'requests', limit: 500, cursor: first.nextCursor! });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([1, 2, null]);
  });

  it('does not sort: a page costs what stands on it', async () => {
    write(at(1, 1));
    const { nextCursor } = await metrics.points({ name: 'requests', limit: 1 });
    expect(nextCursor).toBeNull();
    const statements: string[] = [];
    const sql = connection.sql.bind(connection);
    connection.sql = (text) => (statements.push(text), sql(text));
    const cursor = Buffer.from(JSON.stringify([1, '1', '1', 1])).toString('base64url');
    await metrics.points({ name: 'requests', serviceName: 'shop', limit: 1, cursor });
    for (const statement of statements) {
      const plan = sql(`EXPLAIN QUERY PLAN ${statement}`)
        .all(...Array.from({ length: statement.split('?').length - 1 }, () => 0))
        .map((row) => row['detail']);
      expect(plan).toEqual(expect.arrayContaining([expect.stringContaining('metric_point')]));
      expect(plan.join()).not.toContain('TEMP B-TREE');
    }
    expect(statements).toHaveLength(2);
  });

  it.each([
    'x',
    '',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('["a",1.5]').toString('base64url'),
    Buffer.from('[1,2,3,4]').toString('base64url'),
    Buffer.from('[1,"9223372036854775808","0",4]').toString('base64url'),
    Buffer.from('[1,"1","-1",4]').toString('base64url'),
    Buffer.from('[1,"1","1",null]').toString('base64url'),
  ])('refuses the cursor %p, which is none of ours', async (cursor) => {
    await expect(metrics.list({ limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
    await expect(metrics.points({ name: 'requests', limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
  });

  it('keeps nothing of a request that fails half-way, and takes it the second time', async () => {
    const broken = at(2, 2, { startTimeUnixNano: 2n ** 70n });
    await expect(metrics.write([group([metric([at(1, 1), broken])], { new: 1 })])).rejects.toThrow();
    expect(await names()).toEqual([]);
    await metrics.write([group([metric([at(1, 1)])], { new: 1 })]);
    expect(await allPoints()).toMatchObject([{ value: 1, resource: { new: 1 } }]);
  });

  it('writes within a transaction of the caller, which may take it back', async () => {
    expect(write(at(1, 1))).toBe(1);
    const work = () => {
      metrics.apply([group([metric([at(2, 2, { attributes: { new: 1 } })], { name: 'b' })])]);
      throw new Error('later failure');
    };
    expect(() => connection.transaction(work)).toThrow('later failure');
    expect(await names()).toEqual(['requests']);
    writeMetrics(metric([at(3, 3, { attributes: { new: 1 } })], { name: 'b' }));
    expect(await values({ name: 'b' })).toEqual([3]);
  });
});

describe('a data point that is sent twice', () => {
  it('is stored once, in whichever request, also over a restart', async () => {
    const exemplars = [{ timeUnixNano: '1', value: 1, traceId: null, spanId: null, filteredAttributes: {} }];
    const points = [at(1, 1), at(2, 'NaN'), at(3, null, { flags: 1 }), at(4, 0.5, { exemplars })];
    expect(write(...points)).toBe(4);
    expect(write(...points, at(5, 5))).toBe(1);
    connection.close();
    await open();
    nowMs += 10 * MINUTE_MS - 1;
    expect(writeGroups(group([metric([points[3]!])]), group([metric([points[0]!])]))).toBe(0);
    expect(await values()).toEqual([1, 'NaN', null, 0.5, 5]);
    expect((await metrics.list({ limit: 1 })).items).toMatchObject([{ pointCount: 5 }]);
  });

  it('is stored once when it is a histogram', async () => {
    const send = (value: MetricValue) => writeMetrics(metric([at(1, value)], { kind: 'histogram' }));
    expect(send(histogram)).toBe(1);
    expect(send({ ...histogram })).toBe(0);
    expect(send({ ...histogram, bucketCounts: [2, 1] })).toBe(1);
    expect(await allPoints()).toHaveLength(2);
  });

  it('is another one with another time, start, value, attribute, resource or unit', async () => {
    write(at(1, 7));
    write(at(2, 7), at(1, 7, { startTimeUnixNano: 2n }), at(1, 8), at(1, 7, { attributes: { a: 1 } }));
    await metrics.write([group([metric([at(1, 7)])], { 'service.name': 'shop', pid: 2 })]);
    writeMetrics(metric([at(1, 7)], { unit: 'By' }));
    for (const limit of [1, 2, 500]) expect(await allPoints({ limit })).toHaveLength(7);
  });

  it('is not known without a time', async () => {
    write(point(7, { timeUnixNano: 0n }));
    nowMs += 1;
    write(point(7, { timeUnixNano: 0n }));
    expect(await values()).toEqual([7, 7]);
  });
});

describe('retention', () => {
  const keepAll: MetricLimits = {
    maxSeries: 1000,
    maxPointsPerSeries: 5000,
    receivedSinceMs: 0,
    maxBytes: Infinity,
  };
  /** As after a start: what came in before was not counted. */
  const reopen = async () => {
    connection.close();
    await open();
  };
  const pruneAll = async (limits: Partial<MetricLimits>) => {
    let steps = 0;
    while (await metrics.prune({ ...keepAll, ...limits })) steps++;
    return steps;
  };
  const total = () => metricBytes(connection);
  const stored = () => connection.sql('SELECT count(*) AS n FROM metric_point').get()!['n'];

  it('removes nothing within the limits', async () => {
    write(at(1, 1), at(2, 2));
    const limits = { maxSeries: 1, maxPointsPerSeries: 2, receivedSinceMs: nowMs, maxBytes: total() };
    expect(await metrics.prune(limits)).toBe(false);
    expect(await values()).toEqual([1, 2]);
  });

  it('keeps the newest points of each series, in small steps', async () => {
    write(...Array.from({ length: 2500 }, (_, index) => at(index + 1, index)));
    write(at(1, -1, { attributes: { other: 1 } }));
    await reopen();
    expect(await pruneAll({ maxPointsPerSeries: 3 })).toBe(3);
    expect(await values()).toEqual([2497, 2498, 2499, -1]);
    expect((await metrics.list({ limit: 1 })).items).toMatchObject([{ seriesCount: 2, pointCount: 4 }]);
    expect(write(at(1, 0))).toBe(1);
  });

  it('removes points by the time of their arrival, and what has no points any more', async () => {
    // Times that say the opposite of the arrival: a wrong clock must not keep a point.
    write(at(9, 1), at(8, 2), at(1, 3, { attributes: { a: 1 } }));
    writeMetrics(metric([at(9, 1)], { name: 'old' }));
    nowMs += MINUTE_MS;
    write(at(2, 4));
    expect(await pruneAll({ receivedSinceMs: nowMs })).toBe(1);
    expect(await values()).toEqual([4]);
    expect((await metrics.list({ limit: 5 })).items).toMatchObject([
      { name: 'requests', seriesCount: 1, pointCount: 1, newestTimeUnixNano: '2000000' },
    ]);
    nowMs += MINUTE_MS;
    await pruneAll({ receivedSinceMs: nowMs });
    expect([await names(), stored()]).toEqual([[], 0]);
    expect(connection.sql('SELECT count(*) AS n FROM metric_series').get()).toMatchObject({ n: 0 });
  });

  it('removes old points of a large series in small steps', async () => {
    write(...Array.from({ length: 2500 }, (_, index) => at(index + 1, index)));
    nowMs += MINUTE_MS;
    write(at(5000, -1));
    await reopen();
    expect(await metrics.prune({ ...keepAll, receivedSinceMs: nowMs })).toBe(true);
    expect(stored()).toBe(1501);
    expect(await pruneAll({ receivedSinceMs: nowMs })).toBe(2);
    expect(await values()).toEqual([-1]);
  });

  it('removes the series that were silent for longest when there are too many', async () => {
    for (let series = 0; series < 250; series++) write(at(1, series, { attributes: { series } }));
    nowMs += MINUTE_MS;
    write(at(2, 1000, { attributes: { series: 0 } }), at(2, 1001, { attributes: { series: 200 } }));
    await reopen();
    expect(await pruneAll({ maxSeries: 2 })).toBe(3);
    expect(await values()).toEqual([0, 1000, 200, 1001]);
  });

  it('does not count a repetition as a sign of life, nor as a point', async () => {
    write(at(1, 1), at(1, 2, { attributes: { a: 1 } }));
    nowMs += MINUTE_MS;
    write(at(2, 3, { attributes: { a: 1 } }), at(1, 1));
    await pruneAll({ maxSeries: 1 });
    expect(await values()).toEqual([2, 3]);
  });

  it('removes at once up to twice as many as came in, but never more than 20,000', async () => {
    const fill = (first: number, count: number) =>
      write(...Array.from({ length: count }, (_, index) => at(first + index, 1)));
    fill(1, 3000);
    await reopen();
    fill(10_000, 1500);
    await metrics.prune({ ...keepAll, maxPointsPerSeries: 1 });
    expect(stored()).toBe(1500);
    fill(20_000, 15_000);
    await metrics.prune({ ...keepAll, maxPointsPerSeries: 1 });
    expect(stored()).toBe(1);
    fill(40_000, 22_000);
    await metrics.prune({ ...keepAll, maxPointsPerSeries: 1 });
    expect(stored()).toBe(2001);
    await metrics.prune({ ...keepAll, maxPointsPerSeries: 1 });
    expect(stored()).toBe(1001);
  });
});

describe('the bytes that metrics take', () => {
  const keepAll = { maxSeries: 1000, maxPointsPerSeries: 5000, receivedSinceMs: 0 };
  const total = () => metricBytes(connection);
  const pruneTo = async (maxBytes: number) => {
    while (await metrics.prune({ ...keepAll, maxBytes }));
  };
  const large = 'x'.repeat(10_000);

  it('are counted as they come and go, in data, exemplars, attributes and what is said of an instrument', async () => {
    write(at(1, 1));
    let before = total();
    const grows = (least: number, most: number) => {
      const more = total() - before;
      before = total();
      expect([more >= least, more <= most]).toEqual([true, true]);
    };
    write(at(1, 1));
    grows(0, 0);
    write(at(2, 1));
    grows(40, 100);
    write(at(3, 1, { attributes: { large } }));
    grows(20_000, 20_400);
    writeMetrics(metric([at(1, 7)], { description: large }));
    grows(9_900, 10_100);
    writeMetrics(metric([at(1, 7)], { description: 'short' }));
    grows(-10_100, -9_900);
    writeMetrics(metric([at(1, 7)], { unit: large }));
    grows(20_000, 21_000);
    const exemplar = {
      timeUnixNano: '1',
      value: 1,
      traceId: null,
      spanId: null,
      filteredAttributes: { large },
    };
    write(at(4, 1, { exemplars: [exemplar] }));
    grows(10_000, 10_300);
    await pruneTo(0);
    expect([total(), await names()]).toEqual([0, []]);
  });

  it('survive a restart, and a transaction that is taken back', async () => {
    write(at(1, 1));
    const before = total();
    expect(() =>
      connection.transaction(() => {
        metrics.apply([group([metric([at(2, 2), at(3, 3)])])]);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(total()).toBe(before);
    connection.close();
    await open();
    expect(total()).toBe(before);
  });

  it('are bounded: points that arrived first go first, whatever their series, and no more of them than needed', async () => {
    for (let minute = 0; minute < 32; minute++) {
      write(at(1000 - minute, minute), at(1, 100 + minute, { attributes: { a: minute % 2 } }));
      nowMs += MINUTE_MS;
    }
    const before = total();
    const size = before / 70;
    await pruneTo(before - size * 20);
    const left = (await values()).map((value) => Number(value) % 100);
    expect(left.length).toBeGreaterThan(35);
    expect(left.length).toBeLessThan(50);
    // Beyond those of one sixteenth of the time nothing is older than what went.
    expect(Math.min(...left)).toBeGreaterThan(4);
    expect(total()).toBeLessThanOrEqual(before - size * 20);
  });

  it('take one large point with them, not all that is as old', async () => {
    write(...Array.from({ length: 100 }, (_, index) => at(index + 1, index)));
    const before = total();
    const value = {
      count: 1,
      sum: 1,
      min: null,
      max: null,
      bucketCounts: Array(10_000).fill(1),
      explicitBounds: Array.from({ length: 9_999 }, (_, index) => index),
    };
    writeMetrics(
      metric(
        [at(1, 1), at(2, 1), at(3, 1)].map((point) => ({ ...point, value })),
        { name: 'large', kind: 'histogram' },
      ),
    );
    const each = (total() - before) / 3;
    await pruneTo(total() - each * 0.5);
    expect((await allPoints({ name: 'large' })).length).toBeGreaterThanOrEqual(2);
    await pruneTo(0);
    expect(total()).toBe(0);
  });

  it('end no removal that has nothing to remove', async () => {
    expect(await metrics.prune({ ...keepAll, maxBytes: -1 })).toBe(false);
  });
});
