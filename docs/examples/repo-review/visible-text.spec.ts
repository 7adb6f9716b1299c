import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainParagraphs, visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['plain größe 名前 👍', 'plain größe 名前 👍'],
    ['a\nb\r\tc', String.raw`a\nb\r\tc`],
    ['\u001b[31mred\u0007', String.raw`\x1b[31mred\x07`],
    ['\u009b2J', String.raw`\x9b2J`],
    ['user\u202egpj.exe', String.raw`user\u202egpj.exe`],
    ['zero\u200bwidth', String.raw`zero\u200bwidth`],
    ['half \ud83d', String.raw`half \ud83d`],
  ])('writes %j as %s', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });

  it('leaves nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      }),
    );
  });
});

describe('plainParagraphs', () => {
  it.each([
    ['one\r\ntwo\n\nthree\n', 'one\ntwo\n\nthree'],
    ['\u001b[1;31mred\u001b[0m\ttext', 'red  text'],
    ['\u001b]0;title\u0007shown', 'shown'],
    ['\u001b]8;;http://localhost\u001b\\link', 'link'],
    ['a\rb\u0008\u202ec', 'abc'],
  ])('makes %j plain', (text, plain) => {
    expect(plainParagraphs(text)).toBe(plain);
  });
});
