import type { AttributeJson, AttributesJson, QueryValueList } from '@tta/obs-protocol';
import type { AttributeFieldName, QueryFieldName, QueryableSpan } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import { number } from '../sqlite-rows.ts';
import { QueryableRows } from './queryable-rows.ts';
import { isTraceField, TRACE_FIELDS, TRACE_JOINS } from './trace-fields.ts';

/** Who types waits for it. */
const BUDGET_MS = 30;
/** Spans or traces that are read before the clock is looked at. */
const PART = 200;
/**
 * As many are looked at in any case where a value is a column: on a machine that has much else to do the time is over after
 * the first part, and what was counted says little of what there is.
 */
const LEAST = 1_000;
/** Nobody completes longer ones. */
const LONGEST_VALUE = 256;
const MOST_VALUES = 10_000;

export interface KnownValuesOptions {
  /** What they begin with, in any case. */
  readonly beginning: string;
  readonly limit: number;
  /** Milliseconds that only grow. */
  readonly elapsedMs: () => number;
}

/** Texts that a field has in the newest spans or traces, the most frequent first; as many are looked at as there is time for. */
export function knownValues(
  connection: SqliteConnection,
  field: QueryFieldName | AttributeFieldName,
  options: KnownValuesOptions,
): QueryValueList {
  const isColumn = !field.startsWith('attr.');
  const counted = new CountedValues(options, isColumn ? LEAST : 0);
  if (isTraceField(field)) {
    const select = connection.sql(
      `SELECT ${TRACE_FIELDS[field]} AS value FROM trace t ${TRACE_JOINS}
       ORDER BY t.start_ns DESC, t.trace_key DESC LIMIT ? OFFSET ?`,
    );
    for (let offset = 0; !counted.isOver(); offset += PART) {
      const rows = select.all(PART, offset);
      for (const { value } of rows) counted.add([value]);
      if (rows.length < PART) break;
    }
  } else {
    const key = field.startsWith('attr.') ? field.slice('attr.'.length) : undefined;
    eachNewestSpan(connection, counted, new Set([field]), (span) =>
      key === undefined
        ? [span.fields[field as keyof QueryableSpan['fields']]].flat()
        : [span.attributes, span.resource].flatMap((attributes) => scalarsOf(attributes, key)),
    );
  }
  return counted.list();
}

/** Keys of attributes of the newest spans and their resources, the most frequent first. */
export function knownAttributeKeys(
  connection: SqliteConnection,
  options: KnownValuesOptions,
): QueryValueList {
  const counted = new CountedValues(options, 0);
  eachNewestSpan(connection, counted, new Set(), ({ attributes, resource }) => [
    ...Object.keys(attributes),
    ...Object.keys(resource),
  ]);
  return counted.list();
}

function eachNewestSpan(
  connection: SqliteConnection,
  counted: CountedValues,
  needed: ReadonlySet<string>,
  valuesOf: (span: QueryableSpan) => readonly unknown[],
): void {
  const rows = new QueryableRows(connection, needed);
  let below = Number.MAX_SAFE_INTEGER;
  while (!counted.isOver()) {
    const keys = connection
      .sql('SELECT span_key FROM span WHERE span_key < ? ORDER BY span_key DESC LIMIT ?')
      .all(below, PART)
      .map((row) => number(row, 'span_key'));
    for (const span of rows.spans(keys)) counted.add(valuesOf(span));
    if (keys.length < PART) break;
    below = keys.at(-1)!;
  }
}

class CountedValues {
  readonly #options: KnownValuesOptions;
  readonly #beginMs: number;
  readonly #beginning: string;
  readonly #counts = new Map<string, number>();
  readonly #least: number;
  #looked = 0;

  /** @param least - Spans or traces that are looked at, however long it takes. */
  constructor(options: KnownValuesOptions, least: number) {
    this.#options = options;
    this.#least = least;
    this.#beginMs = options.elapsedMs();
    this.#beginning = options.beginning.toLowerCase();
  }

  isOver(): boolean {
    return this.#looked >= this.#least && this.#options.elapsedMs() - this.#beginMs >= BUDGET_MS;
  }

  /** All that one span, or one trace, has: each is counted once. Numbers of fields are no texts. */
  add(values: readonly unknown[]): void {
    this.#looked += 1;
    for (const value of new Set(values)) {
      if (typeof value !== 'string' || value === '' || value.length > LONGEST_VALUE) continue;
      if (!value.toLowerCase().startsWith(this.#beginning)) continue;
      const count = this.#counts.get(value);
      if (count !== undefined || this.#counts.size < MOST_VALUES) this.#counts.set(value, (count ?? 0) + 1);
    }
  }

  list(): QueryValueList {
    const sorted = [...this.#counts].toSorted(
      ([one, oneCount], [other, otherCount]) => otherCount - oneCount || (one < other ? -1 : 1),
    );
    return { items: sorted.slice(0, this.#options.limit).map(([value, count]) => ({ value, count })) };
  }
}

function scalarsOf(attributes: AttributesJson, key: string): readonly string[] {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : null;
  const items = (Array.isArray(value) ? value : [value]) as readonly AttributeJson[];
  return items.flatMap((item) => (typeof item === 'object' || item === undefined ? [] : [String(item)]));
}
