import { describe, expect, it } from '@jest/globals';
import { textSize } from './text-size.ts';

describe('textSize', () => {
  it.each([
    [0, '0 characters'],
    [1, '1 character'],
    [999, '999 characters'],
    [1_000, '1 KB'],
    [4_840, '4.8 KB'],
    [48_123, '48.1 KB'],
    [999_499, '999 KB'],
    [999_500, '1 MB'],
    [5_242_880, '5.2 MB'],
  ])('says of %d characters %s', (length, text) => {
    expect(textSize(length)).toBe(text);
  });
});
