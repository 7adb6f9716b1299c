import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** Ids, times, status and the framing of fields. */
const fixedBytes = 120;
const eventBytes = 24;
const linkBytes = 40;
const attributeBytes = 8;

/**
 * About how many bytes a span takes in a request. It bounds queues, where being wrong by a factor of two
 * does no harm: text counts by its characters, so that no text is encoded just to be measured.
 */
export function spanSize(span: ReadableSpan): number {
  let bytes = fixedBytes + span.name.length + attributesSize(span.attributes);
  for (const { name, attributes } of span.events) {
    bytes += eventBytes + name.length + (attributes ? attributesSize(attributes) : 0);
  }
  for (const { attributes } of span.links) bytes += linkBytes + (attributes ? attributesSize(attributes) : 0);
  return bytes + (span.status.message?.length ?? 0);
}

function attributesSize(attributes: Attributes): number {
  let bytes = 0;
  for (const name in attributes) bytes += attributeBytes + name.length + valueSize(attributes[name]);
  return bytes;
}

function valueSize(value: AttributeValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 8;
  let bytes = 0;
  for (const item of value) bytes += typeof item === 'string' ? item.length + 4 : 8;
  return bytes;
}
