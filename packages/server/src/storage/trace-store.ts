import type { LiveChange, SpanDetail, TraceDocument, TraceList, TraceSummary } from '@tta/obs-protocol';
import type { SpanGroup } from '../otlp/trace-batch.ts';

export interface TraceListQuery {
  /** 1–500. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface RetentionLimits {
  /** Traces beyond this number are removed, those that have not changed for longest first. */
  readonly maxTraces: number;
  /** Traces that have not changed since then are removed; milliseconds since the Unix epoch. */
  readonly changedSinceMs: number;
}

/** Where traces are kept. */
export interface TraceStore {
  /**
   * Stores the spans, each once whatever arrives again. When the promise resolves they are committed.
   *
   * @returns the summaries of all traces that changed, in the order of their new `seq`.
   */
  write(groups: readonly SpanGroup[]): Promise<readonly TraceSummary[]>;
  /**
   * Newest first, by start time.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  traces(query: TraceListQuery): Promise<TraceList>;
  trace(traceId: string): Promise<TraceDocument | undefined>;
  span(traceId: string, spanId: string): Promise<SpanDetail | undefined>;
  /** What changed after `seq`, oldest change first, at most `limit`. */
  changesAfter(seq: number, limit: number): Promise<readonly LiveChange[]>;
  /** The newest `seq` that was given out; 0 before the first change. */
  newestSeq(): Promise<number>;
  counts(): Promise<{ readonly traceCount: number; readonly spanCount: number }>;
  /** Removes a small portion of what is over the limits; resolves with true while there is more. */
  prune(limits: RetentionLimits): Promise<boolean>;
  close(): Promise<void>;
}

/** A change of a trace as clients are told of it. */
export function traceChange(trace: TraceSummary): LiveChange {
  return { type: 'trace', seq: trace.seq, trace };
}
