import type { Attributes, AttributesDraft, AttributeValue } from './attribute-value.ts';
import { noScope, type TraceScope, type TraceSpan } from './trace-span.ts';

/*
 * Fields of a span that Jaeger and Zipkin know only as tags (OpenTelemetry specification, "OpenTelemetry
 * Transformation to non-OTLP Formats").
 */

const statusCodeKey = 'otel.status_code';
const traceStateKey = 'w3c.tracestate';
const droppedKeys = {
  droppedAttributesCount: 'otel.dropped_attributes_count',
  droppedEventsCount: 'otel.dropped_events_count',
  droppedLinksCount: 'otel.dropped_links_count',
} as const;

type DroppedCounts = Pick<TraceSpan, keyof typeof droppedKeys>;

/** What the tags below say. */
export interface TaggedFields extends DroppedCounts {
  /** `null` where no tag says it. */
  readonly statusCode: number | null;
  readonly traceState: string;
  readonly scope: TraceScope;
}

/** Tags for what is not nothing. */
export function fieldTags(span: TraceSpan): [key: string, value: AttributeValue][] {
  const tags: [string, AttributeValue][] = [];
  if (span.scope.name !== '') tags.push(['otel.scope.name', span.scope.name]);
  if (span.scope.version !== '') tags.push(['otel.scope.version', span.scope.version]);
  if (span.statusCode === 1 || span.statusCode === 2) {
    tags.push([statusCodeKey, span.statusCode === 1 ? 'OK' : 'ERROR']);
  }
  if (span.traceState !== '') tags.push([traceStateKey, span.traceState]);
  for (const [field, key] of droppedEntries) if (span[field] > 0) tags.push([key, BigInt(span[field])]);
  return tags;
}

/** Takes the tags of {@link fieldTags} out of the attributes, also under the names that older writers use. */
export function takeFieldTags(attributes: AttributesDraft): TaggedFields {
  const statusCode = takeOneOf(attributes, statusCodeKey, ['OK', 'ERROR']);
  const name = takeText(attributes, 'otel.scope.name') ?? takeText(attributes, 'otel.library.name') ?? '';
  const version =
    takeText(attributes, 'otel.scope.version') ?? takeText(attributes, 'otel.library.version') ?? '';
  return {
    statusCode: statusCode === null ? null : statusCode + 1,
    traceState: takeText(attributes, traceStateKey) ?? '',
    scope: name === '' && version === '' ? noScope : { ...noScope, name, version },
    droppedAttributesCount: takeCount(attributes, droppedKeys.droppedAttributesCount),
    droppedEventsCount: takeCount(attributes, droppedKeys.droppedEventsCount),
    droppedLinksCount: takeCount(attributes, droppedKeys.droppedLinksCount),
  };
}

/** Takes an attribute out when it is a text. */
export function takeText(attributes: AttributesDraft, key: string): string | null {
  const value = attribute(attributes, key);
  if (typeof value !== 'string') return null;
  delete attributes[key];
  return value;
}

/** Takes an attribute out when it is one of `texts`, and says which. */
export function takeOneOf(attributes: AttributesDraft, key: string, texts: readonly string[]): number | null {
  const value = attribute(attributes, key);
  const index = typeof value === 'string' ? texts.indexOf(value) : -1;
  if (index === -1) return null;
  delete attributes[key];
  return index;
}

/** Takes an attribute out when it is a whole number of 32 bits, also as text. */
export function takeCount(attributes: AttributesDraft, key: string): number {
  const value = attribute(attributes, key);
  const isNumber = typeof value === 'bigint' || (typeof value === 'string' && /^\d{1,10}$/.test(value));
  const count = isNumber ? Number(value) : -1;
  if (count < 0 || count >= 2 ** 32) return 0;
  delete attributes[key];
  return count;
}

export function attribute(attributes: Attributes, key: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

const droppedEntries = Object.entries(droppedKeys) as [keyof DroppedCounts, string][];
