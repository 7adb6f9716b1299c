import type { SpanFacts } from './span-facts.ts';
import type { SpanRecord } from './trace-batch.ts';

export interface BatchResource {
  /** JSON. */
  readonly attributes: string;
  readonly serviceName: string;
}

export interface BatchScope {
  readonly name: string;
  readonly version: string;
  /** JSON. */
  readonly attributes: string;
}

/**
 * The spans of one request as columns, in a form that another thread takes over without copying much. What
 * repeats (names, ids of traces and parents) is an index into `strings`, -1 for none; what is long is UTF-8
 * in `documents` and `searchTexts`.
 */
export interface SpanBatch {
  readonly count: number;
  readonly resources: readonly BatchResource[];
  readonly scopes: readonly BatchScope[];
  readonly strings: readonly string[];
  /** Index into `resources`. */
  readonly resource: readonly number[];
  /** Index into `scopes`. */
  readonly scope: readonly number[];
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: readonly number[];
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: readonly number[];
  readonly parentSpanId: readonly number[];
  readonly name: readonly number[];
  readonly kind: readonly number[];
  readonly startNs: BigInt64Array<ArrayBuffer>;
  readonly endNs: BigInt64Array<ArrayBuffer>;
  /** How the span ended, an ExecutionStatus. */
  readonly status: readonly number[];
  /** As OTLP has it: 0 unset, 1 ok, 2 error. */
  readonly statusCode: readonly number[];
  readonly statusMessage: readonly number[];
  readonly primitiveType: readonly number[];
  readonly label: readonly number[];
  /** What a person calls the run whose root this is. */
  readonly runName: readonly number[];
  readonly sessionId: readonly number[];
  readonly userId: readonly number[];
  /** 1 where an attribute says that the span may be of an AI program. */
  readonly isAi: readonly number[];
  readonly flags: readonly number[];
  readonly traceState: readonly number[];
  /** What the sender had to leave out, as JSON of {@link DroppedCounts}; none when it left nothing out. */
  readonly dropped: readonly number[];
  /** JSON of each span, one after the other: attributes, then events and links where there are any. */
  readonly documents: Uint8Array<ArrayBuffer>;
  /** For each span the ends of its attributes, events and links in `documents`. */
  readonly documentEnds: readonly number[];
  /** The texts by which spans are found. */
  readonly searchTexts: Uint8Array<ArrayBuffer>;
  readonly searchEnds: readonly number[];
  /** Spans that could not be stored, and why the first of them could not. */
  readonly rejectedCount: number;
  readonly rejectionReason: string;
}

/** What a decoder knows of a span beside what it has written into the batch's documents. Ids are checked. */
export interface SpanFields extends Omit<SpanRecord, 'attributes' | 'events' | 'links' | 'notTexts'> {
  readonly droppedAttributes: number;
  readonly droppedEvents: number;
  readonly droppedLinks: number;
  readonly facts: SpanFacts;
}

/** How many attributes, events and links of a span its sender had to leave out. */
export type DroppedCounts = readonly [attributes: number, events: number, links: number];
