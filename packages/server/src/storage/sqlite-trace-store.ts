import type {
  ExecutionStatus,
  LiveChange,
  SpanDetail,
  TraceDocument,
  TraceList,
  TraceSummary,
} from '@tta/obs-protocol';
import { pageOf, parseCursor } from './list-cursor.ts';
import { RESUMPTION, primitiveType, spanLabel, spanMessage, spanStatus } from './span-facts.ts';
import { serviceNameOf, type SqliteConnection } from './sqlite-connection.ts';
import { number, storable, text, toColumnRow, toSpanDetail, toSummary, toTotals } from './sqlite-rows.ts';
import type { SpanGroup, SpanRecord } from '../otlp/trace-batch.ts';
import { spanColumns } from './trace-columns.ts';
import { addSpan, type TraceTotals } from './trace-roll-up.ts';
import { traceChange, type RetentionLimits, type TraceListQuery, type TraceStore } from './trace-store.ts';

/** Spans and log records that one step of pruning removes: a few milliseconds of work. */
const PRUNE_ROWS = 1_000;
/** Tables whose rows go with their trace, and the key of each. */
const OWNED_BY_TRACE = [
  ['span', 'span_key'],
  ['log_record', 'log_key'],
] as const;
const PRUNE_TRACES = 20;

/** As the index `trace_by_change` has it: the change of its spans or of its logs, whichever came later. */
const LAST_CHANGE = 'max(seq, coalesce(logs_seq, 0))';

const SUMMARY = `trace_id, name, service_name, status, start_ns / 1e6 AS start_ms,
  (end_ns - start_ns) / 1e6 AS duration_ms, span_count, error_count, has_root, seq`;

interface OpenTrace {
  readonly traceKey: number;
  readonly before: TraceTotals | undefined;
  totals: TraceTotals | undefined;
  /** Whether the rest of a suspended run was among what was written. */
  isResumed: boolean;
}

/** Keeps traces in one SQLite file. Every method does its work at once; the promises are for other stores. */
export class SqliteTraceStore implements TraceStore {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number = Date.now) {
    this.#connection = connection;
    this.#now = now;
  }

  async write(groups: readonly SpanGroup[]): Promise<readonly TraceSummary[]> {
    return this.#connection.transaction(() => this.#writeGroups(groups));
  }

  async traces(query: TraceListQuery): Promise<TraceList> {
    const columns = `${SUMMARY}, CAST(start_ns AS TEXT) AS start_text, trace_key`;
    const order = 'ORDER BY start_ns DESC, trace_key DESC LIMIT ?';
    const rows =
      query.cursor === undefined
        ? this.#connection.sql(`SELECT ${columns} FROM trace ${order}`).all(query.limit + 1)
        : this.#connection
            .sql(`SELECT ${columns} FROM trace WHERE (start_ns, trace_key) < (?, ?) ${order}`)
            .all(...parseCursor(query.cursor), query.limit + 1);
    return pageOf(rows, query.limit, ['start_text', 'trace_key'], toSummary);
  }

  async trace(traceId: string): Promise<TraceDocument | undefined> {
    const row = this.#connection
      .sql(`SELECT ${SUMMARY}, trace_key FROM trace WHERE trace_id = ?`)
      .get(traceId);
    if (row === undefined) return undefined;
    const spans = this.#connection
      .sql(
        `SELECT span_id, parent_span_id, span.name, kind, (span.start_ns - trace.start_ns) / 1e6 AS start_ms,
         max(0, span.end_ns - span.start_ns) / 1e6 AS duration_ms, span.status, status_message,
         primitive_type, label, resource.service_name
       FROM span JOIN trace USING (trace_key) JOIN resource ON resource.id = resource_id
       WHERE trace_key = ? ORDER BY span.start_ns, span.end_ns DESC, span_id`,
      )
      .all(number(row, 'trace_key'));
    const services = new Map<string, number>();
    const rows = spans.map((span) => toColumnRow(span, services));
    return { summary: toSummary(row), services: [...services.keys()], spans: spanColumns(rows) };
  }

  async span(traceId: string, spanId: string): Promise<SpanDetail | undefined> {
    const row = this.#connection
      .sql(
        `SELECT span_id, parent_span_id, span.name, kind, CAST(span.start_ns AS TEXT) AS start_text,
         CAST(span.end_ns AS TEXT) AS end_text, span.status, status_code, status_message, span.attributes, events,
         links, resource.attributes AS resource_attributes, scope.name AS scope_name,
         scope.version AS scope_version, CAST(trace.start_ns AS TEXT) AS trace_start_text
       FROM trace JOIN span USING (trace_key) JOIN resource ON resource.id = resource_id
         JOIN scope ON scope.id = scope_id
       WHERE trace_id = ? AND span_id = ?`,
      )
      .get(traceId, spanId);
    return row === undefined ? undefined : toSpanDetail(traceId, row);
  }

  async changesAfter(seq: number, limit: number): Promise<readonly LiveChange[]> {
    const traces = this.#connection.sql(`SELECT ${SUMMARY} FROM trace WHERE seq > ? ORDER BY seq LIMIT ?`);
    const logs = this.#connection.sql(
      'SELECT trace_id, logs_seq FROM trace WHERE logs_seq > ? ORDER BY logs_seq LIMIT ?',
    );
    const changes: LiveChange[] = [
      ...traces.all(seq, limit).map((row) => traceChange(toSummary(row))),
      ...logs.all(seq, limit).map((row) => ({
        type: 'logs' as const,
        seq: number(row, 'logs_seq'),
        traceId: text(row, 'trace_id'),
      })),
    ];
    return changes.sort((left, right) => left.seq - right.seq).slice(0, limit);
  }

  async newestSeq(): Promise<number> {
    return this.#connection.seq;
  }

  async counts(): Promise<{ readonly traceCount: number; readonly spanCount: number }> {
    const row = this.#connection
      .sql('SELECT count(*) AS trace_count, coalesce(sum(span_count), 0) AS span_count FROM trace')
      .get();
    return { traceCount: Number(row?.['trace_count']), spanCount: Number(row?.['span_count']) };
  }

  async prune(limits: RetentionLimits): Promise<boolean> {
    return this.#connection.transaction(() => this.#prune(limits));
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  #writeGroups(groups: readonly SpanGroup[]): readonly TraceSummary[] {
    const openTraces = new Map<string, OpenTrace>();
    for (const group of groups) {
      const resourceId = this.#connection.resourceId(group.resource);
      const scopeId = this.#connection.scopeId(group.scope);
      const serviceName = serviceNameOf(group.resource);
      for (const span of group.items) {
        let trace = openTraces.get(span.traceId);
        if (trace === undefined)
          openTraces.set(span.traceId, (trace = this.#openTrace(span.traceId, -1 - openTraces.size)));
        const status = spanStatus(span);
        if (this.#insertSpan(trace.traceKey, span, status, resourceId, scopeId)) {
          trace.totals = addSpan(trace.totals, { span, status, serviceName });
          trace.isResumed ||= span.name === RESUMPTION;
        }
      }
    }
    return this.#saveTotals(openTraces);
  }

  /** A new trace gets its key from the row that is written here and completed by `#saveTotals`. */
  #openTrace(traceId: string, placeholderSeq: number): OpenTrace {
    const row = this.#connection
      .sql(
        `SELECT trace_key, name, service_name, status, CAST(start_ns AS TEXT) AS start_text,
         CAST(end_ns AS TEXT) AS end_text, span_count, error_count, has_root, head_span_id,
         CAST(head_start_ns AS TEXT) AS head_start_text
       FROM trace WHERE trace_id = ?`,
      )
      .get(traceId);
    if (row !== undefined) {
      const totals = toTotals(row);
      return { traceKey: number(row, 'trace_key'), before: totals, totals, isResumed: false };
    }
    const created = this.#connection
      .sql(
        `INSERT INTO trace (trace_id, seq, changed_ms, name, service_name, status, start_ns, end_ns, span_count,
         error_count, has_root, head_span_id, head_start_ns)
       VALUES (?, ?, 0, '', '', '', 0, 0, 0, 0, 0, '', 0) RETURNING trace_key`,
      )
      .get(traceId, placeholderSeq);
    const traceKey = number(created!, 'trace_key');
    // What was logged before its first span arrived, and is kept on its own until now.
    this.#connection
      .sql('UPDATE log_record SET trace_key = ? WHERE trace_id = ? AND trace_key IS NULL')
      .run(traceKey, traceId);
    return { traceKey, before: undefined, totals: undefined, isResumed: false };
  }

  #saveTotals(openTraces: ReadonlyMap<string, OpenTrace>): readonly TraceSummary[] {
    const changed: TraceSummary[] = [];
    const changedMs = this.#now();
    const update = this.#connection.sql(
      `UPDATE trace SET seq = ?, changed_ms = ?, name = ?, service_name = ?, status = ?, start_ns = ?, end_ns = ?,
         span_count = ?, error_count = ?, has_root = ?, head_span_id = ?, head_start_ns = ?
       WHERE trace_key = ?`,
    );
    for (const [traceId, { traceKey, before, totals, isResumed }] of openTraces) {
      if (totals === undefined || totals === before) continue;
      const mayHaveGoneOn = isResumed || totals.status === 'suspended';
      const status = (mayHaveGoneOn ? this.#resumedStatus(traceKey, totals) : undefined) ?? totals.status;
      const seq = this.#connection.nextSeq();
      update.run(
        seq,
        changedMs,
        storable(totals.name),
        storable(totals.serviceName),
        status,
        totals.startNs,
        totals.endNs,
        totals.spanCount,
        totals.errorCount,
        totals.hasRoot ? 1 : 0,
        totals.headSpanId,
        totals.headStartNs,
        traceKey,
      );
      changed.push({
        traceId,
        name: storable(totals.name),
        serviceName: storable(totals.serviceName),
        status,
        startTimeMs: Number(totals.startNs) / 1e6,
        durationMs: Number(totals.endNs - totals.startNs) / 1e6,
        spanCount: totals.spanCount,
        errorCount: totals.errorCount,
        hasRoot: totals.hasRoot,
        seq,
      });
    }
    return changed;
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

  #insertSpan(
    traceKey: number,
    span: SpanRecord,
    status: ExecutionStatus,
    resourceId: number,
    scopeId: number,
  ): boolean {
    const insert = this.#connection.sql(
      `INSERT INTO span (trace_key, span_id, parent_span_id, name, kind, start_ns, end_ns, status, status_code,
         status_message, primitive_type, label, resource_id, scope_id, flags, trace_state, attributes, events, links)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace_key, span_id) DO NOTHING`,
    );
    const inserted = insert.run(
      traceKey,
      span.spanId,
      span.parentSpanId,
      storable(span.name),
      span.kind,
      span.startTimeUnixNano,
      span.endTimeUnixNano,
      status,
      span.statusCode,
      storableOrNull(spanMessage(span, status)),
      storableOrNull(primitiveType(span)),
      storableOrNull(spanLabel(span)),
      resourceId,
      scopeId,
      span.flags,
      span.traceState === '' ? null : storable(span.traceState),
      JSON.stringify(span.attributes),
      span.events.length === 0 ? null : JSON.stringify(span.events, bigintAsText),
      span.links.length === 0 ? null : JSON.stringify(span.links),
    );
    return inserted === 1;
  }

  #prune({ maxTraces, changedSinceMs }: RetentionLimits): boolean {
    const overdue = this.#connection
      .sql(
        `SELECT trace_key FROM trace
       WHERE changed_ms < ?1 OR ${LAST_CHANGE} <= (SELECT ${LAST_CHANGE} FROM trace ORDER BY 1 DESC LIMIT 1 OFFSET ?2)
       ORDER BY ${LAST_CHANGE} LIMIT ${PRUNE_TRACES}`,
      )
      .all(changedSinceMs, maxTraces);
    for (const row of overdue) {
      const traceKey = number(row, 'trace_key');
      this.#connection.sql('INSERT INTO removed_trace VALUES (?)').run(traceKey);
      this.#connection.sql('DELETE FROM trace WHERE trace_key = ?').run(traceKey);
    }
    const removed = this.#connection.sql('SELECT trace_key FROM removed_trace LIMIT 1').get();
    if (removed === undefined) return false;
    let left = PRUNE_ROWS;
    for (const { trace_key: traceKey } of this.#connection.sql('SELECT trace_key FROM removed_trace').all()) {
      for (const [table, key] of OWNED_BY_TRACE) {
        left -= this.#connection
          .sql(
            `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE trace_key = ? LIMIT ?)`,
          )
          .run(Number(traceKey), left);
        if (left <= 0) return true;
      }
      this.#connection.sql('DELETE FROM removed_trace WHERE trace_key = ?').run(Number(traceKey));
    }
    return overdue.length === PRUNE_TRACES;
  }
}

function storableOrNull(value: string | null): string | null {
  return value === null ? null : storable(value);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
