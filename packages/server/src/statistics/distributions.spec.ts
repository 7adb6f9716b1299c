import { describe, expect, it } from '@jest/globals';
import { logChoose, logGamma, normalTails, studentTails } from './distributions.ts';

describe('logGamma', () => {
  it('knows factorials and roots of π', () => {
    let factorial = 1;
    for (let n = 1; n < 160; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 10);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(2.5)).toBeCloseTo(Math.log(0.75 * Math.sqrt(Math.PI)), 13);
  });

  it('counts ways to choose', () => {
    expect(Math.exp(logChoose(52, 5))).toBeCloseTo(2_598_960, 3);
    expect([logChoose(7, 0), logChoose(7, 7)]).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
  });
});

describe('normalTails', () => {
  it.each([
    [0, 1],
    [0.6744897501960817, 0.5],
    [1, 0.31731050786291415],
    [-1.959963984540054, 0.05],
    [2.5758293035489004, 0.01],
    [3, 0.0026997960632601866],
    [5, 5.733031437583869e-7],
    [10, 1.5239706048321166e-23],
  ])('has the values of tables: %d', (z, p) => {
    expect(normalTails(z) / p).toBeCloseTo(1, 9);
  });

  it('falls without a jump where it is computed in another way', () => {
    const [before, after] = [normalTails(2.828427), normalTails(2.828428)];
    expect(before / after).toBeGreaterThan(1);
    expect(before / after).toBeLessThan(1.00001);
  });
});

describe('studentTails', () => {
  // The critical values that every table has, to their three decimals.
  it.each([
    [12.706, 1, 0.05],
    [4.303, 2, 0.05],
    [2.228, 10, 0.05],
    [2.845, 20, 0.01],
    [1.697, 30, 0.1],
    [3.373, 120, 0.001],
  ])('has the values of tables: %d with %d degrees', (t, degrees, p) => {
    expect(studentTails(t, degrees) / p).toBeCloseTo(1, 2);
    expect(studentTails(-t, degrees)).toBe(studentTails(t, degrees));
  });

  it('is what can be computed in another way for one and two degrees', () => {
    for (const t of [0.001, 0.5, 1, 3, 40, 1e6]) {
      expect(studentTails(t, 1) / ((2 / Math.PI) * Math.atan(1 / t))).toBeCloseTo(1, 9);
      const root = Math.sqrt(2 + t * t);
      expect(studentTails(t, 2) / (2 / (root * (root + t)))).toBeCloseTo(1, 9);
    }
  });

  it('comes close to the normal distribution, and is 1 and 0 at the ends', () => {
    for (const t of [0.1, 1, 2, 4]) {
      expect(studentTails(t, 99_999) / normalTails(t)).toBeCloseTo(1, 2);
      expect(studentTails(t, 1e9)).toBe(normalTails(t));
    }
    expect([studentTails(0, 5), studentTails(Infinity, 5)]).toEqual([1, 0]);
  });
});
