import type { MutableAttributes } from './attribute-value.ts';
import { decodeProtobufExport } from './protobuf-export.ts';
import {
  bytesField,
  fixed32Field,
  fixed64Field,
  varintField,
  type ProtobufValues,
} from './protobuf-values.ts';
import { finishSpan } from './span-draft.ts';
import {
  TRACES_OUTLINE,
  type EventRecord,
  type LinkRecord,
  type SpanRecord,
  type TraceBatch,
} from './trace-batch.ts';

const SPAN_TRACE_ID = bytesField(1);
const SPAN_SPAN_ID = bytesField(2);
const SPAN_TRACE_STATE = bytesField(3);
const SPAN_PARENT_SPAN_ID = bytesField(4);
const SPAN_NAME = bytesField(5);
const SPAN_KIND = varintField(6);
const SPAN_START = fixed64Field(7);
const SPAN_END = fixed64Field(8);
const SPAN_ATTRIBUTES = bytesField(9);
const SPAN_EVENTS = bytesField(11);
const SPAN_LINKS = bytesField(13);
const SPAN_STATUS = bytesField(15);
const SPAN_FLAGS = fixed32Field(16);
const STATUS_MESSAGE = bytesField(2);
const STATUS_CODE = varintField(3);
const EVENT_TIME = fixed64Field(1);
const EVENT_NAME = bytesField(2);
const EVENT_ATTRIBUTES = bytesField(3);
const LINK_TRACE_ID = bytesField(1);
const LINK_SPAN_ID = bytesField(2);
const LINK_ATTRIBUTES = bytesField(4);

/**
 * Decodes an OTLP `ExportTraceServiceRequest`; spans that cannot be stored are counted in the result.
 *
 * @throws DecodeError when the bytes are no such message.
 */
export function decodeProtobufTraces(bytes: Uint8Array): TraceBatch {
  return decodeProtobufExport(bytes, TRACES_OUTLINE, readSpan);
}

/** A plain loop with a switch: this is where ingest spends its time. */
function readSpan(values: ProtobufValues, end: number): SpanRecord {
  values.spend();
  const { reader } = values;
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let traceState = '';
  let name = '';
  let kind = 0;
  let startTimeUnixNano = 0n;
  let endTimeUnixNano = 0n;
  let flags = 0;
  let statusCode = 0;
  let statusMessage = '';
  const attributes: MutableAttributes = {};
  const events: EventRecord[] = [];
  const links: LinkRecord[] = [];
  while (reader.position < end) {
    const tag = reader.tag();
    switch (tag) {
      case SPAN_TRACE_ID:
        traceId = reader.hex();
        break;
      case SPAN_SPAN_ID:
        spanId = reader.hex();
        break;
      case SPAN_PARENT_SPAN_ID:
        parentSpanId = reader.hex();
        break;
      case SPAN_TRACE_STATE:
        traceState = reader.text();
        break;
      case SPAN_NAME:
        name = reader.text();
        break;
      case SPAN_KIND:
        kind = reader.varint32();
        break;
      case SPAN_START:
        startTimeUnixNano = reader.fixed64();
        break;
      case SPAN_END:
        endTimeUnixNano = reader.fixed64();
        break;
      case SPAN_FLAGS:
        flags = reader.fixed32();
        break;
      case SPAN_ATTRIBUTES:
        values.keyValue(attributes);
        break;
      case SPAN_EVENTS:
        events.push(readEvent(values));
        break;
      case SPAN_LINKS:
        links.push(readLink(values));
        break;
      case SPAN_STATUS:
        values.message((field) => {
          if (field === STATUS_CODE) statusCode = reader.varint32();
          else if (field === STATUS_MESSAGE) statusMessage = reader.text();
          else return false;
          return true;
        });
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.leave(end);
  return finishSpan({
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    statusCode,
    statusMessage,
    traceState,
    flags,
    attributes,
    events,
    links,
  });
}

function readEvent(values: ProtobufValues): EventRecord {
  values.spend();
  let name = '';
  let timeUnixNano = 0n;
  const attributes: MutableAttributes = {};
  values.message((tag) => {
    if (tag === EVENT_TIME) timeUnixNano = values.reader.fixed64();
    else if (tag === EVENT_NAME) name = values.reader.text();
    else if (tag === EVENT_ATTRIBUTES) values.keyValue(attributes);
    else return false;
    return true;
  });
  return { name, timeUnixNano, attributes };
}

function readLink(values: ProtobufValues): LinkRecord {
  values.spend();
  let traceId = '';
  let spanId = '';
  const attributes: MutableAttributes = {};
  values.message((tag) => {
    if (tag === LINK_TRACE_ID) traceId = values.reader.hex();
    else if (tag === LINK_SPAN_ID) spanId = values.reader.hex();
    else if (tag === LINK_ATTRIBUTES) values.keyValue(attributes);
    else return false;
    return true;
  });
  return { traceId, spanId, attributes };
}
