import { describe, expect, it } from '@jest/globals';
import { visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['pass\u00adword', 'password'],
    ['ｐａｓｓ', 'pass'],
    ['\u001b[32mgreen\u001b[39m', 'green'],
    ['\\u001b[1mbold', 'bold'],
    ['a\u00a0b', 'a b'],
    ['\u201cx\u201d \u00aby\u00bb \u2018z\u2019', '"x" "y" \'z\''],
    ['\ufeffstart', 'start'],
  ])('reads %j as %j', (whole, text) => {
    expect(visibleText(whole)?.text).toBe(text);
  });

  it.each(['plain', 'größer 日本 🎉', ''])('leaves %j', (text) => {
    expect(visibleText(text)).toBeUndefined();
  });

  it('tells where a character stands in the whole text', () => {
    const visible = visibleText('a\u200b\u200bbc');
    expect([0, 1, 2].map((at) => visible?.place(at))).toEqual([0, 3, 4]);
  });
});
