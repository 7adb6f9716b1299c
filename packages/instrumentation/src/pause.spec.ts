import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { pause } from './pause.ts';

describe('pause', () => {
  it('waits on the clock of the run', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    let isOver = false;
    const pausing = pause({ clock, signal }, 10).then(() => (isOver = true));
    await clock.advance(9);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await pausing;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the reason of the signal, and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const pausing = pause({ clock, signal: controller.signal }, 10);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(pausing).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not begin where the signal has aborted', async () => {
    const clock = new ManualClock();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(pause({ clock, signal }, 10)).rejects.toBe(signal.reason);
    expect(clock.pendingTimers).toBe(0);
  });
});
