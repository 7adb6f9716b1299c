import type {
  AttributesJson,
  ExecutionStatus,
  SpanDetail,
  TraceDocument,
  TraceList,
  TraceSummary,
} from '@tta/obs-protocol';
import { textAttribute } from './attribute-value.ts';
import type { DatabaseFile } from './database-file.ts';
import { primitiveType, spanLabel, spanMessage, spanStatus } from './span-facts.ts';
import type { SqlDatabase, SqlStatement } from './sqlite-driver.ts';
import { number, text, toColumnRow, toSpanDetail, toSummary, toTotals } from './sqlite-rows.ts';
import type { ScopeRecord, SpanGroup, SpanRecord } from './trace-batch.ts';
import { spanColumns } from './trace-columns.ts';
import { addSpan, type TraceTotals } from './trace-roll-up.ts';
import {
  InvalidCursorError,
  type RetentionLimits,
  type TraceListQuery,
  type TraceStore,
} from './trace-store.ts';

/** Spans that one step of pruning removes: a few milliseconds of work. */
const PRUNE_SPANS = 1_000;
const PRUNE_TRACES = 20;
const CACHED_OWNERS = 1_000;

/** SQLite cannot compare text after a NUL reliably through both drivers. */
const NUL = /\0/g;

const SUMMARY = `trace_id, name, service_name, status, start_ns / 1e6 AS start_ms,
  (end_ns - start_ns) / 1e6 AS duration_ms, span_count, error_count, has_root, seq`;

interface OpenTrace {
  readonly traceKey: number;
  readonly before: TraceTotals | undefined;
  totals: TraceTotals | undefined;
}

/** Keeps traces in one SQLite file. Every method does its work at once; the promises are for other stores. */
export class SqliteTraceStore implements TraceStore {
  readonly #file: DatabaseFile;
  readonly #database: SqlDatabase;
  readonly #now: () => number;
  readonly #statements = new Map<string, SqlStatement>();
  readonly #resourceIds = new Map<string, number>();
  readonly #scopeIds = new Map<string, number>();
  #seq: number;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(file: DatabaseFile, now: () => number = Date.now) {
    this.#file = file;
    this.#database = file.database;
    this.#now = now;
    this.#seq = Number(this.#sql(`SELECT value FROM counter WHERE name = 'seq'`).get()?.['value']);
  }

  async write(groups: readonly SpanGroup[]): Promise<readonly TraceSummary[]> {
    const seqBefore = this.#seq;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const changed = this.#writeGroups(groups);
      this.#database.exec('COMMIT');
      return changed;
    } catch (error) {
      // Before anything else can fail: rows that these ids name are not there any more.
      this.#seq = seqBefore;
      this.#resourceIds.clear();
      this.#scopeIds.clear();
      this.#rollBack();
      throw error;
    }
  }

  async traces(query: TraceListQuery): Promise<TraceList> {
    const columns = `${SUMMARY}, CAST(start_ns AS TEXT) AS start_text, trace_key`;
    const order = 'ORDER BY start_ns DESC, trace_key DESC LIMIT ?';
    const rows =
      query.cursor === undefined
        ? this.#sql(`SELECT ${columns} FROM trace ${order}`).all(query.limit + 1)
        : this.#sql(`SELECT ${columns} FROM trace WHERE (start_ns, trace_key) < (?, ?) ${order}`).all(
            ...parseCursor(query.cursor),
            query.limit + 1,
          );
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(toSummary),
      nextCursor:
        rows.length > query.limit && last !== undefined
          ? `${text(last, 'start_text')}-${number(last, 'trace_key')}`
          : null,
    };
  }

  async trace(traceId: string): Promise<TraceDocument | undefined> {
    const row = this.#sql(`SELECT ${SUMMARY}, trace_key FROM trace WHERE trace_id = ?`).get(traceId);
    if (row === undefined) return undefined;
    const spans = this.#sql(
      `SELECT span_id, parent_span_id, span.name, kind, (span.start_ns - trace.start_ns) / 1e6 AS start_ms,
         max(0, span.end_ns - span.start_ns) / 1e6 AS duration_ms, span.status, status_message,
         primitive_type, label, resource.service_name
       FROM span JOIN trace USING (trace_key) JOIN resource ON resource.id = resource_id
       WHERE trace_key = ? ORDER BY span.start_ns, span.end_ns DESC, span_id`,
    ).all(number(row, 'trace_key'));
    const services = new Map<string, number>();
    const rows = spans.map((span) => toColumnRow(span, services));
    return { summary: toSummary(row), services: [...services.keys()], spans: spanColumns(rows) };
  }

  async span(traceId: string, spanId: string): Promise<SpanDetail | undefined> {
    const row = this.#sql(
      `SELECT span_id, parent_span_id, span.name, kind, CAST(span.start_ns AS TEXT) AS start_text,
         CAST(span.end_ns AS TEXT) AS end_text, span.status, status_code, status_message, span.attributes, events,
         links, resource.attributes AS resource_attributes, scope.name AS scope_name,
         scope.version AS scope_version, CAST(trace.start_ns AS TEXT) AS trace_start_text
       FROM trace JOIN span USING (trace_key) JOIN resource ON resource.id = resource_id
         JOIN scope ON scope.id = scope_id
       WHERE trace_id = ? AND span_id = ?`,
    ).get(traceId, spanId);
    return row === undefined ? undefined : toSpanDetail(traceId, row);
  }

  async changesAfter(seq: number, limit: number): Promise<readonly TraceSummary[]> {
    return this.#sql(`SELECT ${SUMMARY} FROM trace WHERE seq > ? ORDER BY seq LIMIT ?`)
      .all(seq, limit)
      .map(toSummary);
  }

  async newestSeq(): Promise<number> {
    return this.#seq;
  }

  async counts(): Promise<{ readonly traceCount: number; readonly spanCount: number }> {
    const row = this.#sql(
      'SELECT count(*) AS trace_count, coalesce(sum(span_count), 0) AS span_count FROM trace',
    ).get();
    return { traceCount: Number(row?.['trace_count']), spanCount: Number(row?.['span_count']) };
  }

  async prune(limits: RetentionLimits): Promise<boolean> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const isMore = this.#prune(limits);
      this.#database.exec('COMMIT');
      return isMore;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // A full disk has rolled the transaction back already; there is none to end.
    }
  }

  #writeGroups(groups: readonly SpanGroup[]): readonly TraceSummary[] {
    const openTraces = new Map<string, OpenTrace>();
    for (const group of groups) {
      const resourceId = this.#resourceId(group.resource);
      const scopeId = this.#scopeId(group.scope);
      const serviceName = serviceNameOf(group.resource);
      for (const span of group.spans) {
        let trace = openTraces.get(span.traceId);
        if (trace === undefined)
          openTraces.set(span.traceId, (trace = this.#openTrace(span.traceId, -1 - openTraces.size)));
        const status = spanStatus(span);
        if (this.#insertSpan(trace.traceKey, span, status, resourceId, scopeId)) {
          trace.totals = addSpan(trace.totals, { span, status, serviceName });
        }
      }
    }
    return this.#saveTotals(openTraces);
  }

  /** A new trace gets its key from the row that is written here and completed by `#saveTotals`. */
  #openTrace(traceId: string, placeholderSeq: number): OpenTrace {
    const row = this.#sql(
      `SELECT trace_key, name, service_name, status, CAST(start_ns AS TEXT) AS start_text,
         CAST(end_ns AS TEXT) AS end_text, span_count, error_count, has_root, head_span_id,
         CAST(head_start_ns AS TEXT) AS head_start_text
       FROM trace WHERE trace_id = ?`,
    ).get(traceId);
    if (row !== undefined) {
      const totals = toTotals(row);
      return { traceKey: number(row, 'trace_key'), before: totals, totals };
    }
    const created = this.#sql(
      `INSERT INTO trace (trace_id, seq, changed_ms, name, service_name, status, start_ns, end_ns, span_count,
         error_count, has_root, head_span_id, head_start_ns)
       VALUES (?, ?, 0, '', '', '', 0, 0, 0, 0, 0, '', 0) RETURNING trace_key`,
    ).get(traceId, placeholderSeq);
    return { traceKey: number(created!, 'trace_key'), before: undefined, totals: undefined };
  }

  #saveTotals(openTraces: ReadonlyMap<string, OpenTrace>): readonly TraceSummary[] {
    const changed: TraceSummary[] = [];
    const changedMs = this.#now();
    const update = this.#sql(
      `UPDATE trace SET seq = ?, changed_ms = ?, name = ?, service_name = ?, status = ?, start_ns = ?, end_ns = ?,
         span_count = ?, error_count = ?, has_root = ?, head_span_id = ?, head_start_ns = ?
       WHERE trace_key = ?`,
    );
    for (const [traceId, { traceKey, before, totals }] of openTraces) {
      if (totals === undefined || totals === before) continue;
      const seq = ++this.#seq;
      update.run(
        seq,
        changedMs,
        storable(totals.name),
        storable(totals.serviceName),
        totals.status,
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
        status: totals.status,
        startTimeMs: Number(totals.startNs) / 1e6,
        durationMs: Number(totals.endNs - totals.startNs) / 1e6,
        spanCount: totals.spanCount,
        errorCount: totals.errorCount,
        hasRoot: totals.hasRoot,
        seq,
      });
    }
    if (changed.length > 0) this.#sql(`UPDATE counter SET value = ? WHERE name = 'seq'`).run(this.#seq);
    return changed;
  }

  #insertSpan(
    traceKey: number,
    span: SpanRecord,
    status: ExecutionStatus,
    resourceId: number,
    scopeId: number,
  ): boolean {
    const insert = this.#sql(
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

  #resourceId(attributes: AttributesJson): number {
    const json = JSON.stringify(attributes);
    return cached(this.#resourceIds, json, () => {
      const found = this.#sql('SELECT id FROM resource WHERE attributes = ?').get(json);
      const row =
        found ??
        this.#sql('INSERT INTO resource (attributes, service_name) VALUES (?, ?) RETURNING id').get(
          json,
          storable(serviceNameOf(attributes)),
        );
      return number(row!, 'id');
    });
  }

  #scopeId(scope: ScopeRecord): number {
    const values = [storable(scope.name), storable(scope.version), JSON.stringify(scope.attributes)] as const;
    return cached(this.#scopeIds, JSON.stringify(values), () => {
      const found = this.#sql('SELECT id FROM scope WHERE name = ? AND version = ? AND attributes = ?').get(
        ...values,
      );
      const row =
        found ??
        this.#sql('INSERT INTO scope (name, version, attributes) VALUES (?, ?, ?) RETURNING id').get(
          ...values,
        );
      return number(row!, 'id');
    });
  }

  #prune({ maxTraces, changedSinceMs }: RetentionLimits): boolean {
    const overdue = this.#sql(
      `SELECT trace_key FROM trace WHERE changed_ms < ?1 OR seq <= (SELECT seq FROM trace ORDER BY seq DESC LIMIT 1 OFFSET ?2)
       ORDER BY seq LIMIT ${PRUNE_TRACES}`,
    ).all(changedSinceMs, maxTraces);
    for (const row of overdue) {
      const traceKey = number(row, 'trace_key');
      this.#sql('INSERT INTO removed_trace VALUES (?)').run(traceKey);
      this.#sql('DELETE FROM trace WHERE trace_key = ?').run(traceKey);
    }
    const removed = this.#sql('SELECT trace_key FROM removed_trace LIMIT 1').get();
    if (removed === undefined) return false;
    let left = PRUNE_SPANS;
    for (const { trace_key: traceKey } of this.#sql('SELECT trace_key FROM removed_trace').all()) {
      left -= this.#sql(
        'DELETE FROM span WHERE span_key IN (SELECT span_key FROM span WHERE trace_key = ? LIMIT ?)',
      ).run(Number(traceKey), left);
      if (left <= 0) return true;
      this.#sql('DELETE FROM removed_trace WHERE trace_key = ?').run(Number(traceKey));
    }
    return overdue.length === PRUNE_TRACES;
  }

  #sql(sql: string): SqlStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

function cached(ids: Map<string, number>, key: string, find: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  if (ids.size >= CACHED_OWNERS) ids.clear();
  const id = find();
  ids.set(key, id);
  return id;
}

function parseCursor(cursor: string): [bigint, bigint] {
  const match = /^([0-9]{1,18}|[0-8][0-9]{18})-([0-9]{1,15})$/.exec(cursor);
  if (match === null) throw new InvalidCursorError();
  return [BigInt(match[1]!), BigInt(match[2]!)];
}

function serviceNameOf(resource: AttributesJson): string {
  return textAttribute(resource, 'service.name') ?? 'unknown_service';
}

function storable(value: string): string {
  return value.replace(NUL, '\ufffd');
}

function storableOrNull(value: string | null): string | null {
  return value === null ? null : storable(value);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
