import type { AttributeJson } from '@tta/obs-protocol';
import { REDACTED_VALUE } from '../otlp/secret-redaction.ts';
import { INCOMPLETE_TEXT, SEARCH_BYTES } from '../otlp/span-batch-builder.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { text } from './sqlite-rows.ts';

/**
 * The texts of a stored span by which it is found, as its sender's were: what was bytes or a large number then is text
 * by now, and found as well.
 */
export function storedText(connection: SqliteConnection, spanKey: number): string {
  const row = connection
    .sql('SELECT name, status_message, attributes, events, links FROM span WHERE span_key = ?')
    .get(spanKey)!;
  const texts: string[] = [];
  collect(JSON.parse(text(row, 'attributes')) as AttributeJson, texts);
  for (const column of ['events', 'links'] as const) {
    const items = JSON.parse((row[column] as string | null) ?? '[]') as readonly {
      attributes: AttributeJson;
    }[];
    for (const { attributes } of items) collect(attributes, texts);
  }
  texts.push(text(row, 'name'), (row['status_message'] as string | null) ?? '');
  const all = texts.join('\n');
  return all.length <= SEARCH_BYTES ? all : `${all.slice(0, SEARCH_BYTES)}\n${INCOMPLETE_TEXT}`;
}

function collect(value: AttributeJson, texts: string[]): void {
  if (typeof value === 'string') {
    if (value !== REDACTED_VALUE) texts.push(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, texts);
  }
}
