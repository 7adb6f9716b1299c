import type { Attributes, AttributeValue, TraceSpan } from '@tta/obs-tracing/formats';
import type { AttributeJson, AttributesJson, SpanDetail } from '@tta/obs-protocol';

/** What the service does not keep. */
const NOT_KEPT = { droppedAttributesCount: 0, schemaUrl: '' } as const;
/** Span kinds beyond those of OTLP are read as 0, unspecified. */
const KINDS = 6;

/** A stored span as the writers of trace formats take it. Whole numbers become integers, as OTLP has them. */
export function toTraceSpan(detail: SpanDetail): TraceSpan {
  const { kind, statusMessage, traceState, resource, scope } = detail;
  return {
    traceId: detail.traceId,
    spanId: detail.spanId,
    parentSpanId: detail.parentSpanId,
    name: detail.name,
    kind: kind < KINDS ? kind : 0,
    startTimeUnixNano: BigInt(detail.startTimeUnixNano),
    endTimeUnixNano: BigInt(detail.endTimeUnixNano),
    statusCode: detail.statusCode,
    statusMessage: statusMessage ?? '',
    traceState: traceState ?? '',
    flags: detail.flags,
    attributes: toAttributes(detail.attributes),
    events: detail.events.map(({ name, timeUnixNano, attributes, droppedAttributesCount }) => ({
      name,
      timeUnixNano: BigInt(timeUnixNano),
      attributes: toAttributes(attributes),
      droppedAttributesCount,
    })),
    links: detail.links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      traceState: link.traceState ?? '',
      flags: link.flags,
      attributes: toAttributes(link.attributes),
      droppedAttributesCount: link.droppedAttributesCount,
    })),
    droppedAttributesCount: detail.droppedAttributesCount,
    droppedEventsCount: detail.droppedEventsCount,
    droppedLinksCount: detail.droppedLinksCount,
    resource: { attributes: toAttributes(resource), ...NOT_KEPT },
    scope: {
      name: scope.name,
      version: scope.version,
      attributes: toAttributes(scope.attributes),
      ...NOT_KEPT,
    },
  };
}

/** In the order of their keys: a trace is the same text whichever way it came, and some formats turn the order round. */
function toAttributes(attributes: AttributesJson): Attributes {
  const entries = Object.entries(attributes).map(([key, value]) => [key, toValue(value)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function toValue(value: AttributeJson): AttributeValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  return isList(value) ? value.map(toValue) : toAttributes(value);
}

/** `Array.isArray` does not narrow arrays that cannot be changed. */
function isList(value: AttributeJson): value is readonly AttributeJson[] {
  return Array.isArray(value);
}
