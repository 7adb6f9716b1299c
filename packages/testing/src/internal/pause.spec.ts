import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { pause, untilAborted } from './pause.ts';

describe('pause', () => {
  it('does not begin where the signal has aborted', async () => {
    const clock = new ManualClock();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(pause({ clock, signal }, 10)).rejects.toBe(signal.reason);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('untilAborted', () => {
  it('does not begin where the signal has aborted', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(untilAborted({ signal })).rejects.toBe(signal.reason);
  });
});
