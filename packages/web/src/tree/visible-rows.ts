import type { SpanTree } from './span-tree.ts';

/** The rows that are not inside a collapsed one, in order. Collapsed rows are named by the id of their span. */
export function visibleRows(tree: SpanTree, collapsed: ReadonlySet<string>): Int32Array {
  const rows = new Int32Array(tree.rowCount);
  let count = 0;
  for (let row = 0; row < tree.rowCount;) {
    rows[count++] = row;
    row = collapsed.size > 0 && collapsed.has(rowId(tree, row)) ? (tree.end[row] as number) : row + 1;
  }
  return rows.subarray(0, count);
}

/** The span id that names a row in the address and in the set of collapsed rows. */
export function rowId(tree: SpanTree, row: number): string {
  return tree.spans.spanId[tree.inner[row] as number] as string;
}

/** Where a row stands among the visible ones; -1 when it is hidden. */
export function positionOf(visible: Int32Array, row: number): number {
  let low = 0;
  let high = visible.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = visible[middle] as number;
    if (found === row) return middle;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** `collapsed` without the rows that hide `row`. */
export function revealing(tree: SpanTree, collapsed: ReadonlySet<string>, row: number): ReadonlySet<string> {
  let opened: Set<string> | undefined;
  for (let above = tree.parent[row] as number; above !== -1; above = tree.parent[above] as number) {
    const id = rowId(tree, above);
    if (!collapsed.has(id)) continue;
    opened ??= new Set(collapsed);
    opened.delete(id);
  }
  return opened ?? collapsed;
}
