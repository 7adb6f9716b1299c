import type { AttributesJson } from '@tta/obs-protocol';
import type { ExportBatch, ExportGroup, ExportOutline } from './export-batch.ts';

export interface EventRecord {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: AttributesJson;
  /** Attributes that the sender had to leave out, if it had to. */
  readonly droppedAttributesCount?: number;
}

export interface LinkRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: AttributesJson;
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
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
  /** Texts in attributes that were bytes or numbers when they were received: the span is not found by them. */
  readonly notTexts?: ReadonlySet<string>;
  /** What the sender had to leave out, if it had to. */
  readonly droppedAttributes?: number;
  readonly droppedEvents?: number;
  readonly droppedLinks?: number;
}

export type SpanGroup = ExportGroup<SpanRecord>;
export type TraceBatch = ExportBatch<SpanRecord>;

export const TRACES_OUTLINE: ExportOutline = {
  resources: 'resourceSpans',
  scopes: 'scopeSpans',
  items: 'spans',
};
