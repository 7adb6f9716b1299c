import { describe, expect, it } from '@jest/globals';
import { formatDuration, inUnit, SECONDS, unitFor } from './duration.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.0421, '0.042 ms'],
    [0.5, '0.5 ms'],
    [7.126, '7.13 ms'],
    [842.4, '842 ms'],
    [999.7, '1 s'],
    [1240, '1.24 s'],
    [59_940, '59.9 s'],
    [59_999, '1 min 0 s'],
    [754_000, '12 min 34 s'],
    [3_599_900, '1 h 0 min'],
    [7_380_000, '2 h 3 min'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

describe('unitFor', () => {
  it.each([
    [3, 1.2345, '1.234', 'ms'],
    [812, 7.5, '7.5', 'ms'],
    [4_000, 12, '0.012', 's'],
    [1_200_000, 90_000, '1.50', 'min'],
  ])('lets a column whose longest is %d ms write %d ms as %s %s', (longestMs, durationMs, text, name) => {
    const unit = unitFor(longestMs);
    expect(inUnit(durationMs, unit)).toBe(text);
    expect(unit.name).toBe(name);
  });

  it('gives every row of a column the same number of decimals', () => {
    expect([0, 0.4, 1_500, 754_312].map((durationMs) => inUnit(durationMs, SECONDS))).toEqual([
      '0.000',
      '<0.001',
      '1.500',
      '754.312',
    ]);
  });
});
