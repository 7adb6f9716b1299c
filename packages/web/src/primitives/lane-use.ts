import type { PrimitiveFacts } from '@tta/obs-protocol';
import type { SpanTree } from '../tree/span-tree.ts';
import { rowEndMs, rowStartMs } from './step-rows.ts';

/** Pieces of a bar: narrower ones could not be told apart on most screens. */
const PIECES = 160;

/** How many of the rows ran at a time, at most. */
export function mostAtATime(tree: SpanTree, rows: readonly number[]): number {
  const starts = Float64Array.from(rows, (row) => rowStartMs(tree, row)).sort();
  const ends = Float64Array.from(rows, (row) => rowEndMs(tree, row)).sort();
  let most = 0;
  let ended = 0;
  for (let begun = 0; begun < starts.length; begun++) {
    // What ends as another begins did not run beside it.
    while (ended < begun && (ends[ended] as number) <= (starts[begun] as number)) ended++;
    most = Math.max(most, begun + 1 - ended);
  }
  return most;
}

/** How many of the rows ran in each of equal pieces of a stretch, as a share of the most that did. */
export function useOverTime(
  tree: SpanTree,
  rows: readonly number[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Float32Array {
  const changes = new Int32Array(PIECES + 1);
  const pieceOf = (timeMs: number): number =>
    endMs > startMs
      ? Math.max(0, Math.min(PIECES - 1, Math.floor(((timeMs - startMs) / (endMs - startMs)) * PIECES)))
      : 0;
  for (const row of rows) {
    changes[pieceOf(rowStartMs(tree, row))]! += 1;
    changes[pieceOf(rowEndMs(tree, row)) + 1]! -= 1;
  }
  const use = new Float32Array(PIECES);
  let running = 0;
  let most = 1;
  for (let piece = 0; piece < PIECES; piece++) {
    running += changes[piece] as number;
    use[piece] = running;
    most = Math.max(most, running);
  }
  return use.map((count) => count / most);
}

/**
 * What the lanes have saved, in words: `2.1× faster than one after the other (3× at most)`. It is counted from the rows:
 * what a sender tells takes a lane for busy while its branch waits for one that computes and lets no other begin.
 */
export function laneWords(
  tree: SpanTree,
  row: number,
  steps: readonly number[],
  { concurrency }: PrimitiveFacts,
): string | undefined {
  const lanes = concurrency === undefined ? mostAtATime(tree, steps) : Math.min(concurrency, steps.length);
  if (steps.length < 2 || lanes < 2) return undefined;
  const told = sumMs(tree, row, steps) / (rowEndMs(tree, row) - rowStartMs(tree, row));
  // Of what took no time nothing can be said.
  if (!Number.isFinite(told)) return undefined;
  const factor = Math.min(told, lanes);
  if (factor < 1.05) return 'no faster than one after the other';
  return `${factor.toFixed(1)}× faster than one after the other (${lanes}× at most)`;
}

/** The time of the steps within the row: what went on after it has saved nothing. */
function sumMs(tree: SpanTree, row: number, steps: readonly number[]): number {
  const [startMs, endMs] = [rowStartMs(tree, row), rowEndMs(tree, row)];
  return steps.reduce(
    (sum, step) =>
      sum + Math.max(0, Math.min(endMs, rowEndMs(tree, step)) - Math.max(startMs, rowStartMs(tree, step))),
    0,
  );
}
