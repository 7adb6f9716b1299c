import { diag } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { PointRecorder } from './point-recorder.ts';

describe('a point recorder', () => {
  it('adds up a counter, apart for each set of labels', () => {
    const recorder = new PointRecorder();
    const counter = recorder.createCounter('pages', { unit: '{page}' });
    counter.add(1, { site: 'a', lang: 'en' });
    counter.add(2, { lang: 'en', site: 'a' });
    counter.add(5);
    expect(recorder.points).toEqual([
      {
        metric: 'pages',
        kind: 'counter',
        unit: '{page}',
        labels: { site: 'a', lang: 'en' },
        value: 3,
        count: 2,
      },
      { metric: 'pages', kind: 'counter', unit: '{page}', labels: {}, value: 5, count: 1 },
    ]);
  });

  it('keeps sum and count of a histogram, the last value of a gauge, and the level of an up-down counter', () => {
    const recorder = new PointRecorder();
    const size = recorder.createHistogram('size');
    for (const value of [4, 6]) size.record(value);
    const heat = recorder.createGauge('heat');
    for (const value of [20, 19]) heat.record(value);
    const open = recorder.createUpDownCounter('open');
    for (const change of [1, 1, -1]) open.add(change);
    expect(recorder.points.map(({ metric, kind, value, count }) => [metric, kind, value, count])).toEqual([
      ['size', 'histogram', 10, 2],
      ['heat', 'gauge', 19, 2],
      ['open', 'up_down_counter', 1, 3],
    ]);
  });

  it('is one metric for all who create it by the same name', () => {
    const recorder = new PointRecorder();
    recorder.createCounter('pages').add(1);
    recorder.createCounter('pages').add(1);
    expect(recorder.points).toMatchObject([{ metric: 'pages', value: 2 }]);
  });

  it('asks observable metrics whenever it is read', () => {
    const recorder = new PointRecorder();
    let queued = 3;
    const depth = recorder.createObservableGauge('depth');
    const ask = (result: { observe(value: number): void }): void => result.observe(queued);
    depth.addCallback(ask);
    expect(recorder.points).toMatchObject([{ metric: 'depth', kind: 'gauge', value: 3 }]);
    queued = 1;
    expect(recorder.points).toMatchObject([{ metric: 'depth', value: 1 }]);
    depth.removeCallback(ask);
    expect(recorder.points).toEqual([]);
  });

  it('asks several observable metrics by one callback', () => {
    const recorder = new PointRecorder();
    const read = recorder.createObservableCounter('read');
    const held = recorder.createObservableUpDownCounter('held');
    const stranger = new PointRecorder().createObservableGauge('stranger');
    const ask = (result: { observe(metric: typeof read, value: number): void }): void => {
      result.observe(read, 7);
      result.observe(held, 2);
      result.observe(stranger, 1);
    };
    recorder.addBatchObservableCallback(ask, [read, held]);
    expect(recorder.points.map(({ metric, kind, value }) => [metric, kind, value])).toEqual([
      ['read', 'counter', 7],
      ['held', 'up_down_counter', 2],
    ]);
    recorder.removeBatchObservableCallback(ask);
    expect(recorder.points).toEqual([]);
  });

  it('does not wait for a callback that answers later', async () => {
    const recorder = new PointRecorder();
    recorder.createObservableGauge('late').addCallback(async (result) => {
      await Promise.resolve();
      result.observe(1);
    });
    expect(recorder.points).toEqual([]);
    await Promise.resolve();
  });

  it('keeps what is left where a callback fails, at once or later', async () => {
    const failures: unknown[][] = [];
    const fail = (...what: unknown[]): void => void failures.push(what);
    diag.setLogger({ error: fail, warn: fail, info: fail, debug: fail, verbose: fail });
    try {
      failures.length = 0;
      const recorder = new PointRecorder();
      const gone = new Error('database gone');
      recorder.createObservableGauge('sync').addCallback(() => {
        throw gone;
      });
      recorder.createObservableGauge('async').addCallback(() => Promise.reject(gone));
      const fine = recorder.createObservableGauge('fine');
      fine.addCallback((result) => result.observe(1));
      recorder.addBatchObservableCallback(() => {
        throw gone;
      }, [fine]);
      recorder.createCounter('pages').add(2);
      expect(recorder.points).toMatchObject([
        { metric: 'pages', value: 2 },
        { metric: 'fine', value: 1 },
      ]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(failures).toEqual(
        Array.from({ length: 3 }, () => ['observe: the callback of an observable metric failed', gone]),
      );
    } finally {
      diag.disable();
    }
  });

  it('leaves out what is no number, and what would go down that only goes up', () => {
    const recorder = new PointRecorder();
    const wrong = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'x' as unknown as number,
      undefined as unknown as number,
    ];
    const counter = recorder.createCounter('pages');
    const size = recorder.createHistogram('size');
    const open = recorder.createUpDownCounter('open');
    const heat = recorder.createGauge('heat');
    for (const value of [5, -3, ...wrong]) {
      counter.add(value);
      size.record(value);
      open.add(value);
      heat.record(value);
    }
    recorder.createCounter('never').add(-1);
    recorder.createObservableGauge('depth').addCallback((result) => {
      for (const value of [-1, ...wrong]) result.observe(value);
    });
    expect(recorder.points.map(({ metric, value, count }) => [metric, value, count])).toEqual([
      ['pages', 5, 1],
      ['size', 5, 1],
      ['open', 2, 2],
      ['heat', -3, 2],
      ['depth', -1, 1],
    ]);
  });

  it('keeps metrics of different kinds apart that share a name', () => {
    const recorder = new PointRecorder();
    recorder.createCounter('size').add(1);
    recorder.createHistogram('size').record(20);
    recorder.createObservableGauge('size').addCallback((result) => result.observe(3));
    recorder.createObservableCounter('size').addCallback((result) => result.observe(4));
    expect(recorder.points.map(({ metric, kind, value }) => [metric, kind, value])).toEqual([
      ['size', 'counter', 1],
      ['size', 'histogram', 20],
      ['size', 'gauge', 3],
      ['size', 'counter', 4],
    ]);
  });

  it('keeps labels as they were when the value was recorded', () => {
    const recorder = new PointRecorder();
    const labels = { site: 'a' };
    recorder.createCounter('pages').add(1, labels);
    labels.site = 'b';
    expect(recorder.points).toMatchObject([{ labels: { site: 'a' } }]);
  });
});
