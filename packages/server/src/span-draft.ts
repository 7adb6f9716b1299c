import { UnusableSpanError } from './decode-error.ts';
import type { SpanRecord } from './trace-batch.ts';

/** The latest time that SQLite's signed 64-bit integers can hold: the year 2262. */
const LATEST_NANOSECOND = 2n ** 63n - 1n;

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

/** Fields of a span before anybody has looked whether they make sense. Ids are hex in either case. */
export type SpanDraft = Omit<SpanRecord, 'parentSpanId'> & { readonly parentSpanId: string };

/**
 * Turns a draft into a record. Kinds and status codes that OTLP does not know become unspecified, links
 * that point nowhere are left out.
 *
 * @throws UnusableSpanError when the span cannot be stored; the message says why.
 */
export function finishSpan(draft: SpanDraft): SpanRecord {
  const traceId = draft.traceId.toLowerCase();
  const spanId = draft.spanId.toLowerCase();
  if (!TRACE_ID.test(traceId)) {
    throw new UnusableSpanError(`traceId must be 32 hex digits, not all zero, but is "${shorten(traceId)}"`);
  }
  if (!SPAN_ID.test(spanId)) {
    throw new UnusableSpanError(`spanId must be 16 hex digits, not all zero, but is "${shorten(spanId)}"`);
  }
  for (const field of ['startTimeUnixNano', 'endTimeUnixNano'] as const) {
    if (draft[field] > LATEST_NANOSECOND || draft[field] < 0n) {
      throw new UnusableSpanError(
        `${field} must lie between 0 and ${LATEST_NANOSECOND}, but is ${draft[field]}`,
      );
    }
  }
  return {
    ...draft,
    traceId,
    spanId,
    parentSpanId: parentOf(draft),
    kind: draft.kind <= 5 ? draft.kind : 0,
    statusCode: draft.statusCode <= 2 ? draft.statusCode : 0,
    links: draft.links.filter((link) => TRACE_ID.test(link.traceId) && SPAN_ID.test(link.spanId)),
  };
}

function parentOf(draft: SpanDraft): string | null {
  const parentSpanId = draft.parentSpanId.toLowerCase();
  if (/^0*$/.test(parentSpanId)) return null;
  if (!SPAN_ID.test(parentSpanId)) {
    throw new UnusableSpanError(
      `parentSpanId must be empty or 16 hex digits, but is "${shorten(parentSpanId)}"`,
    );
  }
  return parentSpanId;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
