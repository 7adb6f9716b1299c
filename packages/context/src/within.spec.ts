import { describe, expect, it } from '@jest/globals';
import { ManualClock } from './manual-clock.ts';
import { within } from './within.ts';

describe('within', () => {
  it('resolves with the work and leaves no timer', async () => {
    const clock = new ManualClock();
    await within(1_000, clock, Promise.resolve('done'));
    expect(clock.pendingTimers).toBe(0);
  });

  it('resolves at the limit with work that goes on', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const waiting = within(1_000, clock, new Promise(() => {})).then(() => (isOver = true));
    await clock.advance(999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(isOver).toBe(true);
  });

  it('rejects with the work and leaves no timer', async () => {
    const clock = new ManualClock();
    await expect(within(1_000, clock, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(clock.pendingTimers).toBe(0);
  });
});
