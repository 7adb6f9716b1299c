import { rowEdge } from '../tree/edge.ts';
import { factsOf } from '../tree/row-columns.ts';
import { childRows, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { perRow } from '../tree/per-tree.ts';

/** The rows of a primitive's steps, from the earliest: those that were come to by an edge, else all rows below it. */
export const stepRows = perRow((tree, row): readonly number[] => {
  const children = [...childRows(tree, row)];
  const steps = children.filter((child) => rowEdge(tree, child) !== undefined);
  return steps.length === 0 ? children : steps;
});

/** The step of a race or a hedge that answered first; -1 where none did. */
export const winnerRow = perRow((tree, row): number => {
  const { choice, hedgeWinner } = factsOf(tree.spans, tree.inner[row] as number);
  const key = hedgeWinner === undefined ? choice : String(hedgeWinner);
  let winner = -1;
  let firstEndMs = Number.POSITIVE_INFINITY;
  for (const step of stepRows(tree, row)) {
    if (key !== undefined && rowEdge(tree, step)?.key === key) return step;
    const endMs = rowEndMs(tree, step);
    if (rowStatus(tree, step) !== 'success' || endMs >= firstEndMs) continue;
    winner = step;
    firstEndMs = endMs;
  }
  return winner;
});

/** Whether the row undoes what another step of its saga has done. */
export function undoes(tree: SpanTree, row: number): boolean {
  return rowEdge(tree, row)?.kind === 'compensate';
}

export function rowStartMs(tree: SpanTree, row: number): number {
  return tree.spans.startMs[tree.outer[row] as number] as number;
}

export function rowEndMs(tree: SpanTree, row: number): number {
  return rowStartMs(tree, row) + (tree.spans.durationMs[tree.outer[row] as number] as number);
}
