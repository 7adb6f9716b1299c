import type { SpanDetail, TraceDocument } from '@tta/obs-protocol';

/** Where a trace is read from. */
export interface SpanSource {
  /** The spans of a trace in full, page by page. */
  spans(traceId: string): AsyncIterable<readonly SpanDetail[]>;
}

/** A larger trace is shown by what its document has of each span. */
const MOST_SPANS = 2_000;

/** The spans of a trace in full, by their ids, where the tree has something to tell of them. */
export async function traceDetails(
  source: SpanSource,
  { summary, spans }: TraceDocument,
): Promise<ReadonlyMap<string, SpanDetail>> {
  const details = new Map<string, SpanDetail>();
  const isTold =
    spans.primitiveType.some((type) => type !== null && type !== 'lambda') ||
    spans.ai.costSource.includes('estimated');
  if (!isTold || spans.spanId.length > MOST_SPANS) return details;
  for await (const page of source.spans(summary.traceId)) {
    for (const span of page) details.set(span.spanId, span);
  }
  return details;
}
