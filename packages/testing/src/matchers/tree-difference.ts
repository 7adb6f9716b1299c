import type { MarkedNode } from '../marked-tree.ts';
import type { SpanNode } from '../span-forest.ts';
import { nodeText, spanTrees } from '../trace-text.ts';
import { cheapestAlignment, type Step } from './cheapest-alignment.ts';
import {
  type ExpectedTree,
  expectedTrees,
  isUnordered,
  type ReceivedTree,
  receivedTrees,
  sizeOf,
} from './compared-tree.ts';
import { fullestMatching } from './fullest-matching.ts';
import { differenceNotes } from './partial-match.ts';
import { spanCost, unlikeness } from './span-likeness.ts';
import { matchesSpan, patternText, spanDifferences } from './span-pattern.ts';
import type { SpanTree } from './span-tree.ts';

/** So many pairs are compared to find what differs least: a second's work. Beyond that, trees are paired as they come. */
const pairLimit = 4_000_000;
/** How far the next tree is looked for that is as expected, where trees are paired as they come. */
const lookAhead = 100;

type TreeStep = Step<ExpectedTree, ReceivedTree>;

/** Compares the trees of a trace with what is expected of them. */
export class TreeDifference {
  readonly #expected: readonly ExpectedTree[];
  readonly #received: readonly ReceivedTree[];
  readonly #receivedCount: number;
  readonly #equal = new Map<number, boolean>();
  readonly #costs = new Map<number, number>();
  #pairsLeft = pairLimit;

  constructor(expected: readonly SpanTree[], received: readonly SpanNode[]) {
    this.#expected = expectedTrees(expected);
    this.#received = receivedTrees(received);
    this.#receivedCount = sizeOf(this.#received);
  }

  /** Whether nothing differs. */
  isNone(): boolean {
    return this.#areEqual(this.#expected, this.#received);
  }

  /** Both sides as one: what they have in common once, with what differs about it noted; the rest marked. */
  trees(): readonly MarkedNode[] {
    return this.#drawn(this.#aligned(this.#expected, this.#received, false));
  }

  #areEqual(expected: readonly ExpectedTree[], received: readonly ReceivedTree[]): boolean {
    return (
      expected.length === received.length &&
      expected.every((tree, index) => this.#isEqual(tree, received[index] as ReceivedTree))
    );
  }

  #isEqual(expected: ExpectedTree, received: ReceivedTree): boolean {
    const { pattern, children, size } = expected;
    if (size > received.size || !matchesSpan(pattern, received.node.span)) return false;
    if (children === 'any') return true;
    if (children.length !== received.children.length) return false;
    const [child] = children;
    const [receivedChild] = received.children;
    if (!child || !receivedChild) return true;
    if (children.length === 1) return this.#isEqual(child, receivedChild);
    return this.#remembered(this.#equal, expected, received, () =>
      isUnordered(expected, received)
        ? this.#partners(children, received.children).every((partner) => partner !== undefined)
        : this.#areEqual(children, received.children),
    );
  }

  /** For each tree that is expected an equal one of its own, for as many as possible. */
  #partners(
    expected: readonly ExpectedTree[],
    received: readonly ReceivedTree[],
  ): readonly (ReceivedTree | undefined)[] {
    return fullestMatching(expected, received, (one, other) => this.#isEqual(one, other));
  }

  /** What it costs to take one tree for the other. */
  #cost(expected: ExpectedTree, received: ReceivedTree): number {
    const own = unlikeness(expected.pattern, received.node.span);
    const { children } = expected;
    if (children === 'any') return own;
    if (children.length === 0 || received.children.length === 0)
      return own + spanCost * (expected.size + received.size - 2);
    const [child, another] = children;
    const [receivedChild, anotherReceived] = received.children;
    // Most have one: they are worth no list, and nothing to remember.
    if (child && receivedChild && !another && !anotherReceived) return own + this.#cost(child, receivedChild);
    return (
      own +
      this.#remembered(this.#costs, expected, received, () => {
        const steps = this.#aligned(children, received.children, isUnordered(expected, received));
        return steps.reduce((sum, [one, other]) => sum + this.#stepCost(one, other), 0);
      })
    );
  }

  #stepCost(expected: ExpectedTree | undefined, received: ReceivedTree | undefined): number {
    if (expected && received) return this.#cost(expected, received);
    return aloneCost(expected) + aloneCost(received);
  }

  #aligned(
    expected: readonly ExpectedTree[],
    received: readonly ReceivedTree[],
    unordered: boolean,
  ): readonly TreeStep[] {
    const pairs = expected.length * received.length;
    if (pairs > this.#pairsLeft) return alignedAsTheyCome(expected, received);
    this.#pairsLeft -= pairs;
    if (unordered) return this.#alignedAnyhow(expected, received);
    return cheapestAlignment(expected, received, {
      left: aloneCost,
      right: aloneCost,
      pair: (one, other) => this.#cost(one, other),
      isEqual: (one, other) => this.#isEqual(one, other),
    });
  }

  /** What is equal first, then what is closest. In the order of the trace, what is missing last. */
  #alignedAnyhow(expected: readonly ExpectedTree[], received: readonly ReceivedTree[]): readonly TreeStep[] {
    const missing = new Set(expected);
    const partners = new Map<ReceivedTree, ExpectedTree>();
    const take = (one: ExpectedTree, other: ReceivedTree): void => {
      missing.delete(one);
      partners.set(other, one);
    };
    for (const [index, other] of this.#partners(expected, received).entries())
      if (other) take(expected[index] as ExpectedTree, other);
    const left = received.filter((other) => !partners.has(other));
    for (const [one, other] of this.#closestFirst([...missing], left))
      if (missing.has(one) && !partners.has(other)) take(one, other);
    return [
      ...received.map((other): TreeStep => [partners.get(other), other]),
      ...[...missing].map((one): TreeStep => [one, undefined]),
    ];
  }

  /** All pairs that are less unlike each other than it costs to leave both alone. */
  *#closestFirst(
    expected: readonly ExpectedTree[],
    received: readonly ReceivedTree[],
  ): Generator<readonly [ExpectedTree, ReceivedTree]> {
    const pairs = expected.length * received.length;
    // Numbers are sorted many times faster than objects: the cost, and after that the place of the pair.
    const order = new Float64Array(pairs);
    let count = 0;
    for (const [i, one] of expected.entries()) {
      for (const [j, other] of received.entries()) {
        const cost = this.#cost(one, other);
        if (cost < aloneCost(one) + aloneCost(other))
          order[count++] = 2 * cost * pairs + i * received.length + j;
      }
    }
    for (const each of order.subarray(0, count).sort()) {
      const place = each % pairs;
      const one = expected[Math.floor(place / received.length)];
      const other = received[place % received.length];
      if (one && other) yield [one, other];
    }
  }

  #drawn(steps: readonly TreeStep[]): readonly MarkedNode[] {
    return steps.flatMap(([expected, received]) => {
      if (!received) return expected ? [missingTree(expected)] : [];
      if (!expected) return spanTrees([received.node], () => ({ mark: 'unexpected' }));
      const { pattern, children } = expected;
      const { node } = received;
      const differences = spanDifferences(pattern, node.span);
      return [
        {
          text: nodeText(node),
          mark: differences.length > 0 ? 'different' : 'as expected',
          notes: differenceNotes(differences),
          children:
            children === 'any'
              ? spanTrees(node.children)
              : this.#drawn(this.#aligned(children, received.children, isUnordered(expected, received))),
        },
      ];
    });
  }

  #remembered<T>(memory: Map<number, T>, expected: ExpectedTree, received: ReceivedTree, find: () => T): T {
    const key = expected.id * this.#receivedCount + received.id;
    let value = memory.get(key);
    if (value === undefined) memory.set(key, (value = find()));
    return value;
  }
}

/** What it costs that a tree is missing, or not expected. */
function aloneCost(tree: { readonly size: number } | undefined): number {
  return tree ? spanCost * tree.size : 0;
}

/** Pairs each tree that is expected with the next one whose span is so. */
function alignedAsTheyCome(
  expected: readonly ExpectedTree[],
  received: readonly ReceivedTree[],
): readonly TreeStep[] {
  const steps: TreeStep[] = [];
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

function missingTree({ pattern, children }: ExpectedTree): MarkedNode {
  return {
    text: patternText(pattern),
    mark: 'missing',
    children: children === 'any' ? [] : children.map(missingTree),
  };
}
