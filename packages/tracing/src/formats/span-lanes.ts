import { MinHeap } from './min-heap.ts';
import type { SpanDepths } from './span-depths.ts';
import type { TraceSpan } from './trace-span.ts';

/** Spans that lie beside or within each other in time, in the order in which they begin. */
export type SpanLane = readonly TraceSpan[];

interface OpenLane {
  readonly index: number;
  readonly spans: TraceSpan[];
  /** Those that have not ended, each within the one before. */
  readonly open: TraceSpan[];
}

/**
 * Spreads spans over lanes on which they nest properly, as formats for threads want it: a span lies on the lane
 * of its parent when it ends before the parent does and no sibling is under way there, and else on a lane with
 * nothing else on it at that time.
 */
export function spanLanes(spans: readonly TraceSpan[], { parentOf, depthOf }: SpanDepths): SpanLane[] {
  const lanes: OpenLane[] = [];
  const laneOf = new Map<TraceSpan, OpenLane>();
  const busy = new MinHeap<OpenLane>((a, b) => endOf(a) < endOf(b));
  const free = new MinHeap<OpenLane>((a, b) => a.index < b.index);
  const depth = (span: TraceSpan): number => depthOf.get(span) ?? 0;
  for (const span of [...spans].sort((a, b) => byTime(a, b) || depth(a) - depth(b))) {
    const start = span.startTimeUnixNano;
    for (let lane = busy.peek(); lane !== undefined && endOf(lane) <= start; lane = busy.peek()) {
      busy.pop();
      lane.open.length = 0;
      free.push(lane);
    }
    const parent = parentOf.get(span);
    let lane = parent === undefined ? undefined : laneOf.get(parent);
    if (lane !== undefined) {
      while (lane.open.length > 0 && spanEnd(lane.open.at(-1) as TraceSpan) <= start) lane.open.pop();
      const isWithin =
        parent !== undefined && lane.open.at(-1) === parent && spanEnd(span) <= spanEnd(parent);
      if (!isWithin) lane = undefined;
    }
    if (lane === undefined) {
      lane = free.pop() ?? { index: lanes.length, spans: [], open: [] };
      lane.open.push(span);
      busy.push(lane);
      if (lane.index === lanes.length) lanes.push(lane);
    } else {
      lane.open.push(span);
    }
    lane.spans.push(span);
    laneOf.set(span, lane);
  }
  return lanes.map((lane) => lane.spans);
}

/** When a span ends; not before it begins, whatever the clocks say. */
export function spanEnd({ startTimeUnixNano, endTimeUnixNano }: TraceSpan): bigint {
  return endTimeUnixNano > startTimeUnixNano ? endTimeUnixNano : startTimeUnixNano;
}

/** When the lane is free: the outermost span ends last. */
function endOf({ open: [outermost] }: OpenLane): bigint {
  return outermost === undefined ? 0n : spanEnd(outermost);
}

/** Of those that begin together, the longer one first. */
function byTime(a: TraceSpan, b: TraceSpan): number {
  return compare(a.startTimeUnixNano, b.startTimeUnixNano) || compare(spanEnd(b), spanEnd(a));
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
