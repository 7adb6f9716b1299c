import type { AttributeJson, AttributesJson, SpanTranscript, TranscriptList } from '@tta/obs-protocol';
import type { MessageLog } from '../conventions/message-events.ts';
import type { SourceSpan } from '../conventions/source-span.ts';
import { transcriptOf } from '../conventions/transcript.ts';
import { toAiSpan } from './ai-span-row.ts';
import { fitting, parseCursor, type CursorPosition } from './list-cursor.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';

const FROM_START: CursorPosition = [0n, 0n];
/** Log records of one span that are looked through for messages; those that have them send a handful. */
const MOST_LOGS = 1_000;

const ORDERED = `FROM ai_span JOIN span USING (span_key)
  WHERE ai_span.trace_key = ? AND (start_ns, span_key) > (?, ?) ORDER BY start_ns, span_key`;

/**
 * What was said in the spans of AI programs of one trace, in order of time, read from their attributes, events and logs.
 *
 * @returns `undefined` when the trace is not stored.
 * @throws InvalidCursorError when the cursor is not one of ours.
 */
export function readTranscripts(
  connection: SqliteConnection,
  traceId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): TranscriptList | undefined {
  const after = cursor === undefined ? FROM_START : parseCursor(cursor);
  const trace = connection.sql('SELECT trace_key FROM trace WHERE trace_id = ?').get(traceId);
  if (trace === undefined) return undefined;
  const traceKey = number(trace, 'trace_key');
  const positions = connection
    .sql(
      `SELECT span_key, CAST(start_ns AS TEXT) AS start_text,
         octet_length(attributes) + coalesce(octet_length(events), 0) AS bytes ${ORDERED} LIMIT ?`,
    )
    .all(traceKey, ...after, limit + 1);
  const page = positions.slice(0, fitting(positions.slice(0, limit).map((row) => number(row, 'bytes'))));
  const last = positions.length > page.length ? page.at(-1) : undefined;
  return {
    items: page.flatMap((row) => readTranscript(connection, traceKey, number(row, 'span_key')) ?? []),
    nextCursor: last === undefined ? null : `${text(last, 'start_text')}-${number(last, 'span_key')}`,
  };
}

function readTranscript(
  connection: SqliteConnection,
  traceKey: number,
  spanKey: number,
): SpanTranscript | undefined {
  const row = connection
    .sql(
      `SELECT span_id, span.name, CAST(start_ns AS TEXT) AS start_text, span.attributes, events,
         scope.name AS scope_name, service_name, cost_source, cost_usd, price_table, estimated_by
       FROM span JOIN ai_span USING (span_key) JOIN resource ON resource.id = resource_id JOIN scope ON scope.id = scope_id WHERE span.span_key = ?`,
    )
    .get(spanKey)!;
  const spanId = text(row, 'span_id');
  const source = toSourceSpan(row);
  const ai = toAiSpan(source, row);
  const transcript = transcriptOf(source, logsOf(connection, traceKey, spanId));
  return ai === null || transcript === null ? undefined : { spanId, ai, transcript };
}

function toSourceSpan(row: SqlRow): SourceSpan {
  return {
    name: text(row, 'name'),
    startTimeUnixNano: text(row, 'start_text'),
    attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
    events: JSON.parse(textOrNull(row, 'events') ?? '[]') as SourceSpan['events'],
    scope: { name: text(row, 'scope_name') },
    resource: { 'service.name': text(row, 'service_name') },
  };
}

function logsOf(connection: SqliteConnection, traceKey: number, spanId: string): readonly MessageLog[] {
  return connection
    .sql(
      `SELECT event_name, attributes, body FROM log_record WHERE trace_key = ? AND span_id = ?
       ORDER BY time_ns, log_key LIMIT ${MOST_LOGS}`,
    )
    .all(traceKey, spanId)
    .map((row) => ({
      eventName: textOrNull(row, 'event_name'),
      attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
      body: JSON.parse(text(row, 'body')) as AttributeJson,
    }));
}
