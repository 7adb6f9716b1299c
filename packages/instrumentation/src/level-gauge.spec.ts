import { describe, expect, it } from '@jest/globals';
import { Observed } from '../test/observed.ts';
import { LevelGauge } from './level-gauge.ts';

const make = (): { readonly observed: Observed; readonly gauge: LevelGauge } => {
  const observed = new Observed();
  return { observed, gauge: new LevelGauge(observed.meter.createObservableUpDownCounter('level')) };
};

describe('LevelGauge', () => {
  it('has one level for the same labels, which goes up and down', async () => {
    const { observed, gauge } = make();
    gauge.level({ name: 'a' }).value++;
    gauge.level({ name: 'a' }).value++;
    gauge.level({ name: 'b' }).value++;
    expect(await observed.points('level')).toEqual({ 'name=a': 2, 'name=b': 1 });
    gauge.level({ name: 'a' }).value -= 2;
    expect(await observed.points('level')).toEqual({ 'name=a': 0, 'name=b': 1 });
  });

  it('shares one level among further names, which the SDK still tells apart', async () => {
    const { observed, gauge } = make();
    for (let n = 0; n < 2_500; n++) gauge.level({ name: `job ${n}`, type: 'lambda' }).value++;
    gauge.level({ name: 'job 7', type: 'lambda' }).value++;
    const points = await observed.points('level');
    expect(Object.keys(points)).toHaveLength(1_991);
    expect(points['name=_OTHER type=_OTHER']).toBe(510);
    expect(points['name=job 7 type=lambda']).toBe(2);
    expect(Object.values(points).reduce((sum, value) => sum + value)).toBe(2_501);
  });
});
