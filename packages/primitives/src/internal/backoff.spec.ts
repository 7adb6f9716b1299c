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
  });

  it.each<[BackoffOptions['jitter'], number, number[]]>([
    ['equal', 0, [5, 10, 20, 40]],
    ['equal', 0.25, [7.5, 15, 30, 52.5]],
    // The last from 40 to 90 in place of 120.
    ['equal', 0.5, [10, 20, 40, 65]],
    ['equal', 0.75, [12.5, 25, 50, 77.5]],
    ['full', 0, [0, 0, 0, 0]],
    ['full', 0.5, [5, 10, 20, 40]],
    ['full', 0.75, [7.5, 15, 30, 60]],
    ['decorrelated', 0, [10, 10, 10, 10]],
    // 10 + half of 30 - 10; 10 + half of 60 - 10; 10 + half of 90 - 10, twice.
    ['decorrelated', 0.5, [20, 35, 50, 50]],
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
    expect(waits(widest, 1100).at(-1)).toBe(5e299);
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
          expect(decorrelated[at]).toBeGreaterThanOrEqual(Math.min(baseMs, maxDelayMs / 2));
          expect(decorrelated[at]).toBeLessThanOrEqual(
            Math.min(Math.max(before * by * 1.5, baseMs), maxDelayMs),
          );
        }
      }),
    );
  });

  it.each(['equal', 'full', 'decorrelated'] as const)(
    'draws no wait more often than others by %s jitter, also where it can grow no longer',
    (jitter) => {
      const ms = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
      const factor = fc.double({ min: 1, max: 10, noNaN: true });
      const before = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 });
      fc.assert(
        fc.property(ms, factor, ms, before, (baseMs, by, maxDelayMs, draws) => {
          const drawn = (next: number): number => {
            const left = [...draws, next];
            const random = { next: () => left.shift() ?? 0, uuid: () => '' };
            return waits({ baseMs, factor: by, maxDelayMs, jitter }, draws.length + 1, random).at(-1) ?? 0;
          };
          const [least, quarter, half, most] = [0, 0.25, 0.5, 1].map(drawn) as [
            number,
            number,
            number,
            number,
          ];
          // The draw moves the wait as far wherever it is, over at least a third of the longest.
          expect(most - least).toBeGreaterThan(most * 0.333);
          expect((quarter - least) / (most - least)).toBeCloseTo(0.25, 6);
          expect((half - least) / (most - least)).toBeCloseTo(0.5, 6);
        }),
        {
          examples: [
            [1000, 2, 1000, []],
            [1000, 2, 5000, [0.5, 0.5, 0.5, 0.5]],
          ],
        },
      );
    },
  );

  it.each(['equal', 'full', 'decorrelated'] as const)('seldom waits the longest by %s jitter', (jitter) => {
    const longest = { baseMs: 1000, maxDelayMs: 1000, jitter } as const;
    const seen = waits(longest, 1000, seededRandom(1));
    // One in ten falls into each tenth of the range, and not all into the last.
    expect(seen.filter((ms) => ms > 950).length).toBeLessThan(200);
    expect(new Set(seen).size).toBeGreaterThan(990);
  });
});
