import { describe, expect, it } from '@jest/globals';
import { safeLines, safeText } from './safe-text.ts';

describe('safeText', () => {
  it.each([
    ['an escape of the terminal', '\u001b'],
    ['a soft hyphen', '\u00ad'],
    ['the mark of Arabic letters', '\u061c'],
    ['an override of the direction', '\u202e'],
    ['what tags would hide', '\u{e0041}\u{e007f}'],
  ])('takes out %s', (_, text) => {
    expect(safeText(`a${text}b`)).toBe('a b');
    expect(safeLines(`  a${text}b\nc`)).toEqual(['  a b', 'c']);
  });

  it('leaves characters beyond the basic plane whole', () => {
    expect(safeText('𝒶 🙂')).toBe('𝒶 🙂');
  });
});
