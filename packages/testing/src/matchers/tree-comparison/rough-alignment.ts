import type { Step } from './cheapest-alignment.ts';
import type { ExpectedTree, ReceivedTree } from './compared-tree.ts';
import { SpanIndex } from './span-index.ts';
import { strangerCost, unlikeness } from '../span-likeness.ts';
import { matchesSpan } from '../span-pattern.ts';
import { type Inside, insideOf } from './tree-index.ts';

/** How far the next tree is looked for that is as expected, where trees are paired as they come. */
const lookAhead = 100;
/** A child that so many may be says nothing about who its parent is. */
const manyAlike = 20;

/** Pairs each tree that is expected with the next one whose span is so. */
export function alignedAsTheyCome(
  expected: readonly ExpectedTree[],
  received: readonly ReceivedTree[],
): readonly Step<ExpectedTree, ReceivedTree>[] {
  const steps: Step<ExpectedTree, ReceivedTree>[] = [];
  let next = 0;
  for (const one of expected) {
    const ahead = received
      .slice(next, next + lookAhead)
      .findIndex(({ node }) => matchesSpan(one.pattern, node.span));
    const end = next + Math.max(ahead, 0);
    for (; next < end; next++) steps.push([undefined, received[next]]);
    steps.push([one, ahead < 0 ? undefined : received[next++]]);
  }
  for (; next < received.length; next++) steps.push([undefined, received[next]]);
  return steps;
}

/**
 * Pairs of trees in any order, without comparing all with all: first those of which most children are as expected, then
 * those of which the spans have something in common.
 */
export function* closePairs(
  expected: readonly ExpectedTree[],
  received: readonly ReceivedTree[],
): Generator<readonly [ExpectedTree, ReceivedTree]> {
  const taken = new Set<ReceivedTree>();
  const isClose = (one: ExpectedTree, other: ReceivedTree | undefined): other is ReceivedTree =>
    other !== undefined && unlikeness(one.pattern, other.node.span) < strangerCost;
  const inside = insideOf(received);
  const left: ExpectedTree[] = [];
  for (const one of expected) {
    const other = likelyParent(one, inside, taken);
    if (isClose(one, other)) {
      taken.add(other);
      yield [one, other];
    } else left.push(one);
  }

  const index = new SpanIndex(received);
  // Before there, all of a list are taken.
  const firstFree = new Map<readonly ReceivedTree[], number>();
  for (const one of left) {
    for (const list of index.closeTo(one.pattern)) {
      let at = firstFree.get(list) ?? 0;
      while (at < list.length && taken.has(list[at] as ReceivedTree)) at++;
      firstFree.set(list, at);
      const other = list[at];
      if (!isClose(one, other)) continue;
      taken.add(other);
      yield [one, other];
      break;
    }
  }
}

/** Who has most of the children that are expected, of those who are free. */
function likelyParent(
  { children }: ExpectedTree,
  inside: SpanIndex<Inside>,
  taken: ReadonlySet<ReceivedTree>,
): ReceivedTree | undefined {
  if (children === 'any') return undefined;
  const counts = new Map<ReceivedTree, number>();
  for (const { pattern } of children) {
    const found = inside.mayMatch(pattern);
    if (found.length > manyAlike) continue;
    for (const { node, parent } of found)
      if (!taken.has(parent) && matchesSpan(pattern, node.span))
        counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return [...counts.keys()].find((parent) => counts.get(parent) === most);
}
