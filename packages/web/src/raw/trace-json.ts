import type { SpanDetail, TraceDocument } from '@tta/obs-protocol';

/** Spans to a part. */
const BATCH = 500;

/** A trace as one JSON document, a span a line, in parts that together are the text. */
export function traceJson(
  { summary, services }: Pick<TraceDocument, 'summary' | 'services'>,
  spans: readonly SpanDetail[],
): readonly string[] {
  const parts = [`{"summary":${JSON.stringify(summary)},"services":${JSON.stringify(services)},"spans":[`];
  for (let from = 0; from < spans.length; from += BATCH) {
    const lines = spans.slice(from, from + BATCH).map((span) => JSON.stringify(span));
    parts.push(`${from === 0 ? '' : ','}\n${lines.join(',\n')}`);
  }
  return [...parts, '\n]}\n'];
}
