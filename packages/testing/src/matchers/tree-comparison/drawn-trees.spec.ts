import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@tta/obs-context';
import { spansOf } from '../../../test/spans.ts';
import { traceText } from '../../drawing/trace-text.ts';
import { type DrawnTree, drawnTrees } from './drawn-trees.ts';

const where = 'toHaveSpanTree: tree 0';
const leaf = (line: string): DrawnTree => ({ line, children: [] });

describe('drawnTrees', () => {
  it('reads plain indentation, however wide', () => {
    const text = `
      a "x" success

        b
            c error 3 ms: not found
            d
        e
      f
    `;
    expect(drawnTrees(text, where)).toEqual([
      {
        line: 'a "x" success',
        children: [{ line: 'b', children: [leaf('c error 3 ms: not found'), leaf('d')] }, leaf('e')],
      },
      leaf('f'),
    ]);
    expect(drawnTrees('a\r\n\tb\r\nc', where)).toEqual([{ line: 'a', children: [leaf('b')] }, leaf('c')]);
  });

  it('reads what a message draws', () => {
    const spans = spansOf(
      { name: 'a', children: [{ name: 'b', children: [{ name: 'c' }] }, { name: 'd' }] },
      { name: 'e', children: [{ name: 'f g' }] },
    );
    expect(drawnTrees(traceText({ spans }), where)).toEqual([
      {
        line: 'a success 0 ms',
        children: [{ line: 'b success 0 ms', children: [leaf('c success 0 ms')] }, leaf('d success 0 ms')],
      },
      { line: 'e success 0 ms', children: [leaf('f g success 0 ms')] },
    ]);
  });

  it('reads a part of what a message draws', () => {
    const text = `
        │  ├─ b
        │  │  └─ c
        │  └─ d`;
    expect(drawnTrees(text, where)).toEqual([{ line: 'b', children: [leaf('c')] }, leaf('d')]);
  });

  it('takes … for whatever is inside a span', () => {
    const text = `
      a
      ├─ b
      │  └─ … 310 more
      └─ c`;
    expect(drawnTrees(text, where)).toEqual([
      { line: 'a', children: [{ line: 'b', children: 'any' }, leaf('c')] },
    ]);
  });

  it('leaves a single line as it is', () => {
    expect(drawnTrees(' - a', where)).toEqual([leaf(' - a')]);
  });

  it.each([
    ['a marked line', '  a\n- ├─ b', 'line 2, "- ├─ b", is marked'],
    ['a marked line in another place', '  a\n    + b', 'line 2, "+ b", is marked'],
    ['a line of what differs', '  a\n≠ └─ b', 'line 2, "≠ └─ b", is marked'],
    [
      'a line between columns',
      'a\n    b\n  c',
      'line 3, "c", begins in no column of the lines above it; begin the text with a line break',
    ],
    ['a line before the first', '\n  a\nb', 'line 3, "b", begins in no column of the lines above it'],
    [
      'a note',
      '  a\n  ├─ b\n  │  cache.hit (memory)',
      'line 3, "│  cache.hit (memory)", has no branch, ├─ or └─',
    ],
    ['… beside a span', 'a\n  b\n  …', 'line 3, "…", stands for all that is inside a span'],
    ['… in place of a root', 'a\n…', 'line 2, "…", stands for all that is inside a span'],
    ['a span beside …', 'a\n  …\n  b', 'line 3, "b", is beside or below a …'],
    ['a span below …', 'a\n  …\n    b', 'line 3, "b", is beside or below a …'],
    ['no line', ' \n ', 'the text has no line'],
  ])('refuses %s', (_what, text, problem) => {
    expect(() => drawnTrees(text, where)).toThrow(InvalidOptionError);
    expect(() => drawnTrees(text, where)).toThrow(`${where}: ${problem}`);
  });
});
