import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countOf, exactCount, formatCount } from './count.ts';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [9_999, '9999'],
    [10_000, '10.0k'],
    [12_345, '12.3k'],
    [99_949, '99.9k'],
    [99_950, '100k'],
    [123_456, '123k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [999_499_999, '999M'],
    [1_234_567_890, '1.23G'],
  ])('writes %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('is never more than half of its last digit off', () => {
    const powers: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_000_000_000 }), (count) => {
        const text = formatCount(count);
        const power = powers[text.at(-1) ?? ''] ?? 1;
        expect(Math.abs(Number.parseFloat(text) * power - count)).toBeLessThanOrEqual(count * 0.005);
      }),
    );
  });
});

describe('exactCount', () => {
  it('writes all digits in groups', () => {
    expect(exactCount(1_234_567)).toBe('1,234,567');
  });
});

describe('countOf', () => {
  it('says what is counted in singular and plural', () => {
    expect([0, 1, 12_345].map((count) => countOf(count, 'trace', 'traces'))).toEqual([
      '0 traces',
      '1 trace',
      '12.3k traces',
    ]);
  });
});
