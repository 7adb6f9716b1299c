import type { AiSpan, AttributesJson, SpanDetail, TraceSummary } from '@tta/obs-protocol';
import { originOf, type Origin } from './origin.ts';

/** A span as checks look at it. Times are milliseconds since the Unix epoch, exact to a microsecond. */
export interface StoredSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** As OTLP has it: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly hasFailed: boolean;
  /** Whether its parent is in another process; `undefined` where its SDK does not tell. */
  readonly hasRemoteParent: boolean | undefined;
  readonly origin: Origin;
  readonly scopeName: string;
  readonly attributes: AttributesJson;
  /** Traces that it names as related. */
  readonly linkedTraceIds: readonly string[];
  readonly ai: AiSpan | null;
  readonly dropped: DroppedCounts;
}

/** What limits of the SDK have left out of a span; of the attributes of events and links, of the one that lost most. */
export interface DroppedCounts {
  readonly attributes: number;
  readonly events: number;
  readonly eventAttributes: number;
  readonly links: number;
  readonly linkAttributes: number;
}

/** A trace with all of its spans, in order of their beginnings. */
export interface StoredTrace {
  readonly traceId: string;
  readonly name: string;
  readonly hasRoot: boolean;
  /** Retention has removed spans of it. */
  readonly isPartial: boolean;
  readonly spans: readonly StoredSpan[];
  readonly byId: ReadonlyMap<string, StoredSpan>;
}

/** All that checks of traces go by. */
export interface Evidence {
  /** Newest first. */
  readonly traces: readonly StoredTrace[];
  /** When it was read. */
  readonly nowMs: number;
  /** The program that was run and has sent these traces. */
  readonly program?: ProgramRun;
  /**
   * The process that sent a span had ended for certain before its trace was read, or had sent nothing for so long that
   * no more will come. Known of traces that lack a parent.
   */
  hasEnded(origin: Origin): boolean;
}

/** A program that was run, from its start to its end. */
export interface ProgramRun {
  readonly pid: number | undefined;
  readonly startMs: number;
  readonly endMs: number;
}

const REMOTE_IS_KNOWN = 0x100;
const IS_REMOTE = 0x200;

export function storedTrace(
  summary: Pick<TraceSummary, 'traceId' | 'name' | 'isPartial'>,
  details: readonly SpanDetail[],
): StoredTrace {
  const origins = new Map<string, Origin>();
  const spans = details
    .map((detail) => storedSpan(detail, origins))
    .sort((one, other) => one.startMs - other.startMs);
  return {
    traceId: summary.traceId,
    name: summary.name,
    hasRoot: spans.some(({ parentSpanId }) => parentSpanId === null),
    isPartial: summary.isPartial,
    spans,
    byId: new Map(spans.map((span) => [span.spanId, span])),
  };
}

function storedSpan(detail: SpanDetail, origins: Map<string, Origin>): StoredSpan {
  const { flags, events, links } = detail;
  return {
    traceId: detail.traceId,
    spanId: detail.spanId,
    parentSpanId: detail.parentSpanId,
    name: detail.name,
    kind: detail.kind,
    startMs: Number(detail.startTimeUnixNano) / 1e6,
    endMs: Number(detail.endTimeUnixNano) / 1e6,
    hasFailed: detail.statusCode === 2,
    hasRemoteParent: (flags & REMOTE_IS_KNOWN) === 0 ? undefined : (flags & IS_REMOTE) !== 0,
    origin: shared(originOf(detail.resource), origins),
    scopeName: detail.scope.name,
    attributes: detail.attributes,
    linkedTraceIds: links.map(({ traceId }) => traceId),
    ai: detail.ai,
    dropped: {
      attributes: detail.droppedAttributesCount,
      events: detail.droppedEventsCount,
      eventAttributes: mostDropped(events),
      links: detail.droppedLinksCount,
      linkAttributes: mostDropped(links),
    },
  };
}

function mostDropped(items: readonly { readonly droppedAttributesCount: number }[]): number {
  return items.reduce((most, { droppedAttributesCount }) => Math.max(most, droppedAttributesCount), 0);
}

/** Its parent did not arrive. */
export function isOrphan(span: StoredSpan, trace: StoredTrace): boolean {
  return span.parentSpanId !== null && !trace.byId.has(span.parentSpanId);
}

/** As a person would find it. */
export function spanText({ name, spanId, traceId }: StoredSpan): string {
  return `span "${name}" (${spanId}) of trace ${traceId}`;
}

/** One for all spans of a process; where none is told, of a service. */
export function processOf({ origin }: StoredSpan): string {
  return origin.processKey ?? origin.serviceName;
}

/** Spans of a resource share one object: there may be very many of them. */
function shared(origin: Origin, origins: Map<string, Origin>): Origin {
  const known = origins.get(origin.resourceKey);
  if (known !== undefined) return known;
  origins.set(origin.resourceKey, origin);
  return origin;
}
