import { drawTrees, type MarkedNode } from './marked-tree.ts';
import { shortenedForest } from './shortened-forest.ts';
import { spanForest, type SpanNode } from './span-forest.ts';
import { spanText } from './span-text.ts';
import type { Trace, TraceSpan } from '../trace.ts';

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
  markup?: (span: TraceSpan) => Markup | undefined,
): readonly MarkedNode[] {
  return spanTrees(spanForest(spans), markup);
}

/** Like {@link traceTrees}, of spans that are trees already. However deep they are: a step is no call inside a call. */
export function spanTrees(
  forest: readonly SpanNode[],
  markup: (span: TraceSpan) => Markup | undefined = () => undefined,
): readonly MarkedNode[] {
  const waiting: (() => void)[] = [];
  const marked = (node: SpanNode): MarkedNode => {
    const { before = [], after = [], ...said } = markup(node.span) ?? {};
    const inside: MarkedNode[] = [];
    waiting.push(() => {
      for (const child of [...before, ...node.children.map(marked), ...after]) inside.push(child);
    });
    return { text: nodeText(node), ...said, children: inside };
  };
  const trees = forest.map(marked);
  for (let fill = waiting.pop(); fill; fill = waiting.pop()) fill();
  return trees;
}

/** A span in a line. What its status says stands where it arose: a failure is handed on from span to span. */
export function nodeText({ span, children }: SpanNode): string {
  const isHandedOn = children.some(
    ({ span: child }) => child.failed && child.statusMessage === span.statusMessage,
  );
  return spanText(isHandedOn ? { ...span, statusMessage: undefined } : span);
}

/** A trace as trees. What a person would not read is left out. */
export function traceText(trace: Pick<Trace, 'spans'>): string {
  const trees = traceTrees(trace);
  return trees.length === 0 ? '  (no spans)' : drawTrees(shortenedForest(trees));
}
