import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holm } from './holm.ts';

describe('holm', () => {
  it('asks most of the smallest, and less of each that follows', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005], 0.05)).toEqual([true, false, false, true]);
    expect(holm([0.012, 0.02, 0.016, 0.05], 0.05)).toEqual([true, true, true, true]);
    expect(holm([0.02, 0.02, 0.02], 0.05)).toEqual([false, false, false]);
    expect(holm([], 0.05)).toEqual([]);
  });

  it('finds no more than without a correction, and no fewer than with that of Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (pValues) => {
        const found = holm(pValues, 0.05);
        for (const [at, pValue] of pValues.entries()) {
          const possible = pValue > 0.05 ? [false] : pValue <= 0.05 / pValues.length ? [true] : [true, false];
          expect(possible).toContain(found[at]);
        }
      }),
    );
  });
});
