import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { wrapText } from './wrap-text.ts';

describe('wrapText', () => {
  it.each([
    ['', 5, ['']],
    ['short', 5, ['short']],
    ['two words', 5, ['two', 'words']],
    ['a b c d', 3, ['a b', 'c d']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['  const x = 1', 8, ['  const', 'x = 1']],
    ['    longword', 6, ['    lo', 'ngword']],
  ])('breaks %j at %d into %j', (line, width, parts) => {
    expect(wrapText(line, width)).toEqual(parts);
  });

  it('loses nothing but spaces, and makes no part too wide', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' '), maxLength: 60 });
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 20 }), (text, width) => {
        const parts = wrapText(text, width);
        expect(parts.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const part of parts) expect([...part].length).toBeLessThanOrEqual(width);
      }),
    );
  });
});
