import { describe, expect, it } from '@jest/globals';
import { type Below, spanOf, spansOf } from '../../test/spans.ts';
import { inOrder, type MarkedNode } from '../marked-tree.ts';
import { spanForest } from '../span-forest.ts';
import type { TraceSpan } from '../trace.ts';
import type { SpanTree } from './span-tree.ts';
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
