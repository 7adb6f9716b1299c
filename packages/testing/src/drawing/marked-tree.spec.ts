import { describe, expect, it } from '@jest/globals';
import { type Colors, drawTrees, inOrder, legendText, type MarkedNode } from './marked-tree.ts';

const leaf = (text: string, said: Partial<MarkedNode> = {}): MarkedNode => ({ text, children: [], ...said });

const trees: readonly MarkedNode[] = [
  leaf('call', {
    notes: ['one line', 'and another'],
    children: [
      leaf('attempt 1', { mark: 'different', notes: ['at the leaf'], children: [leaf('inside')] }),
      leaf('attempt 2', { mark: 'missing' }),
      leaf('attempt 3', { mark: 'unexpected', notes: [(colors) => `was ${colors.expected('x')}`] }),
    ],
  }),
  leaf('other'),
];

/** Colours as words. */
const words: Colors = {
  expected: (text) => `<e>${text}</e>`,
  received: (text) => `<r>${text}</r>`,
  dim: (text) => `<d>${text}</d>`,
};

describe('drawTrees', () => {
  it('draws a line for each node and note, with the marks in front', () => {
    expect(`\n${drawTrees(trees)}`).toMatchInlineSnapshot(`
      "
        call
        │  one line
        │  and another
      ≠ ├─ attempt 1
      ≠ │  │  at the leaf
        │  └─ inside
      - ├─ attempt 2
      + └─ attempt 3
      +       was x
        other"
    `);
  });

  it('paints what is marked, and dims the rest', () => {
    expect(`\n${drawTrees(trees, words)}`).toMatchInlineSnapshot(`
      "
        <d>call</d>
        <d>│  </d><d>one line</d>
        <d>│  </d><d>and another</d>
      <r>≠</r> <d>├─ </d><r>attempt 1</r>
      <r>≠</r> <d>│  │  </d><r>at the leaf</r>
        <d>│  └─ </d><d>inside</d>
      <e>-</e> <d>├─ </d><e>attempt 2</e>
      <r>+</r> <d>└─ </d><r>attempt 3</r>
      <r>+</r> <d>      </d>was <e>x</e>
        <d>other</d>"
    `);
  });
});

describe('legendText', () => {
  it('says which marks there are', () => {
    expect(legendText(trees)).toBe('≠ different   - missing   + unexpected');
    expect(legendText([leaf('x', { mark: 'missing' })])).toBe('- missing');
    expect(legendText([leaf('x'), leaf('y', { mark: 'as expected' })])).toBe('');
  });
});

describe('inOrder', () => {
  it('gives each node before what is inside it', () => {
    expect([...inOrder(trees)].map(({ text }) => text)).toEqual([
      'call',
      'attempt 1',
      'inside',
      'attempt 2',
      'attempt 3',
      'other',
    ]);
  });
});
