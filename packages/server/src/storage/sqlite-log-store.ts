import { createHash } from 'node:crypto';
import type { AttributesJson, LiveChange, LogList } from '@tta/obs-protocol';
import { fitting, pageOf, parseCursor } from './list-cursor.ts';
import type { LogGroup, ReceivedLogRecord } from '../otlp/log-batch.ts';
import type { LogFilter, LogSearch, LogStore, LooseLogLimits, TraceLogQuery } from './log-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number, storable, text, toLogRecord } from './sqlite-rows.ts';

/** A request that arrives again within this time was sent twice. */
const REPEAT_MS = 10 * 60_000;
/**
 * Records that one step of pruning removes: a few milliseconds of work. When more came in since the step before, it removes
 * twice as many, or storing would outrun it; but never more than the last figure.
 */
const PRUNE_RECORDS = 1_000;
const MOST_RECORDS = 20_000;

/** A page ends before the record that would make it larger, for it is one text in memory. */

/** What a record takes beside its texts, about. */
const ROW_BYTES = 200;
/** The same for a row that is stored. */
export const LOG_SIZE = `${ROW_BYTES} + octet_length(body) + octet_length(attributes) + coalesce(octet_length(event_name), 0)
    + coalesce(octet_length(severity_text), 0) + coalesce(octet_length(trace_id), 0) + coalesce(octet_length(span_id), 0)`;
/** Part of the bytes that is left when there were too many: the next records do not cause another count. */
const AFTER_PRUNING = 0.9;

const NS_PER_MS = 1_000_000n;

const RECORD = `log_key, trace_id, span_id, CAST(time_ns AS TEXT) AS time_text,
    CAST(observed_ns AS TEXT) AS observed_text, severity_number, severity_text, body, event_name,
    log_record.attributes, dropped_attributes, flags, resource.service_name,
    resource.attributes AS resource_attributes, scope.name AS scope_name, scope.version AS scope_version`;
const SIZE = `octet_length(body) + octet_length(log_record.attributes) + octet_length(resource.attributes)
    + coalesce(octet_length(severity_text), 0) + coalesce(octet_length(event_name), 0)
    + octet_length(scope.name) + octet_length(scope.version) AS bytes`;
const JOINED = 'log_record JOIN resource ON resource.id = resource_id JOIN scope ON scope.id = scope_id';

/** Keeps log records in the file of the traces. Every method does its work at once, as the store of traces. */
export class SqliteLogStore implements LogStore {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  readonly #onTraceBytes: () => void;
  /** At most what the loose records take: those whose trace came are counted until they are counted again. */
  #looseBytes: number | undefined;
  #isCounted = false;
  /** Loose records that were stored since the last step of pruning. */
  #cameIn = 0;

  /**
   * @param now - Milliseconds since the Unix epoch.
   * @param onTraceBytes - Called when traces take more than before.
   */
  constructor(
    connection: SqliteConnection,
    now: () => number = Date.now,
    onTraceBytes: () => void = () => {},
  ) {
    this.#onTraceBytes = onTraceBytes;
    this.#connection = connection;
    this.#now = now;
    connection.onRollback(() => {
      this.#looseBytes = undefined;
      this.#isCounted = false;
    });
  }

  async write(groups: readonly LogGroup[], request?: Uint8Array): Promise<readonly LiveChange[]> {
    return this.#connection.transaction(() => this.apply(groups, request));
  }

  /** Stores the records within a transaction of the caller. */
  apply(groups: readonly LogGroup[], request?: Uint8Array): readonly LiveChange[] {
    return this.#isRepeated(groups, request) ? [] : this.#announce(this.#insert(groups));
  }

  async ofTrace(traceId: string, query: TraceLogQuery): Promise<LogList | undefined> {
    const traceKey = this.#traceKey(traceId);
    if (traceKey === null) return undefined;
    const { spanIds, cursor } = query;
    const where = new Conditions().and('trace_key = ?', traceKey);
    if (spanIds !== undefined) where.and(`span_id IN (${spanIds.map(() => '?').join()})`, ...spanIds);
    if (cursor !== undefined) where.and('(time_ns, log_key) > (?, ?)', ...parseCursor(cursor));
    return this.#page(where, 'ASC', query);
  }

  async search(query: LogSearch): Promise<LogList> {
    const { traceId, cursor } = query;
    const where = new Conditions();
    if (traceId !== undefined) {
      const traceKey = this.#traceKey(traceId);
      if (traceKey === null) where.and('trace_key IS NULL AND trace_id = ?', traceId);
      else where.and('trace_key = ?', traceKey);
    } else where.and('(trace_key IS NULL OR trace_key NOT IN (SELECT trace_key FROM removed_trace))');
    if (cursor !== undefined) where.and('(time_ns, log_key) < (?, ?)', ...parseCursor(cursor));
    return this.#page(where, 'DESC', query);
  }

  async counts(): Promise<{ readonly logRecordCount: number }> {
    const row = this.#connection.sql('SELECT count(*) AS log_record_count FROM log_record').get();
    return { logRecordCount: Number(row?.['log_record_count']) };
  }

  async prune({ maxRecords, receivedSinceMs, maxBytes = Infinity }: LooseLogLimits): Promise<boolean> {
    const limit = Math.min(Math.max(PRUNE_RECORDS, 2 * this.#cameIn), MOST_RECORDS);
    this.#cameIn = 0;
    return this.#connection.transaction(() => {
      const loose = 'FROM log_record WHERE trace_key IS NULL';
      const excess = number(this.#connection.sql(`SELECT count(*) AS n ${loose}`).get()!, 'n') - maxRecords;
      const removed = this.#connection
        .sql(
          `DELETE FROM log_record WHERE log_key IN (
             SELECT log_key ${loose} AND received_ms < ? LIMIT ?)`,
        )
        .run(receivedSinceMs, limit);
      if (excess <= removed) return removed === limit || this.#pruneBytes(maxBytes, limit);
      this.#connection
        .sql(
          `DELETE FROM log_record WHERE log_key IN (
             SELECT log_key ${loose} ORDER BY received_ms, log_key LIMIT ?)`,
        )
        .run(Math.min(excess, limit) - removed);
      return true;
    });
  }

  /** Removes a portion of the loose records that arrived first, as long as all take more. */
  #pruneBytes(maxBytes: number, limit: number): boolean {
    if (maxBytes === Infinity || (this.#looseBytes ?? Infinity) <= maxBytes) return false;
    const loose = 'FROM log_record WHERE trace_key IS NULL';
    if (!this.#isCounted) {
      const row = this.#connection.sql(`SELECT coalesce(sum(${LOG_SIZE}), 0) AS bytes ${loose}`).get()!;
      this.#looseBytes = number(row, 'bytes');
      this.#isCounted = true;
    }
    let bytes = this.#looseBytes!;
    if (bytes <= maxBytes) return false;
    const keys: number[] = [];
    for (const row of this.#connection
      .sql(`SELECT log_key, ${LOG_SIZE} AS bytes ${loose} ORDER BY received_ms, log_key LIMIT ?`)
      .all(limit)) {
      if (bytes <= maxBytes * AFTER_PRUNING) break;
      keys.push(number(row, 'log_key'));
      bytes -= number(row, 'bytes');
    }
    this.#connection
      .sql('DELETE FROM log_record WHERE log_key IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(keys));
    this.#looseBytes = bytes;
    return true;
  }

  /** Inserts the records and returns the stored traces that got some, by key. */
  #insert(groups: readonly LogGroup[]): ReadonlyMap<number, ChangedTrace> {
    const receivedMs = this.#now();
    const traceKeyOf = remembered((traceId: string) => this.#traceKey(traceId));
    const changed = new Map<number, ChangedTrace>();
    for (const group of groups) {
      const resourceId = this.#connection.origins.resourceId(group.resource);
      const scopeId = this.#connection.origins.scopeId(group.scope);
      for (const record of group.items) {
        const { traceId } = record;
        const traceKey = traceId === null ? null : traceKeyOf(traceId);
        const content = contentOf(record, resourceId, scopeId);
        if (traceKey === null) this.#addLoose(content);
        const sentNs = record.timeUnixNano || record.observedTimeUnixNano;
        this.#connection
          .sql(
            `INSERT INTO log_record (trace_id, span_id, severity_number, severity_text, body, event_name, attributes,
               dropped_attributes, flags, resource_id, scope_id, time_ns, observed_ns, trace_key, received_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(
            ...content,
            sentNs || BigInt(receivedMs) * NS_PER_MS,
            record.observedTimeUnixNano || null,
            traceKey,
            receivedMs,
          );
        if (traceKey !== null && traceId !== null) {
          const bytes = (changed.get(traceKey)?.bytes ?? 0) + sizeOf(content);
          changed.set(traceKey, { traceId, bytes });
        }
      }
    }
    return changed;
  }

  #addLoose(content: readonly SqlValue[]): void {
    this.#cameIn++;
    if (this.#looseBytes === undefined) return;
    this.#isCounted = false;
    this.#looseBytes += sizeOf(content);
  }

  #announce(changed: ReadonlyMap<number, ChangedTrace>): readonly LiveChange[] {
    const mark = this.#connection.sql(
      'UPDATE trace SET logs_seq = ?, changed_ms = ?, bytes = bytes + ? WHERE trace_key = ?',
    );
    const changedMs = this.#now();
    if (changed.size > 0) this.#onTraceBytes();
    return [...changed].map(([traceKey, { traceId, bytes }]) => {
      const seq = this.#connection.nextSeq();
      mark.run(seq, changedMs, bytes, traceKey);
      return { type: 'logs', seq, traceId };
    });
  }

  /** Remembers the request, unless it is remembered already. */
  #isRepeated(groups: readonly LogGroup[], request: Uint8Array | undefined): boolean {
    if (request === undefined || !groups.some(({ items }) => items.some(hasTime))) return false;
    const receivedMs = this.#now();
    this.#connection.sql('DELETE FROM log_request WHERE received_ms <= ?').run(receivedMs - REPEAT_MS);
    const digest = createHash('sha256').update(request).digest().readBigInt64BE();
    return (
      this.#connection
        .sql('INSERT INTO log_request VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(digest, receivedMs) === 0
    );
  }

  /** Looks at the sizes first: 500 records may be more than fits into memory. */
  #page(where: Conditions, order: 'ASC' | 'DESC', { limit, minSeverity }: LogFilter): LogList {
    if (minSeverity !== undefined) where.and('severity_number >= ?', minSeverity);
    const { sql, values } = where;
    const rest = `FROM ${JOINED} WHERE ${sql} ORDER BY time_ns ${order}, log_key ${order} LIMIT ?`;
    const sizes = this.#connection.sql(`SELECT ${SIZE} ${rest}`).all(...values, limit);
    const count = fitting(sizes.map((row) => number(row, 'bytes')));
    return toPage(this.#connection.sql(`SELECT ${RECORD} ${rest}`).all(...values, count + 1), count);
  }

  #traceKey(traceId: string): number | null {
    const row = this.#connection.sql('SELECT trace_key FROM trace WHERE trace_id = ?').get(traceId);
    return row === undefined ? null : number(row, 'trace_key');
  }
}

interface ChangedTrace {
  readonly traceId: string;
  /** Of the records that it got. */
  readonly bytes: number;
}

function sizeOf(content: readonly SqlValue[]): number {
  return content.reduce<number>(
    (bytes, value) => bytes + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    ROW_BYTES,
  );
}

/** What rows must fulfil, with the values of the place holders in their order. */
class Conditions {
  sql = 'TRUE';
  readonly values: SqlValue[] = [];

  and(condition: string, ...values: readonly SqlValue[]): this {
    this.sql += ` AND ${condition}`;
    this.values.push(...values);
    return this;
  }
}

function hasTime({ timeUnixNano, observedTimeUnixNano }: ReceivedLogRecord): boolean {
  return timeUnixNano > 0n || observedTimeUnixNano > 0n;
}

/** What a record says, beside its time, as the first columns of its row. */
function contentOf(record: ReceivedLogRecord, resourceId: number, scopeId: number): readonly SqlValue[] {
  return [
    record.traceId,
    record.spanId,
    record.severityNumber,
    record.severityText === '' ? null : storable(record.severityText),
    JSON.stringify(record.body),
    record.eventName === '' ? null : storable(record.eventName),
    JSON.stringify(record.attributes),
    record.droppedAttributesCount,
    record.flags,
    resourceId,
    scopeId,
  ];
}

/** Lines of one program have one resource: it is parsed once for all of them. */
function toPage(rows: readonly SqlRow[], limit: number): LogList {
  const parsed = remembered((json: string) => JSON.parse(json) as AttributesJson);
  return pageOf(rows, limit, ['time_text', 'log_key'], (row) =>
    toLogRecord(row, parsed(text(row, 'resource_attributes'))),
  );
}

function remembered<Key, Value>(find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, find(key));
    return known.get(key) as Value;
  };
}
