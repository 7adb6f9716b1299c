import { childRows } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/** The time of a row in which none of its children ran, in milliseconds. */
export function selfTimeMs(tree: SpanTree, row: number): number {
  const { startMs, durationMs } = tree.spans;
  const own = tree.outer[row] as number;
  const begin = startMs[own] as number;
  const end = begin + (durationMs[own] as number);
  let covered = 0;
  let until = begin;
  // In order of start.
  for (const child of childRows(tree, row)) {
    const span = tree.outer[child] as number;
    const from = Math.max(until, startMs[span] as number);
    const to = Math.min(end, (startMs[span] as number) + (durationMs[span] as number));
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return Math.max(0, end - begin - covered);
}
