import { holdingSpans } from '../tree/holding.ts';
import { childRows, hasChildren } from '../tree/span-tree.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { TimeRange } from './time-axis.ts';

/** A gap has to be this part of the trace, and so many times the median of the stretches in which something ran. */
const LEAST_RATIO = 0.15;
const TIMES_MEDIAN = 3;

/**
 * The long stretches of a trace in which nothing runs: what is open only waits for a pause to pass, for a turn or for a
 * person. In order and apart from each other. Self time of spans that are no primitives counts as work: what they do
 * there is not known.
 */
export function idleGaps(tree: SpanTree, totalMs: number): readonly TimeRange[] {
  const busy = busyStretches(tree);
  if (busy.length === 0) return [];
  const lengths = busy.map(({ fromMs, toMs }) => toMs - fromMs).sort((a, b) => a - b);
  const medianMs = lengths[lengths.length >>> 1] as number;
  const leastMs = Math.max(totalMs * LEAST_RATIO, medianMs * TIMES_MEDIAN);
  const gaps: TimeRange[] = [];
  let idleFromMs = 0;
  for (const { fromMs, toMs } of [...busy, { fromMs: totalMs, toMs: totalMs }]) {
    if (fromMs - idleFromMs > leastMs) gaps.push({ fromMs: idleFromMs, toMs: fromMs });
    idleFromMs = toMs;
  }
  return gaps;
}

/** The stretches in which something runs, joined where they touch. */
function busyStretches(tree: SpanTree): readonly TimeRange[] {
  const { spans } = tree;
  const waits = waitingOf(tree);
  const holds = holdingSpans(spans);
  const stretches: TimeRange[] = [];
  const add = (fromMs: number, toMs: number): void => {
    if (toMs >= fromMs) stretches.push({ fromMs, toMs });
  };
  for (let row = 0; row < tree.rowCount; row++) {
    const span = tree.inner[row] as number;
    const fromMs = spans.startMs[span] as number;
    const toMs = fromMs + (spans.durationMs[span] as number);
    if (!hasChildren(tree, row)) {
      // What waits for a turn or for a person begins with that.
      if (spans.status[span] !== 'suspended') add(Math.min(toMs, fromMs + (waits.get(span) ?? 0)), toMs);
    } else if (!holds(span)) {
      let coveredMs = fromMs;
      for (const child of childRows(tree, row)) {
        const childSpan = tree.outer[child] as number;
        const childMs = spans.startMs[childSpan] as number;
        if (childMs > coveredMs) add(coveredMs, Math.min(childMs, toMs));
        coveredMs = Math.max(coveredMs, childMs + (spans.durationMs[childSpan] as number));
      }
      add(coveredMs, toMs);
    }
  }
  return joined(stretches.sort((a, b) => a.fromMs - b.fromMs));
}

function joined(sorted: readonly TimeRange[]): readonly TimeRange[] {
  const whole: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = whole.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else whole.push({ fromMs, toMs });
  }
  return whole;
}

function waitingOf({ spans: { primitives } }: SpanTree): ReadonlyMap<number, number> {
  const waits = new Map<number, number>();
  primitives.facts.forEach(({ waitedMs }, index) => {
    if (waitedMs !== undefined) waits.set(primitives.span[index] as number, waitedMs);
  });
  return waits;
}
