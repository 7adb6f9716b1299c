import type { AttributesJson, PrimitiveFactColumns } from '@tta/obs-protocol';
import { primitiveFacts, type FactSource } from '../conventions/primitive-facts.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';

/** Kinds of primitives that tell nothing of their own: most spans of most traces. */
const SILENT = ['lambda', 'sequential', 'tool'];
/** What spans of any kind may tell: it is looked for without reading them. */
const ANYWHERE = ['step.edge', 'cost.saved_usd', 'stream.chunks', 'execution.abandoned'];
/** Attributes and events that are read for one trace, about: those with content may take as much as a file does. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Whether a row of `span` may tell anything, as SQL. */
export const MAY_TELL_FACTS = `primitive_type IS NOT NULL
  AND (primitive_type NOT IN (${SILENT.map((type) => `'${type}'`).join()})
    OR ${ANYWHERE.map((name) => `instr(attributes, '"${name}":') > 0`).join(' OR ')})`;

const TELLING = `SELECT span_id, attributes, events FROM span WHERE span_key IN (SELECT value FROM json_each(?))
  AND octet_length(attributes) + coalesce(octet_length(events), 0) <= ?`;

/**
 * What the spans of a trace tell of how primitives went, by their attributes and events. Of a trace that has too many bytes
 * of these only the spans tell it that have no more than their part of what is read.
 *
 * @param spanKeys - Of those that may tell any, as a JSON list.
 * @param indexOf - Where the spans of the trace stand in its document, by id.
 */
export function primitiveFactColumns(
  connection: SqliteConnection,
  traceKey: number,
  spanKeys: string,
  indexOf: ReadonlyMap<string, number>,
): PrimitiveFactColumns {
  if (spanKeys === '[]') return { span: [], facts: [] };
  const trace = connection.sql('SELECT bytes FROM trace WHERE trace_key = ?').get(traceKey);
  const spanBytes =
    trace === undefined || number(trace, 'bytes') <= MOST_BYTES
      ? MOST_BYTES
      : Math.floor(MOST_BYTES / indexOf.size);
  const found = connection
    .sql(TELLING)
    .all(spanKeys, spanBytes)
    .flatMap((row) => {
      const span = indexOf.get(text(row, 'span_id'));
      const facts = primitiveFacts({
        attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
        events: JSON.parse(textOrNull(row, 'events') ?? '[]') as FactSource['events'],
      });
      return span === undefined || facts === null ? [] : [{ span, facts }];
    })
    .sort((one, other) => one.span - other.span);
  return { span: found.map(({ span }) => span), facts: found.map(({ facts }) => facts) };
}
