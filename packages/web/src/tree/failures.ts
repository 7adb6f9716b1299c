import { perTree } from './per-tree.ts';
import type { SpanTree } from './span-tree.ts';
import { childRows, rowStatus } from './span-tree.ts';

/** Whether the row failed: by an error or by a timeout. A cancelled row did not. */
export function isFailed(tree: SpanTree, row: number): boolean {
  const status = rowStatus(tree, row);
  return status === 'error' || status === 'timeout';
}

/** The rows where failures arose: failed, and nothing failed below them. */
export function failureOrigins(tree: SpanTree): Int32Array {
  const failedBelow = new Uint8Array(tree.rowCount);
  const origins = new Int32Array(tree.rowCount);
  let count = 0;
  for (let row = tree.rowCount - 1; row >= 0; row--) {
    const failed = isFailed(tree, row);
    if (failed && failedBelow[row] === 0) origins[count++] = row;
    const above = tree.parent[row] as number;
    if (above !== -1 && (failed || failedBelow[row] === 1)) failedBelow[above] = 1;
  }
  return origins.subarray(0, count).reverse();
}

/** How many of the failures that arose are below each row. */
export const failuresInside = perTree((tree): Int32Array => {
  const inside = new Int32Array(tree.rowCount);
  const isOrigin = new Uint8Array(tree.rowCount);
  for (const origin of failureOrigins(tree)) isOrigin[origin] = 1;
  for (let row = tree.rowCount - 1; row > 0; row--) {
    const above = tree.parent[row] as number;
    if (above !== -1) inside[above]! += (inside[row] as number) + (isOrigin[row] as number);
  }
  return inside;
});

/** The origin after `row` (`step` 1) or before it (`step` -1), round the end; -1 when nothing failed. */
export function neighbouringFailure(origins: Int32Array, row: number, step: 1 | -1): number {
  if (origins.length === 0) return -1;
  if (step === 1) return origins.find((origin) => origin > row) ?? (origins[0] as number);
  return origins.findLast((origin) => origin < row) ?? (origins[origins.length - 1] as number);
}

/** A part of a run that was suspended and went on, by the service's name for it. */
const RESUMPTION = 'primitive.resumable.resume';

/**
 * The row that explains why the trace failed: where the failure of the root that failed last began, or of the last part of
 * a run whose root was suspended. -1 when none did.
 */
export function decisiveFailure(tree: SpanTree): number {
  const root = lastFailed(tree, roots(tree));
  const failed = root === -1 ? failedResumption(tree) : root;
  return failed === -1 ? -1 : failureOrigin(tree, failed);
}

function failedResumption(tree: SpanTree): number {
  const { name, startMs } = tree.spans;
  if (![...roots(tree)].some((root) => rowStatus(tree, root) === 'suspended')) return -1;
  let last = -1;
  let lastStartMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < tree.rowCount; row++) {
    const span = tree.inner[row] as number;
    if (name[span] !== RESUMPTION || (startMs[span] as number) < lastStartMs) continue;
    last = row;
    lastStartMs = startMs[span] as number;
  }
  return last !== -1 && isFailed(tree, last) ? last : -1;
}

/**
 * Where the failure of a row began: from it down, at each level the child that failed with the same message, for errors
 * climb, else the one that failed last. The row itself where nothing failed below it.
 */
export function failureOrigin(tree: SpanTree, row: number): number {
  let origin = row;
  for (let next = row; next !== -1; next = failedChild(tree, next)) origin = next;
  return origin;
}

function failedChild(tree: SpanTree, row: number): number {
  const message = messageOf(tree, row);
  const same = [...childRows(tree, row)].filter((child) => messageOf(tree, child) === message);
  const climbed = message === null ? -1 : lastFailed(tree, same);
  return climbed === -1 ? lastFailed(tree, childRows(tree, row)) : climbed;
}

function messageOf({ spans, outer, inner }: SpanTree, row: number): string | null {
  return spans.statusMessage[inner[row] as number] ?? spans.statusMessage[outer[row] as number] ?? null;
}

/** Whether `row` is a timeout whose own limit passed, not one that hands on the timeout of another below it. */
export function isLimitReached(tree: SpanTree, row: number): boolean {
  if (!isTimedOut(tree, row)) return false;
  const below: number[] = [...childRows(tree, row)];
  for (let child = below.pop(); child !== undefined; child = below.pop()) {
    if (rowStatus(tree, child) !== 'timeout') continue;
    if (isTimedOut(tree, child)) return false;
    for (const next of childRows(tree, child)) below.push(next);
  }
  return true;
}

function isTimedOut(tree: SpanTree, row: number): boolean {
  return (
    tree.spans.primitiveType[tree.inner[row] as number] === 'timeout' && rowStatus(tree, row) === 'timeout'
  );
}

function* roots(tree: SpanTree): Generator<number> {
  for (let row = 0; row < tree.rowCount; row = tree.end[row] as number) yield row;
}

function lastFailed(tree: SpanTree, rows: Iterable<number>): number {
  const { startMs, durationMs } = tree.spans;
  let last = -1;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const span = tree.outer[row] as number;
    const endMs = (startMs[span] as number) + (durationMs[span] as number);
    if (isFailed(tree, row) && endMs >= lastEndMs) {
      last = row;
      lastEndMs = endMs;
    }
  }
  return last;
}
