import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import type { QueryableSpan, QueryFieldValue } from '@tta/obs-protocol/query';
import { REDACTED_VALUE } from '../../otlp/secret-redaction.ts';
import type { SqlRow } from '../sqlite-driver.ts';
import { numberOrNull, text, textOrNull } from '../sqlite-rows.ts';
import { HEDGE_ATTEMPTS, NUMBER_FIELDS, SOURCE_FIELDS, TEXT_FIELDS } from './span-fields.ts';

const VALUE_COLUMNS = [
  ...TEXT_FIELDS.flatMap(([field, columns]) => columns.map((column, index) => [column, `${field} ${index}`])),
  ...NUMBER_FIELDS.map(([field, column]) => [column, field]),
  ...SOURCE_FIELDS.flatMap(([field, { columns = [], lists = [] }]) =>
    [...columns, ...lists].map((column, index) => [column, `${field} ${index}`]),
  ),
];

/** What {@link queryableSpan} reads of a span `s` with its `SPAN_JOINS`. */
export const QUERYABLE_COLUMNS = [
  ...['s.span_key', 's.trace_key', 's.span_id', 's.resource_id'],
  ...['s.attributes', 's.events', 's.status_message'],
  ...VALUE_COLUMNS.map(([column, name]) => `${column} AS "${name}"`),
].join();

/** What belongs to a span and stands in other rows. */
export interface SpanSurroundings {
  readonly resource: AttributesJson;
  /** How many attempts of a retry are below it. */
  readonly attempts: number;
  /** Bodies of its log records. */
  readonly logs: readonly AttributeJson[];
}

/** A stored span as queries ask for it. */
export function queryableSpan(row: SqlRow, surroundings: SpanSurroundings): QueryableSpan {
  return new StoredSpan(row, surroundings);
}

interface StoredEvent {
  readonly name: string;
  readonly attributes: AttributesJson;
}

/** Few queries ask for the text of a span, and it may be long: it is put together when it is asked for. */
class StoredSpan implements QueryableSpan {
  readonly fields: QueryableSpan['fields'];
  readonly attributes: AttributesJson;
  readonly resource: AttributesJson;
  readonly #row: SqlRow;
  readonly #events: readonly StoredEvent[];
  readonly #logs: readonly AttributeJson[];

  constructor(row: SqlRow, { resource, attempts, logs }: SpanSurroundings) {
    this.#row = row;
    this.#logs = logs;
    this.#events = JSON.parse(textOrNull(row, 'events') ?? '[]') as readonly StoredEvent[];
    this.attributes = JSON.parse(text(row, 'attributes')) as AttributesJson;
    this.resource = resource;
    const fields: Record<string, QueryFieldValue> = {};
    for (const [field, columns] of TEXT_FIELDS) fields[field] = textsOfColumns(row, field, columns);
    for (const [field] of NUMBER_FIELDS) {
      const value = numberOrNull(row, field);
      if (value !== null) fields[field] = value;
    }
    for (const [field, source] of SOURCE_FIELDS) {
      const { attributes = [], exceptions = [], columns = [], lists = [] } = source;
      fields[field] = [
        ...attributes.flatMap((key) => textsOf(this.attributes, key)),
        ...(source.resource ?? []).flatMap((key) => textsOf(resource, key)),
        ...exceptions.flatMap((key) => this.#ofExceptions(key)),
        ...textsOfColumns(row, field, columns),
        ...lists.flatMap((_, index) => listOf(row, `${field} ${columns.length + index}`)),
      ];
    }
    const hedged = Object.hasOwn(this.attributes, HEDGE_ATTEMPTS) ? this.attributes[HEDGE_ATTEMPTS] : null;
    if (attempts > 0) fields['attempts'] = attempts;
    else if (typeof hedged === 'number') fields['attempts'] = hedged;
    this.fields = fields;
  }

  get text(): string {
    const texts = [
      text(this.#row, 'name 0'),
      textOrNull(this.#row, 'status_message') ?? '',
      ...stringsIn(this.attributes),
      ...this.#events.flatMap(({ attributes }) => stringsIn(attributes)),
      ...this.#logs.flatMap(stringsIn),
    ];
    return texts.join('\n');
  }

  #ofExceptions(key: string): readonly string[] {
    return this.#events.flatMap(({ name, attributes }) =>
      name === 'exception' ? textsOf(attributes, key) : [],
    );
  }
}

function textsOfColumns(row: SqlRow, field: string, columns: readonly string[]): readonly string[] {
  return columns.flatMap((_, index) => {
    const value = textOrNull(row, `${field} ${index}`);
    return value === null ? [] : [value];
  });
}

/** Of a list, each element. */
function textsOf(attributes: AttributesJson, key: string): readonly string[] {
  const value = (Object.hasOwn(attributes, key) ? attributes[key] : null) ?? [];
  const items = (Array.isArray(value) ? value : [value]) as readonly AttributeJson[];
  return items.flatMap((item) => (typeof item === 'object' ? [] : [String(item)]));
}

function listOf(row: SqlRow, column: string): readonly string[] {
  return JSON.parse(textOrNull(row, column) ?? '[]') as readonly string[];
}

function stringsIn(value: AttributeJson): readonly string[] {
  if (typeof value === 'string') return value === REDACTED_VALUE ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
