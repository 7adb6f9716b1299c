import { diag, DiagLogLevel, type Meter, metrics as metricsApi } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  type DataPoint,
  type Histogram,
  InstrumentType,
  MetricReader,
  type MetricReaderOptions,
} from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { type Metrics, type MetricsOptions, startMetrics } from '../start-metrics.ts';
import type { CardinalityOverflow } from './cardinality-overflow.ts';

class TestReader extends MetricReader {
  constructor(options: MetricReaderOptions = {}) {
    super(options);
  }

  protected override onForceFlush = (): Promise<void> => Promise.resolve();
  protected override onShutdown = (): Promise<void> => Promise.resolve();

  async points<T = number>(name: string): Promise<DataPoint<T>[]> {
    const { resourceMetrics } = await this.collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return (metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as DataPoint<T>[];
  }
}

const delta = { aggregationTemporalitySelector: () => AggregationTemporality.DELTA };
const running: Metrics[] = [];

afterEach(async () => {
  diag.disable();
  await Promise.all(running.splice(0).map((metrics) => metrics.shutdown()));
});

function guarded(
  cardinalityLimit: number,
  readers: readonly MetricReader[],
  options: Partial<MetricsOptions> = {},
): { meter: Meter; overflows: CardinalityOverflow[] } {
  const overflows: CardinalityOverflow[] = [];
  const metrics = startMetrics({
    resource: resourceFromAttributes({}),
    cardinalityLimit,
    readers,
    onCardinalityOverflow: (overflow) => void overflows.push(overflow),
    ...options,
  });
  running.push(metrics);
  return { meter: metrics.getMeter('shop'), overflows };
}

function* ids(from: number, to: number): Generator<{ id: string; shelf: string }> {
  for (let id = from; id < to; id++) yield { id: `user-${id}`, shelf: id % 2 ? 'left' : 'right' };
}

const total = (points: readonly DataPoint<number>[]): number =>
  points.reduce((sum, { value }) => sum + value, 0);
const overflowOf = <T>(points: readonly DataPoint<T>[]): T | undefined =>
  points.find(({ attributes }) => attributes['otel.metric.overflow'] === true)?.value;

describe('CardinalityGuard', () => {
  it('leaves a metric alone that stays within its limit', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(10, [reader]);
    const counter = meter.createCounter('sold');
    for (let round = 0; round < 3; round++) {
      for (const labels of ids(0, 9)) counter.add(1, labels);
      const points = await reader.points('sold');
      expect(points).toHaveLength(9);
      expect(overflowOf(points)).toBeUndefined();
    }
    expect(overflows).toEqual([]);
  });

  it('bounds a counter over the whole life of the process, and loses no count', async () => {
    const reader = new TestReader();
    const { meter } = guarded(10, [reader]);
    const counter = meter.createCounter('sold');
    for (let round = 0; round < 5; round++) {
      for (const labels of ids(round * 6, round * 6 + 6)) counter.add(1, labels);
      counter.add(1, { shelf: 'right', id: 'user-0' });
      const points = await reader.points('sold');
      expect(points.length).toBeLessThanOrEqual(10);
      expect(total(points)).toBe((round + 1) * 7);
      expect(points[0]).toMatchObject({ attributes: { id: 'user-0' }, value: round + 2 });
    }
    const points = await reader.points('sold');
    expect(points).toHaveLength(10);
    expect(points[8]).toMatchObject({ attributes: { id: 'user-8' } });
    expect(overflowOf(points)).toBe(30 - 9);
  });

  it('holds no more label sets in the SDK than twice the limit', async () => {
    const reader = new TestReader({
      aggregationSelector: () => ({ type: AggregationType.EXPONENTIAL_HISTOGRAM }),
    });
    const { meter } = guarded(10, [reader]);
    const histogram = meter.createHistogram('wait');
    for (let round = 0; round < 20; round++) {
      for (const labels of ids(round * 6, round * 6 + 6)) histogram.record(round, labels);
      // Exponential histograms are not added up, so that their points show what the SDK holds.
      expect((await reader.points('wait')).length).toBeLessThan(20);
    }
  });

  it('adds up histograms beyond the limit', async () => {
    const reader = new TestReader();
    const { meter } = guarded(3, [reader]);
    const histogram = meter.createHistogram('wait', { advice: { explicitBucketBoundaries: [10, 20] } });
    for (const [id, ms] of [
      [1, 5],
      [2, 6],
    ] as const) {
      histogram.record(ms, { id });
    }
    expect(await reader.points('wait')).toHaveLength(2);
    histogram.record(15, { id: 3 });
    histogram.record(1, { id: 4 });
    await reader.points('wait');
    histogram.record(99, { id: 5 });
    histogram.record(7, { id: 1 });
    const points = await reader.points<Histogram>('wait');
    expect(points).toHaveLength(3);
    expect(points[0]?.value).toMatchObject({ count: 2, sum: 12 });
    expect(overflowOf(points)).toEqual({
      buckets: { boundaries: [10, 20], counts: [1, 1, 1] },
      count: 3,
      sum: 115,
      min: 1,
      max: 99,
    });
  });

  it('adds up histograms that keep neither a sum nor extremes', async () => {
    const reader = new TestReader({
      aggregationSelector: () => ({
        type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
        options: { boundaries: [0], recordMinMax: false },
      }),
    });
    const { meter } = guarded(2, [reader]);
    const counter = meter.createUpDownCounter('open');
    counter.add(1, { id: 1 });
    await reader.points('open');
    for (const labels of ids(2, 5)) counter.add(-1, labels);
    await reader.points('open');
    expect(overflowOf(await reader.points<Histogram>('open'))).toEqual({
      buckets: { boundaries: [0], counts: [3, 0] },
      count: 3,
    });
  });

  it('bounds gauges, also those that are observed, and counters that go up and down', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(4, [reader]);
    let observed = 0;
    meter.createObservableGauge('seen').addCallback((result) => {
      observed += 1;
      for (const labels of ids(0, observed * 2)) result.observe(observed, labels);
    });
    const batched = meter.createObservableUpDownCounter('batched');
    const watched = meter.createObservableCounter('watched');
    const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
      for (const labels of ids(0, 9)) result.observe(batched, 1, labels);
      result.observe(watched, 1, { id: 1 });
    };
    meter.addBatchObservableCallback(observe, [batched, watched]);
    const gauge = meter.createGauge('level');
    const upDown = meter.createUpDownCounter('open');
    for (let round = 0; round < 4; round++) {
      for (const labels of ids(round * 3, round * 3 + 3)) {
        gauge.record(round, labels);
        upDown.add(round - 1, labels);
      }
      const points = await reader.points('level');
      expect(points.length).toBeLessThanOrEqual(4);
    }
    expect(overflowOf(await reader.points('level'))).toBe(3);
    expect(overflowOf(await reader.points('open'))).toBe(9);
    expect(await reader.points('open')).toHaveLength(4);
    expect(await reader.points('seen')).toHaveLength(4);
    expect(await reader.points('batched')).toHaveLength(4);
    meter.removeBatchObservableCallback(observe, [batched, watched]);
    expect(await reader.points('watched')).toMatchObject([{ value: 1 }]);
    expect(overflows.map(({ metric }) => metric).sort()).toEqual(['batched', 'level', 'open', 'seen']);
  });

  it('adds up what is observed beyond the limit, at each collection anew', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(10, [reader, new TestReader()]);
    const requests = meter.createObservableCounter('requests');
    requests.addCallback((result) => {
      for (let id = 0; id < 14; id++) result.observe(99, { id });
      for (let id = 0; id < 14; id++) result.observe(100 + ((id * 7) % 5), { id });
    });
    const open = meter.createObservableUpDownCounter('open');
    const level = meter.createObservableGauge('level');
    const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
      for (let id = 0; id < 14; id++) {
        result.observe(open, id % 2 ? 10 : -3, { id });
        result.observe(level, id, { id });
      }
      result.observe({ addCallback: () => undefined, removeCallback: () => undefined }, 1);
    };
    meter.addBatchObservableCallback(observe, [open, level]);
    meter.addBatchObservableCallback(observe, [open, level]);
    // The same metric, made in another place, has the same label sets.
    meter.createObservableGauge('level').addCallback((result) => result.observe(50, { id: 'other' }));
    for (let collection = 0; collection < 3; collection++) {
      const points = await reader.points('requests');
      expect(points).toHaveLength(10);
      expect(total(points)).toBe(1_427);
      expect(points[8]).toMatchObject({ attributes: { id: 8 }, value: 101 });
      expect(total(await reader.points('open'))).toBe(7 * 10 - 7 * 3);
      expect(overflowOf(await reader.points('level'))).toBeDefined();
      expect(await reader.points('level')).toHaveLength(10);
    }
    expect(overflows.map(({ metric }) => metric).sort()).toEqual(['level', 'open', 'requests']);
  });

  it('observes by a callback once, however often it is added, until it is removed', async () => {
    const reader = new TestReader();
    const { meter } = guarded(10, [reader]);
    let calls = 0;
    const callback = (): void => void (calls += 1);
    const gauge = meter.createObservableGauge('level');
    gauge.removeCallback(callback);
    meter.removeBatchObservableCallback(callback, [gauge]);
    for (let time = 0; time < 2; time++) {
      gauge.addCallback(callback);
      meter.addBatchObservableCallback(callback, [gauge]);
    }
    await reader.collect();
    expect(calls).toBe(2);
    gauge.removeCallback(callback);
    await reader.collect();
    expect(calls).toBe(3);
    meter.removeBatchObservableCallback(callback, [gauge]);
    await reader.collect();
    expect(calls).toBe(3);
  });

  it('adds up what several callbacks observe beyond the limit, anew at each collection', async () => {
    const reader = new TestReader();
    const { meter } = guarded(5, [reader]);
    const level = meter.createObservableUpDownCounter('level');
    for (const [from, to] of [
      [0, 6],
      [6, 9],
    ] as const) {
      level.addCallback((result) => {
        for (const labels of ids(from, to)) result.observe(1, labels);
      });
    }
    for (let collection = 0; collection < 2; collection++) {
      const { resourceMetrics } = await reader.collect();
      const points = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints ?? [];
      expect(points.reduce((sum, { value }) => sum + (value as number), 0)).toBe(9);
    }
  });

  it('tells which observables a failing callback has', async () => {
    const reader = new TestReader();
    const { meter } = guarded(10, [reader]);
    const failing = (): never => {
      throw new Error('sensor gone');
    };
    const [heat, load] = ['heat', 'load'].map((name) => meter.createObservableGauge(name));
    if (!heat || !load) throw new Error('not made');
    heat.addCallback(failing);
    load.addCallback(() => Promise.reject('no disk'));
    meter.addBatchObservableCallback(failing, [heat, load]);
    const { errors } = await reader.collect();
    expect(errors.map(String)).toEqual([
      'Error: the callback of heat failed: sensor gone',
      'Error: the callback of load failed: no disk',
      'Error: the callback of heat, load failed: sensor gone',
    ]);
    expect((errors[0] as Error).cause).toEqual(new Error('sensor gone'));
  });

  it('bounds each reader, and reports a metric once for all', async () => {
    const seldom = new TestReader();
    const often = new TestReader();
    const changes = new TestReader({ ...delta, cardinalitySelector: () => 1_000 });
    const { meter, overflows } = guarded(10, [seldom, often, changes]);
    const counter = meter.createCounter('sold');
    for (let round = 0; round < 4; round++) {
      for (const labels of ids(round * 8, round * 8 + 8)) counter.add(1, labels);
      await often.points('sold');
      expect(total(await changes.points('sold'))).toBe(8);
    }
    for (const reader of [seldom, often]) {
      const points = await reader.points('sold');
      expect(points).toHaveLength(10);
      expect(total(points)).toBe(32);
    }
    expect(overflows).toHaveLength(1);
  });

  it('gives a reader of changes its full number of label sets each time', async () => {
    const reader = new TestReader(delta);
    const { meter, overflows } = guarded(10, [reader]);
    const counter = meter.createCounter('sold');
    for (let round = 0; round < 3; round++) {
      for (const labels of ids(round * 8, round * 8 + 8)) counter.add(1, labels);
      expect(overflowOf(await reader.points('sold'))).toBeUndefined();
    }
    for (const labels of ids(100, 120)) counter.add(1, labels);
    const points = await reader.points('sold');
    expect(points).toHaveLength(10);
    expect(overflowOf(points)).toBe(11);
    expect(overflows).toHaveLength(1);
    for (const labels of ids(200, 208)) counter.add(1, labels);
    expect(overflowOf(await reader.points('sold'))).toBeUndefined();
  });

  it('says which label is to blame and what its values look like, and no value', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(2_000, [reader]);
    const counter = meter.createCounter('primitive.execution.count');
    for (let id = 0; id < 3_000; id++) {
      counter.add(1, {
        'user.id': `Zoë-${1000 + id}@example.test`,
        'primitive.type': ['llm', 'tool'][id % 2],
      });
    }
    await reader.points('primitive.execution.count');
    expect(overflows).toEqual([
      {
        metric: 'primitive.execution.count',
        limit: 2_000,
        label: 'user.id',
        distinctValues: 1_999,
        shape: 'Aaa-9999@aaa…',
        message:
          'primitive.execution.count has reached the limit of 2000 label sets; the label "user.id" alone has ' +
          '1,999 values of the form Aaa-9999@aaa… (a is a letter, 9 a digit): leave it out or bound it. ' +
          'Further label sets are counted together as otel.metric.overflow.',
      },
    ]);
  });

  it('says that it is the names of labels that differ, and no name', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(10, [reader]);
    const counter = meter.createCounter('sold');
    for (let id = 0; id < 20; id++)
      counter.add(1, { [`zoë-${1000 + id}`]: true, shelf: ['top', 'low'][id % 2] });
    await reader.points('sold');
    expect(overflows).toEqual([
      {
        metric: 'sold',
        limit: 10,
        label: '',
        distinctValues: 9,
        shape: 'aaa-9999',
        message:
          'sold has reached the limit of 10 label sets; its labels have 9 different names of the form aaa-9999 ' +
          '(a is a letter, 9 a digit): give them fixed names. ' +
          'Further label sets are counted together as otel.metric.overflow.',
      },
    ]);
  });

  it('blames a label where many of a few values each add up', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(10, [reader]);
    const counter = meter.createCounter('sold');
    for (let id = 0; id < 16; id++) {
      counter.add(1, { a: id & 1, b: id & 2, c: id & 4, d: id & 8, ...(id > 5 ? { e: 1, f: 1 } : {}) });
    }
    await reader.points('sold');
    expect(overflows).toMatchObject([{ label: 'a', distinctValues: 2, shape: '9' }]);
  });

  it.each([
    [['a', 'b'], '__a___a__'],
    [42, '99'],
    [true, 'aaaa'],
    ['x\n"{}\\', 'a_____'],
  ])('describes a value %j without its text', async (value, shape) => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(2, [reader]);
    const counter = meter.createCounter('sold');
    counter.add(1, { id: value });
    counter.add(1, { id: 'other', more: 1 });
    await reader.points('sold');
    expect(overflows[0]?.shape).toBe(shape);
  });

  it('repeats a report after an hour, not before', async () => {
    const clock = new ManualClock();
    const reader = new TestReader();
    const { meter, overflows } = guarded(3, [reader], { clock });
    const counter = meter.createCounter('sold');
    for (const labels of ids(0, 9)) counter.add(1, labels);
    await reader.points('sold');
    clock.spend(3_599_999);
    await reader.points('sold');
    expect(overflows).toHaveLength(1);
    clock.spend(1);
    await reader.points('sold');
    expect(overflows).toHaveLength(2);
  });

  it('keeps metrics of the same name in other scopes apart', async () => {
    const reader = new TestReader();
    const { meter, overflows } = guarded(3, [reader]);
    const mine = meter.createCounter('sold');
    const other = metricsApi.getMeter('shop', '2').createCounter('sold');
    for (const labels of ids(0, 5)) mine.add(1, labels);
    await reader.points('sold');
    for (const labels of ids(7, 9)) {
      mine.add(1, labels);
      other.add(1, labels);
    }
    const { resourceMetrics } = await reader.collect();
    const [one, two] = resourceMetrics.scopeMetrics.map(
      ({ metrics }) => metrics[0]?.dataPoints as DataPoint<number>[],
    );
    expect(overflowOf(one ?? [])).toBe(5);
    expect(two?.map(({ attributes }) => attributes['id'])).toEqual(['user-7', 'user-8']);
    expect(overflows).toHaveLength(1);
  });

  it('counts what has no labels, and what has other labels once the gate is closed', async () => {
    const reader = new TestReader();
    const { meter } = guarded(3, [reader]);
    const counter = meter.createCounter('sold');
    counter.add(1);
    for (const labels of ids(0, 9)) counter.add(1, labels);
    await reader.points('sold');
    counter.add(1);
    counter.add(1, {});
    counter.add(1, { id: 'user-0' });
    const points = await reader.points('sold');
    expect(points[0]).toMatchObject({ attributes: {}, value: 3 });
    expect(overflowOf(points)).toBe(9);
  });

  it('warns through diag unless told otherwise, and survives a handler that throws', async () => {
    const lines: string[] = [];
    const say = (message: string): void => void lines.push(message);
    diag.setLogger({ verbose: say, debug: say, info: say, warn: say, error: say }, DiagLogLevel.WARN);
    const overflowing = async (options: Partial<MetricsOptions>): Promise<number> => {
      const reader = new TestReader();
      const metrics = startMetrics({
        resource: resourceFromAttributes({}),
        cardinalityLimit: 2,
        readers: [reader],
        ...options,
      });
      const counter = metrics.getMeter('shop').createCounter('sold');
      for (const labels of ids(0, 9)) counter.add(1, labels);
      const { length } = await reader.points('sold');
      await metrics.shutdown();
      return length;
    };
    expect(await overflowing({})).toBe(2);
    expect(lines).toEqual([expect.stringContaining('sold has reached the limit of 2 label sets')]);
    const failing = (): never => {
      throw new Error('no disk');
    };
    expect(await overflowing({ onCardinalityOverflow: failing })).toBe(2);
    expect(lines.slice(1)).toEqual(['onCardinalityOverflow failed']);
  });

  it.each([0, 1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('rejects the limit %d', (limit) => {
    expect(() => guarded(limit, [])).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message: expect.stringContaining('cardinalityLimit'),
      }),
    );
  });

  it('asks the reader how to aggregate', async () => {
    const reader = new TestReader({
      aggregationSelector: (type) => ({
        type: type === InstrumentType.HISTOGRAM ? AggregationType.SUM : AggregationType.DEFAULT,
      }),
    });
    const { meter } = guarded(10, [reader]);
    meter.createHistogram('wait').record(7);
    expect(await reader.points('wait')).toMatchObject([{ value: 7 }]);
  });
});
