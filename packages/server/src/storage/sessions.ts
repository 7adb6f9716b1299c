import type { AiUsage, SessionList, SessionSummary, TraceSummary } from '@tta/obs-protocol';
import { InvalidCursorError } from './list-cursor.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, text, textOrNull } from './sqlite-rows.ts';
import { isFailed } from './trace-roll-up.ts';
import { NO_USAGE, toUsage, USAGE_COLUMNS, usageValues } from './usage-columns.ts';

/** Those with the oldest end are removed beyond this number. */
const MOST_SESSIONS = 20_000;
/** So often there may be more of them without anybody having looked. */
const MANY_CHANGES = 1_000;
const KEPT_NS = 90n * 24n * 3_600_000_000_000n;

/** What a session counts of a trace. */
export interface SessionPart {
  readonly sessionId: string | null;
  /** Of a trace that was removed the beginning has counted already. */
  readonly isCounted: boolean;
  readonly isFailed: boolean;
  readonly usage: AiUsage | null;
}

/** Sums up the traces of each session. Changes only within transactions. */
export class Sessions {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** Since their number was looked at. */
  #changes = MANY_CHANGES;

  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
  }

  /**
   * A trace has changed; its own rows have been written.
   *
   * @param before - What its session counts of it; `null` when the trace is new.
   * @returns what it counts from now on.
   */
  change(before: SessionPart | null, trace: TraceSummary): SessionPart {
    const after = sessionPart(trace);
    const left = before?.sessionId ?? null;
    if (before !== null && left !== null && left !== after.sessionId) this.#leave(left, before);
    if (after.sessionId !== null) {
      this.#add(after.sessionId, trace, left === after.sessionId ? before : null, after);
    }
    return after;
  }

  /** Those with the newest end first. @throws InvalidCursorError when the cursor is not one of ours. */
  list({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): SessionList {
    const [lastNs, sessionId] = cursor === undefined ? [] : parseCursor(cursor);
    const order = 'ORDER BY last_ns DESC, session_id DESC LIMIT ?';
    // Times beyond 2^53 as text and in milliseconds: not every driver reads them.
    const columns = `session_id, service_name, user_id, first_ns / 1e6 AS first_ms, last_ns / 1e6 AS last_ms,
      CAST(last_ns AS TEXT) AS last_text, ${FIGURES.join()}`;
    const from = 'FROM session WHERE trace_count > 0';
    const rows =
      lastNs === undefined || sessionId === undefined
        ? this.#connection.sql(`SELECT ${columns} ${from} ${order}`).all(limit + 1)
        : this.#connection
            .sql(`SELECT ${columns} ${from} AND (last_ns, session_id) < (?, ?) ${order}`)
            .all(lastNs, sessionId, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map(toSession),
      nextCursor:
        last === undefined
          ? null
          : `${text(last, 'last_text')}-${Buffer.from(text(last, 'session_id')).toString('base64url')}`,
    };
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    const nowNs = BigInt(Math.floor(this.#now())) * 1_000_000n;
    this.#connection.sql('DELETE FROM session WHERE last_ns < ?').run(nowNs - KEPT_NS);
    if (this.#changes < MANY_CHANGES) return;
    this.#changes = 0;
    this.#connection
      .sql(
        `DELETE FROM session WHERE last_ns <
           (SELECT last_ns FROM session ORDER BY last_ns DESC LIMIT 1 OFFSET ${MOST_SESSIONS - 1})`,
      )
      .run();
  }

  #add(sessionId: string, trace: TraceSummary, before: SessionPart | null, after: SessionPart): void {
    const startNs = BigInt(Math.round(trace.startTimeMs * 1e3)) * 1_000n;
    const endNs = startNs + BigInt(Math.round(trace.durationMs * 1e3)) * 1_000n;
    const gone = figuresOf(before);
    this.#connection
      .sql(
        `INSERT INTO session (session_id, service_name, user_id, first_ns, last_ns, ${FIGURES.join()})
         VALUES (?, ?, ?, ?, ?, ${FIGURES.map(() => '?').join()})
         ON CONFLICT DO UPDATE SET
           service_name = CASE WHEN excluded.last_ns >= last_ns THEN excluded.service_name ELSE service_name END,
           user_id = coalesce(CASE WHEN excluded.last_ns >= last_ns THEN excluded.user_id END, user_id, excluded.user_id),
           first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns), ${ADD_FIGURES}`,
      )
      .run(
        sessionId,
        trace.serviceName,
        trace.userId,
        startNs,
        endNs,
        ...figuresOf(after).map((value, index) => value - gone[index]!),
      );
    this.#changes++;
  }

  /** Takes back what a session has counted of a trace that turned out to be of another one. */
  #leave(sessionId: string, before: SessionPart): void {
    this.#connection
      .sql(
        `UPDATE session SET ${FIGURES.map((column) => `${column} = max(0, ${column} - ?)`).join()} WHERE session_id = ?`,
      )
      .run(...figuresOf(before), sessionId);
    this.#connection.sql('DELETE FROM session WHERE session_id = ? AND trace_count = 0').run(sessionId);
    // Its times may have been those of that trace. While all others are stored, they tell them.
    this.#connection
      .sql(
        `UPDATE session SET (first_ns, last_ns) =
           (SELECT min(start_ns), max(end_ns) FROM trace_session JOIN trace USING (trace_key) WHERE session_id = session.session_id)
         WHERE session_id = ? AND trace_count =
           (SELECT count(*) FROM trace_session JOIN trace USING (trace_key) WHERE session_id = session.session_id)`,
      )
      .run(sessionId);
  }
}

const FIGURES = ['trace_count', 'error_count', ...USAGE_COLUMNS] as const;
const ADD_FIGURES = FIGURES.map((column) => `${column} = max(0, ${column} + excluded.${column})`).join();

function figuresOf(part: SessionPart | null): readonly number[] {
  if (part === null) return FIGURES.map(() => 0);
  return [
    part.isCounted ? 1 : 0,
    part.isCounted && part.isFailed ? 1 : 0,
    ...usageValues(part.usage ?? NO_USAGE),
  ];
}

export function sessionPart({
  sessionId,
  status,
  usage,
  isPartial,
}: Pick<TraceSummary, 'sessionId' | 'status' | 'usage' | 'isPartial'>): SessionPart {
  return { sessionId, isCounted: !isPartial, isFailed: isFailed(status), usage };
}

function parseCursor(cursor: string): readonly [bigint, string] {
  const match = /^(\d{1,19})-([\w-]{1,8000})$/.exec(cursor);
  if (match === null || BigInt(match[1]!) >= 2n ** 63n) throw new InvalidCursorError();
  return [BigInt(match[1]!), Buffer.from(match[2]!, 'base64url').toString()];
}

function toSession(row: SqlRow): SessionSummary {
  return {
    sessionId: text(row, 'session_id'),
    serviceName: text(row, 'service_name'),
    userId: textOrNull(row, 'user_id'),
    firstTimeMs: number(row, 'first_ms'),
    lastTimeMs: number(row, 'last_ms'),
    traceCount: number(row, 'trace_count'),
    errorCount: number(row, 'error_count'),
    usage: toUsage(row),
  };
}
