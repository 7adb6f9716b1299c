import { describe, expect, it } from '@jest/globals';
import { fromJson } from './message-object.ts';
import type { OtlpMetric } from './otlp-messages.ts';
import { PointSeries } from './otlp-points.ts';
import { otlpType } from './otlp-schema.ts';

const metric = (sent: object): OtlpMetric =>
  fromJson(otlpType('Metric'), JSON.stringify({ name: 'm', ...sent })) as unknown as OtlpMetric;
const label = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

describe('points', () => {
  it('are apart by labels, in whatever order, and by who sends them', () => {
    const series = new PointSeries();
    const [a, b] = [label('a', '1'), label('b', '2')];
    for (const attributes of [[a, b], [b, a], [a]])
      series.add('x', metric({ sum: { aggregationTemporality: 1, dataPoints: [{ asInt: 1, attributes }] } }));
    series.add(
      'y',
      metric({ sum: { aggregationTemporality: 1, dataPoints: [{ asInt: 1, attributes: [a] }] } }),
    );
    expect(series.size).toBe(3);
    expect(series.points.map(({ labels, value, kind }) => [labels, value, kind])).toEqual([
      [{ a: '1', b: '2' }, 2, 'up_down_counter'],
      [{ a: '1' }, 1, 'up_down_counter'],
      [{ a: '1' }, 1, 'up_down_counter'],
    ]);
  });

  it('that are cumulative, or gauges, have the value of the latest time, whenever it came', () => {
    const series = new PointSeries();
    for (const [timeUnixNano, asDouble] of [
      ['9007199254740993', 5],
      ['9007199254740992', 3],
    ] as const) {
      series.add('', metric({ gauge: { dataPoints: [{ timeUnixNano, asDouble }] } }));
      const dataPoints = [{ timeUnixNano, count: asDouble, sum: asDouble }];
      series.add('', metric({ name: 'h', histogram: { aggregationTemporality: 2, dataPoints } }));
    }
    expect(series.points).toEqual([
      { metric: 'm', kind: 'gauge', unit: '', labels: {}, value: 5, count: 1 },
      { metric: 'h', kind: 'histogram', unit: '', labels: {}, value: 5, count: 5 },
    ]);
  });

  it('without a recorded value are none', () => {
    const series = new PointSeries();
    series.add('', metric({ gauge: { dataPoints: [{ flags: 1, asDouble: 3 }] } }));
    series.add('', metric({}));
    expect(series.points).toEqual([]);
  });

  it('of summaries have a sum and a count, and those without a value are zero', () => {
    const series = new PointSeries();
    series.add('', metric({ summary: { dataPoints: [{ count: '4', sum: 2.5 }] } }));
    series.add('', metric({ name: 'h', histogram: { dataPoints: [{ count: '4' }] } }));
    series.add('', metric({ name: 'g', gauge: { dataPoints: [{}] } }));
    expect(series.points.map(({ kind, value, count }) => [kind, value, count])).toEqual([
      ['histogram', 2.5, 4],
      ['histogram', 0, 4],
      ['gauge', 0, 1],
    ]);
  });
});
