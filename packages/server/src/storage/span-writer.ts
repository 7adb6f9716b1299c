import type { ExecutionStatus, TraceSummary } from '@tta/obs-protocol';
import type { SpanBatch } from '../otlp/span-batch.ts';
import type { AiSpans } from './ai-spans.ts';
import type { OpenTrace } from './open-trace.ts';
import { type OpenTraces, RESUMPTION } from './open-traces.ts';
import { type NewSpan, SpanRows } from './span-rows.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqliteStatisticsStore } from './sqlite-statistics-store.ts';
import { TextIndex } from './text-index.ts';
import { addSpan } from './trace-roll-up.ts';
import { noteSession } from './trace-session.ts';

/** Columns whose strings may be long. */
const STRINGS = ['name', 'statusMessage', 'label', 'traceState'] as const;
/** What a span takes in the file beside its documents and texts, about. */
const ROW_BYTES = 200;
/** What a byte of text takes in the index of words, about. */
const TEXT_FACTOR = 1.5;
/** A segment of the full text ends at this part of `maxBytes`: what of it is of removed spans is not charged to others. */
const SEGMENT_PART = 1 / 16;

/** Stores spans with their texts, and sums them up in their traces. */
export class SpanWriter {
  readonly #rows: SpanRows;
  readonly #texts: TextIndex;
  readonly #traces: OpenTraces;
  readonly #aiSpans: AiSpans;
  readonly #statistics: SqliteStatisticsStore;

  constructor(
    connection: SqliteConnection,
    traces: OpenTraces,
    aiSpans: AiSpans,
    statistics: SqliteStatisticsStore,
  ) {
    this.#rows = new SpanRows(connection, traces);
    this.#texts = new TextIndex(connection);
    this.#traces = traces;
    this.#aiSpans = aiSpans;
    this.#statistics = statistics;
  }

  /** Only within a transaction. @returns the summaries of the traces that changed, in the order of their new `seq`. */
  apply(batches: readonly SpanBatch[]): readonly TraceSummary[] {
    this.#traces.closeMany();
    const spans = this.#rows.insert(batches);
    const changed = new Set<OpenTrace>();
    const resumed = new Set<OpenTrace>();
    for (const span of spans) {
      changed.add(span.trace);
      if (count(span) === RESUMPTION) resumed.add(span.trace);
    }
    const aiSpans = this.#aiSpans.add(spans);
    this.#addTexts(spans);
    this.#statistics.primitiveRollUps.add(spans, aiSpans);
    this.#statistics.errorGroups.add(spans);
    return this.#traces.save(changed, resumed);
  }

  /** Grows with each span that comes in. */
  get newestSpanKey(): number {
    return this.#rows.newestKey;
  }

  /** Drops full text that no span is left of, and keeps its segments small beside `maxBytes`. Only within a transaction. */
  dropTexts(maxBytes: number): void {
    this.#texts.limit(maxBytes * SEGMENT_PART);
    this.#texts.dropUnused();
  }

  /** Gives up full text of which little is left; for when there is nothing else to do. @returns whether there may be more. */
  mergeTexts(): boolean {
    return this.#texts.mergeThin();
  }

  /** After all rows: each statement that inserts several of them makes the index write down what it has gathered. */
  #addTexts(spans: readonly NewSpan[]): void {
    let of: SpanBatch | undefined;
    let texts = Buffer.alloc(0);
    for (const { spanKey, batch, index } of spans) {
      if (batch !== of) texts = Buffer.from(batch.searchTexts.buffer, batch.searchTexts.byteOffset);
      of = batch;
      this.#texts.add(spanKey, texts.toString('utf8', searchBegin(batch, index), batch.searchEnds[index]));
    }
    if (spans.length > 0) this.#texts.endPiece();
  }
}

/** Adds the span to its trace. @returns its name. */
function count({ batch, index, trace }: NewSpan): string {
  const name = batch.strings[batch.name[index]!]!;
  const isRoot = batch.parentSpanId[index] === -1;
  trace.totals = addSpan(trace.totals, {
    spanId: batch.strings[batch.spanId[index]!]!,
    isRoot,
    name: isRoot ? batch.strings[batch.runName[index]!]! : name,
    startNs: batch.startNs[index]!,
    endNs: batch.endNs[index]!,
    status: batch.strings[batch.status[index]!] as ExecutionStatus,
    serviceName: batch.resources[batch.resource[index]!]!.serviceName,
  });
  const session = batch.sessionId[index]!;
  const user = batch.userId[index]!;
  if (session !== -1 || user !== -1) {
    noteSession(trace, batch.startNs[index]!, {
      sessionId: batch.strings[session] ?? null,
      userId: batch.strings[user] ?? null,
    });
  }
  const documentBegin = index === 0 ? 0 : batch.documentEnds[index * 3 - 1]!;
  const documentBytes = batch.documentEnds[index * 3 + 2]! - documentBegin;
  const textBytes = batch.searchEnds[index]! - searchBegin(batch, index);
  const stringBytes = STRINGS.reduce(
    (sum, column) => sum + (batch.strings[batch[column][index]!]?.length ?? 0),
    0,
  );
  trace.bytes += ROW_BYTES + documentBytes + stringBytes + Math.round(TEXT_FACTOR * textBytes);
  return name;
}

function searchBegin({ searchEnds }: SpanBatch, index: number): number {
  return index === 0 ? 0 : searchEnds[index - 1]!;
}
