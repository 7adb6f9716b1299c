import { describe, expect, it } from '@jest/globals';
import { visibleText } from './visible-text.ts';

describe('visibleText', () => {
  it.each([
    ['GET /über "日本" 😀 \\', 'GET /über "日本" 😀 \\'],
    ['\u{1b}[31mred\u{1b}[0m', String.raw`\u{1b}[31mred\u{1b}[0m`],
    ['\u{9b}2J', String.raw`\u{9b}2J`],
    ['a\nb\r\tc\u{0}\u{7f}', String.raw`a\u{a}b\u{d}\u{9}c\u{0}\u{7f}`],
    ['a\u{202e}b\u{200b}\u{feff}\u{e0041}', String.raw`a\u{202e}b\u{200b}\u{feff}\u{e0041}`],
    ['a\u{2028}b\u{2029}', String.raw`a\u{2028}b\u{2029}`],
  ])('shows %j as %s', (text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});
