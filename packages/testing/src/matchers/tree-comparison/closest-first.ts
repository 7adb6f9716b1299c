import { aloneCost, type ExpectedTree, type ReceivedTree } from './compared-tree.ts';

/** What it costs to take one tree for the other, and whether both can still be taken. */
export interface PairCosts {
  /** What it costs at least: found sooner. */
  readonly least: (expected: ExpectedTree, received: ReceivedTree) => number;
  readonly exact: (expected: ExpectedTree, received: ReceivedTree) => number;
  readonly isFree: (expected: ExpectedTree, received: ReceivedTree) => boolean;
}

/**
 * All pairs that are less unlike each other than it costs to leave both alone, the closest first. What a pair costs is
 * found when the least that it may cost has its turn: most are taken by then.
 */
export function* closestFirst(
  expected: readonly ExpectedTree[],
  received: readonly ReceivedTree[],
  { least, exact, isFree }: PairCosts,
): Generator<readonly [ExpectedTree, ReceivedTree]> {
  const width = received.length;
  const pairAt = (place: number): readonly [ExpectedTree, ReceivedTree] => [
    expected[Math.floor(place / width)] as ExpectedTree,
    received[place % width] as ReceivedTree,
  ];
  // Places of pairs, by what they cost, and by what they cost at least.
  const known = new Map<number, number[]>();
  const atLeast = new Map<number, number[]>();
  const put = (lists: Map<number, number[]>, cost: number, place: number): void => {
    const list = lists.get(cost);
    if (list) list.push(place);
    else lists.set(cost, [place]);
  };
  for (const [i, one] of expected.entries()) {
    for (const [j, other] of received.entries()) {
      const isLeaf = one.children === 'any' || one.children.length + other.children.length === 0;
      const cost = isLeaf ? exact(one, other) : least(one, other);
      if (cost < aloneCost(one) + aloneCost(other)) put(isLeaf ? known : atLeast, cost, i * width + j);
    }
  }
  while (known.size + atLeast.size > 0) {
    const cost = Math.min(...known.keys(), ...atLeast.keys());
    for (const place of atLeast.get(cost) ?? []) {
      const [one, other] = pairAt(place);
      if (!isFree(one, other)) continue;
      const found = exact(one, other);
      if (found < aloneCost(one) + aloneCost(other)) put(known, Math.max(found, cost), place);
    }
    atLeast.delete(cost);
    for (const place of (known.get(cost) ?? []).sort((a, b) => a - b)) yield pairAt(place);
    known.delete(cost);
  }
}
