import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '@tta/obs-context/manual';
import { Backoff, type BackoffOptions } from './backoff.ts';

const plain: BackoffOptions = { baseMs: 10, factor: 2, maxDelayMs: 1000, jitter: 'none' };
/** Chance that always draws the same. */
const drawing = (next: number) => ({ next: () => next, uuid: () => '' });

function waits(options: Partial<BackoffOptions>, count: number, random = drawing(0.5)): number[] {
  const backoff = new Backoff({ ...plain, ...options }, random);
  return Array.from({ length: count }, () => backoff.next());
}

describe('Backoff', () => {
  it.each<[string, Partial<BackoffOptions>, number[]]>([
    ['grow by the factor up to the longest', { factor: 3, maxDelayMs: 80 }, [10, 30, 80, 80]],
    ['stay equal with a factor of 1', { factor: 1 }, [10, 10, 10, 10]],
    ['reach the longest exactly', { maxDelayMs: 40 }, [10, 20, 40, 40]],
    [
      'are never longer than the longest, not even the first',
      { baseMs: 90, maxDelayMs: 30 },
      [30, 30, 30, 30],
    ],
    ['may all be none', { baseMs: 0 }, [0, 0, 0, 0]],
  ])('has waits without jitter that %s', (_, options, expected) => {
    expect(waits(options, 4)).toEqual(expected);
    // What lies in the middle of equal jitter is the wait itself.
    expect(waits({ ...options, jitter: 'equal' }, 4)).toEqual(expected);
  });

  it.each<[BackoffOptions['jitter'], number, number[]]>([
    ['equal', 0, [5, 10, 20, 40]],
    ['equal', 0.25, [7.5, 15, 30, 60]],
    ['equal', 0.75, [12.5, 25, 50, 90]],
    ['full', 0, [0, 0, 0, 0]],
    ['full', 0.5, [5, 10, 20, 40]],
    ['full', 0.75, [7.5, 15, 30, 60]],
    ['decorrelated', 0, [10, 10, 10, 10]],
    // 10 + half of 30 - 10; 10 + half of 60 - 10; 10 + half of 105 - 10; 10 + half of 172.5 - 10, cut.
    ['decorrelated', 0.5, [20, 35, 57.5, 90]],
    ['decorrelated', 0.25, [15, 18.75, 21.5625, 23.671875]],
  ])('spreads waits by %s jitter where chance draws %d', (jitter, drawn, expected) => {
    expect(waits({ jitter, maxDelayMs: 90 }, 4, drawing(drawn))).toEqual(expected);
  });

  it('spreads decorrelated waits by the factor', () => {
    expect(waits({ jitter: 'decorrelated', factor: 4 }, 3, drawing(0.5))).toEqual([35, 110, 335]);
    expect(waits({ jitter: 'decorrelated', factor: 1 }, 2, drawing(0.5))).toEqual([12.5, 14.375]);
  });

  it('has waits that are numbers however many there are', () => {
    expect(waits({ baseMs: 0, factor: 10 }, 1100).at(-1)).toBe(0);
    expect(waits({ factor: 10 }, 1100).at(-1)).toBe(1000);
    const widest = { jitter: 'decorrelated', factor: 1e300, maxDelayMs: 1e300 } as const;
    expect(waits(widest, 1100).at(-1)).toBe(1e300);
  });

  it('keeps every wait within the bounds of its jitter', () => {
    const wait = fc.double({ min: 0, max: 1e6, noNaN: true });
    const factor = fc.double({ min: 1, max: 10, noNaN: true });
    fc.assert(
      fc.property(wait, factor, wait, fc.nat(), (baseMs, by, maxDelayMs, seed) => {
        const some = { baseMs, factor: by, maxDelayMs };
        const exact = waits({ ...some, jitter: 'none' }, 8);
        const chance = seededRandom(seed);
        const [equal, full, decorrelated] = (['equal', 'full', 'decorrelated'] as const).map((jitter) =>
          waits({ ...some, jitter }, 8, chance),
        ) as [number[], number[], number[]];
        for (const [at, ms] of exact.entries()) {
          expect(equal[at]).toBeGreaterThanOrEqual(ms / 2);
          expect(equal[at]).toBeLessThanOrEqual(Math.min(ms * 1.5, maxDelayMs));
          expect(full[at]).toBeLessThanOrEqual(ms);
          const before = decorrelated[at - 1] ?? Math.min(baseMs, maxDelayMs);
          expect(decorrelated[at]).toBeGreaterThanOrEqual(Math.min(baseMs, maxDelayMs));
          expect(decorrelated[at]).toBeLessThanOrEqual(
            Math.min(Math.max(before * by * 1.5, baseMs), maxDelayMs),
          );
        }
      }),
    );
  });
});
