import { failureOrigin, isFailed } from '../tree/failures.ts';
import { rowEdge } from '../tree/edge.ts';
import { childRows, rowLabel } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowId } from '../tree/visible-rows.ts';

/** A part of a run that failed. */
export interface FailedPart {
  readonly spanId: string;
  /** `attempt 2`, `branch left`, else what the row is called. */
  readonly name: string;
  readonly message: string | undefined;
}

export interface FailedWithin {
  /** Failed children from the earliest, the first 20. */
  readonly parts: readonly FailedPart[];
  readonly count: number;
  /** Where the failure of the row itself began; `undefined` when the row did not fail, or it began there. */
  readonly origin: FailedPart | undefined;
}

const MOST_PARTS = 20;

/** What failed directly below a row, and where the failure of the row began. */
export function failedWithin(tree: SpanTree, row: number): FailedWithin {
  const failed = [...childRows(tree, row)].filter((child) => isFailed(tree, child));
  const origin = isFailed(tree, row) ? failureOrigin(tree, row) : row;
  return {
    parts: failed.slice(0, MOST_PARTS).map((child) => partOf(tree, child)),
    count: failed.length,
    origin: origin === row ? undefined : partOf(tree, origin),
  };
}

function partOf(tree: SpanTree, row: number): FailedPart {
  const { statusMessage } = tree.spans;
  const label = rowLabel(tree, row);
  const edge = rowEdge(tree, row)?.text;
  return {
    spanId: rowId(tree, row),
    name: edge === undefined || edge === label ? label : `${edge}: ${label}`,
    message:
      statusMessage[tree.inner[row] as number] ?? statusMessage[tree.outer[row] as number] ?? undefined,
  };
}
