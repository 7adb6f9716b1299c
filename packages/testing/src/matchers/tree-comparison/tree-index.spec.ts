import { describe, expect, it } from '@jest/globals';
import { spansOf } from '../../../test/spans.ts';
import { spanForest } from '../../drawing/span-forest.ts';
import { expectedTrees, receivedTrees } from './compared-tree.ts';
import type { SpanTree } from '../span-tree.ts';
import { TreeIndex } from './tree-index.ts';

const group = (index: number): { name: string; children: { name: string }[] } => ({
  name: 'group',
  children: [{ name: 'begin' }, { name: `step.${index}` }, { name: `step.${index}` }],
});
const received = receivedTrees(spanForest(spansOf(...[0, 1, 2, 3, 4, 5].map(group), { name: 'other' })));
const index = new TreeIndex(received);
const found = (tree: SpanTree): readonly number[] =>
  expectedTrees([tree]).flatMap((one) => index.mayEqual(one).map((other) => received.indexOf(other)));

describe('TreeIndex', () => {
  it.each<[SpanTree, readonly number[]]>([
    ['other', [6]],
    ['none', []],
    [{ span: 'group', children: 'any' }, [0, 1, 2, 3, 4, 5]],
    [{ span: 'group', children: ['begin'] }, [0, 1, 2, 3, 4, 5]],
    [{ span: 'group', children: ['begin', 'step.3', 'step.3'] }, [3]],
    [{ span: /./, children: ['begin', { span: /step/ }] }, [0, 1, 2, 3, 4, 5]],
    [{ span: 'group', children: ['none'] }, []],
  ])('knows what may be equal to %j', (tree, places) => {
    expect(found(tree)).toEqual(places);
  });
});
