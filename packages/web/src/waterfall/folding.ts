import { childRows, hasChildren } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';

/** What somebody has folded (`true`) or opened (`false`), by the ids of the rows; the others are as they come. */
export type Folds = ReadonlyMap<string, boolean>;

/** The rows that are folded. */
export function foldedRows(byDefault: ReadonlySet<string>, folds: Folds): ReadonlySet<string> {
  if (folds.size === 0) return byDefault;
  const folded = new Set(byDefault);
  for (const [id, isFolded] of folds) {
    if (isFolded) folded.add(id);
    else folded.delete(id);
  }
  return folded;
}

/** Folds or opens rows; those without anything below them stay as they are. */
export function withFolded(tree: SpanTree, folds: Folds, rows: Iterable<number>, isFolded: boolean): Folds {
  const next = new Map(folds);
  for (const row of rows) if (hasChildren(tree, row)) next.set(rowId(tree, row), isFolded);
  return next;
}

/** A row and those beside it below the same parent. */
export function siblingRows(tree: SpanTree, row: number): Iterable<number> {
  const parent = tree.parent[row] as number;
  return parent === -1 ? rootRows(tree) : childRows(tree, parent);
}

/** Every row below the roots: folded, these leave a trace with two levels. */
export function* rowsBelowRoots(tree: SpanTree): Generator<number> {
  for (let row = 0; row < tree.rowCount; row++) if (tree.parent[row] !== -1) yield row;
}

/** Opens what hides any of `rows`. */
export function revealed(
  tree: SpanTree,
  folds: Folds,
  folded: ReadonlySet<string>,
  rows: Iterable<number>,
): Folds {
  if (folded.size === 0) return folds;
  const opened = new Set<number>();
  const hiding: number[] = [];
  for (const row of rows) {
    for (let above = tree.parent[row] as number; above !== -1; above = tree.parent[above] as number) {
      // What is above this one has been looked at already.
      if (opened.has(above)) break;
      opened.add(above);
      if (folded.has(rowId(tree, above))) hiding.push(above);
    }
  }
  return hiding.length === 0 ? folds : withFolded(tree, folds, hiding, false);
}

function* rootRows(tree: SpanTree): Generator<number> {
  for (let row = 0; row < tree.rowCount; row = tree.end[row] as number) yield row;
}
