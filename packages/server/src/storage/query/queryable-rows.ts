import type { AttributeJson, AttributesJson } from '@tta/obs-protocol';
import type { QueryableSpan, QueryableTrace, QueryFieldValue } from '@tta/obs-protocol/query';
import type { SqliteConnection } from '../sqlite-connection.ts';
import type { SqlRow, SqlStatement } from '../sqlite-driver.ts';
import { number, text } from '../sqlite-rows.ts';
import { queryableColumns, queryableSpan } from './queryable-span.ts';
import { ATTEMPT_NAMES, SPAN_JOINS } from './span-fields.ts';
import { isTraceField, TRACE_FIELDS, TRACE_JOINS } from './trace-fields.ts';

/** Spans that are read at once, few at first: mostly one of the first ones decides. */
const FIRST_SPANS = 8;
const MOST_SPANS = 64;
/** Resources that are kept parsed. */
const MOST_RESOURCES = 1_000;

const TRACE_VALUES = Object.entries(TRACE_FIELDS)
  .map(([field, expression]) => `${expression} AS "${field}"`)
  .join();

/** Reads stored traces as queries ask for them. */
export class QueryableRows {
  readonly #connection: SqliteConnection;
  readonly #needed: ReadonlySet<string>;
  readonly #select: SqlStatement;
  readonly #resources = new Map<number, AttributesJson>();
  /** Of the trace that was looked at last: a large one is asked for its spans again and again. */
  #attemptsOfTrace: { readonly traceKey: number; readonly attempts: ReadonlyMap<string, number> } | undefined;

  /** @param needed - Names of the fields that are asked for; there are no others. */
  constructor(connection: SqliteConnection, needed: ReadonlySet<string>) {
    this.#connection = connection;
    this.#needed = needed;
    this.#select = connection.statement(
      `SELECT ${queryableColumns(needed)} FROM json_each(?) wanted JOIN span s ON s.span_key = wanted.value ${SPAN_JOINS}`,
    );
  }

  /** Some spans of a trace, in parts. */
  *parts(traceKey: number, spanKeys: readonly number[]): Generator<QueryableTrace, void> {
    const fields = [...this.#needed].some(isTraceField) ? this.#traceFields(traceKey) : {};
    const attempts = this.#needed.has('attempts') ? this.#attempts(traceKey) : undefined;
    let size = FIRST_SPANS;
    for (let index = 0; index < spanKeys.length;) {
      const rows = this.#rows(spanKeys.slice(index, index + size));
      index += size;
      size = Math.min(2 * size, MOST_SPANS);
      const logs = this.#needed.has('text') ? this.#logs(traceKey, rows) : undefined;
      const spans = rows.map((row) => {
        const spanId = text(row, 'span_id');
        return this.#span(row, attempts?.get(spanId), logs?.get(spanId));
      });
      if (spans.length > 0) yield { fields, spans };
    }
  }

  /** Spans of any traces, without what is costly: their attempts and log lines. */
  spans(spanKeys: readonly number[]): readonly QueryableSpan[] {
    return this.#rows(spanKeys).map((row) => this.#span(row));
  }

  #rows(spanKeys: readonly number[]): readonly SqlRow[] {
    return this.#select.all(JSON.stringify(spanKeys));
  }

  #span(row: SqlRow, attempts = 0, logs: readonly AttributeJson[] = []): QueryableSpan {
    const resource = this.#resource(number(row, 'resource_id'));
    return queryableSpan(row, this.#needed, { resource, attempts, logs });
  }

  #traceFields(traceKey: number): QueryableTrace['fields'] {
    const row = this.#connection
      .sql(`SELECT ${TRACE_VALUES} FROM trace t ${TRACE_JOINS} WHERE t.trace_key = ?`)
      .get(traceKey);
    const known = Object.entries(row ?? {}).filter(([, value]) => value !== null);
    return Object.fromEntries(known as [string, QueryFieldValue][]);
  }

  /** By the id of the span that they are attempts of. */
  #attempts(traceKey: number): ReadonlyMap<string, number> {
    if (this.#attemptsOfTrace?.traceKey !== traceKey) {
      this.#attemptsOfTrace = { traceKey, attempts: this.#readAttempts(traceKey) };
    }
    return this.#attemptsOfTrace.attempts;
  }

  #readAttempts(traceKey: number): ReadonlyMap<string, number> {
    const rows = this.#connection
      .sql(
        `SELECT parent_span_id, count(*) AS attempts FROM span
         WHERE trace_key = ? AND parent_span_id IS NOT NULL AND name GLOB '${ATTEMPT_NAMES}' GROUP BY parent_span_id`,
      )
      .all(traceKey);
    return new Map(rows.map((row) => [text(row, 'parent_span_id'), number(row, 'attempts')]));
  }

  #logs(traceKey: number, spans: readonly SqlRow[]): ReadonlyMap<string, AttributeJson[]> {
    const rows = this.#connection
      .sql(
        `SELECT span_id, body FROM log_record
         WHERE trace_key = ? AND span_id IN (SELECT value FROM json_each(?)) ORDER BY time_ns, log_key`,
      )
      .all(traceKey, JSON.stringify(spans.map((row) => text(row, 'span_id'))));
    const logs = new Map<string, AttributeJson[]>();
    for (const row of rows) {
      const body = JSON.parse(text(row, 'body')) as AttributeJson;
      const spanId = text(row, 'span_id');
      const known = logs.get(spanId);
      if (known === undefined) logs.set(spanId, [body]);
      else known.push(body);
    }
    return logs;
  }

  #resource(id: number): AttributesJson {
    let resource = this.#resources.get(id);
    if (resource === undefined) {
      const row = this.#connection.sql('SELECT attributes FROM resource WHERE id = ?').get(id);
      resource = JSON.parse(text(row!, 'attributes')) as AttributesJson;
      if (this.#resources.size >= MOST_RESOURCES) this.#resources.clear();
      this.#resources.set(id, resource);
    }
    return resource;
  }
}
