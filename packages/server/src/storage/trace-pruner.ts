import type { OpenTraces } from './open-traces.ts';
import type { SpanWriter } from './span-writer.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, text } from './sqlite-rows.ts';
import type { RetentionPreview } from '@tta/obs-protocol';
import type { RetentionLimits } from './trace-store.ts';

/**
 * Spans and log records that one step removes: as many as one commit brings. When more came in since the step
 * before, it removes twice as many, or storing would outrun it; but never more than the last figure.
 */
const STEP_ROWS = 4_000;
const MOST_ROWS = 20_000;
/** Traces that are looked at together: most often the first is not overdue any more. */
const PAGE_TRACES = 500;
/** Tables whose rows go with their trace, and the key of each. */
const OWNED_BY_TRACE = [
  ['span', 'span_key'],
  ['ai_span', 'span_key'],
  ['log_record', 'log_key'],
] as const;

/** Pinned traces are exempt as long as they take no more than this part of `maxBytes`. */
const PINNED_PART = 0.5;
/** What resources and scopes of nothing may take beside the traces. */
const ORIGINS_PART = 1 / 16;
/** How long, and of how many traces, it is known that they were removed. */
const FORGOTTEN_MS = 24 * 3_600_000;
const FORGOTTEN_TRACES = 100_000;

/** As the index `trace_by_change` has it: the change of its spans or of its logs, whichever came later. */
const LAST_CHANGE = 'max(seq, coalesce(logs_seq, 0))';

interface Overdue {
  readonly traceKey: number;
  readonly traceId: string;
  readonly bytes: number;
  readonly spanCount: number;
  readonly startMs: number;
}

/** Removes traces that are over the limits, those that have not changed for longest first. */
export class TracePruner {
  readonly #connection: SqliteConnection;
  readonly #writer: SpanWriter;
  readonly #openTraces: OpenTraces;
  readonly #now: () => number;
  /** The newest span at the step before. */
  #stepSpanKey: number;

  constructor(connection: SqliteConnection, writer: SpanWriter, openTraces: OpenTraces, now: () => number) {
    this.#connection = connection;
    this.#writer = writer;
    this.#openTraces = openTraces;
    this.#now = now;
    this.#stepSpanKey = writer.newestSpanKey;
  }

  /** Removes a small portion. Only within a transaction. @returns what that was; `false` when nothing was left to remove. */
  prune(limits: RetentionLimits): RetentionPreview | false {
    this.#writer.dropTexts(limits.maxBytes);
    // What was removed before comes first: until it is gone, it takes its space.
    const rows = this.#stepRows();
    if (this.#removeRows(rows)) return toPreview([]);
    const overdue = this.#overdue(limits, rows);
    if (overdue.length === 0) {
      this.#connection.origins.removeUnused(limits.maxBytes * ORIGINS_PART);
      return this.#writer.mergeTexts() ? toPreview([]) : false;
    }
    this.#forget(overdue);
    this.#removeRows(rows);
    return toPreview(overdue);
  }

  #stepRows(): number {
    const { newestSpanKey } = this.#writer;
    const came = newestSpanKey - this.#stepSpanKey;
    this.#stepSpanKey = newestSpanKey;
    return Math.min(Math.max(STEP_ROWS, 2 * came), MOST_ROWS);
  }

  /** What `prune` would remove in the end. */
  preview(limits: RetentionLimits): RetentionPreview {
    this.#openTraces.countAgain();
    return toPreview(this.#overdue(limits, Infinity));
  }

  /** How many of the pinned traces are exempt. */
  exemptCount(maxBytes: number): number {
    return this.#exempt(maxBytes).size;
  }

  /** Traces over the limits, those that have not changed for longest first, until their spans are enough. */
  #overdue(
    { maxTraces, changedSinceMs, maxBytes, changedUpTo = Number.MAX_SAFE_INTEGER }: RetentionLimits,
    spanLimit: number,
  ): readonly Overdue[] {
    const { traceCount, bytes } = this.#openTraces.totals();
    const exempt = this.#exempt(maxBytes);
    const nowMs = this.#now();
    let excessTraces = traceCount - exempt.size - maxTraces;
    let excessBytes = bytes - maxBytes;
    let left = traceCount;
    let spanCount = 0;
    const overdue: Overdue[] = [];
    for (let position = -1; ;) {
      const rows = this.#connection
        .sql(
          `SELECT trace_key, trace_id, changed_ms, bytes, span_count, start_ns / 1e6 AS start_ms,
             ${LAST_CHANGE} AS change FROM trace
           WHERE ${LAST_CHANGE} > ? AND ${LAST_CHANGE} <= ? ORDER BY ${LAST_CHANGE} LIMIT ${PAGE_TRACES}`,
        )
        .all(position, changedUpTo);
      for (const row of rows) {
        const changedMs = number(row, 'changed_ms');
        // The last one stays, however large it is: a limit below one trace would make the store useless.
        const isOverdue = changedMs < changedSinceMs || excessTraces > 0 || (excessBytes > 0 && left > 1);
        if (!isOverdue) {
          // The clock was ahead when it changed: those behind it may be old all the same.
          if (changedMs > nowMs) continue;
          return overdue;
        }
        const traceKey = number(row, 'trace_key');
        if (exempt.has(traceKey)) continue;
        const trace: Overdue = {
          traceKey,
          traceId: text(row, 'trace_id'),
          bytes: number(row, 'bytes'),
          spanCount: number(row, 'span_count'),
          startMs: number(row, 'start_ms'),
        };
        excessTraces--;
        excessBytes -= trace.bytes;
        left--;
        overdue.push(trace);
        if ((spanCount += trace.spanCount) >= spanLimit) return overdue;
      }
      if (rows.length < PAGE_TRACES) return overdue;
      position = number(rows.at(-1)!, 'change');
    }
  }

  /** Keys of the pinned traces, the newest first, until they take half of what there may be. */
  #exempt(maxBytes: number): ReadonlySet<number> {
    const rows = this.#connection
      .sql(`SELECT trace_key, bytes FROM trace WHERE is_pinned = 1 ORDER BY ${LAST_CHANGE} DESC`)
      .all();
    const exempt = new Set<number>();
    let left = maxBytes * PINNED_PART;
    for (const row of rows) {
      left -= number(row, 'bytes');
      if (left < 0) break;
      exempt.add(number(row, 'trace_key'));
    }
    return exempt;
  }

  /** A few statements for all of them: of small traces there are many. */
  #forget(overdue: readonly Overdue[]): void {
    const keys = JSON.stringify(overdue.map(({ traceKey }) => traceKey));
    const isOverdue = 'trace_key IN (SELECT value FROM json_each(?))';
    this.#connection.sql('INSERT INTO removed_trace SELECT value FROM json_each(?)').run(keys);
    this.#connection
      .sql(
        `INSERT INTO forgotten_trace SELECT trace_id, ? FROM trace WHERE ${isOverdue}
         ON CONFLICT DO UPDATE SET removed_ms = excluded.removed_ms`,
      )
      .run(this.#now(), keys);
    for (const table of ['trace', 'trace_usage', 'trace_session']) {
      this.#connection.sql(`DELETE FROM ${table} WHERE ${isOverdue}`).run(keys);
    }
    for (const { traceId, bytes } of overdue) this.#openTraces.forget(traceId, bytes);
    this.#dropOldMemories();
  }

  #dropOldMemories(): void {
    this.#connection
      .sql(
        `DELETE FROM forgotten_trace WHERE removed_ms < max(?, coalesce((
           SELECT removed_ms FROM forgotten_trace ORDER BY removed_ms DESC LIMIT 1 OFFSET ${FORGOTTEN_TRACES}), 0))`,
      )
      .run(this.#now() - FORGOTTEN_MS);
  }

  /** Removes rows of traces that are removed already. @returns whether there may be more. */
  #removeRows(limit: number): boolean {
    let left = limit;
    for (const [table, key] of OWNED_BY_TRACE) {
      left -= this.#connection
        .sql(
          `DELETE FROM ${table} WHERE ${key} IN (
             SELECT ${key} FROM removed_trace CROSS JOIN ${table} USING (trace_key) LIMIT ?)`,
        )
        .run(left);
      if (left <= 0) return true;
    }
    this.#connection.sql('DELETE FROM removed_trace').run();
    return false;
  }
}

function toPreview(overdue: readonly Overdue[]): RetentionPreview {
  const preview = { traceCount: overdue.length, spanCount: 0, bytes: 0 };
  let oldestMs: number | null = null;
  let newestMs: number | null = null;
  for (const { spanCount, bytes, startMs } of overdue) {
    preview.spanCount += spanCount;
    preview.bytes += bytes;
    oldestMs = Math.min(oldestMs ?? startMs, startMs);
    newestMs = Math.max(newestMs ?? startMs, startMs);
  }
  return {
    ...preview,
    oldestStartTimeMs: oldestMs,
    newestStartTimeMs: newestMs,
    traceIds: overdue.slice(0, 100).map(({ traceId }) => traceId),
  };
}
