import { createTraceState, type SpanContext, SpanKind } from '@opentelemetry/api';
import type { TraceSpan } from '../trace.ts';
import { attributesOf } from './otlp-attributes.ts';
import type { OtlpLink, OtlpSpan } from './otlp-messages.ts';

const errorStatus = 2;
/** Of flags: whether the parent, or what is linked, is remote. */
const isRemoteMask = 0x2_00;
const w3cFlagsMask = 0xff;

/** A span of the wire as matchers read it. */
export function toTraceSpan(span: OtlpSpan): TraceSpan {
  const { status } = span;
  return {
    name: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    hasRemoteParent: span.parentSpanId !== '' && (span.flags & isRemoteMask) !== 0,
    kind: span.kind > 0 ? span.kind - 1 : SpanKind.INTERNAL,
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, attributes, timeUnixNano }) => ({
      name,
      attributes: attributesOf(attributes),
      timeMs: toMs(timeUnixNano),
    })),
    links: span.links.map((link) => ({
      context: contextOf(link),
      attributes: attributesOf(link.attributes),
    })),
    startMs: toMs(span.startTimeUnixNano),
    endMs: span.endTimeUnixNano === '0' ? undefined : toMs(span.endTimeUnixNano),
    failed: status?.code === errorStatus,
    statusMessage: status?.message || undefined,
  };
}

/** In the order of their starts; of those that start at once, a parent before its children. */
export function inOrderOfStart(spans: readonly TraceSpan[]): readonly TraceSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const depths = new Map<TraceSpan, number>();
  const depthOf = (span: TraceSpan): number => {
    let depth = 0;
    const seen = new Set<TraceSpan>();
    for (let at: TraceSpan | undefined = span; at && !seen.has(at); at = byId.get(at.parentSpanId ?? '')) {
      const known = depths.get(at);
      if (known !== undefined) return depth + known;
      seen.add(at);
      depth++;
    }
    return depth;
  };
  for (const span of spans) depths.set(span, depthOf(span));
  return spans.toSorted((a, b) => a.startMs - b.startMs || (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}

function contextOf({ traceId, spanId, traceState, flags }: OtlpLink): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: flags & w3cFlagsMask,
    isRemote: (flags & isRemoteMask) !== 0,
    ...(traceState && { traceState: createTraceState(traceState) }),
  };
}

/** To the microsecond: a number of this size holds no more. */
function toMs(nanoseconds: string): number {
  return Number((BigInt(nanoseconds) + 500n) / 1000n) / 1000;
}
