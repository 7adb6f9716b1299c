/**
 * What is sent by OTLP, with the names of its JSON encoding: ids in hex, other bytes in base64, whole numbers of 64 bits
 * as decimal texts. Unlike there, a field that was not sent has its default value, and numbers may be `NaN` or infinite.
 */

/** One of the fields; none of them for a value that is empty. */
export interface OtlpAnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** In decimal. */
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly OtlpAnyValue[] };
  readonly kvlistValue?: { readonly values: readonly OtlpKeyValue[] };
  /** In base64. */
  readonly bytesValue?: string;
}

export interface OtlpKeyValue {
  readonly key: string;
  readonly value?: OtlpAnyValue;
}

export interface OtlpResource {
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
}

export interface OtlpScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
}

/** What a list of spans, metrics or log records was made by. */
interface Scoped {
  readonly scope?: OtlpScope;
  readonly schemaUrl: string;
}

/** What a list of scopes belongs to. */
interface OfResource {
  readonly resource?: OtlpResource;
  readonly schemaUrl: string;
}

/** `ExportTraceServiceRequest`. */
export interface OtlpTraces {
  readonly resourceSpans: readonly (OfResource & {
    readonly scopeSpans: readonly (Scoped & { readonly spans: readonly OtlpSpan[] })[];
  })[];
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  /** Empty where the trace begins. */
  readonly parentSpanId: string;
  /** Of W3C in the lowest 8 bits; 0x100 says that 0x200 is known, which says that the parent is remote. */
  readonly flags: number;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
  readonly events: readonly OtlpEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly OtlpLink[];
  readonly droppedLinksCount: number;
  readonly status?: OtlpStatus;
}

export interface OtlpEvent {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
}

export interface OtlpLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

export interface OtlpStatus {
  readonly message: string;
  /** 0 unset, 1 ok, 2 error. */
  readonly code: number;
}

/** `ExportLogsServiceRequest`. */
export interface OtlpLogs {
  readonly resourceLogs: readonly (OfResource & {
    readonly scopeLogs: readonly (Scoped & { readonly logRecords: readonly OtlpLogRecord[] })[];
  })[];
}

export interface OtlpLogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  /** 1 to 24: four each of trace, debug, info, warn, error, fatal; 0 where it is not said. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body?: OtlpAnyValue;
  readonly attributes: readonly OtlpKeyValue[];
  readonly droppedAttributesCount: number;
  readonly flags: number;
  /** Empty outside of a trace. */
  readonly traceId: string;
  /** Empty outside of a span. */
  readonly spanId: string;
  readonly eventName: string;
}

/** `ExportMetricsServiceRequest`. */
export interface OtlpMetrics {
  readonly resourceMetrics: readonly (OfResource & {
    readonly scopeMetrics: readonly (Scoped & { readonly metrics: readonly OtlpMetric[] })[];
  })[];
}

/** With one kind of data. */
export interface OtlpMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly metadata: readonly OtlpKeyValue[];
  readonly gauge?: { readonly dataPoints: readonly OtlpNumberPoint[] };
  readonly sum?: Aggregated & {
    readonly dataPoints: readonly OtlpNumberPoint[];
    readonly isMonotonic: boolean;
  };
  readonly histogram?: Aggregated & { readonly dataPoints: readonly OtlpHistogramPoint[] };
  readonly exponentialHistogram?: Aggregated & {
    readonly dataPoints: readonly OtlpExponentialHistogramPoint[];
  };
  readonly summary?: { readonly dataPoints: readonly OtlpSummaryPoint[] };
}

interface Aggregated {
  /** 1 delta: since the last time it was sent; 2 cumulative: since it began. */
  readonly aggregationTemporality: number;
}

/** What a point of each kind has. */
interface OtlpPoint {
  readonly attributes: readonly OtlpKeyValue[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  /** Bit 0 says that nothing was recorded. */
  readonly flags: number;
}

export interface OtlpNumberPoint extends OtlpPoint {
  readonly asDouble?: number;
  /** In decimal. */
  readonly asInt?: string;
  readonly exemplars: readonly OtlpExemplar[];
}

export interface OtlpHistogramPoint extends OtlpPoint {
  readonly count: string;
  readonly sum?: number;
  readonly bucketCounts: readonly string[];
  readonly explicitBounds: readonly number[];
  readonly exemplars: readonly OtlpExemplar[];
  readonly min?: number;
  readonly max?: number;
}

export interface OtlpExponentialHistogramPoint extends OtlpPoint {
  readonly count: string;
  readonly sum?: number;
  readonly scale: number;
  readonly zeroCount: string;
  readonly positive?: OtlpBuckets;
  readonly negative?: OtlpBuckets;
  readonly exemplars: readonly OtlpExemplar[];
  readonly min?: number;
  readonly max?: number;
  readonly zeroThreshold: number;
}

export interface OtlpBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly string[];
}

export interface OtlpSummaryPoint extends OtlpPoint {
  readonly count: string;
  readonly sum: number;
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[];
}

export interface OtlpExemplar {
  readonly filteredAttributes: readonly OtlpKeyValue[];
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  /** In decimal. */
  readonly asInt?: string;
  readonly spanId: string;
  readonly traceId: string;
}
