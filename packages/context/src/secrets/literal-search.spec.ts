import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LiteralSearch } from './literal-search.ts';
import { literalTexts } from './literal-texts.ts';

describe('LiteralSearch', () => {
  it('finds what a search one by one finds', () => {
    const few = fc.stringMatching(/^[abA-]{3,6}$/);
    fc.assert(
      fc.property(
        fc.array(few, { minLength: 1 }),
        fc.stringMatching(/^[abA-]{0,60}$/),
        fc.nat(1),
        (texts, whole, odd) => {
          const search = new LiteralSearch(texts.map((text) => ({ name: text, text })));
          const seen = new Set<string>();
          const bytes = Buffer.from(`${'x'.repeat(odd)}${whole}`).subarray(odd);
          search.some(bytes, (name, start, end) => {
            expect(whole.slice(start, end)).toBe(name);
            seen.add(name);
            return false;
          });
          expect(seen).toEqual(new Set(texts.filter((text) => whole.includes(text))));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(['kty', 'sk-1', 'abcde'])('finds %j at every place of bytes at even and odd addresses', (text) => {
    const search = new LiteralSearch([{ name: 1, text }]);
    for (const odd of [0, 1]) {
      for (let at = 0; at + text.length <= 24; at++) {
        const bytes = new Uint8Array(24 + odd).subarray(odd);
        bytes.set(Buffer.from(text), at);
        const starts: number[] = [];
        search.some(bytes, (_, start) => starts.push(start) === 0);
        expect(starts).toEqual([at]);
      }
    }
  });

  it('takes letters in any case where it is told to', () => {
    const search = new LiteralSearch([{ name: 1, text: 'be-g', anyCase: true }]);
    const has = (text: string): boolean => search.some(Buffer.from(text), () => true);
    expect(['be-g', 'xBe-G', 'BE-g', 'xxbE-Gx'].map(has)).toEqual([true, true, true, true]);
    expect(['be\rg', 'be-', 'b', ''].map(has)).toEqual([false, false, false, false]);
  });
});

describe('literalTexts', () => {
  it.each([
    ['sk-', ['sk-']],
    ['SG\\.', ['SG.']],
    ['gh[ops]_', ['gho_', 'ghp_', 'ghs_']],
    ['(?:[ab]k|x)_', ['ak_', 'bk_', 'x_']],
    ['a(?:pp)?[0-2]?', ['app0', 'app1', 'app2', 'app', 'a0', 'a1', 'a2', 'a']],
  ])('are of %j the texts %j', (source, texts) => {
    expect(literalTexts(source)).toEqual(texts);
  });
});
