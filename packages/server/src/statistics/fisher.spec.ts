import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { fisher } from './fisher.ts';

/** By counting all tables with the same sums, in whole numbers. */
function counted(baseline: [number, number], candidate: [number, number]): { p: number; least: number } {
  const [n, m] = [baseline[1], candidate[1]];
  const errors = baseline[0] + candidate[0];
  const ways = (own: number) => choose(m, own) * choose(n, errors - own);
  const all = Array.from({ length: m + 1 }, (_, own) => ways(own)).filter((each) => each > 0n);
  const total = all.reduce((sum, each) => sum + each, 0n);
  const seen = ways(candidate[0]);
  const asRare = all.filter((each) => each <= seen).reduce((sum, each) => sum + each, 0n);
  const least = all.reduce((one, other) => (other < one ? other : one));
  return { p: Number(asRare) / Number(total), least: all.length === 1 ? 1 : Number(least) / Number(total) };
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let result = 1n;
  for (let at = 1; at <= k; at++) result = (result * BigInt(n - k + at)) / BigInt(at);
  return result;
}

/** To nine digits, and what is none as it is. */
function rounded(pValue: number | null): string {
  return pValue === null ? 'none' : pValue.toExponential(8);
}

const side = fc
  .integer({ min: 1, max: 40 })
  .chain((calls) => fc.tuple(fc.integer({ min: 0, max: calls }), fc.constant(calls)));
const test = ([errors, calls]: readonly number[], [others, otherCalls]: readonly number[]) =>
  fisher({ errors: errors!, calls: calls! }, { errors: others!, calls: otherCalls! });

describe('fisher', () => {
  it("knows Fisher's own example: who poured the milk first", () => {
    expect(test([3, 4], [1, 4])).toBeCloseTo(34 / 70, 12);
    expect(test([4, 4], [0, 4])).toBeCloseTo(2 / 70, 12);
  });

  it('tells what counting all tables tells, and nothing where none of them is rare', () => {
    fc.assert(
      fc.property(side, side, (baseline, candidate) => {
        const { p, least } = counted(baseline, candidate);
        expect(rounded(test(baseline, candidate))).toBe(rounded(least > 0.05 ? null : p));
      }),
      { numRuns: 500 },
    );
  });

  it('tells nothing where nothing failed, or everything did', () => {
    expect([test([0, 1_000], [0, 1_000]), test([5, 5], [9, 9])]).toEqual([null, null]);
  });

  it('is the same from the other side, however many there are', () => {
    for (const [one, other] of [
      [
        [3, 100],
        [12, 90],
      ],
      [
        [2, 1_000_000_000],
        [9, 1_000_000_000],
      ],
      [
        [50_000, 100_000],
        [50_500, 100_000],
      ],
    ] as const) {
      expect(test(one, other)! / test(other, one)!).toBeCloseTo(1, 6);
    }
  });

  it('goes on where there are more tables than it counts', () => {
    const counts = test([10_000, 100_000], [10_300, 100_000])!;
    const goesOn = test([10_000, 1_000_000_000], [10_300, 1_000_000_000])!;
    expect(counts).toBeLessThan(0.05);
    expect(goesOn).toBeGreaterThan(0.01);
    expect(goesOn).toBeLessThan(0.05);
    expect(test([1_000, 1_000_000_000], [1_300, 1_000_000_000])).toBeLessThan(1e-8);
  });

  it('raises a false alarm in at most 5 % of cases', () => {
    const random = seededRandom(5);
    const rounds = 2_000;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const failures = (calls: number) =>
        Array.from({ length: calls }, () => random.next() < 0.1).filter(Boolean).length;
      const pValue = test([failures(200), 200], [failures(60), 60]);
      if (pValue !== null && pValue <= 0.05) alarms++;
    }
    expect(alarms / rounds).toBeLessThanOrEqual(0.05);
  });
});
