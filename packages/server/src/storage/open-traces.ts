import type { ExecutionStatus, TraceSummary } from '@tta/obs-protocol';
import { newTrace, OPEN_TRACE, toOpenTrace, type OpenTrace } from './open-trace.ts';
import { runPart, type RunRollUps } from './run-roll-ups.ts';
import type { Sessions } from './sessions.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlValue } from './sqlite-driver.ts';
import { LOG_SIZE } from './sqlite-log-store.ts';
import { number, storable } from './sqlite-rows.ts';
import type { TraceTotals } from './trace-roll-up.ts';

/** The name of the span of a run that goes on after it was suspended: below the span of the part before. */
export const RESUMPTION = 'primitive.resumable.resume';

/** Traces that are not read again when more of their spans arrive. */
const CACHED_TRACES = 4_000;
/** A name may have 1 MiB: traces of longer ones than this are read again. */
const CACHED_CHARACTERS = 1_000;

/** How much is stored. */
export interface StoredTotals {
  readonly traceCount: number;
  readonly bytes: number;
}

/** What sums up traces. */
export interface TraceSums {
  readonly sessionRows: Sessions;
  readonly runRollUps: RunRollUps;
}

/** The rows of traces, which sum up their spans. */
export class OpenTraces {
  readonly #connection: SqliteConnection;
  readonly #sums: TraceSums;
  readonly #now: () => number;
  /** By trace id. */
  readonly #open = new Map<string, OpenTrace>();
  readonly #large: string[] = [];
  #nextTraceKey: number;
  #totals: StoredTotals | undefined;

  constructor(connection: SqliteConnection, sums: TraceSums, now: () => number) {
    this.#connection = connection;
    this.#sums = sums;
    this.#now = now;
    this.#nextTraceKey = nextTraceKey(connection);
    connection.onRollback(() => {
      this.#totals = undefined;
      this.#open.clear();
      this.#nextTraceKey = nextTraceKey(connection);
    });
  }

  /** One that is not stored yet gets its row when it is saved. */
  open(traceId: string): OpenTrace {
    const known = this.#open.get(traceId);
    if (known !== undefined) return known;
    const trace = this.#read(traceId) ?? this.#newTrace(traceId);
    this.#open.set(traceId, trace);
    this.#noteSize(trace);
    return trace;
  }

  /** Only between transactions, for a trace that is open twice would be counted twice. */
  closeMany(): void {
    if (this.#open.size >= CACHED_TRACES) this.#open.clear();
    for (const traceId of this.#large) this.#open.delete(traceId);
    this.#large.length = 0;
  }

  /** Writes the rows. @param resumed - Those of the traces that have spans of a run that went on. */
  save(traces: Iterable<OpenTrace>, resumed: ReadonlySet<OpenTrace>): readonly TraceSummary[] {
    const changedMs = this.#now();
    const summaries = Array.from(traces, (trace) => this.#save(trace, resumed.has(trace), changedMs));
    this.#sums.runRollUps.save();
    return summaries;
  }

  /** Counted once and then kept: the table of traces may be large. */
  totals(): StoredTotals {
    return (this.#totals ??= storedTotals(this.#connection));
  }

  /** Another connection may have written meanwhile. */
  countAgain(): void {
    this.#totals = undefined;
  }

  /** Has to be called for each trace that was removed, with the bytes that it had. */
  forget(traceId: string, bytes: number): void {
    this.#open.delete(traceId);
    this.#addTotals(-1, -bytes);
  }

  /** Has to be called for each trace whose row somebody else has changed. */
  readAgain(traceId: string): void {
    this.#open.delete(traceId);
  }

  #read(traceId: string): OpenTrace | undefined {
    const row = this.#connection.sql(OPEN_TRACE).get(traceId);
    return row === undefined ? undefined : toOpenTrace(traceId, row);
  }

  #newTrace(traceId: string): OpenTrace {
    const forgotten = this.#connection.sql('SELECT 1 FROM forgotten_trace WHERE trace_id = ?').get(traceId);
    return newTrace(traceId, this.#nextTraceKey++, forgotten !== undefined);
  }

  #save(trace: OpenTrace, isResumed: boolean, changedMs: number): TraceSummary {
    const totals = trace.totals!;
    const mayHaveGoneOn = isResumed || totals.status === 'suspended';
    const status = (mayHaveGoneOn ? this.#resumedStatus(trace.traceKey, totals) : undefined) ?? totals.status;
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
    this.#addTotals(trace.isNew ? 1 : 0, trace.bytes - trace.savedBytes);
    if (trace.isNew) this.#insert(trace, values);
    else this.#update(values);
    trace.isNew = false;
    trace.savedBytes = trace.bytes;
    this.#noteSize(trace);
    if (trace.session !== trace.savedSession) this.#saveSession(trace);
    const summary: TraceSummary = {
      traceId: trace.traceId,
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
      sessionId: trace.session.sessionId,
      userId: trace.session.userId,
      usage: trace.usage,
      seq,
    };
    trace.counted = this.#sums.sessionRows.change(trace.counted, summary);
    if (this.#sums.runRollUps.counts(trace)) {
      const run = runPart({ ...totals, serviceName, status });
      this.#sums.runRollUps.change(trace.run, run);
      trace.run = run;
    }
    return summary;
  }

  #saveSession(trace: OpenTrace): void {
    const { sessionId, sessionNs, userId, userNs } = trace.session;
    this.#connection
      .sql('INSERT OR REPLACE INTO trace_session VALUES (?, ?, ?, ?, ?)')
      .run(trace.traceKey, sessionId, sessionNs, userId, userNs);
    trace.savedSession = trace.session;
  }

  #insert(trace: OpenTrace, values: readonly SqlValue[]): void {
    this.#connection
      .sql(
        `INSERT INTO trace (seq, changed_ms, name, service_name, status, start_ns, end_ns, span_count, error_count,
           has_root, head_span_id, head_start_ns, is_partial, bytes, trace_key, trace_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...values, trace.traceId);
    // What was logged before its first span arrived, and is kept on its own until now.
    const joined = this.#connection
      .sql('UPDATE log_record SET trace_key = ? WHERE trace_id = ? AND trace_key IS NULL')
      .run(trace.traceKey, trace.traceId);
    if (joined > 0) {
      this.#connection
        .sql(
          `UPDATE trace SET bytes = bytes + (SELECT sum(${LOG_SIZE}) FROM log_record WHERE trace_key = trace.trace_key)
           WHERE trace_key = ?`,
        )
        .run(trace.traceKey);
      this.countAgain();
    }
  }

  #update(values: readonly SqlValue[]): void {
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

  #noteSize({ traceId, totals }: OpenTrace): void {
    if (totals !== undefined && totals.name.length + totals.serviceName.length > CACHED_CHARACTERS) {
      this.#large.push(traceId);
    }
  }

  #addTotals(traceCount: number, bytes: number): void {
    if (this.#totals === undefined) return;
    this.#totals = {
      traceCount: this.#totals.traceCount + traceCount,
      bytes: this.#totals.bytes + bytes,
    };
  }
}

function nextTraceKey(connection: SqliteConnection): number {
  const row = connection.sql(`SELECT seq FROM sqlite_sequence WHERE name = 'trace'`).get();
  return Number(row?.['seq'] ?? 0) + 1;
}

function storedTotals(connection: SqliteConnection): StoredTotals {
  const row = connection.sql('SELECT count(*) AS traces, coalesce(sum(bytes), 0) AS bytes FROM trace').get()!;
  return { traceCount: number(row, 'traces'), bytes: number(row, 'bytes') };
}
