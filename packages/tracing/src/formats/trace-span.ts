import type { Attributes } from './attribute-value.ts';

/** What telemetry says of the process that a span comes from (OTLP `Resource`). */
export interface TraceResource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  /** Empty for none. */
  readonly schemaUrl: string;
}

/** The library that made a span (OTLP `InstrumentationScope`). Texts are empty for none. */
export interface TraceScope extends TraceResource {
  readonly name: string;
  readonly version: string;
}

/** Something that happened in a span. */
export interface TraceEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** What a span points to beside its parent. */
export interface TraceLink {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/**
 * A span as every format is read into and written from: all that OTLP says of it, nothing rounded. Spans of one
 * resource or scope may share the object.
 */
export interface TraceSpan {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** `null` for a root. */
  readonly parentSpanId: string | null;
  readonly name: string;
  /** As in OTLP: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Nanoseconds since 1970, of 64 bits without sign. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds since 1970; clocks that were set back make it lie before the start. */
  readonly endTimeUnixNano: bigint;
  /** As in OTLP: 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
  /** The header `tracestate` (W3C Trace Context), empty for none. */
  readonly traceState: string;
  /** W3C trace flags in the lower 8 bits, OTLP's own above; 32 bits. */
  readonly flags: number;
  readonly attributes: Attributes;
  readonly events: readonly TraceEvent[];
  readonly links: readonly TraceLink[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly resource: TraceResource;
  readonly scope: TraceScope;
}

/** Nothing is known of the process. */
export const noResource: TraceResource = { attributes: {}, droppedAttributesCount: 0, schemaUrl: '' };

/** Nothing is known of the library. */
export const noScope: TraceScope = { name: '', version: '', ...noResource };

/** The attribute `service.name` of a resource, empty for none. */
export function serviceName({ attributes }: TraceResource): string {
  const name = Object.hasOwn(attributes, 'service.name') ? attributes['service.name'] : undefined;
  return typeof name === 'string' ? name : '';
}
