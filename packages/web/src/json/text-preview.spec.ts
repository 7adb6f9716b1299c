import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textPieces } from './text-pieces.ts';
import { textPreview } from './text-preview.ts';

describe('textPreview', () => {
  it('is the text in quotes, on one line', () => {
    expect(textPreview('say "hi"\n')).toBe('"say \\"hi\\"\\n"');
    expect(textPreview('a\u202eb')).toBe('"a\ufffdb"');
  });

  it('is the beginning of what is long, or what surrounds a find', () => {
    const text = `${'a'.repeat(1_000)} needle ${'b'.repeat(1_000)}`;
    expect(textPreview(text)).toBe(`"${'a'.repeat(300)}"…`);
    expect(textPreview(text, 'NEEDLE')).toMatch(/^…"a{39} needle b+"…$/);
    expect(textPreview(text, 'none')).toBe(textPreview(text));
    expect(textPreview(text, 'aaa')).toBe(textPreview(text));
  });
});

describe('textPieces', () => {
  it('loses nothing and cuts no character in two', () => {
    const long = fc
      .array(fc.constantFrom('a', '\n', '😀', 'x'.repeat(5_000), `${'y'.repeat(7_999)}😀`), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(long, (text) => {
        const pieces = textPieces(text);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(8_000);
          expect(piece).not.toMatch(/[\ud800-\udbff]$/);
        }
      }),
    );
  });

  it('ends a piece with a line', () => {
    expect(textPieces(`${'x'.repeat(5_000)}\n${'y'.repeat(5_000)}`).map(({ length }) => length)).toEqual([
      5_001, 5_000,
    ]);
  });
});
