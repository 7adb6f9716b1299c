import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { FailingClock } from '../../test/failing-clock.ts';
import { stopwatch } from './stopwatch.ts';

const faults = [
  [
    'throws',
    (): never => {
      throw new Error('no clock');
    },
  ],
  ['has no number', () => Number.NaN],
] as const;

describe('stopwatch', () => {
  it('says how long ago it was started, as often as it is asked', () => {
    const clock = new ManualClock();
    const elapsed = stopwatch(clock);
    clock.spend(2.5);
    expect(elapsed()).toBe(2.5);
    clock.spend(1);
    expect(elapsed()).toBe(3.5);
  });

  it.each(faults)('says nothing where the clock %s when it is asked', (_, fault) => {
    const clock = new FailingClock();
    const elapsed = stopwatch(clock);
    clock.fault = fault;
    expect(elapsed()).toBeUndefined();
    clock.fault = undefined;
    expect(elapsed()).toBe(0);
  });

  it.each(faults)('says nothing where the clock %s when it is started', (_, fault) => {
    const clock = new FailingClock();
    clock.fault = fault;
    const elapsed = stopwatch(clock);
    clock.fault = undefined;
    expect(elapsed()).toBeUndefined();
  });
});
