import { holdingRows } from '../tree/holding.ts';
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
  const { fromMs, toMs, count } = busyStretches(tree);
  if (count === 0) return [];
  const lengths = toMs.map((end, index) => end - (fromMs[index] as number)).sort();
  const medianMs = lengths[count >>> 1] as number;
  const leastMs = Math.max(totalMs * LEAST_RATIO, medianMs * TIMES_MEDIAN);
  const gaps: TimeRange[] = [];
  let idleFromMs = 0;
  for (let index = 0; index <= count; index++) {
    const busyFromMs = fromMs[index] ?? totalMs;
    if (busyFromMs - idleFromMs > leastMs) gaps.push({ fromMs: idleFromMs, toMs: busyFromMs });
    idleFromMs = toMs[index] ?? totalMs;
  }
  return gaps;
}

interface Stretches {
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  readonly count: number;
}

/** The stretches in which something runs, in order and joined where they touch. */
function busyStretches(tree: SpanTree): Stretches {
  const { spans } = tree;
  const waits = waitingOf(tree);
  const holds = holdingRows(tree);
  const starts: number[] = [];
  const ends: number[] = [];
  let isInOrder = true;
  const add = (fromMs: number, toMs: number): void => {
    if (toMs < fromMs) return;
    isInOrder &&= fromMs >= (starts.at(-1) ?? 0);
    starts.push(fromMs);
    ends.push(toMs);
  };
  for (let row = 0; row < tree.rowCount; row++) {
    const span = tree.inner[row] as number;
    const fromMs = spans.startMs[span] as number;
    const toMs = fromMs + (spans.durationMs[span] as number);
    if (!hasChildren(tree, row)) {
      // What waits for a turn or for a person begins with that.
      if (spans.status[span] !== 'suspended') add(Math.min(toMs, fromMs + (waits.get(span) ?? 0)), toMs);
    } else if (!holds(row)) {
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
  const order = Uint32Array.from(starts.keys());
  if (!isInOrder) order.sort((a, b) => (starts[a] as number) - (starts[b] as number));
  const joined = { fromMs: new Float64Array(order.length), toMs: new Float64Array(order.length) };
  let count = 0;
  for (const index of order) {
    const fromMs = starts[index] as number;
    const toMs = ends[index] as number;
    if (count > 0 && fromMs <= (joined.toMs[count - 1] as number)) {
      joined.toMs[count - 1] = Math.max(joined.toMs[count - 1] as number, toMs);
    } else {
      joined.fromMs[count] = fromMs;
      joined.toMs[count++] = toMs;
    }
  }
  return { fromMs: joined.fromMs.subarray(0, count), toMs: joined.toMs.subarray(0, count), count };
}

function waitingOf({ spans: { primitives } }: SpanTree): ReadonlyMap<number, number> {
  const waits = new Map<number, number>();
  primitives.facts.forEach(({ waitedMs }, index) => {
    if (waitedMs !== undefined) waits.set(primitives.span[index] as number, waitedMs);
  });
  return waits;
}
