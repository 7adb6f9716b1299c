/**
 * Gives as many as possible on the left a partner of their own on the right: where somebody would be left over, others
 * change theirs (augmenting paths, found breadth first).
 *
 * @returns The partner of each on the left, `undefined` for who is left over.
 */
export function fullestMatching<L, R>(
  left: readonly L[],
  right: readonly R[],
  fits: (one: L, other: R) => boolean,
): readonly (R | undefined)[] {
  const partnerOf = Array.from<number | undefined>({ length: left.length });
  const takenBy = Array.from<number | undefined>({ length: right.length });
  // Whom a search reached in vain, no later one has to ask again.
  const inVain = new Set<number>();

  for (const start of left.keys()) {
    const askedBy = new Map<number, number>();
    let end: number | undefined;
    const asking = [start];
    for (const one of asking) {
      end = right.findIndex((other, index) => takenBy[index] === undefined && fits(left[one] as L, other));
      if (end >= 0) {
        askedBy.set(end, one);
        break;
      }
      for (const [index, other] of right.entries()) {
        const holder = takenBy[index];
        if (holder === undefined || askedBy.has(index) || inVain.has(index)) continue;
        if (!fits(left[one] as L, other)) continue;
        askedBy.set(index, one);
        asking.push(holder);
      }
    }
    if (end === undefined || end < 0) {
      for (const index of askedBy.keys()) inVain.add(index);
      continue;
    }
    // From the end of the path back to its start, everyone moves on.
    for (let free: number | undefined = end; free !== undefined;) {
      const one: number = askedBy.get(free) ?? start;
      const before: number | undefined = partnerOf[one];
      partnerOf[one] = free;
      takenBy[free] = one;
      free = one === start ? undefined : before;
    }
  }
  return partnerOf.map((index) => (index === undefined ? undefined : right[index]));
}
