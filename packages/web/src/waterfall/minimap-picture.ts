import { isFailed } from '../tree/failures.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { TimeAxis } from './time-axis.ts';

/** How many spans lie in each cell of a small picture of the whole trace: bands of rows from the top, columns of time. */
export interface MinimapPicture {
  readonly bands: number;
  readonly columns: number;
  /** Band by band. */
  readonly counts: Int32Array;
  /** The same, of those that failed. */
  readonly failed: Int32Array;
  /** Most spans in a cell. */
  readonly most: number;
}

/** @param axis - Of the whole trace, as wide as the picture. */
export function minimapPicture(tree: SpanTree, axis: TimeAxis, wantedBands: number): MinimapPicture {
  const columns = Math.max(1, Math.floor(axis.widthPx));
  const bands = Math.max(1, Math.min(wantedBands, tree.rowCount));
  const counts = new Int32Array(bands * columns);
  const failed = new Int32Array(bands * columns);
  const { startMs, durationMs } = tree.spans;
  const column = (timeMs: number): number => Math.max(0, Math.min(columns - 1, Math.floor(axis.x(timeMs))));
  // What begins adds one, what has ended takes one away: sums from the left are then what is open in each column.
  for (let row = 0; row < tree.rowCount; row++) {
    const span = tree.outer[row] as number;
    const start = startMs[span] as number;
    const at = Math.floor((row * bands) / tree.rowCount) * columns;
    const from = column(start);
    const past = column(start + (durationMs[span] as number)) + 1;
    addStretch(counts, at, from, past, columns);
    if (isFailed(tree, row)) addStretch(failed, at, from, past, columns);
  }
  const most = sumUp(counts, columns);
  sumUp(failed, columns);
  return { bands, columns, counts, failed, most };
}

function addStretch(cells: Int32Array, at: number, from: number, past: number, columns: number): void {
  cells[at + from] = (cells[at + from] as number) + 1;
  if (past < columns) cells[at + past] = (cells[at + past] as number) - 1;
}

function sumUp(cells: Int32Array, columns: number): number {
  let most = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    if (cell % columns !== 0) cells[cell] = (cells[cell] as number) + (cells[cell - 1] as number);
    most = Math.max(most, cells[cell] as number);
  }
  return most;
}
