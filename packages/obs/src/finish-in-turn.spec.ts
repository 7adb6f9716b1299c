import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { finishInTurn } from './finish-in-turn.ts';

describe('finishInTurn', () => {
  it.each([
    [undefined, [0, 0, 0], [100, 100, 100]],
    [undefined, [30, 100, 0], [100, 70, 0]],
    [60, [60, 0, 60], [60, 40, 40]],
    [60, [0, 60, 60], [60, 60, 40]],
  ])('gives each what is left, at most %j, where they take %j', (most, taken, given) => {
    let nowMs = 0;
    const clock = { ...systemClock, monotonic: () => nowMs };
    const limits: number[] = [];
    const all = taken.map((ms) => ({
      finishNow(limitMs: number) {
        limits.push(limitMs);
        nowMs += Math.min(ms, limitMs);
      },
    }));
    finishInTurn(all, 100, most, clock);
    expect(limits).toEqual(given);
  });
});
