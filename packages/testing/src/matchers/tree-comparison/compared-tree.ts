import type { SpanNode } from '../../drawing/span-forest.ts';
import { isConcurrent } from '../../trace.ts';
import { type DrawnTree, drawnTrees } from './drawn-trees.ts';
import { type ReadPattern, readPattern } from '../span-pattern.ts';
import { spanCost } from '../span-likeness.ts';
import type { SpanTree } from '../span-tree.ts';

/** A tree that is expected, with what a comparison asks again and again. */
export interface ExpectedTree {
  readonly id: number;
  readonly pattern: ReadPattern;
  readonly children: readonly ExpectedTree[] | 'any';
  /** `undefined`: as the span is that is taken for it. */
  readonly unordered: boolean | undefined;
  /** How many spans it has, at least. */
  readonly size: number;
}

/** A tree of a trace, with what a comparison asks again and again. */
export interface ReceivedTree {
  readonly id: number;
  readonly node: SpanNode;
  readonly children: readonly ReceivedTree[];
  /** How many spans it has. */
  readonly size: number;
}

/** Ids count from 0 over all trees. */
export function expectedTrees(trees: readonly SpanTree[]): readonly ExpectedTree[] {
  let count = 0;
  const prepare = (
    pattern: ReadPattern,
    children: readonly ExpectedTree[] | 'any',
    unordered?: boolean,
  ): ExpectedTree => ({
    id: count++,
    pattern,
    children,
    unordered,
    size: 1 + (children === 'any' ? 0 : sizeOf(children)),
  });
  const fromLine = ({ line, children }: DrawnTree): ExpectedTree =>
    prepare(readPattern(line), children === 'any' ? children : children.map(fromLine));
  const fromTree = (tree: SpanTree): readonly ExpectedTree[] => {
    if (typeof tree === 'string') return drawnTrees(tree, 'toHaveSpanTree').map(fromLine);
    const { children = [], unordered, ...pattern } = tree;
    return [prepare(pattern, children === 'any' ? children : children.flatMap(fromTree), unordered)];
  };
  return trees.flatMap(fromTree);
}

interface GrowingTree extends ReceivedTree {
  readonly children: GrowingTree[];
  size: number;
}

/** Ids count from 0 over all trees. However deep they are: a step is no call inside a call. */
export function receivedTrees(forest: readonly SpanNode[]): readonly ReceivedTree[] {
  const all: GrowingTree[] = [];
  const prepared = (node: SpanNode): GrowingTree => {
    const tree: GrowingTree = { id: all.length, node, children: [], size: 1 };
    all.push(tree);
    return tree;
  };
  const trees = forest.map(prepared);
  // The list grows while it is walked, each tree before those inside it.
  for (const { node, children } of all) for (const child of node.children) children.push(prepared(child));
  for (const tree of all.toReversed()) tree.size += sizeOf(tree.children);
  return trees;
}

export function sizeOf(trees: readonly { readonly size: number }[]): number {
  return trees.reduce((sum, { size }) => sum + size, 0);
}

/** Whether children may be in any order: as is expected, else as the parent runs them. */
export function isUnordered(expected: ExpectedTree, { node }: ReceivedTree): boolean {
  return expected.unordered ?? isConcurrent(node.span);
}

/** What it costs that a tree is missing, or not expected. */
export function aloneCost(tree: { readonly size: number } | undefined): number {
  return tree ? spanCost * tree.size : 0;
}
