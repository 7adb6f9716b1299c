import type { AiOperation, AiSpan, AiTranscript } from './ai-span.ts';
import type { PrimitiveFactColumns } from './primitive-facts.ts';
import type { AiUsage } from './usage.ts';

/**
 * How an execution ended. A trace has its root's status; without a root it is `error` as soon as any
 * of its spans failed. `suspended`: it waits for a decision from outside; neither good nor bad.
 */
export type ExecutionStatus = 'success' | 'error' | 'timeout' | 'cancelled' | 'suspended';

/** One line of the list of traces. Times are milliseconds; `startTimeMs` counts from the Unix epoch. */
export interface TraceSummary {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** What a person calls the run: workflow name, else the root primitive's name, else the root span's name. */
  readonly name: string;
  /** `service.name` of the root's resource (of the earliest span while the root is missing). */
  readonly serviceName: string;
  readonly status: ExecutionStatus;
  readonly startTimeMs: number;
  /** From the earliest start to the latest end of all spans received so far. */
  readonly durationMs: number;
  readonly spanCount: number;
  /** Failed spans, counted apart from the status: a retried success is a success with failed spans. */
  readonly errorCount: number;
  /** `false` until the span without a parent has arrived. */
  readonly hasRoot: boolean;
  /** Spans of it were removed by retention before these arrived: what is shown is not all. */
  readonly isPartial: boolean;
  /** Kept from removal by retention. */
  readonly isPinned: boolean;
  /** Of its earliest span that tells one, as the user. */
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** `null` without a span of an AI program. */
  readonly usage: AiUsage | null;
  /** Position in the service's sequence of changes; grows with every change and survives a restart. */
  readonly seq: number;
}

/**
 * The spans of a trace as parallel arrays, ordered by start time: a reader walks flat memory and asks
 * for attributes only of the span that it shows ({@link SpanDetail}).
 */
export interface SpanColumns {
  /** 16 lower-case hex digits. */
  readonly spanId: readonly string[];
  /** Index of the parent in these arrays; -1 for the root and for spans whose parent has not arrived. */
  readonly parentIndex: readonly number[];
  readonly parentSpanId: readonly (string | null)[];
  readonly name: readonly string[];
  /** OTLP span kind: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: readonly number[];
  /** Milliseconds after the start of the trace. */
  readonly startMs: readonly number[];
  readonly durationMs: readonly number[];
  readonly status: readonly ExecutionStatus[];
  /** The error's message where the span failed, else `null`. */
  readonly statusMessage: readonly (string | null)[];
  /** `primitive.type` (`retry`, `sequential`, …); `null` for spans of other instrumentations and for steps. */
  readonly primitiveType: readonly (string | null)[];
  /** `primitive.name` or `step.name`; `null` where the span has neither. */
  readonly label: readonly (string | null)[];
  /** Index into {@link TraceDocument.services}. */
  readonly service: readonly number[];
  readonly ai: AiSpanColumns;
  readonly primitives: PrimitiveFactColumns;
}

/** The spans of AI programs among {@link SpanColumns}, as parallel arrays of their own. `null`: not told. */
export interface AiSpanColumns {
  /** Index of the span. */
  readonly span: readonly number[];
  readonly operation: readonly AiOperation[];
  readonly provider: readonly (string | null)[];
  /** The model that answered, else the one that was asked for. */
  readonly model: readonly (string | null)[];
  readonly inputTokens: readonly (number | null)[];
  readonly outputTokens: readonly (number | null)[];
  readonly cacheReadTokens: readonly (number | null)[];
  readonly costUsd: readonly (number | null)[];
  readonly costSource: readonly ('reported' | 'estimated' | 'unpriced' | null)[];
  /** Name and version of the table of prices that an estimate is by. */
  readonly priceTable: readonly (string | null)[];
  /** Whether its tokens, and whether its cost, count in the sums of the trace; others repeat what is told within them. */
  readonly countsTokens: readonly boolean[];
  readonly countsCost: readonly boolean[];
  readonly timeToFirstChunkMs: readonly (number | null)[];
  /** Why the model stopped, as OpenTelemetry names it: `stop`, `length`; empty where that is not told. */
  readonly finishReasons: readonly (readonly string[])[];
  readonly tool: readonly (string | null)[];
  readonly agent: readonly (string | null)[];
}

/** Everything that the waterfall of one trace needs. */
export interface TraceDocument {
  readonly summary: TraceSummary;
  /** Distinct `service.name`s, referred to by {@link SpanColumns.service}. */
  readonly services: readonly string[];
  readonly spans: SpanColumns;
}

/**
 * An attribute value as JSON. 64-bit integers beyond 2^53 and non-finite numbers come as strings,
 * bytes as base64 text.
 */
export type AttributeJson =
  string | number | boolean | null | readonly AttributeJson[] | { readonly [key: string]: AttributeJson };

export type AttributesJson = Readonly<Record<string, AttributeJson>>;

export interface SpanEventJson {
  readonly name: string;
  /** Milliseconds after the start of the trace. */
  readonly timeMs: number;
  /** Nanoseconds since the Unix epoch, in decimal. */
  readonly timeUnixNano: string;
  readonly attributes: AttributesJson;
  /** Attributes that the sender had to leave out. */
  readonly droppedAttributesCount: number;
}

export interface SpanLinkJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributesJson;
  readonly traceState: string | null;
  /** W3C trace flags of the linked span in the lower 8 bits. */
  readonly flags: number;
  readonly droppedAttributesCount: number;
}

/** One span with all that was received of it. */
export interface SpanDetail {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since the Unix epoch, in decimal: exact, where a number would not be. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: ExecutionStatus;
  /** OTLP status code: 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string | null;
  readonly traceState: string | null;
  /** W3C trace flags in the lower 8 bits; 0x100 and 0x200 tell whether the parent is in another process. */
  readonly flags: number;
  /** What a span of an AI program did, in the form that all conventions share; `null` for other spans. */
  readonly ai: AiSpan | null;
  readonly attributes: AttributesJson;
  /** What the sender had to leave out. */
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEventJson[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLinkJson[];
  readonly droppedLinksCount: number;
  readonly resource: AttributesJson;
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: AttributesJson };
}

/** A span that was found by its texts. */
export interface SpanHit {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startTimeMs: number;
}

/** What was said in one span of an AI program. */
export interface SpanTranscript {
  readonly spanId: string;
  /** What the span did, in the form that all conventions share. */
  readonly ai: AiSpan;
  readonly transcript: AiTranscript;
}
