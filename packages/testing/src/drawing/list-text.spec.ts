import { describe, expect, it } from '@jest/globals';
import { listText } from './list-text.ts';

describe('listText', () => {
  it.each([
    [[], ''],
    [['a'], '"a"'],
    [['a', 'b "c"', 'a'], String.raw`"a", "b \"c\"", "a"`],
  ])('quotes %p', (names, text) => {
    expect(listText(names)).toBe(text);
  });

  it('counts what is beyond the first ten', () => {
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    expect(listText(names.slice(0, 10), ', then ')).toMatch(/^"0", then .*"9"$/);
    expect(listText(names)).toBe('"0", "1", "2", "3", "4", "5", "6", "7", "8", "9" and 2 more');
  });
});
