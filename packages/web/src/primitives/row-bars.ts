import type { ExecutionStatus } from '@tta/obs-protocol';
import { isLimitReached } from '../tree/failures.ts';
import { childRows, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/** A stretch of time with how it ended. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly status: ExecutionStatus;
}

/** What is drawn on a row's time line. */
export interface RowBars extends Stretch {
  /** Attempts of a retry or branches of a fallback, in order; what lies between two is waiting. */
  readonly parts: readonly Stretch[];
  /** Where the limit of a timeout passed. */
  readonly limitMs: number | undefined;
}

/** Beyond this many attempts single ones could not be told apart on a screen. */
const MAX_PARTS = 200;

export function rowBars(tree: SpanTree, row: number): RowBars {
  const own = stretch(tree, row);
  const type = tree.spans.primitiveType[tree.inner[row] as number];
  const parts: Stretch[] = [];
  if (type === 'retry' || type === 'fallback') {
    for (const child of childRows(tree, row)) {
      if (parts.length === MAX_PARTS) break;
      parts.push(stretch(tree, child));
    }
  }
  return { ...own, parts, limitMs: isLimitReached(tree, row) ? own.endMs : undefined };
}

/** The time between consecutive parts that no part covers. */
export function gapsBetween(parts: readonly Stretch[]): readonly { startMs: number; endMs: number }[] {
  const gaps: { startMs: number; endMs: number }[] = [];
  let coveredMs = parts[0]?.endMs ?? 0;
  for (const part of parts.slice(1)) {
    if (part.startMs > coveredMs) gaps.push({ startMs: coveredMs, endMs: part.startMs });
    coveredMs = Math.max(coveredMs, part.endMs);
  }
  return gaps;
}

function stretch(tree: SpanTree, row: number): Stretch {
  const span = tree.outer[row] as number;
  const startMs = tree.spans.startMs[span] as number;
  return {
    startMs,
    endMs: startMs + (tree.spans.durationMs[span] as number),
    status: rowStatus(tree, row),
  };
}
