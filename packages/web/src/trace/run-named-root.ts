import type { SpanColumns, TraceDocument } from '@tta/obs-protocol';

/**
 * The spans of a trace, the first of which bears the name of the run where it has none but its kind: `repo-review` says more
 * than `sequential`.
 */
export function runNamedRoot({ summary, spans }: TraceDocument): SpanColumns {
  const root = spans.parentSpanId.indexOf(null);
  const own = spans.label[root] ?? null;
  if (!summary.hasRoot || root === -1 || (own !== null && own !== spans.primitiveType[root])) return spans;
  return { ...spans, label: spans.label.map((label, span) => (span === root ? summary.name : label)) };
}
