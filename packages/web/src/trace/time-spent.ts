import { rowLabel, rowStatus } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { holdingRows } from '../tree/holding.ts';
import { criticalPath } from '../waterfall/critical-path.ts';
import { lastEndMs } from '../waterfall/time-axis.ts';

/** Where most of a trace's time went: rows of one name, taken together. */
export interface TimeSpent {
  readonly label: string;
  /** The one of them that took longest. */
  readonly row: number;
  /** Share of the time that was waited for, 0 to 1. */
  readonly share: number;
  /** Nothing ran: it was waited for a pause to pass, for a turn or for a person. */
  readonly isWaiting: boolean;
}

/** A path that is shorter than this part of the trace does not tell where its time went. */
const LEAST_RATIO = 0.5;
/** Of a trace of which nothing took more than this it went everywhere. */
const LEAST_SHARE = 0.05;

/**
 * Of what the duration hangs on, what took most of it. `undefined` for a trace of one row, which is all of it, for one
 * that went on long after its root, and where it went into very many things alike.
 */
export function mostTimeSpent(tree: SpanTree): TimeSpent | undefined {
  if (tree.rowCount < 2) return undefined;
  const path = criticalPath(tree);
  const holds = holdingRows(tree);
  const groups = new Map<
    string,
    { label: string; row: number; isWaiting: boolean; longestMs: number; sumMs: number }
  >();
  let totalMs = 0;
  for (let row = 0; row < tree.rowCount; row++) {
    let ownMs = 0;
    for (let index = path.first[row] as number; index < (path.first[row + 1] as number); index++) {
      ownMs += (path.endMs[index] as number) - (path.startMs[index] as number);
    }
    if (ownMs === 0) continue;
    totalMs += ownMs;
    const label = rowLabel(tree, row);
    const isWaiting = holds(row) || rowStatus(tree, row) === 'suspended';
    const key = `${isWaiting} ${label}`;
    const group = groups.get(key) ?? { label, row, isWaiting, longestMs: 0, sumMs: 0 };
    group.sumMs += ownMs;
    if (ownMs > group.longestMs) {
      group.longestMs = ownMs;
      group.row = row;
    }
    groups.set(key, group);
  }
  let most: { label: string; row: number; isWaiting: boolean; sumMs: number } | undefined;
  for (const group of groups.values()) if (most === undefined || group.sumMs > most.sumMs) most = group;
  if (most === undefined || totalMs < lastEndMs(tree.spans) * LEAST_RATIO) return undefined;
  const share = most.sumMs / totalMs;
  return share < LEAST_SHARE
    ? undefined
    : { label: most.label, row: most.row, isWaiting: most.isWaiting, share };
}
