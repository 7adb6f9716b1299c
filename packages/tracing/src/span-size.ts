import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';

/** Ids, two times, kind, status code and counts of what was dropped. */
const fixedSpanBytes = 68;
const fixedEventBytes = 12;
const fixedLinkBytes = 28;

/** From here on it is worth the time to find out how many bytes a text has in UTF-8. */
const longText = 256;

/** About how large a span is in OTLP protobuf. Short texts count a byte a character, framing does not count. */
export function spanSizeBytes(span: ReadableSpan): number {
  let sum = fixedSpanBytes + span.name.length + (span.status.message?.length ?? 0);
  sum += attributesSizeBytes(span.attributes);
  for (const event of span.events)
    sum += fixedEventBytes + event.name.length + attributesSizeBytes(event.attributes);
  for (const link of span.links) sum += fixedLinkBytes + attributesSizeBytes(link.attributes);
  return sum;
}

/** What an ended span of the SDK takes up besides its texts, measured on Node 20. */
const spanObjectBytes = 1_000;

/** About how much memory an ended span holds. Texts count twice: two bytes a character, and their keys. */
export function spanMemoryBytes(span: ReadableSpan): number {
  return spanObjectBytes + 2 * spanSizeBytes(span);
}

function attributesSizeBytes(attributes: Attributes | undefined): number {
  let sum = 0;
  for (const key in attributes) sum += key.length + valueSizeBytes(attributes[key]);
  return sum;
}

function valueSizeBytes(value: AttributeValue | null | undefined): number {
  if (typeof value === 'string') return value.length < longText ? value.length : Buffer.byteLength(value);
  if (!Array.isArray(value)) return 8;
  let sum = 0;
  for (const entry of value) sum += valueSizeBytes(entry);
  return sum;
}
