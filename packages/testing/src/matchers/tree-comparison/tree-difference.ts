import type { MarkedNode } from '../../drawing/marked-tree.ts';
import type { SpanNode } from '../../drawing/span-forest.ts';
import { nodeText, spanTrees } from '../../drawing/trace-text.ts';
import { cheapestAlignment, type Step } from './cheapest-alignment.ts';
import { closestFirst } from './closest-first.ts';
import {
  aloneCost,
  type ExpectedTree,
  expectedTrees,
  isUnordered,
  type ReceivedTree,
  receivedTrees,
  sizeOf,
} from './compared-tree.ts';
import { fullestMatching, isEveryoneMatched } from './fullest-matching.ts';
import { differenceNotes } from '../partial-match.ts';
import { alignedAsTheyCome, closePairs } from './rough-alignment.ts';
import { leastUnlikeness, spanCost, unlikeness } from '../span-likeness.ts';
import { matchesSpan, patternText, spanDifferences } from '../span-pattern.ts';
import type { SpanTree } from '../span-tree.ts';
import { TreeIndex } from './tree-index.ts';

/** So many pairs are compared to find what differs least: a second's work. Beyond that, trees are paired as they come. */
const pairLimit = 2_000_000;
/** So many pairs may at least be compared inside each pair that is drawn. */
const drawnPairLimit = 400;

type TreeStep = Step<ExpectedTree, ReceivedTree>;

/** Compares the trees of a trace with what is expected of them. */
export class TreeDifference {
  readonly #expected: readonly ExpectedTree[];
  readonly #received: readonly ReceivedTree[];
  readonly #receivedCount: number;
  readonly #equal = new Map<number, boolean>();
  readonly #costs = new Map<number, number>();
  readonly #roughCosts = new Set<number>();
  readonly #indexes = new Map<readonly ReceivedTree[], TreeIndex>();
  #pairsLeft = pairLimit;
  #isRough = false;

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

  /** Whether some of {@link trees} were paired as they come: other pairs might differ less. */
  get isRough(): boolean {
    return this.#isRough;
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
        ? isEveryoneMatched(children, this.#fits, this.#candidatesIn(received.children))
        : this.#areEqual(children, received.children),
    );
  }

  /** For each tree that is expected an equal one of its own, for as many as possible. */
  #partners(
    expected: readonly ExpectedTree[],
    received: readonly ReceivedTree[],
  ): readonly (ReceivedTree | undefined)[] {
    return fullestMatching(expected, received, this.#fits, this.#candidatesIn(received));
  }

  readonly #fits = (one: ExpectedTree, other: ReceivedTree): boolean => this.#isEqual(one, other);

  /** Asked in lists that are compared with many others: what is found in them is kept. */
  #candidatesIn(received: readonly ReceivedTree[]): (one: ExpectedTree) => readonly ReceivedTree[] {
    let index = this.#indexes.get(received);
    if (!index) this.#indexes.set(received, (index = new TreeIndex(received)));
    return (one) => index.mayEqual(one);
  }

  /** What it costs to take one tree for the other. */
  #cost(expected: ExpectedTree, received: ReceivedTree): number {
    const own = unlikeness(expected.pattern, received.node.span);
    const { children } = expected;
    if (children === 'any') return own;
    // Where even what is paired as it comes has become too much, nothing is paired.
    if (children.length === 0 || received.children.length === 0 || this.#pairsLeft < -pairLimit)
      return own + spanCost * (expected.size + received.size - 2);
    const [child, another] = children;
    const [receivedChild, anotherReceived] = received.children;
    // Most have one: they are worth no list, and nothing to remember.
    if (child && receivedChild && !another && !anotherReceived) {
      this.#pairsLeft--;
      return own + this.#cost(child, receivedChild);
    }
    return (
      own +
      this.#remembered(this.#costs, expected, received, () => {
        const wasRough = this.#isRough;
        this.#isRough = false;
        const steps = this.#aligned(children, received.children, isUnordered(expected, received));
        const cost = steps.reduce((sum, [one, other]) => sum + this.#stepCost(one, other), 0);
        if (this.#isRough) this.#roughCosts.add(this.#keyOf(expected, received));
        this.#isRough ||= wasRough;
        return cost;
      })
    );
  }

  /** What it costs at least to take one tree for the other: found sooner. */
  #leastCost(expected: ExpectedTree, received: ReceivedTree): number {
    const own = unlikeness(expected.pattern, received.node.span);
    const { children } = expected;
    if (children === 'any') return own;
    const missing = spanCost * Math.max(0, expected.size - received.size);
    const longer = Math.max(children.length, received.children.length);
    if (this.#pairsLeft < longer) return own + missing;
    this.#pairsLeft -= longer;
    const equal = this.#partners(children, received.children).filter((other) => other !== undefined).length;
    return own + Math.max(missing, leastUnlikeness * (longer - equal));
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
    if (unordered) return this.#alignedAnyhow(expected, received);
    return cheapestAlignment(
      expected,
      received,
      {
        left: aloneCost,
        right: aloneCost,
        pair: (one, other) => this.#cost(one, other),
        isEqual: this.#fits,
      },
      (left, right) => (this.#mayCompare(left, right) ? undefined : alignedAsTheyCome(left, right)),
    );
  }

  /** Whether as many pairs are left to be compared, with those inside them; if so, takes them. */
  #mayCompare(expected: readonly ExpectedTree[], received: readonly ReceivedTree[], inside = 0): boolean {
    const pairs = expected.length * received.length;
    const may = pairs === 0 || pairs + inside <= this.#pairsLeft;
    this.#pairsLeft -= may ? pairs : expected.length + received.length;
    this.#isRough ||= !may;
    return may;
  }

  /** What is equal first, then what is closest. In the order of the trace, what is missing last. */
  #alignedAnyhow(expected: readonly ExpectedTree[], received: readonly ReceivedTree[]): readonly TreeStep[] {
    const missing = new Set(expected);
    const partners = new Map<ReceivedTree, ExpectedTree>();
    const take = (one: ExpectedTree, other: ReceivedTree): void => {
      if (!missing.has(one) || partners.has(other)) return;
      missing.delete(one);
      partners.set(other, one);
    };
    for (const [index, other] of this.#partners(expected, received).entries())
      if (other) take(expected[index] as ExpectedTree, other);
    const left = received.filter((other) => !partners.has(other));
    const rest = [...missing];
    const isFree = (one: ExpectedTree, other: ReceivedTree): boolean =>
      missing.has(one) && !partners.has(other);
    // Each pair that is looked at is looked into as well.
    const inside = rest.reduce((sum, { children }) => sum + (children === 'any' ? 0 : children.length), 0);
    const pairs = this.#mayCompare(rest, left, inside * left.length)
      ? closestFirst(rest, left, {
          least: (one, other) => this.#leastCost(one, other),
          exact: (one, other) => this.#cost(one, other),
          isFree,
        })
      : closePairs(rest, left);
    for (const [one, other] of pairs) take(one, other);
    return [
      ...received.map((other): TreeStep => [partners.get(other), other]),
      ...[...missing].map((one): TreeStep => [one, undefined]),
    ];
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
              : this.#drawn(this.#alignedInside(expected, received, children)),
        },
      ];
    });
  }

  /** What has been paid for is not paid for again. */
  #alignedInside(
    expected: ExpectedTree,
    received: ReceivedTree,
    children: readonly ExpectedTree[],
  ): readonly TreeStep[] {
    const key = this.#keyOf(expected, received);
    const left = this.#pairsLeft;
    const isPaid = this.#costs.has(key) && !this.#roughCosts.has(key);
    this.#pairsLeft = isPaid ? pairLimit : Math.max(left, drawnPairLimit);
    const steps = this.#aligned(children, received.children, isUnordered(expected, received));
    this.#pairsLeft = isPaid ? left : Math.min(left, this.#pairsLeft);
    return steps;
  }

  #keyOf(expected: ExpectedTree, received: ReceivedTree): number {
    return expected.id * this.#receivedCount + received.id;
  }

  #remembered<T>(memory: Map<number, T>, expected: ExpectedTree, received: ReceivedTree, find: () => T): T {
    const key = this.#keyOf(expected, received);
    let value = memory.get(key);
    if (value === undefined) memory.set(key, (value = find()));
    return value;
  }
}

function missingTree({ pattern, children }: ExpectedTree): MarkedNode {
  return {
    text: patternText(pattern),
    mark: 'missing',
    children: children === 'any' ? [] : children.map(missingTree),
  };
}
