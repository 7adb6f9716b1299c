import type { LiveChange, LogList } from '@tta/obs-protocol';
import type { LogGroup } from '../otlp/log-batch.ts';

export interface LogFilter {
  /** 1–500; a page has fewer records when they are large. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** 1–24: records with a lower severity number, or without one, are left out. */
  readonly minSeverity?: number;
}

export interface TraceLogQuery extends LogFilter {
  /** Records of other spans, and of none, are left out. */
  readonly spanIds?: readonly string[];
}

export interface LogSearch extends LogFilter {
  readonly traceId?: string;
}

/** Bounds of the records whose trace is not stored; the others live as long as their trace. */
export interface LooseLogLimits {
  /** Records beyond this number are removed, those that arrived first. */
  readonly maxRecords: number;
  /** As long as the records take more, those that arrived first are removed. @defaultValue no bound */
  readonly maxBytes?: number;
  /** Records that arrived before are removed; milliseconds since the Unix epoch. */
  readonly receivedSinceMs: number;
}

/** Where log records are kept. */
export interface LogStore {
  /**
   * Stores the records. When the promise resolves they are committed.
   *
   * Log records have no ids, so a repetition is known by its request: nothing is stored when the same bytes
   * came within the last 10 minutes. Requests of which no record has a time are not compared: a program
   * that logs one line again and again sends the same each time.
   *
   * @param request - The bytes that the records came in; without them all records are stored.
   * @returns one change for each stored trace that got records.
   */
  write(groups: readonly LogGroup[], request?: Uint8Array): Promise<readonly LiveChange[]>;
  /**
   * The records of a stored trace in order of time.
   *
   * @returns `undefined` when the trace is not stored.
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  ofTrace(traceId: string, query: TraceLogQuery): Promise<LogList | undefined>;
  /**
   * Records of all traces and of none, newest first.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  search(query: LogSearch): Promise<LogList>;
  /** How many records are stored, with a trace and without. */
  counts(): Promise<{ readonly logRecordCount: number }>;
  /** Removes a small portion of what is over the limits; resolves with true while there is more. */
  prune(limits: LooseLogLimits): Promise<boolean>;
}
