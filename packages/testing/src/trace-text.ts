import { drawTrees, type MarkedNode } from './marked-tree.ts';
import { spanForest, type SpanNode } from './span-forest.ts';
import { spanText } from './span-text.ts';
import type { Trace, TraceSpan } from './trace.ts';

/** What is marked about a span, what is noted below it, and what there is inside it besides its spans. */
export interface Markup extends Pick<MarkedNode, 'mark' | 'notes'> {
  /** Log lines, before the spans. */
  readonly before?: readonly MarkedNode[];
  /** What is missing, after the spans. */
  readonly after?: readonly MarkedNode[];
}

/** The spans of a trace as trees to draw, each with what `markup` says of it. */
export function traceTrees(
  { spans }: Pick<Trace, 'spans'>,
  markup: (span: TraceSpan) => Markup | undefined = () => undefined,
): readonly MarkedNode[] {
  const marked = ({ span, children }: SpanNode): MarkedNode => {
    const { before = [], after = [], ...said } = markup(span) ?? {};
    return { text: spanText(span), ...said, children: [...before, ...children.map(marked), ...after] };
  };
  return spanForest(spans).map(marked);
}

/** A trace as trees, whole. */
export function traceText(trace: Pick<Trace, 'spans'>): string {
  const trees = traceTrees(trace);
  return trees.length === 0 ? '  (no spans)' : drawTrees(trees);
}
