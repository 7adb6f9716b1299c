/**
 * Gives as many as possible on the left a partner of their own on the right. Each takes the first that is free and
 * fits; for those who are left over, others change theirs (augmenting paths, found breadth first).
 *
 * @param fits - Asked at most twice of each pair.
 * @returns The partner of each on the left, `undefined` for who is left over.
 */
export function fullestMatching<L, R>(
  left: readonly L[],
  right: readonly R[],
  fits: (one: L, other: R) => boolean,
): readonly (R | undefined)[] {
  const partnerOf = new Map<number, number>();
  const takenBy = new Map<number, number>();
  const pair = (one: number, index: number): void => {
    partnerOf.set(one, index);
    takenBy.set(index, one);
  };
  const leftOver: number[] = [];
  for (const [one, item] of left.entries()) {
    const index = right.findIndex((other, at) => !takenBy.has(at) && fits(item, other));
    if (index < 0) leftOver.push(one);
    else pair(one, index);
  }

  const known = new Map<number, readonly number[]>();
  const optionsOf = (one: number): readonly number[] => {
    let options = known.get(one);
    if (!options) {
      options = [...right.keys()].filter((index) => fits(left[one] as L, right[index] as R));
      known.set(one, options);
    }
    return options;
  };
  // Whom a search asked in vain, no later one has to ask again.
  const inVain = new Set<number>();
  for (const start of leftOver) {
    const askedBy = new Map<number, number>();
    const asking = [start];
    let free: number | undefined;
    for (const one of asking) {
      const options = optionsOf(one);
      free = options.find((index) => !takenBy.has(index));
      if (free !== undefined) {
        askedBy.set(free, one);
        break;
      }
      for (const index of options) {
        const holder = takenBy.get(index);
        if (holder === undefined || askedBy.has(index) || inVain.has(index)) continue;
        askedBy.set(index, one);
        asking.push(holder);
      }
    }
    if (free === undefined) for (const index of askedBy.keys()) inVain.add(index);
    // From the end of the path back to its start, everyone moves on.
    while (free !== undefined) {
      const one = askedBy.get(free) ?? start;
      const before = partnerOf.get(one);
      pair(one, free);
      free = before;
    }
  }
  return [...left.keys()].map((one) => right[partnerOf.get(one) ?? right.length]);
}
