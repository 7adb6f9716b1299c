/** How spans lie in each other: any list becomes trees, also one whose parents are missing or lead in circles. */
export interface SpanForest {
  /** Index of the parent of each span, -1 of what has none here. */
  readonly parents: readonly number[];
  /** All indices, those inside before those around them. */
  readonly inwardsFirst: readonly number[];
}

export function spanForest(
  spans: readonly { readonly spanId: string; readonly parentSpanId: string | null }[],
): SpanForest {
  const indexOf = new Map<string, number>();
  for (const [index, { spanId }] of spans.entries()) if (!indexOf.has(spanId)) indexOf.set(spanId, index);
  const parents = spans.map(({ parentSpanId }) =>
    parentSpanId === null ? -1 : (indexOf.get(parentSpanId) ?? -1),
  );
  const depths = spans.map(() => -1);
  for (let start = 0; start < spans.length; start++) {
    const path: number[] = [];
    const onPath = new Set<number>();
    let at = start;
    while (at !== -1 && depths[at] === -1) {
      path.push(at);
      onPath.add(at);
      const parent = parents[at] ?? -1;
      // A circle is cut where it closes.
      if (onPath.has(parent)) parents[at] = -1;
      at = parents[at] ?? -1;
    }
    let depth = at === -1 ? -1 : (depths[at] ?? -1);
    for (const index of path.reverse()) depths[index] = ++depth;
  }
  const inwardsFirst = spans.map((_, index) => index).sort((a, b) => (depths[b] ?? 0) - (depths[a] ?? 0));
  return { parents, inwardsFirst };
}
