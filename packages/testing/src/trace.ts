import type { Attributes, SpanContext, SpanKind } from '@opentelemetry/api';
import { attributeNames as names, type LineLevel, type LogFields } from '@tta/obs-context';

/** What matchers read: everything that was told, whoever kept it. */
export interface Trace {
  /** All spans, in the order of their starts; also those that have not ended. */
  readonly spans: readonly TraceSpan[];
  /** All log lines, in the order in which they were written. */
  readonly lines: readonly TraceLine[];
  /** The points of all metrics, one for each set of labels. */
  readonly points: readonly TracePoint[];
}

/** Something that happened in a span. */
export interface TraceEvent {
  readonly name: string;
  readonly attributes: Attributes;
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/** A span that another one points to. */
export interface TraceLink {
  readonly context: SpanContext;
  readonly attributes: Attributes;
}

/** A span as far as it is known. */
export interface TraceSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** `undefined` where the trace begins. */
  readonly parentSpanId: string | undefined;
  /** Whether the parent is in another process, so that it cannot be among these spans. */
  readonly hasRemoteParent: boolean;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly events: readonly TraceEvent[];
  readonly links: readonly TraceLink[];
  /** Milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** Milliseconds since the Unix epoch; `undefined` while the span is open. */
  readonly endMs: number | undefined;
  /** Whether its status is ERROR. */
  readonly failed: boolean;
  /** What its status says; `undefined` where that is nothing. */
  readonly statusMessage: string | undefined;
}

/** A line that was logged. */
export interface TraceLine {
  readonly level: LineLevel;
  readonly message: string;
  readonly fields: LogFields;
  /** The span in which it was written; `undefined` outside of all. */
  readonly spanId: string | undefined;
  readonly traceId: string | undefined;
}

/** How the values of a metric are put together. */
export type PointKind = 'counter' | 'up_down_counter' | 'gauge' | 'histogram';

/** What a metric says for one set of labels. */
export interface TracePoint {
  readonly metric: string;
  readonly kind: PointKind;
  readonly unit: string;
  readonly labels: Attributes;
  /** The sum; of a gauge the last value. */
  readonly value: number;
  /** How many values were recorded. */
  readonly count: number;
}

/** How a span ended. */
export type SpanOutcome = 'success' | 'error' | 'timeout' | 'cancelled' | 'suspended' | 'open';

const outcomes: readonly unknown[] = ['success', 'error', 'timeout', 'cancelled', 'suspended'];

/** How a span ended: as its execution says, else by its status; `open` while it has not. */
export function outcomeOf(span: TraceSpan): SpanOutcome {
  if (span.endMs === undefined) return 'open';
  const said = span.attributes[names.executionStatus];
  if (outcomes.includes(said)) return said as SpanOutcome;
  return span.failed ? 'error' : 'success';
}

/** What a person calls the primitive or step of a span; `undefined` for a span of other instrumentation. */
export function personalName({ attributes }: TraceSpan): string | undefined {
  const name = attributes[names.primitiveName] ?? attributes[names.stepName];
  return typeof name === 'string' ? name : undefined;
}

/**
 * The edge that leads from its parent to a span: `attempt_2`, `branch_left`. It is in the name of a step's span, or
 * where steps have no spans of their own, an attribute of the primitive's; `undefined` for other spans.
 */
export function edgeOf({ name, attributes }: TraceSpan): string | undefined {
  const edge = attributes[names.stepEdge];
  if (typeof edge === 'string') return edge;
  if (attributes[names.stepPrimitiveType] === undefined) return undefined;
  return /^primitive\.[^.]+\.(.+)$/s.exec(name)?.[1];
}

const concurrentTypes: readonly unknown[] = ['parallel', 'race', 'settle', 'foreach', 'hedge'];

/** Whether what is begun in a span may be begun in any order: whatever runs its steps beside each other. */
export function isConcurrent({ attributes }: TraceSpan): boolean {
  return concurrentTypes.includes(attributes[names.primitiveType]);
}
