import type { SpanWriter } from './span-writer.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { number, text } from './sqlite-rows.ts';
import type { RetentionPreview } from '@tta/obs-protocol';
import type { RetentionLimits } from './trace-store.ts';

/** Spans, log records and traces that one step of pruning removes: a few milliseconds of work. */
const STEP_ROWS = 2_000;
const STEP_TRACES = 200;
/** Tables whose rows go with their trace, and the key of each. */
const OWNED_BY_TRACE = [
  ['span', 'span_key'],
  ['log_record', 'log_key'],
] as const;

/** Pinned traces are exempt as long as they take no more than this part of `maxBytes`. */
const PINNED_PART = 0.5;
/** How long, and of how many traces, it is known that they were removed. */
const FORGOTTEN_MS = 24 * 3_600_000;
const FORGOTTEN_TRACES = 100_000;

/** As the index `trace_by_change` has it: the change of its spans or of its logs, whichever came later. */
const LAST_CHANGE = 'max(seq, coalesce(logs_seq, 0))';

interface Overdue {
  readonly traceKey: number;
  readonly traceId: string;
  readonly bytes: number;
}

/** Removes traces that are over the limits, those that have not changed for longest first. */
export class TracePruner {
  readonly #connection: SqliteConnection;
  readonly #writer: SpanWriter;
  readonly #now: () => number;

  constructor(connection: SqliteConnection, writer: SpanWriter, now: () => number) {
    this.#connection = connection;
    this.#writer = writer;
    this.#now = now;
  }

  /** Removes a small portion. Only within a transaction. @returns whether there may be more. */
  prune(limits: RetentionLimits): boolean {
    // Until it is gone, what was removed before takes its space, and more would be removed in its place.
    if (this.#removeRows()) return true;
    this.#writer.dropTexts();
    const overdue = this.#overdue(limits, STEP_TRACES);
    if (overdue.length === 0) {
      this.#connection.origins.removeUnused();
      return false;
    }
    for (const trace of overdue) this.#forget(trace);
    this.#dropOldMemories();
    this.#removeRows();
    return true;
  }

  /** What `prune` would remove in the end. */
  preview(limits: RetentionLimits): RetentionPreview {
    this.#writer.countAgain();
    const overdue = this.#overdue(limits, Number.MAX_SAFE_INTEGER);
    const select = this.#connection.sql(
      'SELECT span_count, start_ns / 1e6 AS start_ms FROM trace WHERE trace_key = ?',
    );
    let spanCount = 0;
    let bytes = 0;
    let oldestMs: number | null = null;
    let newestMs: number | null = null;
    for (const { traceKey, bytes: traceBytes } of overdue) {
      const row = select.get(traceKey)!;
      const startMs = number(row, 'start_ms');
      spanCount += number(row, 'span_count');
      bytes += traceBytes;
      oldestMs = Math.min(oldestMs ?? startMs, startMs);
      newestMs = Math.max(newestMs ?? startMs, startMs);
    }
    return {
      traceCount: overdue.length,
      spanCount,
      bytes: Math.round(bytes * this.#fileFactor()),
      oldestStartTimeMs: oldestMs,
      newestStartTimeMs: newestMs,
      traceIds: overdue.slice(0, 100).map(({ traceId }) => traceId),
    };
  }

  /** How many of the pinned traces are exempt. */
  exemptCount(maxBytes: number): number {
    this.#writer.countAgain();
    return this.#exempt(maxBytes / this.#fileFactor()).size;
  }

  /** Traces over the limits, those that have not changed for longest first. */
  #overdue({ maxTraces, changedSinceMs, maxBytes }: RetentionLimits, limit: number): readonly Overdue[] {
    const { traceCount, bytes } = this.#writer.totals();
    const factor = this.#fileFactor();
    let excessTraces = traceCount - maxTraces;
    let excessBytes = bytes * factor - maxBytes;
    const exempt = this.#exempt(maxBytes / factor);
    const overdue: Overdue[] = [];
    // One row after the other: most often the first is not overdue any more.
    for (let position = -1; overdue.length < limit;) {
      const rows = this.#connection
        .sql(
          `SELECT trace_key, trace_id, changed_ms, bytes, ${LAST_CHANGE} AS change FROM trace
           WHERE ${LAST_CHANGE} > ? ORDER BY ${LAST_CHANGE} LIMIT ${STEP_TRACES}`,
        )
        .all(position);
      for (const row of rows) {
        if (overdue.length >= limit) break;
        const isOverdue = number(row, 'changed_ms') < changedSinceMs || excessTraces > 0 || excessBytes > 0;
        if (!isOverdue) return overdue;
        const traceKey = number(row, 'trace_key');
        if (exempt.has(traceKey)) continue;
        excessTraces--;
        const traceBytes = number(row, 'bytes');
        excessBytes -= traceBytes * factor;
        overdue.push({ traceKey, traceId: text(row, 'trace_id'), bytes: traceBytes });
      }
      if (rows.length < STEP_TRACES) return overdue;
      position = number(rows.at(-1)!, 'change');
    }
    return overdue;
  }

  /** Keys of the pinned traces, the newest first, until they take half of what there is. */
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

  /** How much more the file takes than the documents of its spans, for indexes, full text and logs. */
  #fileFactor(): number {
    const { bytes } = this.#writer.totals();
    return bytes === 0 ? 1 : Math.max(1, this.#connection.usedBytes() / bytes);
  }

  #forget({ traceKey, traceId, bytes }: Overdue): void {
    this.#connection.sql('INSERT INTO removed_trace VALUES (?)').run(traceKey);
    this.#connection.sql('DELETE FROM trace WHERE trace_key = ?').run(traceKey);
    this.#connection
      .sql(
        'INSERT INTO forgotten_trace VALUES (?, ?) ON CONFLICT DO UPDATE SET removed_ms = excluded.removed_ms',
      )
      .run(traceId, this.#now());
    this.#writer.forget(traceId, bytes);
  }

  #dropOldMemories(): void {
    this.#connection
      .sql(
        `DELETE FROM forgotten_trace WHERE removed_ms < max(?, coalesce((
           SELECT removed_ms FROM forgotten_trace ORDER BY removed_ms DESC LIMIT 1 OFFSET ${FORGOTTEN_TRACES}), 0))`,
      )
      .run(this.#now() - FORGOTTEN_MS);
  }

  /** Removes rows of traces that are removed already. @returns whether there are more. */
  #removeRows(): boolean {
    let left = STEP_ROWS;
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
    return false;
  }
}
