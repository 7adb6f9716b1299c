import type { TraceFieldName } from '@tta/obs-protocol/query';

/** Values of the fields of a trace `t` with its row `u` of usage, if it has one; NULL where there is none. */
export const TRACE_FIELDS: Readonly<Record<TraceFieldName, string>> = {
  trace: 't.trace_id',
  'trace.status': 't.status',
  'trace.name': 't.name',
  'trace.service': 't.service_name',
  'trace.duration': '((t.end_ns - t.start_ns) / 1e6)',
  'trace.time': '(t.start_ns / 1e6)',
  'trace.spans': 't.span_count',
  'trace.errors': 't.error_count',
  // Without a price it is not known what it cost.
  'trace.cost': `CASE WHEN u.reported_usd + u.estimated_usd > 0 OR (u.calls > 0 AND u.unpriced_count = 0)
    THEN u.reported_usd + u.estimated_usd END`,
  'trace.tokens': 'nullif(u.input_tokens + u.output_tokens, 0)',
  'trace.pinned': `CASE WHEN t.is_pinned THEN 'true' ELSE 'false' END`,
};

export const NUMERIC_TRACE_FIELDS: ReadonlySet<TraceFieldName> = new Set<TraceFieldName>([
  'trace.duration',
  'trace.time',
  'trace.spans',
  'trace.errors',
  'trace.cost',
  'trace.tokens',
]);

/** What each trace `t` is joined with for {@link TRACE_FIELDS}. */
export const TRACE_JOINS = 'LEFT JOIN trace_usage u ON u.trace_key = t.trace_key';

export function isTraceField(field: string): field is TraceFieldName {
  return Object.hasOwn(TRACE_FIELDS, field);
}
