import type { AiUsage } from '@tta/obs-protocol';
import type { CountedAiSpan } from './ai-spans.ts';
import { type RunPart, runPart } from './run-roll-ups.ts';
import { sessionPart, type SessionPart } from './sessions.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { number, toTotals } from './sqlite-rows.ts';
import type { TraceTotals } from './trace-roll-up.ts';
import { NO_SESSION, toTraceSession, type TraceSession } from './trace-session.ts';
import { toUsage, USAGE_COLUMNS } from './usage-columns.ts';

/** What a trace takes beside its spans, about. */
const TRACE_BYTES = 200;

/** A trace whose spans are coming in. */
export interface OpenTrace {
  readonly traceId: string;
  readonly traceKey: number;
  readonly isPartial: boolean;
  readonly isPinned: boolean;
  /** Has no row yet. */
  isNew: boolean;
  totals: TraceTotals | undefined;
  /** Of its spans of AI programs; `null` without any. */
  usage: AiUsage | null;
  /** The spans that `usage` sums up, as far as they are remembered. */
  aiSpans: CountedAiSpan[] | undefined;
  /** Spans around those that have not arrived; `undefined`: any may be one. */
  awaitedSpans: ReadonlySet<string> | undefined;
  session: TraceSession;
  /** As its row of `trace_session` says. */
  savedSession: TraceSession;
  /** What its session counts of it; `null` while it has no row. */
  counted: SessionPart | null;
  /** What is counted of it among all runs; `null` while it has no row. */
  run: RunPart | null;
  bytes: number;
  /** Of `bytes`, what the row says already. */
  savedBytes: number;
}

/** Reads one by its id. */
export const OPEN_TRACE = `SELECT trace_key, name, service_name, status, CAST(start_ns AS TEXT) AS start_text,
    CAST(end_ns AS TEXT) AS end_text, span_count, error_count, has_root, head_span_id,
    CAST(head_start_ns AS TEXT) AS head_start_text, is_partial, is_pinned, bytes, session_id,
    CAST(session_ns AS TEXT) AS session_text, user_id, CAST(user_ns AS TEXT) AS user_text, ${USAGE_COLUMNS.join()}
  FROM trace LEFT JOIN trace_usage USING (trace_key) LEFT JOIN trace_session USING (trace_key) WHERE trace_id = ?`;

/** @param row - Of {@link OPEN_TRACE}. */
export function toOpenTrace(traceId: string, row: SqlRow): OpenTrace {
  const totals = toTotals(row);
  const usage = row['calls'] === null ? null : toUsage(row);
  const session = toTraceSession(row);
  const isPartial = number(row, 'is_partial') === 1;
  return {
    traceId,
    traceKey: number(row, 'trace_key'),
    isNew: false,
    isPartial,
    isPinned: number(row, 'is_pinned') === 1,
    totals,
    usage,
    aiSpans: undefined,
    awaitedSpans: undefined,
    session,
    savedSession: session,
    counted: sessionPart({ sessionId: session.sessionId, status: totals.status, usage, isPartial }),
    run: runPart(totals),
    bytes: number(row, 'bytes'),
    savedBytes: number(row, 'bytes'),
  };
}

export function newTrace(traceId: string, traceKey: number, isPartial: boolean): OpenTrace {
  return {
    traceId,
    traceKey,
    isNew: true,
    isPartial,
    isPinned: false,
    totals: undefined,
    usage: null,
    aiSpans: undefined,
    awaitedSpans: undefined,
    session: NO_SESSION,
    savedSession: NO_SESSION,
    counted: null,
    run: null,
    bytes: TRACE_BYTES,
    savedBytes: 0,
  };
}
