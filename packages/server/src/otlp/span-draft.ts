import { UnusableRecordError } from './decode-error.ts';
import { checkTime, SPAN_ID, TRACE_ID } from './record-checks.ts';
import type { SpanFields } from './span-batch.ts';

/** Fields of a span before anybody has looked whether they make sense. Ids are hex in either case. */
export type SpanDraft = Omit<SpanFields, 'parentSpanId'> & { readonly parentSpanId: string };

/**
 * Turns a draft into what is stored. Kinds and status codes that OTLP does not know become unspecified.
 *
 * @throws UnusableRecordError when the span cannot be stored; the message says why.
 */
export function checkSpan(draft: SpanDraft): SpanFields {
  const traceId = draft.traceId.toLowerCase();
  const spanId = draft.spanId.toLowerCase();
  if (!TRACE_ID.test(traceId)) {
    throw new UnusableRecordError(
      `traceId must be 32 hex digits, not all zero, but is "${shorten(traceId)}"`,
    );
  }
  if (!SPAN_ID.test(spanId)) {
    throw new UnusableRecordError(`spanId must be 16 hex digits, not all zero, but is "${shorten(spanId)}"`);
  }
  checkTime('startTimeUnixNano', draft.startTimeUnixNano);
  checkTime('endTimeUnixNano', draft.endTimeUnixNano);
  return {
    ...draft,
    traceId,
    spanId,
    parentSpanId: parentOf(draft),
    kind: draft.kind <= 5 ? draft.kind : 0,
    statusCode: draft.statusCode <= 2 ? draft.statusCode : 0,
  };
}

/** Whether a link points to a span. */
export function isLink(traceId: string, spanId: string): boolean {
  return TRACE_ID.test(traceId) && SPAN_ID.test(spanId);
}

function parentOf(draft: SpanDraft): string | null {
  const parentSpanId = draft.parentSpanId.toLowerCase();
  if (/^0*$/.test(parentSpanId)) return null;
  if (!SPAN_ID.test(parentSpanId)) {
    throw new UnusableRecordError(
      `parentSpanId must be empty or 16 hex digits, but is "${shorten(parentSpanId)}"`,
    );
  }
  return parentSpanId;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
