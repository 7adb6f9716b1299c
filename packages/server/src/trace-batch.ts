import type { AttributesJson } from '@tta/obs-protocol';

export interface EventRecord {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: AttributesJson;
}

export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributesJson;
}

/** One span as it was received, whichever encoding it came in. */
export interface SpanRecord {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: AttributesJson;
  readonly events: readonly EventRecord[];
  readonly links: readonly LinkRecord[];
}

export interface ScopeRecord {
  readonly name: string;
  readonly version: string;
  readonly attributes: AttributesJson;
}

/** Spans of one resource and one instrumentation scope. */
export interface SpanGroup {
  readonly resource: AttributesJson;
  readonly scope: ScopeRecord;
  readonly spans: readonly SpanRecord[];
}

/** A decoded export request: what can be stored, and what had to be left out and why. */
export interface TraceBatch {
  readonly groups: readonly SpanGroup[];
  readonly rejectedSpans: number;
  /** Why the first of the rejected spans was rejected; empty when there is none. */
  readonly rejectionReason: string;
}
