/**
 * Where the parent of each span stands among all of them; -1 where it has none or has not arrived. A cycle of parents is cut,
 * so that readers always end.
 */
export function parentIndices(
  parentSpanIds: readonly (string | null)[],
  indexOf: ReadonlyMap<string, number>,
): number[] {
  return cutCycles(parentSpanIds.map((id) => (id === null ? -1 : (indexOf.get(id) ?? -1))));
}

/** Follows the parents of each span once; meeting a span of the same walk again closes a cycle. */
function cutCycles(parents: number[]): number[] {
  const visitedBy = new Int32Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    let index = start;
    while (visitedBy[index] === 0) {
      visitedBy[index] = start + 1;
      const parent = parents[index] ?? -1;
      if (parent === -1) break;
      if (visitedBy[parent] === start + 1) {
        parents[index] = -1;
        break;
      }
      index = parent;
    }
  }
  return parents;
}
