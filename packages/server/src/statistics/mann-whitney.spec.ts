import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import fc from 'fast-check';
import { leastPermutation, mannWhitney, type Tie } from './mann-whitney.ts';

function tiesOf(baseline: readonly number[], candidate: readonly number[]): Tie[] {
  const values = [...new Set([...baseline, ...candidate])].sort((one, other) => one - other);
  const countOf = (list: readonly number[], value: number) => list.filter((each) => each === value).length;
  return values.map((value) => ({
    baseline: countOf(baseline, value),
    candidate: countOf(candidate, value),
  }));
}

/** U of the candidate, pair by pair. */
function pairs(baseline: readonly number[], candidate: readonly number[]): number {
  let u = 0;
  for (const one of baseline) for (const other of candidate) u += other > one ? 1 : other === one ? 0.5 : 0;
  return u;
}

/** By going through all ways to divide the values. */
function permutationP(baseline: readonly number[], candidate: readonly number[]): number {
  const all = [...baseline, ...candidate];
  const mean = (baseline.length * candidate.length) / 2;
  const wanted = Math.abs(pairs(baseline, candidate) - mean);
  let asFar = 0;
  let total = 0;
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const chosen = all.filter((_, at) => (bits >> at) % 2 === 1);
    if (chosen.length !== candidate.length) continue;
    const rest = all.filter((_, at) => (bits >> at) % 2 === 0);
    total++;
    if (Math.abs(pairs(rest, chosen) - mean) >= wanted - 1e-9) asFar++;
  }
  return asFar / total;
}

/** To nine digits, and what is none as it is. */
function rounded(pValue: number | null): string {
  return pValue === null ? 'none' : pValue.toExponential(8);
}

const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });

describe('mannWhitney', () => {
  it('tells what all ways to divide few values in two tell, with ties', () => {
    fc.assert(
      fc.property(few, few, (baseline, candidate) => {
        const { pValue, direction } = mannWhitney(tiesOf(baseline, candidate));
        if (leastPermutation(baseline.length, candidate.length) > 0.05) return pValue === null;
        expect(pValue).toBeCloseTo(permutationP(baseline, candidate), 9);
        const half = (baseline.length * candidate.length) / 2;
        expect(direction).toBe(Math.sign(pairs(baseline, candidate) - half));
        return true;
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each([
    [8, 8, 13],
    [5, 5, 2],
    [10, 10, 23],
    [7, 12, 18],
  ])('has the border of 5 %% where tables have it: %d and %d values, U = %d', (n, m, critical) => {
    const ofU = (u: number) => {
      let order = 'b'.repeat(n) + 'c'.repeat(m);
      // Each exchange of neighbours is one pair more in which the baseline's value is greater.
      for (let pairsMore = 0; pairsMore < u; pairsMore++) order = order.replace('bc', 'cb');
      const tieOf = (letter: string) => ({
        baseline: letter === 'b' ? 1 : 0,
        candidate: letter === 'c' ? 1 : 0,
      });
      return mannWhitney([...order].map(tieOf)).pValue;
    };
    expect(ofU(critical)).toBeLessThanOrEqual(0.05);
    expect(ofU(critical + 1)).toBeGreaterThan(0.05);
  });

  it('tells nothing of so few values that any order of them may be chance', () => {
    expect(mannWhitney(tiesOf([1, 2, 3], [11, 12, 13]))).toEqual({ pValue: null, direction: 0 });
    expect(mannWhitney(tiesOf([1, 2, 3, 4], [11, 12, 13, 14])).pValue).toBeCloseTo(2 / 70, 12);
    expect(mannWhitney([])).toEqual({ pValue: null, direction: 0 });
    expect(mannWhitney([{ baseline: 0, candidate: 9 }])).toEqual({ pValue: null, direction: 0 });
  });

  it('is not sure of one value beside many that are the same', () => {
    const one = (many: number) =>
      mannWhitney([
        { baseline: many, candidate: 0 },
        { baseline: 0, candidate: 1 },
      ]).pValue;
    expect(one(99)).toBeCloseTo(1 / 100, 12);
    expect(one(1_000_000)).toBeCloseTo(2 / 1_000_001, 12);
  });

  it('finds values that are all the same as unlike as it gets by chance', () => {
    for (const calls of [5, 1_000_000]) {
      expect(mannWhitney([{ baseline: calls, candidate: calls }])).toEqual({ pValue: 1, direction: 0 });
    }
  });

  it('tells of many values, with ties, about what thousands of ways to divide them tell', () => {
    const random = seededRandom(23);
    for (const [n, m, kinds, shift] of [
      [40, 40, 1_000, 0.15],
      [60, 25, 6, 0.1],
      [30, 30, 3, 0.2],
    ] as const) {
      const group = (size: number, more: number) =>
        Array.from({ length: size }, () => Math.floor((random.next() + more) * kinds));
      const [baseline, candidate] = [group(n, 0), group(m, shift)];
      const wanted = Math.abs(pairs(baseline, candidate) - (n * m) / 2);
      const rounds = 4_000;
      let asFar = 0;
      for (let round = 0; round < rounds; round++) {
        const shuffled = [...baseline, ...candidate]
          .map((value) => ({ value, at: random.next() }))
          .sort((one, other) => one.at - other.at)
          .map(({ value }) => value);
        if (Math.abs(pairs(shuffled.slice(0, n), shuffled.slice(n)) - (n * m) / 2) >= wanted) asFar++;
      }
      expect(Math.abs(mannWhitney(tiesOf(baseline, candidate)).pValue! - asFar / rounds)).toBeLessThan(0.02);
    }
  });

  it.each([
    ['of many digits', 40, 40, () => 1e9],
    ['that are mostly the same', 60, 30, () => 3],
    ['few of which stand beside many', 300, 4, () => 20],
  ])('raises a false alarm about values %s in at most about 5 % of cases', (_, n, m, kinds) => {
    const random = seededRandom(11);
    const rounds = 1_000;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const group = (size: number) =>
        Array.from({ length: size }, () => Math.floor(random.next() ** 3 * kinds()));
      const { pValue } = mannWhitney(tiesOf(group(n), group(m)));
      if (pValue! <= 0.05) alarms++;
    }
    expect(alarms / rounds).toBeLessThan(0.065);
  });

  it('is the same from the other side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ baseline: fc.nat({ max: 40 }), candidate: fc.nat({ max: 40 }) }), {
          maxLength: 12,
        }),
        (ties) => {
          const { pValue, direction } = mannWhitney(ties);
          const mirrored = mannWhitney(
            ties.map(({ baseline, candidate }) => ({ baseline: candidate, candidate: baseline })),
          );
          expect(mirrored.direction).toBe(direction === 0 ? 0 : -direction);
          expect(rounded(mirrored.pValue)).toBe(rounded(pValue));
        },
      ),
    );
  });
});
