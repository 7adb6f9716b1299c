import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import type { QueryableSpan, QueryFieldValue } from '@tta/obs-protocol/query';
import { REDACTED_VALUE } from '../../otlp/secret-redaction.ts';
import type { SqlRow } from '../sqlite-driver.ts';
import { numberOrNull, text, textOrNull } from '../sqlite-rows.ts';
import {
  HEDGE_ATTEMPTS,
  NUMBER_FIELDS,
  SOURCE_FIELDS,
  TEXT_FIELDS,
  type FieldSource,
} from './span-fields.ts';

/** Which columns {@link queryableSpan} needs of a span `s` with its `SPAN_JOINS` for these fields. */
export function queryableColumns(needed: ReadonlySet<string>): string {
  const columns: readonly (readonly [field: string, column: string, name: string])[] = [
    ...TEXT_FIELDS.flatMap(([field, texts]) => numbered(field, texts)),
    ...NUMBER_FIELDS.map(([field, column]) => [field, column, field] as const),
    ...SOURCE_FIELDS.flatMap(([field, { columns: texts = [], lists = [] }]) =>
      numbered(field, [...texts, ...lists]),
    ),
  ];
  return [
    's.span_id',
    's.resource_id',
    's.attributes',
    's.events',
    ...(needed.has('text') ? ['s.name AS span_name', 's.status_message'] : []),
    ...columns.flatMap(([field, column, name]) => (needed.has(field) ? [`${column} AS "${name}"`] : [])),
  ].join();
}

function numbered(field: string, columns: readonly string[]) {
  return columns.map((column, index) => [field, column, `${field} ${index}`] as const);
}

/** What belongs to a span and stands in other rows. */
export interface SpanSurroundings {
  readonly resource: AttributesJson;
  /** How many attempts of a retry are below it. */
  readonly attempts: number;
  /** Bodies of its log records. */
  readonly logs: readonly AttributeJson[];
}

/**
 * A stored span as queries ask for it.
 *
 * @param needed - Names of the fields that are asked for: it has no others.
 */
export function queryableSpan(
  row: SqlRow,
  needed: ReadonlySet<string>,
  surroundings: SpanSurroundings,
): QueryableSpan {
  return new StoredSpan(row, needed, surroundings);
}

interface StoredEvent {
  readonly name: string;
  readonly attributes: AttributesJson;
}

/** Most queries ask for little of a span: its JSON is read when it is asked for. */
class StoredSpan implements QueryableSpan {
  readonly resource: AttributesJson;
  readonly fields: QueryableSpan['fields'];
  readonly #row: SqlRow;
  readonly #logs: readonly AttributeJson[];
  #attributes: AttributesJson | undefined;
  #events: readonly StoredEvent[] | undefined;

  constructor(row: SqlRow, needed: ReadonlySet<string>, { resource, attempts, logs }: SpanSurroundings) {
    this.#row = row;
    this.#logs = logs;
    this.resource = resource;
    const fields: Record<string, QueryFieldValue> = {};
    for (const [field, columns] of TEXT_FIELDS) {
      if (needed.has(field)) fields[field] = textsOfColumns(row, field, columns);
    }
    for (const [field] of NUMBER_FIELDS) {
      const value = numberOrNull(row, field);
      if (value !== null) fields[field] = value;
    }
    for (const [field, source] of SOURCE_FIELDS) {
      if (needed.has(field)) fields[field] = this.#valuesOf(field, source);
    }
    if (attempts > 0) fields['attempts'] = attempts;
    else if (needed.has('attempts')) {
      const hedged = this.#own(HEDGE_ATTEMPTS);
      if (typeof hedged === 'number') fields['attempts'] = hedged;
    }
    this.fields = fields;
  }

  get attributes(): AttributesJson {
    return (this.#attributes ??= JSON.parse(text(this.#row, 'attributes')) as AttributesJson);
  }

  get text(): string {
    const texts = [
      text(this.#row, 'span_name'),
      textOrNull(this.#row, 'status_message') ?? '',
      ...stringsIn(this.attributes),
      ...this.#storedEvents().flatMap(({ attributes }) => stringsIn(attributes)),
      ...this.#logs.flatMap(stringsIn),
    ];
    return texts.join('\n');
  }

  #valuesOf(field: string, source: FieldSource): readonly string[] {
    const { attributes = [], exceptions = [], resource = [], columns = [], lists = [] } = source;
    return [
      ...attributes.flatMap((key) => textsOf(this.attributes, key)),
      ...resource.flatMap((key) => textsOf(this.resource, key)),
      ...exceptions.flatMap((key) => this.#ofExceptions(key)),
      ...textsOfColumns(this.#row, field, columns),
      ...lists.flatMap((_, index) => listOf(this.#row, `${field} ${columns.length + index}`)),
    ];
  }

  #own(key: string): AttributeJson | undefined {
    return Object.hasOwn(this.attributes, key) ? this.attributes[key] : undefined;
  }

  #ofExceptions(key: string): readonly string[] {
    return this.#storedEvents().flatMap(({ name, attributes }) =>
      name === 'exception' ? textsOf(attributes, key) : [],
    );
  }

  #storedEvents(): readonly StoredEvent[] {
    return (this.#events ??= JSON.parse(textOrNull(this.#row, 'events') ?? '[]') as readonly StoredEvent[]);
  }
}

function textsOfColumns(row: SqlRow, field: string, columns: readonly string[]): readonly string[] {
  return columns.flatMap((_, index) => {
    const value = textOrNull(row, `${field} ${index}`);
    return value === null ? [] : [value];
  });
}

/** What an attribute has of texts, and of what can be written as one; of a list, each element. */
export function textsOf(attributes: AttributesJson, key: string): readonly string[] {
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
