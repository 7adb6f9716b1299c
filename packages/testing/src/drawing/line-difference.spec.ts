import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineDifference } from './line-difference.ts';
import { drawTrees } from './marked-tree.ts';

const linesOf = (nodes: ReturnType<typeof lineDifference>, without: string): string[] =>
  nodes.filter(({ mark }) => mark !== without).map(({ text }) => text);

describe('lineDifference', () => {
  it('marks what is missing and what was not expected', () => {
    expect(drawTrees(lineDifference('a\nb\nc\nd', 'a\nc\nx\nd'))).toMatchInlineSnapshot(`
      "  a
      - b
        c
      + x
        d"
    `);
  });

  it('holds both texts, each line in its place', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (expected, received) => {
        const nodes = lineDifference(expected, received);
        expect(linesOf(nodes, 'unexpected').join('\n')).toBe(expected);
        expect(linesOf(nodes, 'missing').join('\n')).toBe(received);
      }),
    );
  });

  it('takes all for different where that is too much to compare', () => {
    const text = (name: string): string =>
      `same\n${Array.from({ length: 3000 }, (_, index) => (index % 2 === 0 ? 'x' : `${name}${index}`)).join('\n')}\nend`;
    const nodes = lineDifference(text('a'), text('b'));
    expect(nodes.filter(({ mark }) => mark === 'as expected').map(({ text: line }) => line)).toEqual([
      'same',
      'x',
      'end',
    ]);
  });
});
