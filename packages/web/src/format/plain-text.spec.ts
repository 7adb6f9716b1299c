import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withoutDirectionMarks, withoutTerminalCodes } from './plain-text.ts';

describe('withoutTerminalCodes', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[38;5;196mred\u001b[1;4m bold', 'red bold'],
    ['\u001b]8;;https://example.com\u0007link\u001b]8;;\u0007', 'link'],
    ['\u001b]0;title\u001b\\text', 'text'],
    ['\u001b[2K\u001b[1Gdone', 'done'],
    ['\u009b31mred', 'red'],
    ['\u001b(Btext\u001b7', 'text'],
    ['plain [31m text', 'plain [31m text'],
  ])('leaves of %j %j', (text, plain) => {
    expect(withoutTerminalCodes(text)).toBe(plain);
  });

  it('keeps every text without such codes, and is done with one time', () => {
    const codes = fc.constantFrom('\u001b[31m', '\u001b[0m', '\u001b]0;t\u0007', 'a', ' ', '[', 'm');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\u001b\u009b]/.test(text));
        expect(withoutTerminalCodes(text)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.array(codes), (pieces) => {
        expect(withoutTerminalCodes(pieces.join(''))).toBe(
          pieces.filter((piece) => piece.length === 1).join(''),
        );
      }),
    );
  });
});

describe('withoutDirectionMarks', () => {
  it('shows that there was one', () => {
    expect(withoutDirectionMarks('a\u202eb\u2067c שלום')).toBe('a\ufffdb\ufffdc שלום');
  });
});
