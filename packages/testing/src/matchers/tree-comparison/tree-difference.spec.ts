import { describe, expect, it } from '@jest/globals';
import { type Below, spanOf, spansOf } from '../../../test/spans.ts';
import { inOrder, type MarkedNode } from '../../drawing/marked-tree.ts';
import { spanForest } from '../../drawing/span-forest.ts';
import type { TraceSpan } from '../../trace.ts';
import type { SpanTree } from '../span-tree.ts';
import { TreeDifference } from './tree-difference.ts';

const named = (index: number): Below => ({ name: `step.${index}`, children: [{ name: 'work' }] });
const literal = ({ name, attributes, children = [] }: Below): SpanTree => ({
  span: name,
  ...(attributes && { attributes }),
  children: children.map(literal),
});
const row = (length: number): Below[] => Array.from({ length }, (_, index) => named(index));

/** What is marked when a root has such children: `- text`. */
function marks(type: string, expected: readonly Below[], received: readonly Below[]): readonly string[] {
  const spans = spansOf({ name: 'root', type, children: received });
  const difference = new TreeDifference([literal({ name: 'root', children: expected })], spanForest(spans));
  expect(difference.isNone()).toBe(false);
  return markedIn(difference.trees());
}

function markedIn(trees: readonly MarkedNode[]): readonly string[] {
  return [...inOrder(trees)]
    .filter(({ mark = 'as expected' }) => mark !== 'as expected')
    .map(({ mark, text }) => `${mark} ${text}`);
}

describe('TreeDifference', () => {
  it.each(['sequential', 'parallel'])('finds the one of 1,000 steps that is missing (%s)', (type) => {
    const all = row(1000);
    expect(marks(type, all, all.toSpliced(500, 1))).toEqual(['missing step.500', 'missing work']);
  });

  it('finds what changed at both ends of 1,000 steps', () => {
    const all = row(1000);
    const other = [{ name: 'other' }, ...all.slice(0, -1), { name: 'step.x', children: [{ name: 'work' }] }];
    expect(marks('sequential', all, other)).toEqual([
      'unexpected other success 0 ms',
      'different step.x success 0 ms',
    ]);
  });

  it('finds what changed in 1,000 steps that are all alike but one', () => {
    const alike = Array.from({ length: 1000 }, () => ({ ...named(0), attributes: { tries: 1 } }));
    const other = alike.with(700, { ...named(0), attributes: { tries: 2 } });
    expect(marks('parallel', alike, other)).toEqual(['different step.0 success 0 ms']);
    expect(marks('sequential', alike, other)).toEqual(['different step.0 success 0 ms']);
  });

  it('goes through what is too much to compare as it comes', () => {
    const all = row(2500);
    const other = [{ name: 'other' }, ...all.slice(0, 2000), ...all.slice(2001), { name: 'last' }];
    expect(marks('sequential', all, other)).toEqual([
      'unexpected other success 0 ms',
      'missing step.2000',
      'missing work',
      'unexpected last success 0 ms',
    ]);
    expect(marks('parallel', all, other)).toHaveLength(4);
  });

  it('counts what differs among thousands of steps, wherever that is', () => {
    const all = row(4000);
    const other = all.with(2000, { name: 'step.x', children: [{ name: 'work' }] });
    const shuffled = other.map((_, index) => other[(index * 1999) % 4000] as Below);
    expect(marks('sequential', all, other)).toEqual(['different step.x success 0 ms']);
    expect(marks('parallel', all, shuffled)).toEqual(['different step.x success 0 ms']);
    expect(marks('sequential', all.toSpliced(3, 120), all)).toHaveLength(240);
  });

  it('draws what it has compared, though that was half of all it may compare', () => {
    const all = Array.from({ length: 1200 }, (_, index) => ({ name: `step.${index}` }));
    const other = all.with(0, { name: 'step.x' }).with(1199, { name: 'step.y' });
    expect(marks('sequential', all, other)).toEqual([
      'different step.x success 0 ms',
      'different step.y success 0 ms',
    ]);
  });

  it('pairs what is too much to compare by what its spans have in common, and says so', () => {
    const named = (index: number, tries: number): Below => ({
      name: 'step',
      attributes: { index: index % 3000, tries },
    });
    const expected = Array.from({ length: 3000 }, (_, index) => named(index, 1));
    const received = Array.from({ length: 3000 }, (_, index) => named(index * 7 + 1, 2));
    const difference = new TreeDifference(
      [literal({ name: 'root', children: expected })],
      spanForest(spansOf({ name: 'root', type: 'parallel', children: received })),
    );
    const [root] = difference.trees();
    expect(root?.children).toHaveLength(3000);
    expect(root?.children.every(({ mark, notes }) => mark === 'different' && notes?.length === 1)).toBe(true);
    expect(difference.isRough).toBe(true);
  });

  it('pairs groups that are too much to compare by what they have inside', () => {
    const group = (index: number, wrong: number): Below => ({
      name: 'group',
      type: 'parallel',
      children: [0, 1, 2, 3].map((part) => ({
        name: `part.${part}`,
        attributes: { index: part === wrong ? -1 : index },
      })),
    });
    const received = Array.from({ length: 1000 }, (_, index) => group((index * 37) % 1000, -1));
    const expected = Array.from({ length: 1000 }, (_, index) => group(index, index % 4));
    const difference = new TreeDifference(
      [literal({ name: 'root', children: expected })],
      spanForest(spansOf({ name: 'root', type: 'parallel', children: received })),
    );
    const all = markedIn(difference.trees());
    expect(difference.isRough).toBe(true);
    expect(all).toHaveLength(1000);
    expect(all.every((mark) => mark.startsWith('different part.'))).toBe(true);
  });

  it('takes what differs less inside, wherever it stands', () => {
    const group = (v: number, w: number): Below => ({
      name: 'group',
      children: [{ name: 'step', attributes: { v, w } }],
    });
    expect(marks('parallel', [group(1, 1)], [group(2, 2), group(1, 2)])).toEqual([
      'unexpected group success 0 ms',
      'unexpected step success 0 ms',
      'different step success 0 ms',
    ]);
  });

  it('asks few spans of each tree that is expected', () => {
    let asked = 0;
    const counted = (wanted: number): unknown => ({
      asymmetricMatch: (value: unknown) => {
        asked++;
        return value === wanted;
      },
    });
    const group = (index: number): Below => ({
      name: 'group',
      type: 'parallel',
      children: [1, 2, 3, 4].map((part) => ({ name: `part.${part}`, attributes: { index, part } })),
    });
    const received = Array.from({ length: 100 }, (_, index) => group((index * 37) % 100));
    const expected = Array.from({ length: 100 }, (_, index) => ({
      span: 'group',
      children: [1, 2, 3, 4].map((part) => ({
        span: `part.${part}`,
        attributes: { index, part: counted(part === 2 ? 0 : part) },
      })),
    }));
    const root = spansOf({ name: 'root', type: 'parallel', children: received });
    const difference = new TreeDifference([{ span: 'root', children: expected }], spanForest(root));
    expect(difference.isNone()).toBe(false);
    expect(asked).toBeLessThan(10);
    expect(markedIn(difference.trees())).toHaveLength(100);
    expect(asked).toBeLessThan(100 * 100);
    expect(difference.isRough).toBe(false);
  });

  it('holds spans of any depth', () => {
    const spans: TraceSpan[] = Array.from({ length: 50_000 }, (_, index) =>
      spanOf('deep', { spanId: `${index}`, parentSpanId: index > 0 ? `${index - 1}` : undefined }),
    );
    const any = new TreeDifference([{ span: 'deep', children: 'any' }], spanForest(spans));
    expect(any.isNone()).toBe(true);
    expect(markedIn(any.trees())).toEqual([]);
    const one = new TreeDifference([{ span: 'deep', children: ['deep'] }], spanForest(spans));
    expect(one.isNone()).toBe(false);
    expect(markedIn(one.trees())).toHaveLength(49_998);
  });
});
