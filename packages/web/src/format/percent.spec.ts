import { describe, expect, it } from '@jest/globals';
import { formatPercent } from './percent.ts';

describe('formatPercent', () => {
  it.each([
    [0, '0 %'],
    [1e-9, '<0.1 %'],
    [0.0005, '0.1 %'],
    [0.1234, '12.3 %'],
    [0.5, '50.0 %'],
    [0.99949, '99.9 %'],
    [0.99999, '>99.9 %'],
    [1, '100 %'],
  ])('writes %d as %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});
