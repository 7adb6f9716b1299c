import type { AttributesJson, PrimitiveFactColumns } from '@tta/obs-protocol';
import { primitiveFacts, type FactSource } from '../conventions/primitive-facts.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';
import type { ColumnRow } from './trace-columns.ts';

/** Kinds of primitives that tell nothing of their own: most spans of most traces. */
const SILENT = ['lambda', 'sequential', 'tool'];
/** What spans of any kind may tell: it is looked for without reading them. */
const ANYWHERE = ['step.edge', 'cost.saved_usd', 'stream.chunks', 'execution.abandoned'];
/** Attributes and events that are read for one trace, about: those with content may take as much as a file does. */
const MOST_BYTES = 64 * 1024 * 1024;

const TELLING = `SELECT span_id, attributes, events FROM span WHERE trace_key = ? AND primitive_type IS NOT NULL
  AND (primitive_type NOT IN (${SILENT.map((type) => `'${type}'`).join()})
    OR ${ANYWHERE.map((name) => `instr(attributes, '"${name}":') > 0`).join(' OR ')})
  AND octet_length(attributes) + coalesce(octet_length(events), 0) <= ?`;

/**
 * What the spans of a trace tell of how primitives went, by their attributes and events. Of a trace that has too many bytes
 * of these only the spans tell it that have no more than their part of what is read.
 *
 * @param rows - All spans of the trace, in the order of its document.
 */
export function primitiveFactColumns(
  connection: SqliteConnection,
  traceKey: number,
  rows: readonly ColumnRow[],
): PrimitiveFactColumns {
  if (rows.every(({ primitiveType }) => primitiveType === null)) return { span: [], facts: [] };
  const trace = connection.sql('SELECT bytes FROM trace WHERE trace_key = ?').get(traceKey);
  const spanBytes =
    trace === undefined || number(trace, 'bytes') <= MOST_BYTES
      ? MOST_BYTES
      : Math.floor(MOST_BYTES / rows.length);
  const factsOf = new Map(
    connection
      .sql(TELLING)
      .all(traceKey, spanBytes)
      .map((row) => [
        text(row, 'span_id'),
        primitiveFacts({
          attributes: JSON.parse(text(row, 'attributes')) as AttributesJson,
          events: JSON.parse(textOrNull(row, 'events') ?? '[]') as FactSource['events'],
        }),
      ]),
  );
  const found = rows.flatMap(({ spanId }, span) => {
    const facts = factsOf.get(spanId) ?? null;
    return facts === null ? [] : [{ span, facts }];
  });
  return { span: found.map(({ span }) => span), facts: found.map(({ facts }) => facts) };
}
