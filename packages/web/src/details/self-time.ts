import { childRows } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/**
 * The time of a span in which none of its children ran, in milliseconds.
 *
 * @param own - One of the spans of the row: of a step it is the time in which its only child did not run.
 */
export function selfTimeMs(tree: SpanTree, row: number, own = tree.outer[row] as number): number {
  const { startMs, durationMs } = tree.spans;
  const begin = startMs[own] as number;
  const end = begin + (durationMs[own] as number);
  let covered = 0;
  let until = begin;
  // In order of start.
  for (const span of childrenOf(tree, row, own)) {
    const from = Math.max(until, startMs[span] as number);
    const to = Math.min(end, (startMs[span] as number) + (durationMs[span] as number));
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return Math.max(0, end - begin - covered);
}

function* childrenOf(tree: SpanTree, row: number, own: number): Generator<number> {
  const inner = tree.inner[row] as number;
  if (own !== inner) yield inner;
  else for (const child of childRows(tree, row)) yield tree.outer[child] as number;
}
