import { describe, expect, it } from '@jest/globals';
import { spanOf } from '../../../test/spans.ts';
import { spanText } from '../../drawing/span-text.ts';
import { SpanIndex } from './span-index.ts';
import { readPattern, type SpanPattern } from '../span-pattern.ts';

const spans = [
  spanOf('a', { attributes: { 'primitive.name': 'one', n: 1 } }),
  spanOf('a', { attributes: { 'primitive.name': 'two', n: 2 } }),
  spanOf('b', { attributes: { 'primitive.name': 'two', n: Number.NaN } }),
  spanOf('b "two"', { failed: true }),
];
const all = spans.map((span) => ({ node: { span } }));
const index = new SpanIndex(all);
const placesOf = (found: readonly (typeof all)[number][]): readonly number[] =>
  found.map((one) => all.indexOf(one));

describe('SpanIndex', () => {
  it.each<[SpanPattern, readonly number[]]>([
    ['a', [0, 1]],
    ['c', []],
    [{ span: 'a', name: 'two' }, [0, 1]],
    [{ span: 'b', name: 'two' }, [2]],
    [{ outcome: 'error' }, [3]],
    [{ span: 'a', outcome: 'error' }, [3]],
    [{ attributes: { n: 2 } }, [1]],
    [{ attributes: { n: Number.NaN } }, [2]],
    [{ attributes: { n: undefined } }, [3]],
    [{ span: /a/, attributes: { n: /2/ } }, [0, 1, 2, 3]],
    ['a "one" success', [0, 3]],
  ])('knows which spans %p may mean', (pattern, places) => {
    expect(placesOf(index.mayMatch(readPattern(pattern)))).toEqual(places);
  });

  it.each(['b "two"', 'a success', 'x open: y', '\u{1b}[31m', 'x'.repeat(500), ' a', '├─ a'])(
    'has the span that a line means by what it looks like: %p',
    (name) => {
      const odd = spanOf(name);
      const mixed = new SpanIndex([...all, { node: { span: odd } }]);
      const isFound = (line: string): boolean =>
        mixed.mayMatch(readPattern(line)).some(({ node }) => node.span === odd);
      expect(isFound(name)).toBe(true);
      expect(isFound(spanText(odd))).toBe(true);
    },
  );

  it('knows what has something in common with a pattern', () => {
    expect(index.closeTo({ span: 'a', name: 'three', attributes: { n: 1 } }).map(placesOf)).toEqual([
      [],
      [0],
      [0, 1],
    ]);
  });
});
