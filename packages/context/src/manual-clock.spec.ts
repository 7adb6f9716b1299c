import { describe, expect, it } from '@jest/globals';
import { ManualClock } from './manual-clock.ts';

describe('ManualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it('begins with the year 2026', () => {
    expect(new Date(new ManualClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });

  it('fires what falls due in the order of due times, ties in the order they were set', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const note = (name: string) => () => void fired.push(`${name} at ${clock.monotonic()}`);
    clock.timer(30, note('late'));
    clock.timer(10, note('first'));
    clock.timer(10, note('second'));
    clock.timer(31, note('never'));
    await clock.advance(30);
    expect(fired).toEqual(['first at 10', 'second at 10', 'late at 30']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires timers that timers and promises set on the way', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.timer(ms, resolve));
    const loop = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await wait(10);
        fired.push(clock.monotonic());
      }
    };
    const done = loop();
    clock.timer(5, () => void clock.timer(20, () => void fired.push(clock.monotonic())));
    await clock.advance(30);
    await done;
    expect(fired).toEqual([10, 20, 25, 30]);
  });

  it('does not fire a cancelled timer, and cancelling twice does no harm', async () => {
    const clock = new ManualClock();
    let fired = 0;
    const cancel = clock.timer(10, () => void fired++);
    cancel();
    cancel();
    await clock.advance(100);
    expect([fired, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('fires at once what was due in the past', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.timer(-5, () => void fired.push(clock.monotonic()));
    await clock.advance(0);
    expect(fired).toEqual([0]);
  });

  it('fires nothing while time is spent, and catches up without going back', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    clock.timer(10, () => void fired.push(clock.monotonic()));
    clock.spend(50);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual([50]);
    expect(clock.monotonic()).toBe(51);
  });

  it('says how long it is to the next timer', async () => {
    const clock = new ManualClock();
    expect(clock.nextTimerInMs).toBeUndefined();
    clock.timer(30, () => undefined);
    clock.timer(20, () => undefined);
    await clock.advance(5);
    expect(clock.nextTimerInMs).toBe(15);
  });
});
