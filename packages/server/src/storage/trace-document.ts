import type { SpanColumns, TraceSummary } from '@tta/obs-protocol';
import { aiSpanColumns } from './ai-span-row.ts';
import { parentIndices } from './parent-indices.ts';
import { MAY_TELL_FACTS, primitiveFactColumns } from './primitive-fact-columns.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { text } from './sqlite-rows.ts';

/** Of spans in the order of a trace's document, what each of its columns is. */
const COLUMNS = {
  spanId: 'span_id',
  parentSpanId: 'parent_span_id',
  name: 'name',
  kind: 'kind',
  startMs: 'start_ms',
  durationMs: 'duration_ms',
  status: 'status',
  statusMessage: `iif(status = 'success', NULL, status_message)`,
  primitiveType: 'primitive_type',
  label: 'label',
} as const satisfies Partial<Record<keyof SpanColumns, string>>;

/**
 * The columns as JSON: SQLite writes it faster than rows become objects, and the objects columns and text again. `LIMIT -1`
 * limits nothing, and keeps the order from being taken for one that does not matter.
 */
const SPANS = `SELECT ${Object.values(COLUMNS)
  .map((expression, at) => `json_group_array(${expression}) AS column_${at}`)
  .join()}, json_group_array(resource_id) AS resources,
  json_group_array(telling) FILTER (WHERE telling IS NOT NULL) AS telling
  FROM (SELECT span_id, parent_span_id, span.name, kind, (span.start_ns - trace.start_ns) / 1e6 AS start_ms,
      max(0, span.end_ns - span.start_ns) / 1e6 AS duration_ms, span.status, status_message, primitive_type, label,
      resource_id, iif(${MAY_TELL_FACTS}, span_key, NULL) AS telling
    FROM span JOIN trace USING (trace_key)
    WHERE trace_key = ? ORDER BY span.start_ns, span.end_ns DESC, span_id LIMIT -1)`;

const AI_SPANS =
  'SELECT ai_span.*, span_id FROM ai_span JOIN span USING (span_key) WHERE ai_span.trace_key = ?';

/** A `TraceDocument` as JSON: everything that the waterfall of one trace needs. */
export function traceDocumentJson(
  connection: SqliteConnection,
  summary: TraceSummary,
  traceKey: number,
): string {
  const row = connection.sql(SPANS).get(traceKey)!;
  const columns = Object.keys(COLUMNS).map((name, at) => [name, text(row, `column_${at}`)] as const);
  const [[, spanIdJson], [, parentSpanIdJson]] = columns as [
    readonly [string, string],
    readonly [string, string],
  ];
  const spanIds = JSON.parse(spanIdJson) as string[];
  const parentSpanIds = JSON.parse(parentSpanIdJson) as (string | null)[];
  const indexOf = new Map(spanIds.map((spanId, index) => [spanId, index]));
  const { services, service } = servicesOf(connection, JSON.parse(text(row, 'resources')) as number[]);
  const rest = {
    parentIndex: parentIndices(parentSpanIds, indexOf),
    service,
    ai: aiSpanColumns(connection.sql(AI_SPANS).all(traceKey), indexOf),
    primitives: primitiveFactColumns(connection, traceKey, text(row, 'telling'), indexOf),
  } satisfies Partial<SpanColumns>;
  const told = columns.map(([name, json]) => `"${name}":${json}`);
  for (const [name, column] of Object.entries(rest)) told.push(`"${name}":${JSON.stringify(column)}`);
  return `{"summary":${JSON.stringify(summary)},"services":${JSON.stringify(services)},"spans":{${told.join()}}}`;
}

/** Several resources may be of one service. */
function servicesOf(connection: SqliteConnection, resources: readonly number[]) {
  const select = connection.sql('SELECT service_name FROM resource WHERE id = ?');
  const services: string[] = [];
  const serviceOf = new Map<number, number>();
  for (const resource of resources) {
    if (serviceOf.has(resource)) continue;
    const name = text(select.get(resource)!, 'service_name');
    const known = services.indexOf(name);
    serviceOf.set(resource, known === -1 ? services.push(name) - 1 : known);
  }
  return { services, service: resources.map((resource) => serviceOf.get(resource)!) };
}
