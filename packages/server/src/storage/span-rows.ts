import type { SpanBatch } from '../otlp/span-batch.ts';
import type { OpenTrace } from './open-trace.ts';
import type { OpenTraces } from './open-traces.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlStatement, SqlValue } from './sqlite-driver.ts';
import { number, storable } from './sqlite-rows.ts';

/** Rows that one statement inserts: each call of SQLite costs about as much as a row. */
const ROWS = 16;
const COLUMNS = [
  'span_key',
  'trace_key',
  'span_id',
  'parent_span_id',
  'name',
  'kind',
  'start_ns',
  'end_ns',
  'status',
  'status_code',
  'status_message',
  'primitive_type',
  'label',
  'resource_id',
  'scope_id',
  'flags',
  'trace_state',
  'dropped',
  'attributes',
  'events',
  'links',
] as const;
const ONE_ROW = `(${COLUMNS.map(() => '?').join()})`;

/** A span on its way into the file. */
export interface NewSpan {
  readonly spanKey: number;
  readonly batch: SpanBatch;
  readonly index: number;
  readonly trace: OpenTrace;
}

/** The rows of spans, each once whatever arrives again. */
export class SpanRows {
  readonly #connection: SqliteConnection;
  readonly #traces: OpenTraces;
  readonly #values: SqlValue[] = [];
  /** Handed to SQLite with the next statement. */
  readonly #waiting: NewSpan[] = [];
  #nextKey: number;

  constructor(connection: SqliteConnection, traces: OpenTraces) {
    this.#connection = connection;
    this.#traces = traces;
    this.#nextKey = nextKey(connection);
    connection.onRollback(() => {
      this.#values.length = 0;
      this.#waiting.length = 0;
      this.#nextKey = nextKey(connection);
    });
  }

  /** Only within a transaction. @returns those that were not stored before. */
  insert(batches: readonly SpanBatch[]): readonly NewSpan[] {
    const stored: NewSpan[] = [];
    for (const batch of batches) this.#insertBatch(batch, stored);
    this.#insertWaiting(stored);
    this.#connection.sql(`UPDATE counter SET value = ? WHERE name = 'span_key'`).run(this.newestKey);
    return stored;
  }

  /** Grows with each span that comes in. */
  get newestKey(): number {
    return this.#nextKey - 1;
  }

  #insertBatch(batch: SpanBatch, stored: NewSpan[]): void {
    const resourceIds = batch.resources.map(({ attributes, serviceName }) =>
      this.#connection.origins.resourceRow(attributes, serviceName),
    );
    const scopeIds = batch.scopes.map(({ name, version, attributes }) =>
      this.#connection.origins.scopeRow(name, version, attributes),
    );
    const documents = Buffer.from(batch.documents.buffer, batch.documents.byteOffset, batch.documents.length);
    const strings = batch.strings.map(storable);
    const text = (code: number): string | null => (code === -1 ? null : strings[code]!);
    let begin = 0;
    for (let index = 0; index < batch.count; index++) {
      const trace = this.#traces.open(batch.strings[batch.traceId[index]!]!);
      const attributesEnd = batch.documentEnds[index * 3]!;
      const eventsEnd = batch.documentEnds[index * 3 + 1]!;
      const linksEnd = batch.documentEnds[index * 3 + 2]!;
      const spanKey = this.#nextKey++;
      this.#waiting.push({ spanKey, batch, index, trace });
      this.#values.push(
        spanKey,
        trace.traceKey,
        batch.strings[batch.spanId[index]!]!,
        text(batch.parentSpanId[index]!),
        text(batch.name[index]!),
        batch.kind[index]!,
        batch.startNs[index]!,
        batch.endNs[index]!,
        text(batch.status[index]!),
        batch.statusCode[index]!,
        text(batch.statusMessage[index]!),
        text(batch.primitiveType[index]!),
        text(batch.label[index]!),
        resourceIds[batch.resource[index]!]!,
        scopeIds[batch.scope[index]!]!,
        batch.flags[index]!,
        text(batch.traceState[index]!),
        text(batch.dropped[index]!),
        documents.toString('utf8', begin, attributesEnd),
        attributesEnd === eventsEnd ? null : documents.toString('utf8', attributesEnd, eventsEnd),
        eventsEnd === linksEnd ? null : documents.toString('utf8', eventsEnd, linksEnd),
      );
      begin = linksEnd;
      if (this.#waiting.length === ROWS) this.#insertWaiting(stored);
    }
  }

  #insertWaiting(stored: NewSpan[]): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    const inserted = this.#insertOf(waiting.length).run(...this.#values);
    this.#values.length = 0;
    const isStored = inserted === waiting.length ? undefined : this.#storedKeys(waiting);
    for (const span of waiting) {
      if (isStored === undefined || isStored.has(span.spanKey)) stored.push(span);
    }
    waiting.length = 0;
  }

  #insertOf(rows: number): SqlStatement {
    return this.#connection.sql(
      `INSERT INTO span (${COLUMNS.join()}) VALUES ${Array(rows).fill(ONE_ROW).join()}
       ON CONFLICT (trace_key, span_id) DO NOTHING`,
    );
  }

  /** Which of the spans were new: the others were stored before and have other keys. */
  #storedKeys(spans: readonly NewSpan[]): ReadonlySet<number> {
    const rows = this.#connection
      .sql('SELECT span_key FROM span WHERE span_key BETWEEN ? AND ?')
      .all(spans[0]!.spanKey, spans.at(-1)!.spanKey);
    return new Set(rows.map((row) => number(row, 'span_key')));
  }
}

function nextKey(connection: SqliteConnection): number {
  return Number(connection.sql(`SELECT value FROM counter WHERE name = 'span_key'`).get()?.['value']) + 1;
}
