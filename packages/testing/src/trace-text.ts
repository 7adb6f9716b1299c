import { type Colors, drawTrees, type MarkedNode } from './marked-tree.ts';
import { spanForest, type SpanNode } from './span-forest.ts';
import { spanText } from './span-text.ts';
import type { Trace, TraceSpan } from './trace.ts';

/** What is marked about a span, and noted below it. */
export type Markup = Pick<MarkedNode, 'mark' | 'notes'>;

/** A trace as trees, each span with what `markup` says of it. */
export function traceText(
  { spans }: Pick<Trace, 'spans'>,
  markup: (span: TraceSpan) => Markup | undefined = () => undefined,
  colors?: Colors,
): string {
  if (spans.length === 0) return '  (no spans)';
  const marked = ({ span, children }: SpanNode): MarkedNode => ({
    text: spanText(span),
    ...markup(span),
    children: children.map(marked),
  });
  return drawTrees(spanForest(spans).map(marked), colors);
}
