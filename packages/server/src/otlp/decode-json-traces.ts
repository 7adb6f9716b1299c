import { decodeJsonExport } from './json-export.ts';
import {
  asList,
  asObject,
  enumValue,
  integer,
  optionalObject,
  text,
  uint32,
  type JsonObject,
} from './json-fields.ts';
import type { JsonValues } from './json-values.ts';
import type { Redaction } from './redaction.ts';
import type { SpanBatch } from './span-batch.ts';
import { checkSpan, isLink } from './span-draft.ts';
import { batchOfRecords } from './span-records.ts';
import { TRACES_OUTLINE, type EventRecord, type LinkRecord, type SpanRecord } from './trace-batch.ts';

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/**
 * Decodes an OTLP `ExportTraceServiceRequest` in its JSON encoding; a span with a bad field is counted in
 * the result.
 *
 * @param redaction - `null` keeps secrets.
 * @throws DecodeError when the text is no such message; the message names the path.
 */
export function decodeJsonTraces(bytes: Uint8Array, redaction: Redaction | null = null): SpanBatch {
  return batchOfRecords(decodeJsonExport(bytes, TRACES_OUTLINE, readSpan), redaction);
}

function readSpan(values: JsonValues, item: unknown): SpanRecord {
  values.record();
  // Of a span that was left out.
  values.takeNotTexts();
  const span = asObject(item, 'the span');
  const status = optionalObject(span['status'], 'status');
  const checked = checkSpan({
    traceId: text(span['traceId'], 'traceId'),
    spanId: text(span['spanId'], 'spanId'),
    parentSpanId: text(span['parentSpanId'], 'parentSpanId'),
    name: text(span['name'], 'name'),
    kind: enumValue(span['kind'], SPAN_KINDS, 'kind'),
    startTimeUnixNano: integer(span['startTimeUnixNano'], 'startTimeUnixNano'),
    endTimeUnixNano: integer(span['endTimeUnixNano'], 'endTimeUnixNano'),
    statusCode: enumValue(status['code'], STATUS_CODES, 'status.code'),
    statusMessage: text(status['message'], 'status.message'),
    traceState: text(span['traceState'], 'traceState'),
    flags: uint32(span['flags'], 'flags'),
    droppedAttributes: uint32(span['droppedAttributesCount'], 'droppedAttributesCount'),
    droppedEvents: uint32(span['droppedEventsCount'], 'droppedEventsCount'),
    droppedLinks: uint32(span['droppedLinksCount'], 'droppedLinksCount'),
    facts: {},
  });
  return {
    ...checked,
    attributes: values.attributes(span, ''),
    events: asList(span['events'], 'events').map((event) => readEvent(values, event)),
    links: asList(span['links'], 'links')
      .map((link) => readLink(values, link))
      .filter((link) => isLink(link.traceId, link.spanId)),
    notTexts: values.takeNotTexts(),
  };
}

function readEvent(values: JsonValues, item: unknown): EventRecord {
  values.spend();
  const event = asObject(item, 'an event');
  return {
    name: text(event['name'], 'event name'),
    timeUnixNano: BigInt.asUintN(64, integer(event['timeUnixNano'], 'event timeUnixNano')),
    attributes: values.attributes(event, 'event'),
    ...dropped(event, 'event'),
  };
}

function readLink(values: JsonValues, item: unknown): LinkRecord {
  values.spend();
  const link = asObject(item, 'a link');
  const traceState = text(link['traceState'], 'link traceState');
  const flags = uint32(link['flags'], 'link flags');
  return {
    traceId: text(link['traceId'], 'link traceId').toLowerCase(),
    spanId: text(link['spanId'], 'link spanId').toLowerCase(),
    attributes: values.attributes(link, 'link'),
    ...(traceState !== '' && { traceState }),
    ...(flags > 0 && { flags }),
    ...dropped(link, 'link'),
  };
}

function dropped(owner: JsonObject, what: string): { readonly droppedAttributesCount?: number } {
  const count = uint32(owner['droppedAttributesCount'], `${what} droppedAttributesCount`);
  return count > 0 ? { droppedAttributesCount: count } : {};
}
