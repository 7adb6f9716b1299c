/**
 * Gives as many as possible on the left a partner of their own on the right. Each takes the first that is free and
 * fits; where none is, others change theirs (augmenting paths, found breadth first).
 *
 * @param right - No two are the same.
 * @param fits - Asked at most twice of each pair.
 * @param candidatesOf - Those on the right that may fit one on the left: all, unless somebody knows better.
 * @returns The partner of each on the left, `undefined` for who is left over.
 */
export function fullestMatching<L, R>(
  left: readonly L[],
  right: readonly R[],
  fits: (one: L, other: R) => boolean,
  candidatesOf: (one: L) => readonly R[] = () => right,
): readonly (R | undefined)[] {
  const matching = new Matching(left, fits, candidatesOf);
  for (const one of left.keys()) matching.add(one);
  return [...left.keys()].map((one) => matching.partnerOf(one));
}

/** Whether everyone on the left can have a partner: a {@link fullestMatching} that ends with the first who cannot. */
export function isEveryoneMatched<L, R>(
  left: readonly L[],
  fits: (one: L, other: R) => boolean,
  candidatesOf: (one: L) => readonly R[],
): boolean {
  const matching = new Matching(left, fits, candidatesOf);
  return [...left.keys()].every((one) => matching.add(one));
}

class Matching<L, R> {
  readonly #left: readonly L[];
  readonly #candidatesOf: (one: L) => readonly R[];
  readonly #fits: (one: L, other: R) => boolean;
  readonly #partners = new Map<number, R>();
  readonly #takenBy = new Map<R, number>();
  /** Before there, all of a list are taken: nobody who is taken is free again. */
  readonly #firstFree = new Map<readonly R[], number>();
  readonly #options = new Map<number, readonly R[]>();
  /** Whom a search asked in vain, no later one has to ask again. */
  readonly #inVain = new Set<R>();

  constructor(
    left: readonly L[],
    fits: (one: L, other: R) => boolean,
    candidatesOf: (one: L) => readonly R[],
  ) {
    this.#left = left;
    this.#candidatesOf = candidatesOf;
    this.#fits = fits;
  }

  partnerOf(one: number): R | undefined {
    return this.#partners.get(one);
  }

  /** Finds a partner for one more; false where that is impossible, which it then stays. */
  add(one: number): boolean {
    const item = this.#left[one] as L;
    const candidates = this.#candidatesOf(item);
    let at = this.#firstFree.get(candidates) ?? 0;
    while (at < candidates.length && this.#takenBy.has(candidates[at] as R)) at++;
    this.#firstFree.set(candidates, at);
    for (; at < candidates.length; at++) {
      const other = candidates[at] as R;
      if (this.#takenBy.has(other) || !this.#fits(item, other)) continue;
      this.#pair(one, other);
      return true;
    }
    return this.#makeRoom(one);
  }

  #makeRoom(start: number): boolean {
    const askedBy = new Map<R, number>();
    const asking = [start];
    for (const one of asking) {
      for (const other of this.#optionsOf(one)) {
        if (askedBy.has(other) || this.#inVain.has(other)) continue;
        askedBy.set(other, one);
        const holder = this.#takenBy.get(other);
        if (holder === undefined) {
          this.#moveOn(start, other, askedBy);
          return true;
        }
        asking.push(holder);
      }
    }
    for (const other of askedBy.keys()) this.#inVain.add(other);
    return false;
  }

  /** From the end of the path back to its start, everyone takes the one that the next has given up. */
  #moveOn(start: number, free: R, askedBy: ReadonlyMap<R, number>): void {
    for (let other: R | undefined = free; other !== undefined;) {
      const one: number = askedBy.get(other) ?? start;
      const before: R | undefined = this.#partners.get(one);
      this.#pair(one, other);
      other = before;
    }
  }

  #optionsOf(one: number): readonly R[] {
    let options = this.#options.get(one);
    if (!options) {
      const item = this.#left[one] as L;
      options = this.#candidatesOf(item).filter((other) => this.#fits(item, other));
      this.#options.set(one, options);
    }
    return options;
  }

  #pair(one: number, other: R): void {
    this.#partners.set(one, other);
    this.#takenBy.set(other, one);
  }
}
