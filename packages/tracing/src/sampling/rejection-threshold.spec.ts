import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import fc from 'fast-check';
import { traceIdOf } from '../../test/sampling.ts';
import {
  isProbability,
  keepsTrace,
  probabilityOf,
  thresholdOf,
  withoutTrailingZeros,
} from './rejection-threshold.ts';

const probabilities = fc
  .double({ min: 0, max: 56, noNaN: true })
  .map((exponent) => Math.max(2 ** -exponent, 2 ** -56));
const randomness = fc.bigInt({ min: 0n, max: 2n ** 56n - 1n });
const hex = (value: bigint): string => value.toString(16).padStart(14, '0');
const model = (threshold: string): bigint => BigInt(`0x${threshold.padEnd(14, '0')}`);

describe('thresholdOf', () => {
  it.each([
    [1, '0', '0', '0'],
    [1 / 2, '8', '8', '8'],
    [1 / 3, 'aab', 'aaab', 'aaaab'],
    [1 / 4, 'c', 'c', 'c'],
    [1 / 5, 'ccd', 'cccd', 'ccccd'],
    [1 / 8, 'e', 'e', 'e'],
    [1 / 10, 'e66', 'e666', 'e6666'],
    [1 / 16, 'f', 'f', 'f'],
    [1 / 100, 'fd71', 'fd70a', 'fd70a4'],
    [1 / 1000, 'ffbe7', 'ffbe77', 'ffbe76d'],
    [1 / 10_000, 'fff972', 'fff9724', 'fff97247'],
    [1 / 100_000, 'ffff584', 'ffff583a', 'ffff583a5'],
    [1 / 1_000_000, 'ffffef4', 'ffffef39', 'ffffef391'],
  ])('gives what the specification gives for %d', (probability, three, four, five) => {
    expect(thresholdOf(probability, 3)).toBe(three);
    expect(thresholdOf(probability)).toBe(four);
    expect(thresholdOf(probability, 5)).toBe(five);
  });

  it.each([
    [2 ** -56, 'ffffffffffffff'],
    [2 ** -55, 'fffffffffffffe'],
    [3 * 2 ** -56, 'fffffffffffffd'],
    [1 - 2 ** -20, '0'],
  ])('reaches the ends of the range: %d is %s', (probability, threshold) => {
    expect(thresholdOf(probability)).toBe(threshold);
  });

  it.each([0, -0.1, 1.0001, 2 ** -57, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (probability) => {
    expect(isProbability(probability)).toBe(false);
    expect(() => thresholdOf(probability)).toThrow(InvalidOptionError);
  });

  it.each([0, 15, 1.5])('refuses %d digits', (digits) => {
    expect(() => thresholdOf(0.5, digits)).toThrow(/from 1 to 14/);
  });

  it('falls when the probability rises', () => {
    fc.assert(
      fc.property(probabilities, probabilities, fc.integer({ min: 1, max: 14 }), (a, b, digits) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(model(thresholdOf(low, digits))).toBeGreaterThanOrEqual(model(thresholdOf(high, digits)));
      }),
    );
  });

  it('is right to four digits', () => {
    fc.assert(
      fc.property(probabilities, (probability) => {
        const error = probabilityOf(thresholdOf(probability)) / probability - 1;
        expect(Math.abs(error)).toBeLessThan(probability < 2 ** -42 ? 0.5 : 1 / 8192);
      }),
    );
  });

  it('is exact with all digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 53n }), (parts) => {
        const probability = Number(parts) * 2 ** -56;
        expect(probabilityOf(thresholdOf(probability, 14))).toBe(probability);
      }),
    );
  });
});

describe('probabilityOf', () => {
  it.each([
    ['0', 1],
    ['8', 0.5],
    ['c', 0.25],
    ['ffffffffffffff', 2 ** -56],
    ['e666', 0.100006103515625],
    ['fd70a', 0.010000228881835938],
  ])('reads %s as %d', (threshold, probability) => {
    expect(probabilityOf(threshold)).toBe(probability);
  });
});

describe('keepsTrace', () => {
  it.each([
    ['0', '00000000000000', true],
    ['8', '80000000000000', true],
    ['8', '7fffffffffffff', false],
    ['e666', 'e6660000000000', true],
    ['e666', 'e665ffffffffff', false],
    ['9', 'a0000000000000', true],
    ['a', '9fffffffffffff', false],
    ['ffffffffffffff', 'ffffffffffffff', true],
    ['ffffffffffffff', 'fffffffffffffe', false],
  ])('compares %s with %s', (threshold, digits, isKept) => {
    expect(keepsTrace(threshold, traceIdOf(digits))).toBe(isKept);
    expect(keepsTrace(threshold, '0'.repeat(32), digits)).toBe(isKept);
  });

  it('agrees with whole numbers', () => {
    fc.assert(
      fc.property(randomness, randomness, fc.integer({ min: 0, max: 56 }), (r, t, zeroBits) => {
        const threshold = (t >> BigInt(zeroBits)) << BigInt(zeroBits);
        const text = withoutTrailingZeros(hex(threshold));
        expect(keepsTrace(text, traceIdOf(hex(r)))).toBe(r >= threshold);
        expect(keepsTrace(text, traceIdOf(hex(threshold)))).toBe(true);
      }),
    );
  });

  it('keeps at a higher probability whatever it keeps at a lower one', () => {
    fc.assert(
      fc.property(randomness, probabilities, probabilities, (r, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const id = traceIdOf(hex(r));
        expect(keepsTrace(thresholdOf(low), id) && !keepsTrace(thresholdOf(high), id)).toBe(false);
      }),
    );
  });
});
