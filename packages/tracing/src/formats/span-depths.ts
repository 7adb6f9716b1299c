import type { TraceSpan } from './trace-span.ts';

/**
 * How many ancestors each span has among the others, by what they say of their parents. Where parents lead in a
 * circle, one of them counts as a root. Of spans with the same id, the first is
 * the parent of others.
 */
export function spanDepths(spans: readonly TraceSpan[]): SpanDepths {
  const byId = new Map<string, TraceSpan>();
  for (const span of spans) {
    const key = `${span.traceId}${span.spanId}`;
    if (!byId.has(key)) byId.set(key, span);
  }
  const parentOf = new Map<TraceSpan, TraceSpan>();
  const depthOf = new Map<TraceSpan, number>();
  const circular = new Set<TraceSpan>();
  for (const span of spans) {
    /** From the span up to one whose depth is known. */
    const path: TraceSpan[] = [];
    const onPath = new Set<TraceSpan>();
    let depth = 0;
    for (let next: TraceSpan | undefined = span; next !== undefined;) {
      const known = depthOf.get(next);
      if (known !== undefined) {
        depth = known + 1;
        break;
      }
      path.push(next);
      onPath.add(next);
      const parent: TraceSpan | undefined =
        next.parentSpanId === null ? undefined : byId.get(`${next.traceId}${next.parentSpanId}`);
      if (parent === undefined) break;
      if (onPath.has(parent)) {
        circular.add(next);
        break;
      }
      parentOf.set(next, parent);
      next = parent;
    }
    for (const member of path.reverse()) depthOf.set(member, depth++);
  }
  return { parentOf, depthOf, circular };
}

/** What {@link spanDepths} finds. */
export interface SpanDepths {
  readonly parentOf: ReadonlyMap<TraceSpan, TraceSpan>;
  readonly depthOf: ReadonlyMap<TraceSpan, number>;
  /** Spans that count as roots although their parent is there. */
  readonly circular: ReadonlySet<TraceSpan>;
}
