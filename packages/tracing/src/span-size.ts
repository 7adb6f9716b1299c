import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { anyValuesSizeBytes } from './any-value-size.ts';

/** Ids, two times, kind, status code and counts of what was dropped. */
const fixedSpanBytes = 68;
const fixedEventBytes = 12;
const fixedLinkBytes = 28;

/** About how large a span is in OTLP protobuf. Short texts count a byte a character. */
export function spanSizeBytes(span: ReadableSpan): number {
  let sum = fixedSpanBytes + span.name.length + (span.status.message?.length ?? 0);
  sum += anyValuesSizeBytes(span.attributes);
  for (const event of span.events)
    sum += fixedEventBytes + event.name.length + anyValuesSizeBytes(event.attributes);
  for (const link of span.links) sum += fixedLinkBytes + anyValuesSizeBytes(link.attributes);
  return sum;
}

/** What an ended span of the SDK takes up besides its texts, measured on Node 20. */
const spanObjectBytes = 1_000;

/** About how much memory an ended span holds. Texts count twice: two bytes a character, and their keys. */
export function spanMemoryBytes(span: ReadableSpan): number {
  return spanObjectBytes + 2 * spanSizeBytes(span);
}
