import { describe, expect, it } from '@jest/globals';
import { isSmall, isWide } from './value-form.ts';

describe('the form of a value', () => {
  it.each([
    [1, true, false],
    [[1, 2, 'three', null, true], true, false],
    [{ a: 1 }, true, false],
    [[], true, false],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9], false, true],
    [[['nested']], false, true],
    [['x'.repeat(41)], false, true],
    ['short', true, false],
    ['x'.repeat(161), true, true],
    ['two\nlines', true, true],
    [`[${'1,'.repeat(30)}1]`, true, true],
  ])('tells of %j whether it is small and whether it is wide', (value, small, wide) => {
    expect([isSmall(value), isWide(value)]).toEqual([small, wide]);
  });
});
