import type {
  LiveChange,
  QueryValueList,
  RetentionPreview,
  SpanDetail,
  SpanDetailList,
  SpanHit,
  TraceDocument,
  TraceList,
  TraceSummary,
  TranscriptList,
} from '@tta/obs-protocol';
import type { AttributeFieldName, QueryFieldName, QueryNode } from '@tta/obs-protocol/query';
import type { Prices } from '../conventions/normalize-span.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { AiSpans } from './ai-spans.ts';
import { fitting, InvalidCursorError, pageOf, parseCursor } from './list-cursor.ts';
import { OpenTraces } from './open-traces.ts';
import { knownAttributeKeys, knownValues } from './query/known-values.ts';
import { matchingTraces } from './query/matching-traces.ts';
import { allSteps, type Steps } from './query/steps.ts';
import { scanTraces } from './query/trace-scan.ts';
import { SpanWriter } from './span-writer.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteStatisticsStore } from './sqlite-statistics-store.ts';
import { number, text, toSpanDetail, toSpanHit, toSummary } from './sqlite-rows.ts';
import { findText } from './text-index.ts';
import { withAi } from './ai-span-row.ts';
import { traceDocumentJson } from './trace-document.ts';
import { USAGE_COLUMNS } from './usage-columns.ts';
import { TracePruner } from './trace-pruner.ts';
import { readTranscripts } from './transcripts.ts';
import {
  traceChange,
  type PageQuery,
  type RetentionLimits,
  type TraceSearch,
  type TraceStore,
} from './trace-store.ts';

const SUMMARY = `trace_id, name, service_name, status, start_ns / 1e6 AS start_ms,
  (end_ns - start_ns) / 1e6 AS duration_ms, span_count, error_count, has_root, is_partial, is_pinned, seq,
  session_id, user_id, ${USAGE_COLUMNS.join()}`;
/** Traces with what sums them up. */
const TRACES = 'trace LEFT JOIN trace_usage USING (trace_key) LEFT JOIN trace_session USING (trace_key)';

const SPAN_DETAIL = `SELECT span_id, parent_span_id, span.name, kind, CAST(span.start_ns AS TEXT) AS start_text,
    CAST(span.end_ns AS TEXT) AS end_text, span.status, status_code, status_message, span.attributes, events,
    links, flags, trace_state, dropped, resource.attributes AS resource_attributes, scope.name AS scope_name,
    scope.version AS scope_version, scope.attributes AS scope_attributes, CAST(trace.start_ns AS TEXT) AS trace_start_text, cost_source, cost_usd, price_table, estimated_by
  FROM trace JOIN span USING (trace_key) JOIN resource ON resource.id = resource_id
    JOIN scope ON scope.id = scope_id LEFT JOIN ai_span USING (span_key)
  WHERE trace_id = ?`;

const SPAN_SIZES = `SELECT span_id, octet_length(span.attributes) + coalesce(octet_length(events), 0) +
    coalesce(octet_length(links), 0) + octet_length(resource.attributes) + octet_length(scope.attributes) AS bytes
  FROM trace JOIN span USING (trace_key) JOIN resource ON resource.id = resource_id JOIN scope ON scope.id = scope_id
  WHERE trace_id = ? AND span_id > ? ORDER BY span_id`;

/** Keeps traces in one SQLite file. Every method does its work at once; the promises are for other stores. */
export class SqliteTraceStore implements TraceStore {
  readonly #connection: SqliteConnection;
  readonly #openTraces: OpenTraces;
  readonly #statistics: SqliteStatisticsStore;
  readonly #writer: SpanWriter;
  readonly #pruner: TracePruner;
  readonly #now: () => number;
  readonly #elapsedMs: () => number;

  /**
   * @param now - Milliseconds since the Unix epoch.
   * @param elapsedMs - Milliseconds that only grow: searches end when they have taken long.
   */
  constructor(
    connection: SqliteConnection,
    statistics: SqliteStatisticsStore,
    prices: Prices,
    now: () => number = Date.now,
    elapsedMs: () => number = () => performance.now(),
  ) {
    this.#connection = connection;
    this.#now = now;
    this.#elapsedMs = elapsedMs;
    this.#openTraces = new OpenTraces(connection, statistics, now);
    this.#statistics = statistics;
    const aiSpans = new AiSpans(connection, statistics.usageRollUps, prices);
    this.#writer = new SpanWriter(connection, this.#openTraces, aiSpans, statistics);
    this.#pruner = new TracePruner(connection, this.#writer, this.#openTraces, now);
  }

  async write(batch: SpanBatch): Promise<readonly LiveChange[]> {
    return this.#connection.transaction(() => this.apply([batch])).map(traceChange);
  }

  /** Has to be called when somebody else has changed what traces take. */
  countAgain(): void {
    this.#openTraces.countAgain();
  }

  /** Stores several batches within a transaction of the caller. */
  apply(batches: readonly SpanBatch[]): readonly TraceSummary[] {
    return this.#writer.apply(batches);
  }

  async traces(search: TraceSearch): Promise<TraceList> {
    return allSteps(this.tracesInSteps(search));
  }

  *tracesInSteps({ limit, cursor, where }: TraceSearch): Steps<TraceList> {
    if (where !== undefined) return yield* this.#search(where, limit, cursor);
    const columns = `${SUMMARY}, CAST(start_ns AS TEXT) AS start_text, trace_key`;
    const order = 'ORDER BY start_ns DESC, trace_key DESC LIMIT ?';
    const rows =
      cursor === undefined
        ? this.#connection.sql(`SELECT ${columns} FROM ${TRACES} ${order}`).all(limit + 1)
        : this.#connection
            .sql(`SELECT ${columns} FROM ${TRACES} WHERE (start_ns, trace_key) < (?, ?) ${order}`)
            .all(...parseCursor(cursor), limit + 1);
    return pageOf(rows, limit, ['start_text', 'trace_key'], toSummary);
  }

  *#search(where: QueryNode, limit: number, cursor: string | undefined): Steps<TraceList> {
    const { traceKeys, nextCursor } = yield* scanTraces(this.#connection, where, {
      limit,
      ...(cursor !== undefined && { cursor }),
      nowMs: this.#now(),
      elapsedMs: this.#elapsedMs,
    });
    const select = this.#connection.sql(`SELECT ${SUMMARY} FROM ${TRACES} WHERE trace_key = ?`);
    // Some may have been removed between two steps.
    const rows = traceKeys.map((traceKey) => select.get(traceKey)).filter((row) => row !== undefined);
    return { items: rows.map(toSummary), nextCursor };
  }

  async matching(
    traceIds: readonly string[],
    queries: readonly QueryNode[],
  ): Promise<readonly (readonly boolean[])[]> {
    return allSteps(this.matchingInSteps(traceIds, queries));
  }

  *matchingInSteps(
    traceIds: readonly string[],
    queries: readonly QueryNode[],
  ): Steps<readonly (readonly boolean[])[]> {
    return yield* matchingTraces(this.#connection, traceIds, queries, {
      nowMs: this.#now(),
      elapsedMs: this.#elapsedMs,
    });
  }

  async values(
    field: QueryFieldName | AttributeFieldName,
    beginning: string,
    limit: number,
  ): Promise<QueryValueList> {
    return knownValues(this.#connection, field, { beginning, limit, elapsedMs: this.#elapsedMs });
  }

  async attributeKeys(beginning: string, limit: number): Promise<QueryValueList> {
    return knownAttributeKeys(this.#connection, { beginning, limit, elapsedMs: this.#elapsedMs });
  }

  async trace(traceId: string): Promise<TraceDocument | undefined> {
    const json = this.#documentJson(traceId);
    return json === undefined ? undefined : (JSON.parse(json) as TraceDocument);
  }

  async traceJson(traceId: string): Promise<Uint8Array | undefined> {
    const json = this.#documentJson(traceId);
    return json === undefined ? undefined : Buffer.from(json);
  }

  #documentJson(traceId: string): string | undefined {
    const row = this.#connection
      .sql(`SELECT ${SUMMARY}, trace_key FROM ${TRACES} WHERE trace_id = ?`)
      .get(traceId);
    return row && traceDocumentJson(this.#connection, toSummary(row), number(row, 'trace_key'));
  }

  async summaries(traceIds: readonly string[]): Promise<readonly TraceSummary[]> {
    const select = this.#connection.sql(`SELECT ${SUMMARY} FROM ${TRACES} WHERE trace_id = ?`);
    return traceIds.map((traceId) => select.get(traceId)).flatMap((row) => (row ? [toSummary(row)] : []));
  }

  async span(traceId: string, spanId: string): Promise<SpanDetail | undefined> {
    const row = this.#connection.sql(`${SPAN_DETAIL} AND span_id = ?`).get(traceId, spanId);
    return row === undefined ? undefined : withAi(toSpanDetail(traceId, row), row);
  }

  async spans(traceId: string, { limit, cursor }: PageQuery): Promise<SpanDetailList | undefined> {
    if (cursor !== undefined && !/^[0-9a-f]{16}$/.test(cursor)) throw new InvalidCursorError();
    const after = cursor ?? '';
    if (this.#connection.sql('SELECT 1 FROM trace WHERE trace_id = ?').get(traceId) === undefined) {
      return undefined;
    }
    const sizes = this.#connection.sql(`${SPAN_SIZES} LIMIT ?`).all(traceId, after, limit + 1);
    const count = fitting(sizes.slice(0, limit).map((row) => number(row, 'bytes')));
    const last = count === 0 ? after : text(sizes[count - 1]!, 'span_id');
    const rows = this.#connection
      .sql(`${SPAN_DETAIL} AND span_id > ? AND span_id <= ? ORDER BY span_id`)
      .all(traceId, after, last);
    return {
      items: rows.map((row) => withAi(toSpanDetail(traceId, row), row)),
      nextCursor: count < sizes.length ? last : null,
    };
  }

  async transcript(traceId: string, query: PageQuery): Promise<TranscriptList | undefined> {
    return readTranscripts(this.#connection, traceId, query);
  }

  async findSpans(words: string, limit: number): Promise<readonly SpanHit[]> {
    const terms = words.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
    if (terms.length === 0) return [];
    const select = this.#connection.sql(
      `SELECT trace_id, span_id, span.name, span.status, span.start_ns / 1e6 AS start_ms
       FROM span JOIN trace USING (trace_key) WHERE span_key = ?`,
    );
    const hits = new Map<number, SpanHit>();
    const keys = findText(this.#connection, terms, limit, (found) =>
      found.filter((spanKey) => {
        const row = select.get(spanKey);
        if (row !== undefined) hits.set(spanKey, toSpanHit(row));
        return row !== undefined;
      }),
    );
    return keys.map((spanKey) => hits.get(spanKey)!);
  }

  async pin(traceId: string, isPinned: boolean): Promise<TraceSummary | undefined> {
    return this.#connection.transaction(() => {
      if (this.#connection.sql('SELECT 1 FROM trace WHERE trace_id = ?').get(traceId) === undefined) {
        return undefined;
      }
      // A change, and the newest: removal looks at the oldest changes first, and at none behind one that is young.
      this.#connection
        .sql('UPDATE trace SET is_pinned = ?, seq = ?, changed_ms = ? WHERE trace_id = ?')
        .run(isPinned ? 1 : 0, this.#connection.nextSeq(), this.#now(), traceId);
      this.#openTraces.readAgain(traceId);
      const row = this.#connection.sql(`SELECT ${SUMMARY} FROM ${TRACES} WHERE trace_id = ?`).get(traceId);
      return toSummary(row!);
    });
  }

  async pins(maxBytes: number): Promise<{ readonly pinnedCount: number; readonly exemptCount: number }> {
    const row = this.#connection.sql('SELECT count(*) AS pinned FROM trace WHERE is_pinned = 1').get();
    return { pinnedCount: Number(row?.['pinned']), exemptCount: this.#pruner.exemptCount(maxBytes) };
  }

  async changesAfter(seq: number, limit: number): Promise<readonly LiveChange[]> {
    const traces = this.#connection.sql(
      `SELECT ${SUMMARY} FROM ${TRACES} WHERE seq > ? ORDER BY seq LIMIT ?`,
    );
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

  /** As it is in the file: another connection may write. */
  async newestSeq(): Promise<number> {
    return Number(this.#connection.sql(`SELECT value FROM counter WHERE name = 'seq'`).get()?.['value']);
  }

  async counts(): Promise<{ readonly traceCount: number; readonly spanCount: number }> {
    const row = this.#connection
      .sql('SELECT count(*) AS trace_count, coalesce(sum(span_count), 0) AS span_count FROM trace')
      .get();
    return { traceCount: Number(row?.['trace_count']), spanCount: Number(row?.['span_count']) };
  }

  async prune(limits: RetentionLimits): Promise<RetentionPreview | false> {
    return this.#connection.transaction(() => {
      this.#statistics.prune();
      return this.#pruner.prune(limits);
    });
  }

  async previewPrune(limits: RetentionLimits): Promise<RetentionPreview> {
    return this.#pruner.preview(limits);
  }
}
