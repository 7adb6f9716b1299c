import type { ExecutionStatus, TraceSummary } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlStatement, SqlValue } from './sqlite-driver.ts';
import { LOG_SIZE } from './sqlite-log-store.ts';
import { number, storable, toTotals } from './sqlite-rows.ts';
import { TextIndex } from './text-index.ts';
import { addSpan, type TraceTotals } from './trace-roll-up.ts';

/** The name of the span of a run that goes on after it was suspended: below the span of the part before. */
const RESUMPTION = 'primitive.resumable.resume';

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

/** What a span takes in the file beside its documents and texts, about. */
const ROW_BYTES = 200;
/** What a trace takes beside its spans, about. */
const TRACE_BYTES = 200;
/** What a byte of text takes in the index of words, about. */
const TEXT_FACTOR = 1.5;
/** A segment of the full text ends at this part of `maxBytes`: what of it is of removed spans is not charged to others. */
const SEGMENT_PART = 1 / 16;
/** Traces that are not read again when more of their spans arrive. */
const CACHED_TRACES = 4_000;

interface OpenTrace {
  readonly traceKey: number;
  readonly isNew: boolean;
  readonly isPartial: boolean;
  readonly isPinned: boolean;
  totals: TraceTotals | undefined;
  bytes: number;
  /** Of `bytes`, what the row says already. */
  savedBytes: number;
}

/** How much is stored. */
export interface StoredTotals {
  readonly traceCount: number;
  readonly bytes: number;
}

/** A span that was handed to SQLite and may turn out to be stored already. */
interface PendingSpan {
  readonly spanKey: number;
  readonly batch: SpanBatch;
  readonly index: number;
  readonly trace: OpenTrace;
  readonly traceId: string;
}

/** Stores spans, each once whatever arrives again, and keeps the summaries of their traces. */
export class SpanWriter {
  readonly #connection: SqliteConnection;
  readonly #texts: TextIndex;
  readonly #now: () => number;
  /** By trace id. */
  readonly #traces = new Map<string, OpenTrace>();
  readonly #values: SqlValue[] = [];
  readonly #pending: PendingSpan[] = [];
  #changed = new Map<string, { readonly trace: OpenTrace; isResumed: boolean }>();
  #nextTraceKey: number;
  #nextSpanKey: number;
  #totals: StoredTotals | undefined;

  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#texts = new TextIndex(connection);
    this.#now = now;
    this.#nextTraceKey = nextTraceKey(connection);
    this.#nextSpanKey = nextSpanKey(connection);
    connection.onRollback(() => this.#forget());
  }

  /** Only within a transaction. @returns the summaries of the traces that changed, in the order of their new `seq`. */
  apply(batches: readonly SpanBatch[]): readonly TraceSummary[] {
    this.#changed = new Map();
    if (this.#traces.size >= CACHED_TRACES) this.#traces.clear();
    for (const batch of batches) this.#applyBatch(batch);
    this.#insertPending();
    this.#connection.sql(`UPDATE counter SET value = ? WHERE name = 'span_key'`).run(this.#nextSpanKey - 1);
    return this.#saveTotals();
  }

  /** Counted once and then kept: the table of traces may be large. */
  totals(): StoredTotals {
    return (this.#totals ??= storedTotals(this.#connection));
  }

  /** Grows with each span that comes in. */
  get newestSpanKey(): number {
    return this.#nextSpanKey - 1;
  }

  /** Another connection may have written meanwhile. */
  countAgain(): void {
    this.#totals = undefined;
  }

  /** Has to be called for each trace that was removed, with the bytes that it had. */
  forget(traceId: string, bytes: number): void {
    this.#traces.delete(traceId);
    this.#addTotals(-1, -bytes);
  }

  /** Has to be called for each trace whose row somebody else has changed. */
  readAgain(traceId: string): void {
    this.#traces.delete(traceId);
  }

  /** Drops full text that no span is left of, and keeps its segments small beside `maxBytes`. Only within a transaction. */
  dropTexts(maxBytes: number): void {
    this.#texts.limit(maxBytes * SEGMENT_PART);
    this.#texts.dropUnused();
  }

  #applyBatch(batch: SpanBatch): void {
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
      const traceId = batch.strings[batch.traceId[index]!]!;
      const trace = this.#openTrace(traceId);
      const attributesEnd = batch.documentEnds[index * 3]!;
      const eventsEnd = batch.documentEnds[index * 3 + 1]!;
      const linksEnd = batch.documentEnds[index * 3 + 2]!;
      const spanKey = this.#nextSpanKey++;
      this.#pending.push({ spanKey, batch, index, trace, traceId });
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
      if (this.#pending.length === ROWS) this.#insertPending();
    }
  }

  #insertPending(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    const insert = this.#insertOf(pending.length);
    const inserted = insert.run(...this.#values);
    this.#values.length = 0;
    const isStored = inserted === pending.length ? undefined : this.#storedKeys(pending);
    for (const span of pending) {
      if (isStored === undefined || isStored.has(span.spanKey)) this.#count(span);
    }
    pending.length = 0;
  }

  #insertOf(rows: number): SqlStatement {
    return this.#connection.sql(
      `INSERT INTO span (${COLUMNS.join()}) VALUES ${Array(rows).fill(ONE_ROW).join()}
       ON CONFLICT (trace_key, span_id) DO NOTHING`,
    );
  }

  /** Which of the spans were new: the others were stored before and have other keys. */
  #storedKeys(pending: readonly PendingSpan[]): ReadonlySet<number> {
    const rows = this.#connection
      .sql('SELECT span_key FROM span WHERE span_key BETWEEN ? AND ?')
      .all(pending[0]!.spanKey, pending.at(-1)!.spanKey);
    return new Set(rows.map((row) => number(row, 'span_key')));
  }

  #count({ spanKey, batch, index, trace, traceId }: PendingSpan): void {
    const name = batch.strings[batch.name[index]!]!;
    const isRoot = batch.parentSpanId[index] === -1;
    trace.totals = addSpan(trace.totals, {
      spanId: batch.strings[batch.spanId[index]!]!,
      isRoot,
      name: isRoot ? batch.strings[batch.runName[index]!]! : name,
      startNs: batch.startNs[index]!,
      endNs: batch.endNs[index]!,
      status: batch.strings[batch.status[index]!] as ExecutionStatus,
      serviceName: batch.resources[batch.resource[index]!]!.serviceName,
    });
    const documentBegin = index === 0 ? 0 : batch.documentEnds[index * 3 - 1]!;
    const searchBegin = index === 0 ? 0 : batch.searchEnds[index - 1]!;
    const searchEnd = batch.searchEnds[index]!;
    const documentBytes = batch.documentEnds[index * 3 + 2]! - documentBegin;
    trace.bytes += ROW_BYTES + documentBytes + Math.round(TEXT_FACTOR * (searchEnd - searchBegin));
    const changed = this.#changed.get(traceId);
    if (changed === undefined) this.#changed.set(traceId, { trace, isResumed: name === RESUMPTION });
    else if (name === RESUMPTION) changed.isResumed = true;
    const searchTexts = Buffer.from(batch.searchTexts.buffer, batch.searchTexts.byteOffset);
    this.#texts.add(spanKey, searchTexts.toString('utf8', searchBegin, searchEnd));
  }

  #openTrace(traceId: string): OpenTrace {
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const trace = this.#readTrace(traceId) ?? this.#newTrace(traceId);
    this.#traces.set(traceId, trace);
    return trace;
  }

  #readTrace(traceId: string): OpenTrace | undefined {
    const row = this.#connection
      .sql(
        `SELECT trace_key, name, service_name, status, CAST(start_ns AS TEXT) AS start_text,
         CAST(end_ns AS TEXT) AS end_text, span_count, error_count, has_root, head_span_id,
         CAST(head_start_ns AS TEXT) AS head_start_text, is_partial, is_pinned, bytes
       FROM trace WHERE trace_id = ?`,
      )
      .get(traceId);
    if (row === undefined) return undefined;
    return {
      traceKey: number(row, 'trace_key'),
      isNew: false,
      isPartial: number(row, 'is_partial') === 1,
      isPinned: number(row, 'is_pinned') === 1,
      totals: toTotals(row),
      bytes: number(row, 'bytes'),
      savedBytes: number(row, 'bytes'),
    };
  }

  /** Its row is written with its totals. */
  #newTrace(traceId: string): OpenTrace {
    const forgotten = this.#connection.sql('SELECT 1 FROM forgotten_trace WHERE trace_id = ?').get(traceId);
    return {
      traceKey: this.#nextTraceKey++,
      isNew: true,
      isPartial: forgotten !== undefined,
      isPinned: false,
      totals: undefined,
      bytes: TRACE_BYTES,
      savedBytes: 0,
    };
  }

  #saveTotals(): readonly TraceSummary[] {
    const summaries: TraceSummary[] = [];
    const changedMs = this.#now();
    for (const [traceId, { trace, isResumed }] of this.#changed) {
      const totals = trace.totals!;
      const mayHaveGoneOn = isResumed || totals.status === 'suspended';
      const status =
        (mayHaveGoneOn ? this.#resumedStatus(trace.traceKey, totals) : undefined) ?? totals.status;
      const seq = this.#connection.nextSeq();
      const name = storable(totals.name);
      const serviceName = storable(totals.serviceName);
      const values: SqlValue[] = [
        seq,
        changedMs,
        name,
        serviceName,
        status,
        totals.startNs,
        totals.endNs,
        totals.spanCount,
        totals.errorCount,
        totals.hasRoot ? 1 : 0,
        totals.headSpanId,
        totals.headStartNs,
        trace.isPartial ? 1 : 0,
        trace.bytes - trace.savedBytes,
        trace.traceKey,
      ];
      if (trace.isNew) this.#insertTrace(traceId, trace, values);
      else this.#updateTrace(values);
      this.#addTotals(trace.isNew ? 1 : 0, trace.bytes - trace.savedBytes);
      trace.savedBytes = trace.bytes;
      summaries.push({
        traceId,
        name,
        serviceName,
        status,
        startTimeMs: Number(totals.startNs) / 1e6,
        durationMs: Number(totals.endNs - totals.startNs) / 1e6,
        spanCount: totals.spanCount,
        errorCount: totals.errorCount,
        hasRoot: totals.hasRoot,
        isPartial: trace.isPartial,
        isPinned: trace.isPinned,
        seq,
      });
    }
    return summaries;
  }

  #insertTrace(traceId: string, trace: OpenTrace, values: readonly SqlValue[]): void {
    this.#connection
      .sql(
        `INSERT INTO trace (seq, changed_ms, name, service_name, status, start_ns, end_ns, span_count, error_count,
           has_root, head_span_id, head_start_ns, is_partial, bytes, trace_key, trace_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...values, traceId);
    // What was logged before its first span arrived, and is kept on its own until now.
    const joined = this.#connection
      .sql('UPDATE log_record SET trace_key = ? WHERE trace_id = ? AND trace_key IS NULL')
      .run(trace.traceKey, traceId);
    if (joined > 0) {
      this.#connection
        .sql(
          `UPDATE trace SET bytes = bytes + (SELECT sum(${LOG_SIZE}) FROM log_record WHERE trace_key = trace.trace_key)
           WHERE trace_key = ?`,
        )
        .run(trace.traceKey);
      this.countAgain();
    }
    this.#traces.set(traceId, { ...trace, isNew: false, savedBytes: trace.bytes });
  }

  #updateTrace(values: readonly SqlValue[]): void {
    this.#connection
      .sql(
        `UPDATE trace SET seq = ?, changed_ms = ?, name = ?, service_name = ?, status = ?, start_ns = ?, end_ns = ?,
           span_count = ?, error_count = ?, has_root = ?, head_span_id = ?, head_start_ns = ?, is_partial = ?, bytes = bytes + ?
         WHERE trace_key = ?`,
      )
      .run(...values);
  }

  /** What has become of a run that was suspended: the status of its last part; `undefined` where the root was not suspended. */
  #resumedStatus(traceKey: number, { headSpanId, hasRoot }: TraceTotals): ExecutionStatus | undefined {
    const root = this.#connection.sql('SELECT status FROM span WHERE trace_key = ? AND span_id = ?');
    if (!hasRoot || root.get(traceKey, headSpanId)?.['status'] !== 'suspended') return undefined;
    const latest = this.#connection.sql(
      'SELECT status FROM span WHERE trace_key = ? AND name = ? ORDER BY start_ns DESC, span_id DESC LIMIT 1',
    );
    return latest.get(traceKey, RESUMPTION)?.['status'] as ExecutionStatus | undefined;
  }

  #addTotals(traceCount: number, bytes: number): void {
    if (this.#totals === undefined) return;
    this.#totals = {
      traceCount: this.#totals.traceCount + traceCount,
      bytes: this.#totals.bytes + bytes,
    };
  }

  #forget(): void {
    this.#totals = undefined;
    this.#traces.clear();
    this.#values.length = 0;
    this.#pending.length = 0;
    this.#nextTraceKey = nextTraceKey(this.#connection);
    this.#nextSpanKey = nextSpanKey(this.#connection);
  }
}

function nextTraceKey(connection: SqliteConnection): number {
  const row = connection.sql(`SELECT seq FROM sqlite_sequence WHERE name = 'trace'`).get();
  return Number(row?.['seq'] ?? 0) + 1;
}

function nextSpanKey(connection: SqliteConnection): number {
  return Number(connection.sql(`SELECT value FROM counter WHERE name = 'span_key'`).get()?.['value']) + 1;
}

function storedTotals(connection: SqliteConnection): StoredTotals {
  const row = connection.sql('SELECT count(*) AS traces, coalesce(sum(bytes), 0) AS bytes FROM trace').get()!;
  return { traceCount: number(row, 'traces'), bytes: number(row, 'bytes') };
}
