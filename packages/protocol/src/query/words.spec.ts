import { describe, expect, it } from '@jest/globals';
import { wordsOf } from './words.ts';

describe('wordsOf', () => {
  it.each([
    ['Out of memory!', ' out of memory '],
    ['gpt-4o_mini', ' gpt 4o mini '],
    ['Überweisung é', ' uberweisung e '],
    ['é'.normalize('NFD'), ' e '],
    ['한국 東京', ' 한국 東京 '],
    ['a\nb', ' a b '],
    ['--- ', ''],
    ['', ''],
  ])('finds in %j the words %j', (text, words) => {
    expect(wordsOf(text)).toBe(words);
  });
});
