import type { AiOperation } from '@tta/obs-protocol';
import { edgeOf } from './edge.ts';
import { hasChildren } from './span-tree.ts';
import type { SpanTree } from './span-tree.ts';

/** Primitives and AI operations that only hold others together: while none of those runs, they wait. */
const HOLDING_PRIMITIVES: ReadonlySet<string> = new Set(
  (
    'sequential parallel race settle foreach loop retry fallback timeout hedge circuit_breaker bulkhead rate_limit ' +
    'cache dedupe conditional switch match router saga approval resumable agent'
  ).split(' '),
);
const HOLDING_OPERATIONS: ReadonlySet<AiOperation> = new Set<AiOperation>(['agent', 'workflow', 'step']);

/**
 * Tells the rows that do nothing of their own: while nothing below them runs, they wait. What spans that are no
 * primitives do in their self time is not known, and what ended before anything below it began did something itself.
 */
export function holdingRows(tree: SpanTree): (row: number) => boolean {
  const { spans, inner, outer } = tree;
  const { span: aiSpans, operation } = spans.ai;
  const holding = new Set(aiSpans.filter((_, at) => HOLDING_OPERATIONS.has(operation[at] as AiOperation)));
  const holds = (span: number): boolean => {
    const type = spans.primitiveType[span] ?? null;
    if (type !== null) return HOLDING_PRIMITIVES.has(type);
    return holding.has(span) || edgeOf(spans.name[span] as string) !== undefined;
  };
  return (row) => {
    const span = inner[row] as number;
    if (!hasChildren(tree, row) || !holds(span)) return false;
    // The first row below is the one that began first.
    const firstMs = spans.startMs[outer[row + 1] as number] as number;
    return firstMs <= (spans.startMs[span] as number) + (spans.durationMs[span] as number);
  };
}
