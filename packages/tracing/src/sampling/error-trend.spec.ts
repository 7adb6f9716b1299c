import { describe, expect, it } from '@jest/globals';
import { ErrorTrend } from './error-trend.ts';

const intervalMs = 1000;

/** What each round gives in which so many of so many traces fail. */
function boosts(...rounds: readonly (readonly [failed: number, ended: number])[]): number[] {
  const trend = new ErrorTrend(intervalMs);
  return rounds.map(([failed, ended]) => {
    for (let i = 0; i < ended; i++) trend.count(i < failed);
    return trend.endRound(intervalMs);
  });
}

describe('ErrorTrend', () => {
  it('tells how many times the usual share fails', () => {
    expect(boosts([10, 100], [10, 100], [40, 100]).at(-1)).toBeCloseTo(4, 6);
    expect(boosts([0, 100], [5, 100]).at(-1)).toBeCloseTo(5, 6); // against 1 %, not against nothing
  });

  it('takes for usual what it meets first, and the mean of all while it has seen little', () => {
    expect(boosts([50, 100])).toEqual([1]);
    expect(boosts([10, 100], [30, 100], [60, 100]).at(-1)).toBeCloseTo(3, 6);
  });

  it.each([
    ['one failure is', 1, 1],
    ['one failure of many is', 1, 1000],
    ['what chance may have done is', 13, 100],
    ['fewer failures than usual are', 1, 100],
    ['nothing ended is', 0, 0],
  ])('%s no rise', (_, failed, ended) => {
    expect(boosts([6, 100], [6, 100], [failed, ended]).at(-1)).toBe(1);
    expect(boosts([0, 100], [ended === 1 ? 1 : 0, ended]).at(-1)).toBe(1);
  });

  it('is back at 1 in the first calm round', () => {
    expect(boosts([1, 100], [50, 100], [50, 100], [1, 100]).map((boost) => boost > 1)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('forgets what was long ago', () => {
    const calm = Array.from({ length: 200 }, () => [1, 100] as const);
    const bad = Array.from({ length: 200 }, () => [50, 100] as const);
    expect(boosts(...calm, ...bad).at(-1)).toBe(1);
    expect(boosts(...bad, ...calm, [50, 100]).at(-1)).toBeGreaterThan(30);
  });

  it('does not take what one trace did after a long rest for usual', () => {
    const trend = new ErrorTrend(intervalMs);
    const round = (failed: number, ended: number, elapsedMs = intervalMs): number => {
      for (let i = 0; i < ended; i++) trend.count(i < failed);
      return trend.endRound(elapsedMs);
    };
    for (let i = 0; i < 60; i++) round(1, 100);
    round(1, 1, 3_600_000);
    for (let i = 0; i < 10; i++) round(1, 100);
    expect(round(30, 100)).toBeGreaterThan(5);
  });

  it('learns nothing wrong from rounds that took no time', () => {
    const trend = new ErrorTrend(intervalMs);
    trend.count(true);
    expect(trend.endRound(0)).toBe(1);
    for (let i = 0; i < 20; i++) trend.count(false);
    expect(trend.endRound(intervalMs)).toBe(1);
    for (let i = 0; i < 100; i++) trend.count(i < 10);
    expect(trend.endRound(intervalMs)).toBeCloseTo(10, 0);
  });
});
