import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { GuardedClock } from './guarded-clock.ts';

describe('GuardedClock', () => {
  it('reads its clock', () => {
    const clock = new ManualClock(5_000);
    const guarded = new GuardedClock(clock, () => undefined);
    const before = guarded.monotonic();
    clock.spend(7);
    expect(guarded.monotonic()).toBe(before + 7);
    expect(guarded.epochOffsetMs() + guarded.monotonic()).toBe(clock.now());
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no time');
      },
    ],
    ['says NaN', () => Number.NaN],
    ['says Infinity', () => Number.POSITIVE_INFINITY],
    ['says a bigint', () => process.hrtime.bigint() as unknown as number],
  ])('stands still while its clock %s, so that no time is lost or negative', (_, broken) => {
    const faults: unknown[] = [];
    const clock = new ManualClock(5_000);
    let isBroken = false;
    const guarded = new GuardedClock(
      {
        now: () => (isBroken ? broken() : clock.now()),
        monotonic: () => (isBroken ? broken() : clock.monotonic()),
        timer: (ms, fn) => clock.timer(ms, fn),
      },
      (fault) => faults.push(fault),
    );
    clock.spend(7);
    const last = [guarded.monotonic(), guarded.now(), guarded.epochOffsetMs()];
    isBroken = true;
    clock.spend(7);
    expect([guarded.monotonic(), guarded.now(), guarded.epochOffsetMs()]).toEqual(last);
    expect(faults).toEqual(Array.from({ length: 4 }, () => expect.any(Error)));
    isBroken = false;
    expect([guarded.monotonic(), guarded.now()]).toEqual([clock.monotonic(), clock.now()]);
  });
});
