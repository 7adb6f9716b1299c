import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { GuardedClock } from './guarded-clock.ts';

describe('GuardedClock', () => {
  it('reads its clock', () => {
    const clock = new ManualClock(5_000);
    const guarded = new GuardedClock(clock, () => undefined);
    const before = guarded.monotonicMs();
    clock.spend(7);
    expect(guarded.monotonicMs()).toBe(before + 7);
    expect(guarded.epochOffsetMs() + guarded.monotonicMs()).toBe(clock.now());
  });

  it('stands still while its clock throws, so that no duration is negative', () => {
    const faults: unknown[] = [];
    const clock = new ManualClock();
    const error = new Error('no time');
    let isBroken = false;
    const guarded = new GuardedClock(
      {
        now: () => clock.now(),
        timer: (ms, fn) => clock.timer(ms, fn),
        monotonic: () => {
          if (isBroken) throw error;
          return clock.monotonic();
        },
      },
      (fault) => faults.push(fault),
    );
    clock.spend(7);
    const last = guarded.monotonicMs();
    isBroken = true;
    clock.spend(7);
    expect([guarded.monotonicMs(), guarded.epochOffsetMs()]).toEqual([last, 0]);
    expect(faults).toEqual([error, error]);
  });
});
