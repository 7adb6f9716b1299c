/** What stands beside each other in two lists; on one side alone where the other one has nothing like it. */
export type Step<L, R> = readonly [left: L | undefined, right: R | undefined];

/** What to leave something alone costs, and to take one for the other. Never less than 0. */
export interface AlignmentCosts<L, R> {
  readonly left: (one: L) => number;
  readonly right: (other: R) => number;
  readonly pair: (one: L, other: R) => number;
  /** Whether a pair costs nothing. Asked more often: it may be quicker. */
  readonly isEqual: (one: L, other: R) => boolean;
}

/**
 * The alignment of two lists that costs least, as long as nothing changes its place. What is equal at both ends is
 * paired first: lists of a test are mostly equal, and what is left over is paid for by the product of its lengths.
 *
 * @param roughly - Aligns what is left over where that is too much to be paid for; `undefined` where it is not.
 */
export function cheapestAlignment<L, R>(
  left: readonly L[],
  right: readonly R[],
  costs: AlignmentCosts<L, R>,
  roughly?: (left: readonly L[], right: readonly R[]) => readonly Step<L, R>[] | undefined,
): readonly Step<L, R>[] {
  const shorter = Math.min(left.length, right.length);
  const isEqualAt = (i: number, j: number): boolean => costs.isEqual(left[i] as L, right[j] as R);
  let begin = 0;
  while (begin < shorter && isEqualAt(begin, begin)) begin++;
  let end = 0;
  while (end < shorter - begin && isEqualAt(left.length - 1 - end, right.length - 1 - end)) end++;
  const leftMiddle = left.slice(begin, left.length - end);
  const rightMiddle = right.slice(begin, right.length - end);
  return [
    ...left.slice(0, begin).map((one, index): Step<L, R> => [one, right[index]]),
    ...(roughly?.(leftMiddle, rightMiddle) ?? alignedMiddle(leftMiddle, rightMiddle, costs)),
    ...left
      .slice(left.length - end)
      .map((one, index): Step<L, R> => [one, right[right.length - end + index]]),
  ];
}

function alignedMiddle<L, R>(
  left: readonly L[],
  right: readonly R[],
  costs: AlignmentCosts<L, R>,
): readonly Step<L, R>[] {
  const width = right.length + 1;
  // At `i * width + j`: what it costs to align the lists from there on.
  const table = new Float64Array((left.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  // Globals are slow to look up in the sandbox of a test runner.
  const { min } = Math;
  const unknown = Number.POSITIVE_INFINITY;
  for (let i = left.length; i >= 0; i--) {
    for (let j = right.length; j >= 0; j--) {
      const one = left[i];
      const other = right[j];
      let least = one === undefined && other === undefined ? 0 : unknown;
      if (one !== undefined) least = at(i + 1, j) + costs.left(one);
      if (other !== undefined) least = min(least, at(i, j + 1) + costs.right(other));
      if (one !== undefined && other !== undefined && at(i + 1, j + 1) < least)
        least = min(least, at(i + 1, j + 1) + costs.pair(one, other));
      table[i * width + j] = least;
    }
  }
  const steps: Step<L, R>[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const one = left[i];
    const other = right[j];
    const rest = at(i, j);
    if (one !== undefined && rest === at(i + 1, j) + costs.left(one)) {
      steps.push([one, undefined]);
      i++;
    } else if (other !== undefined && rest === at(i, j + 1) + costs.right(other)) {
      steps.push([undefined, other]);
      j++;
    } else {
      steps.push([one, other]);
      i++;
      j++;
    }
  }
  return steps;
}
