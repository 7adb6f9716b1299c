import { childRows, hasChildren } from './span-tree.ts';
import type { SpanTree } from './span-tree.ts';
import { rowId } from './visible-rows.ts';

/** More iterations than these say less, each on a row, than the ticks on the row of the whole. */
const SHOWN_ITERATIONS = 5;

/**
 * The rows that are shown folded until somebody opens them, named by their ids as in {@link visibleRows}: a retry whose
 * attempts are single rows, which its own row shows all of, and a loop or a forEach of more than 5 iterations. A root stays
 * open: who opens a trace wants to see more than its name.
 */
export function foldedByDefault(tree: SpanTree): ReadonlySet<string> {
  const folded = new Set<string>();
  for (let row = 0; row < tree.rowCount; row++) {
    if (tree.parent[row] !== -1 && hasChildren(tree, row) && isFolded(tree, row))
      folded.add(rowId(tree, row));
  }
  return folded;
}

function isFolded(tree: SpanTree, row: number): boolean {
  switch (tree.spans.primitiveType[tree.inner[row] as number]) {
    case 'retry':
      for (const attempt of childRows(tree, row)) if (hasChildren(tree, attempt)) return false;
      return true;
    case 'loop':
    case 'foreach': {
      let iterations = 0;
      for (const _ of childRows(tree, row)) if (++iterations > SHOWN_ITERATIONS) return true;
      return false;
    }
    default:
      return false;
  }
}
