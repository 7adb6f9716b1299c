import type { TraceSpan } from './trace.ts';

/** A span and what was begun inside it. */
export interface SpanNode {
  readonly span: TraceSpan;
  /** In the order of their starts. */
  readonly children: readonly SpanNode[];
}

interface GrowingNode extends SpanNode {
  readonly children: GrowingNode[];
}

/** Spans as trees. A root is a span without a parent, or whose parent is none of these spans. */
export function spanForest(spans: readonly TraceSpan[]): readonly SpanNode[] {
  const nodes = new Map<string, GrowingNode>();
  for (const span of spans) nodes.set(span.spanId, { span, children: [] });
  const roots: GrowingNode[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parentSpanId ?? '');
    if (parent && !isInside(parent, node)) parent.children.push(node);
    else roots.push(node);
  }
  return roots;
}

/** Spans from outside may say that two are each other's parent: a walk from one of them would not end. */
function isInside(candidate: GrowingNode, node: GrowingNode): boolean {
  return candidate === node || node.children.some((child) => isInside(candidate, child));
}

/** A tree's span and all below it, each before what is inside it. */
export function* walk({ span, children }: SpanNode): Generator<TraceSpan> {
  yield span;
  for (const child of children) yield* walk(child);
}
