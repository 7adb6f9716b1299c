import type { Mark, MarkedNode } from './marked-tree.ts';
import { commonSequence } from '../matchers/common-sequence.ts';

/** Most pairs of lines that are compared: beyond that all are taken for different. */
const pairLimit = 4_000_000;

/** The lines of two texts as one list: what is missing and what was not expected is marked. */
export function lineDifference(expected: string, received: string): readonly MarkedNode[] {
  const wanted = expected.split('\n');
  const found = received.split('\n');
  const begin = commonLength(wanted, found);
  const end = commonLength(wanted.slice(begin).toReversed(), found.slice(begin).toReversed());
  const nodes: MarkedNode[] = [];
  const add = (lines: readonly string[], mark: Mark): void => {
    for (const text of lines) nodes.push({ text, mark, children: [] });
  };
  add(wanted.slice(0, begin), 'as expected');
  addMiddle(wanted.slice(begin, wanted.length - end), found.slice(begin, found.length - end), add);
  add(wanted.slice(wanted.length - end), 'as expected');
  return nodes;
}

function addMiddle(
  wanted: readonly string[],
  found: readonly string[],
  add: (lines: readonly string[], mark: Mark) => void,
): void {
  let left = 0;
  let right = 0;
  const addUntil = (nextLeft: number, nextRight: number): void => {
    add(wanted.slice(left, nextLeft), 'missing');
    add(found.slice(right, nextRight), 'unexpected');
  };
  const common = wanted.length * found.length > pairLimit ? [] : commonSequence(wanted, found);
  for (const [nextLeft, nextRight] of common) {
    addUntil(nextLeft, nextRight);
    add(wanted.slice(nextLeft, nextLeft + 1), 'as expected');
    left = nextLeft + 1;
    right = nextRight + 1;
  }
  addUntil(wanted.length, found.length);
}

/** How many lines two lists begin with alike. */
function commonLength(left: readonly string[], right: readonly string[]): number {
  const length = left.findIndex((line, index) => line !== right[index]);
  return length === -1 ? left.length : length;
}
