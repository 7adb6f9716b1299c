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
import type { SpanBatch } from '../otlp/span-batch.ts';

/** A part of a list. */
export interface PageQuery {
  /** 1–500. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface TraceSearch extends PageQuery {
  /** Which traces are listed; by default all. */
  readonly where?: QueryNode;
}

export interface RetentionLimits {
  /** Traces beyond this number are removed, those that have not changed for longest first. */
  readonly maxTraces: number;
  /** Traces that have not changed since then are removed; milliseconds since the Unix epoch. */
  readonly changedSinceMs: number;
  /** Traces are removed as long as they take more than this, with their log records and full text; the last one stays. */
  readonly maxBytes: number;
  /** Traces with a newer `seq` stay, whatever the limits say: what comes meanwhile does not lengthen a removal. */
  readonly changedUpTo?: number;
}

/** Where traces are kept. Pinned traces are exempt from removal until they take half of `maxBytes`. */
export interface TraceStore {
  /**
   * Stores the spans, each once whatever arrives again. When the promise resolves they are committed, and found
   * by every method below.
   *
   * @returns the traces that have changed, in the order of their new `seq`. Writes that were committed together
   *   tell it once, in the answer of the first.
   */
  write(batch: SpanBatch): Promise<readonly LiveChange[]>;
  /**
   * Those that a query finds, newest first by start time. It looks as far as it takes to answer promptly: a page may be
   * short, or empty, though there is a next one.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  traces(query: TraceSearch): Promise<TraceList>;
  /**
   * Which of the traces each query finds.
   *
   * @returns for each query whether it finds each of the traces, in the order in which they were given; what is not stored
   *   is not found.
   */
  matching(
    traceIds: readonly string[],
    queries: readonly QueryNode[],
  ): Promise<readonly (readonly boolean[])[]>;
  /**
   * Texts that a field has in the newest spans or traces, of as many as a prompt answer allows, the most frequent first.
   *
   * @param beginning - What they begin with, in any case.
   */
  values(
    field: QueryFieldName | AttributeFieldName,
    beginning: string,
    limit: number,
  ): Promise<QueryValueList>;
  /** The same of keys of attributes. */
  attributeKeys(beginning: string, limit: number): Promise<QueryValueList>;
  trace(traceId: string): Promise<TraceDocument | undefined>;
  /** The same as JSON in UTF-8, for who only hands it on: a large one is soonest told so. */
  traceJson(traceId: string): Promise<Uint8Array | undefined>;
  /** Of those of the traces that are stored. */
  summaries(traceIds: readonly string[]): Promise<readonly TraceSummary[]>;
  span(traceId: string, spanId: string): Promise<SpanDetail | undefined>;
  /**
   * The spans of a trace in the order of their ids; a page has fewer when they are large. `undefined` when the trace is not
   * stored.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  spans(traceId: string, query: PageQuery): Promise<SpanDetailList | undefined>;
  /**
   * What was said in the spans of AI programs, in order of time; a page has fewer when they are long. `undefined` when the
   * trace is not stored.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  transcript(traceId: string, query: PageQuery): Promise<TranscriptList | undefined>;
  /** The newest spans in whose texts all words of `text` occur, in any order; nothing in it is an operator. */
  findSpans(text: string, limit: number): Promise<readonly SpanHit[]>;
  /** Keeps a trace from removal, or gives it free. Resolves with the changed trace, or `undefined` when it is not stored. */
  pin(traceId: string, isPinned: boolean): Promise<TraceSummary | undefined>;
  /** How many traces are pinned, and how many of them, the newest, are exempt from removal under that limit. */
  pins(maxBytes: number): Promise<{ readonly pinnedCount: number; readonly exemptCount: number }>;
  /** What changed after `seq`, oldest change first, at most `limit`. */
  changesAfter(seq: number, limit: number): Promise<readonly LiveChange[]>;
  /** The newest `seq` that was given out; 0 before the first change. */
  newestSeq(): Promise<number>;
  counts(): Promise<{ readonly traceCount: number; readonly spanCount: number }>;
  /** Removes a small portion of what is over the limits; resolves with what that was, `false` when there was nothing. */
  prune(limits: RetentionLimits): Promise<RetentionPreview | false>;
  /** What `prune` would remove in the end. */
  previewPrune(limits: RetentionLimits): Promise<RetentionPreview>;
}

/** A change of a trace as clients are told of it. */
export function traceChange(trace: TraceSummary): LiveChange {
  return { type: 'trace', seq: trace.seq, trace };
}
