import type { AiOperation, SpanColumns } from '@tta/obs-protocol';
import { edgeOf } from './edge.ts';

/** Primitives and AI operations that only hold others together: while none of those runs, they wait. */
const HOLDING_PRIMITIVES: ReadonlySet<string> = new Set(
  (
    'sequential parallel race settle foreach loop retry fallback timeout hedge circuit_breaker bulkhead rate_limit ' +
    'cache dedupe conditional switch match router saga approval resumable agent'
  ).split(' '),
);
const HOLDING_OPERATIONS: ReadonlySet<AiOperation> = new Set<AiOperation>(['agent', 'workflow', 'step']);

/**
 * Tells the spans that do nothing of their own: while none of those below them runs, they wait. What spans that are no
 * primitives do in their self time is not known: they do not count.
 */
export function holdingSpans(spans: SpanColumns): (span: number) => boolean {
  const { span: aiSpans, operation } = spans.ai;
  const holding = new Set(aiSpans.filter((_, at) => HOLDING_OPERATIONS.has(operation[at] as AiOperation)));
  return (span) => {
    const type = spans.primitiveType[span] ?? null;
    if (type !== null) return HOLDING_PRIMITIVES.has(type);
    return holding.has(span) || edgeOf(spans.name[span] as string) !== undefined;
  };
}
