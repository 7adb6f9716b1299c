import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import { welch, type Moments } from './welch.ts';

function momentsOf(values: readonly number[]): Moments {
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    squares: values.reduce((sum, value) => sum + value * value, 0),
  };
}

const test = (one: readonly number[], other: readonly number[]) => welch(momentsOf(one), momentsOf(other));

describe('welch', () => {
  it('is the test of Student where both vary alike, whose t tables have', () => {
    // Five and five values with a standard deviation of √2.5: the standard error is 1, the degrees of freedom are 8.
    const values = [-2, -1, 0, 1, 2];
    for (const [t, p] of [
      [2.306, 0.05],
      [3.355, 0.01],
      [1.86, 0.1],
    ] as const) {
      expect(
        test(
          values,
          values.map((value) => value + t),
        )! / p,
      ).toBeCloseTo(1, 2);
    }
  });

  it('has fewer degrees of freedom where one varies more', () => {
    // Standard errors 1 and 0, as good as: the degrees of freedom are the 4 of the first.
    const steady = [10, 10, 10, 10, 10.000001];
    expect(
      test(
        [-2, -1, 0, 1, 2].map((value) => value * Math.SQRT2),
        steady.map((value) => value - 10 + 2.776),
      )! / 0.05,
    ).toBeCloseTo(1, 2);
  });

  it('is no surer of values that do not vary than there are ways to divide them', () => {
    expect(test([1, 1, 1, 1], [2, 2, 2, 2])).toBeCloseTo(2 / 70, 12);
    expect(test([0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1])).toBe(1);
    const cost = (count: number, usd: number) => momentsOf(Array.from({ length: count }, () => usd));
    expect(welch(cost(1_000, 0.003), cost(3_000, 0.003))).toBe(1);
    expect(welch(cost(1_000, 0.003), cost(3_000, 0.0031))).toBeLessThan(1e-100);
    expect(test([0, 0, 0, 0], [0, 0, 0, 0])).toBe(1);
  });

  it('tells nothing of so few values that any difference may be chance', () => {
    expect([test([1], [2]), test([1, 1, 1], [2, 2, 2]), test([], [2, 2])]).toEqual([null, null, null]);
    expect(
      test(
        [1],
        Array.from({ length: 100 }, () => 2),
      ),
    ).toBeNull();
  });

  it('is the same from the other side', () => {
    const [one, other] = [
      [1, 3, 2, 5, 4, 9],
      [2, 8, 7, 11],
    ] as const;
    expect(test(one, other)).toBe(test(other, one));
  });

  it('raises a false alarm in about 5 % of cases, also where one varies more', () => {
    const random = seededRandom(3);
    const rounds = 3_000;
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const group = (size: number, width: number) =>
        Array.from({ length: size }, () => 1 + width * (random.next() + random.next() - 1));
      if (test(group(30, 0.1), group(60, 0.5))! <= 0.05) alarms++;
    }
    expect(alarms / rounds).toBeGreaterThan(0.035);
    expect(alarms / rounds).toBeLessThan(0.065);
  });
});
