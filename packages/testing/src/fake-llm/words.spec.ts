import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countWords, splitWords } from './words.ts';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['yes', ['yes']],
    ['why not now', ['why', ' not', ' now']],
    ['  two\n\nlines \t', ['  two', '\n\nlines \t']],
    [' \n', [' \n']],
  ])('splits %j', (text, expected) => {
    expect(splitWords(text)).toEqual(expected);
  });

  it('loses no character, and gives one piece a word', () => {
    const texts = fc.array(fc.constantFrom('a', 'bc', ' ', '\n', '😀', '"')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const pieces = splitWords(text);
        expect(pieces.join('')).toBe(text);
        expect(pieces.length).toBe(countWords(text) || (text === '' ? 0 : 1));
      }),
    );
  });
});

describe('countWords', () => {
  it.each<[unknown, number]>([
    ['', 0],
    [' why is the sky blue? ', 5],
    [{ question: 'why is it so' }, 4],
    [[{ role: 'user', content: 'why not' }], 2],
    [12, 1],
    [undefined, 0],
    [1n, 0],
  ])('counts those of %p', (input, words) => {
    expect(countWords(input)).toBe(words);
  });
});
