import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Allowance } from './allowance.ts';

describe('Allowance', () => {
  it('is full, or has what it is given', () => {
    expect(new Allowance(5).tokens).toBe(5);
    expect(new Allowance(5, 2).tokens).toBe(2);
  });

  it('spends what it has to the last token, and nothing where that is not enough', () => {
    const allowance = new Allowance(5);
    expect([allowance.spend(3), allowance.tokens]).toEqual([true, 2]);
    expect([allowance.spend(3), allowance.tokens]).toEqual([false, 2]);
    expect([allowance.spend(2), allowance.tokens]).toEqual([true, 0]);
    expect([allowance.spend(1), allowance.tokens]).toEqual([false, 0]);
  });

  it('earns up to what it holds', () => {
    const allowance = new Allowance(5, 3);
    allowance.earn(1);
    expect(allowance.tokens).toBe(4);
    allowance.earn(2);
    expect(allowance.tokens).toBe(5);
  });

  it('spends what was earned in fractions, whose sum is a little less', () => {
    const allowance = new Allowance(0.8, 0);
    for (let time = 0; time < 8; time++) allowance.earn(0.1);
    expect(allowance.tokens).toBeLessThan(0.8);
    expect([allowance.spend(0.8), allowance.tokens]).toEqual([true, 0]);
    expect(allowance.spend(1e-9)).toBe(false);
  });

  it('never spends more than it began with and has earned', () => {
    const moves = fc.array(fc.record({ isEarned: fc.boolean(), tokens: fc.integer({ min: 1, max: 9 }) }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), moves, (capacity, all) => {
        const allowance = new Allowance(capacity);
        let income = capacity;
        let spent = 0;
        for (const { isEarned, tokens } of all) {
          if (isEarned) {
            allowance.earn(tokens);
            income += tokens;
          } else if (allowance.spend(tokens)) spent += tokens;
          expect(spent).toBeLessThanOrEqual(income);
          expect(allowance.tokens).toBeGreaterThanOrEqual(0);
          expect(allowance.tokens).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });
});
