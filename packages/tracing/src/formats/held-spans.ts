import { InvalidOptionError } from '@tta/obs-context';
import { anyValuesSizeBytes } from '../any-value-size.ts';
import type { TraceSpan } from './trace-span.ts';

/** Options of the writers of formats that are one document about all spans. */
export interface TraceWriterOptions {
  /**
   * How much the spans of a document may take in memory, in bytes, about.
   *
   * @defaultValue 268435456
   */
  readonly limitBytes?: number;
}

/** Ids, times and what holds them. */
const spanBytes = 600;
const partBytes = 200;

/**
 * All spans, for formats that need them together.
 *
 * @throws InvalidOptionError when they are more than `limitBytes`.
 */
export async function heldSpans(
  spans: AsyncIterable<TraceSpan>,
  format: string,
  { limitBytes = 256 * 2 ** 20 }: TraceWriterOptions,
): Promise<TraceSpan[]> {
  const held: TraceSpan[] = [];
  let bytes = 0;
  for await (const span of spans) {
    bytes += sizeBytes(span);
    if (bytes > limitBytes) {
      throw new InvalidOptionError(
        `a file for ${format} holds all its spans at once, and ${held.length + 1} of them take more than ` +
          `limitBytes, ${limitBytes}: write fewer, raise it, or write OTLP lines, which have no limit`,
      );
    }
    held.push(span);
  }
  return held;
}

function sizeBytes({ name, attributes, events, links }: TraceSpan): number {
  let sum = spanBytes + name.length + anyValuesSizeBytes(attributes);
  for (const event of events) sum += partBytes + event.name.length + anyValuesSizeBytes(event.attributes);
  for (const link of links) sum += partBytes + link.traceState.length + anyValuesSizeBytes(link.attributes);
  return sum;
}
