import { childRows, hasChildren } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/**
 * What the duration of a trace hangs on: at each moment the one row whose end had to be waited for. Segments stand in the
 * order of their rows; those of one row, or of a row and all below it, are next to each other.
 */
export interface CriticalPath {
  readonly row: Int32Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** Where the segments of a row begin; one more than there are rows, so that those of `row` end at `first[row + 1]`. */
  readonly first: Int32Array;
  /** 1 for each row on the path, also for one that only waits for those below it. */
  readonly isOnPath: Uint8Array;
}

interface Visit {
  readonly row: number;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Walks back from the end of the root: what ended last was waited for, before it what ended last before its start, and so
 * on, at each level. What outlives its parent counts up to the parent's end, what starts after it not at all. Several
 * roots are taken for the children of one that is as long as the trace.
 */
export function criticalPath(tree: SpanTree): CriticalPath {
  const { startMs, durationMs } = tree.spans;
  const isOnPath = new Uint8Array(tree.rowCount);
  const segments: Visit[] = [];
  const pending: Visit[] = [];

  const within = (row: number, fromMs: number, toMs: number): Visit => {
    const span = tree.outer[row] as number;
    const start = startMs[span] as number;
    return {
      row,
      startMs: Math.max(fromMs, start),
      endMs: Math.min(toMs, start + (durationMs[span] as number)),
    };
  };
  /** Takes the children that were waited for from the end of `parent` back to its start. */
  const walk = (parent: Visit, children: Visit[], add: (startMs: number, endMs: number) => void): void => {
    let cursorMs = parent.endMs;
    for (const child of children.sort((a, b) => b.endMs - a.endMs || b.startMs - a.startMs)) {
      // One that was still running is not what the next waited for.
      if (child.endMs > cursorMs || child.endMs <= child.startMs) continue;
      if (child.endMs < cursorMs) add(child.endMs, cursorMs);
      pending.push(child);
      cursorMs = child.startMs;
    }
    if (cursorMs > parent.startMs) add(parent.startMs, cursorMs);
  };

  const roots: Visit[] = [];
  for (let row = 0; row < tree.rowCount; row = tree.end[row] as number) {
    roots.push(within(row, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
  }
  if (roots.length === 1) pending.push(roots[0] as Visit);
  else if (roots.length > 1) {
    // One by one: of a trace without its beginning there may be more roots than a call takes arguments.
    const whole = roots.reduce((all, { startMs, endMs }) => ({
      row: -1,
      startMs: Math.min(all.startMs, startMs),
      endMs: Math.max(all.endMs, endMs),
    }));
    walk({ ...whole, row: -1 }, roots, () => {});
  }
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { row } = visit;
    isOnPath[row] = 1;
    const add = (start: number, end: number): void => void segments.push({ row, startMs: start, endMs: end });
    const children: Visit[] = [];
    if (hasChildren(tree, row)) {
      for (const child of childRows(tree, row)) {
        const clipped = within(child, visit.startMs, visit.endMs);
        if (clipped.endMs > clipped.startMs) children.push(clipped);
      }
    }
    walk(visit, children, add);
  }
  return { ...columns(tree.rowCount, segments), isOnPath };
}

function columns(rowCount: number, segments: readonly Visit[]): Omit<CriticalPath, 'isOnPath'> {
  const first = new Int32Array(rowCount + 1);
  for (const { row } of segments) first[row + 1] = (first[row + 1] as number) + 1;
  for (let row = 0; row < rowCount; row++)
    first[row + 1] = (first[row + 1] as number) + (first[row] as number);
  const path = {
    row: new Int32Array(segments.length),
    startMs: new Float64Array(segments.length),
    endMs: new Float64Array(segments.length),
    first,
  };
  // Those of one row came from its end back to its start: the place of each is before that of the one before.
  const past = first.slice(1);
  for (const { row, startMs, endMs } of segments) {
    const place = (past[row] as number) - 1;
    past[row] = place;
    path.row[place] = row;
    path.startMs[place] = startMs;
    path.endMs[place] = endMs;
  }
  return path;
}
