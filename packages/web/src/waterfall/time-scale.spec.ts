import { describe, expect, it } from '@jest/globals';
import { timeScale } from './time-scale.ts';

describe('timeScale', () => {
  it.each([
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [1_240, 4, [0, 500, 1_000]],
    [7, 7, [0, 1, 2, 3, 4, 5, 6, 7]],
  ])('divides %d ms into about %d round parts', (totalMs, wanted, ticksMs) => {
    expect(timeScale(totalMs, wanted).ticksMs).toEqual(ticksMs);
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('gives a trace of %d ms a width', (totalMs) => {
    expect(timeScale(totalMs, 4).totalMs).toBe(1);
  });

  it.each([1e-4, 3.3, 98_765_432])('keeps the number of ticks small for %d ms', (totalMs) => {
    expect(timeScale(totalMs, 6).ticksMs.length).toBeLessThanOrEqual(7);
  });
});
