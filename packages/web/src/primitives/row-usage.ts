import { perTree } from '../tree/per-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';

/** What each row used together with all rows below it, as parallel arrays over the rows. Each token and dollar counts once. */
export interface RowUsage {
  readonly inputTokens: Float64Array;
  readonly outputTokens: Float64Array;
  /** The part of `inputTokens` that providers had in their caches. */
  readonly cachedTokens: Float64Array;
  readonly reportedUsd: Float64Array;
  readonly estimatedUsd: Float64Array;
  /** Calls that nobody has priced. */
  readonly unpricedCount: Float64Array;
  /** 1 where something of the row itself counts. */
  readonly isOwn: Uint8Array;
}

export const rowUsage = perTree((tree): RowUsage => {
  const usage = {
    inputTokens: new Float64Array(tree.rowCount),
    outputTokens: new Float64Array(tree.rowCount),
    cachedTokens: new Float64Array(tree.rowCount),
    reportedUsd: new Float64Array(tree.rowCount),
    estimatedUsd: new Float64Array(tree.rowCount),
    unpricedCount: new Float64Array(tree.rowCount),
    isOwn: new Uint8Array(tree.rowCount),
  };
  addOwn(tree, usage);
  // A parent stands before what is below it: walked backwards, each row is whole before it is added to its parent.
  for (let row = tree.rowCount - 1; row >= 0; row--) {
    const above = tree.parent[row] as number;
    if (above === -1) continue;
    for (const sums of [
      usage.inputTokens,
      usage.outputTokens,
      usage.cachedTokens,
      usage.reportedUsd,
      usage.estimatedUsd,
      usage.unpricedCount,
    ])
      sums[above]! += sums[row] as number;
  }
  return usage;
});

function addOwn(tree: SpanTree, usage: RowUsage): void {
  const { ai } = tree.spans;
  for (let at = 0; at < ai.span.length; at++) {
    const row = tree.rowOfSpan[ai.span[at] as number] as number;
    const source = ai.costSource[at] ?? null;
    if (ai.countsTokens[at] === true) {
      usage.inputTokens[row]! += ai.inputTokens[at] ?? 0;
      usage.outputTokens[row]! += ai.outputTokens[at] ?? 0;
      usage.cachedTokens[row]! += ai.cacheReadTokens[at] ?? 0;
      // Whether the lack of a price counts goes with the tokens that have none.
      if (source === 'unpriced') usage.unpricedCount[row]! += 1;
      if (ai.inputTokens[at] !== null || ai.outputTokens[at] !== null) usage.isOwn[row] = 1;
    }
    if (ai.countsCost[at] === true && (source === 'reported' || source === 'estimated')) {
      usage[source === 'reported' ? 'reportedUsd' : 'estimatedUsd'][row]! += ai.costUsd[at] ?? 0;
      usage.isOwn[row] = 1;
    }
  }
}
