import type { TraceSpan } from '../trace.ts';

/** A span and what was begun inside it. */
export interface SpanNode {
  readonly span: TraceSpan;
  /** In the order of their starts. */
  readonly children: readonly SpanNode[];
}

interface GrowingNode extends SpanNode {
  readonly children: GrowingNode[];
  /** The span that it says it was begun in, where that is one of these; of spans that are each other's, not of all. */
  parent: GrowingNode | undefined;
}

/**
 * Spans as trees. A root is a span without a parent, or whose parent is none of these spans. Spans may come from
 * outside: of two with the same id, the first one has the children; where some are each other's parents, one is a root.
 */
export function spanForest(spans: readonly TraceSpan[]): readonly SpanNode[] {
  const byId = new Map<string, GrowingNode>();
  const nodes = spans.map((span): GrowingNode => ({ span, children: [], parent: undefined }));
  for (const node of nodes) {
    const key = spanKey(node.span.traceId, node.span.spanId);
    if (!byId.has(key)) byId.set(key, node);
  }
  for (const node of nodes) {
    const { traceId, parentSpanId } = node.span;
    if (parentSpanId !== undefined) node.parent = byId.get(spanKey(traceId, parentSpanId));
  }
  openRings(nodes);
  const roots: SpanNode[] = [];
  for (const node of nodes) (node.parent?.children ?? roots).push(node);
  return roots;
}

/** What a span is known by: ids of spans are unique in their trace. */
export function spanKey(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`;
}

/** Makes a root of one of those that are each other's parents: a walk among them would not end. */
function openRings(nodes: readonly GrowingNode[]): void {
  const seenFrom = new Map<GrowingNode, GrowingNode>();
  for (const start of nodes) {
    for (let node: GrowingNode | undefined = start; node && !seenFrom.has(node); node = node.parent) {
      seenFrom.set(node, start);
      if (node.parent && seenFrom.get(node.parent) === start) node.parent = undefined;
    }
  }
}
