import type { AttributeJson } from '@tta/obs-protocol';
import type { MutableAttributes } from './attribute-value.ts';
import { LOGS_OUTLINE, type LogBatch, type ReceivedLogRecord } from './log-batch.ts';
import { finishLogRecord } from './log-draft.ts';
import { decodeProtobufExport } from './protobuf-export.ts';
import { bytesField, fixed32Field, fixed64Field, varintField } from './protobuf-fields.ts';
import type { ProtobufValues } from './protobuf-values.ts';

const LOG_TIME = fixed64Field(1);
const LOG_SEVERITY_NUMBER = varintField(2);
const LOG_SEVERITY_TEXT = bytesField(3);
const LOG_BODY = bytesField(5);
const LOG_ATTRIBUTES = bytesField(6);
const LOG_DROPPED_ATTRIBUTES = varintField(7);
const LOG_FLAGS = fixed32Field(8);
const LOG_TRACE_ID = bytesField(9);
const LOG_SPAN_ID = bytesField(10);
const LOG_OBSERVED_TIME = fixed64Field(11);
const LOG_EVENT_NAME = bytesField(12);

/**
 * Decodes an OTLP `ExportLogsServiceRequest`; records that cannot be stored are counted in the result.
 *
 * @throws DecodeError when the bytes are no such message.
 */
export function decodeProtobufLogs(bytes: Uint8Array): LogBatch {
  return decodeProtobufExport(bytes, LOGS_OUTLINE, readLogRecord);
}

function readLogRecord(values: ProtobufValues, end: number): ReceivedLogRecord {
  values.record();
  const { reader } = values;
  let traceId = '';
  let spanId = '';
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = '';
  let body: AttributeJson = null;
  let eventName = '';
  let droppedAttributesCount = 0;
  let flags = 0;
  const attributes: MutableAttributes = {};
  while (reader.position < end) {
    const tag = reader.tag();
    switch (tag) {
      case LOG_TIME:
        timeUnixNano = reader.fixed64();
        break;
      case LOG_OBSERVED_TIME:
        observedTimeUnixNano = reader.fixed64();
        break;
      case LOG_SEVERITY_NUMBER:
        severityNumber = reader.varint32();
        break;
      case LOG_SEVERITY_TEXT:
        severityText = reader.text();
        break;
      case LOG_BODY:
        body = values.anyValue();
        break;
      case LOG_ATTRIBUTES:
        values.keyValue(attributes);
        break;
      case LOG_DROPPED_ATTRIBUTES:
        droppedAttributesCount = reader.varint32();
        break;
      case LOG_FLAGS:
        flags = reader.fixed32();
        break;
      case LOG_TRACE_ID:
        traceId = reader.hex();
        break;
      case LOG_SPAN_ID:
        spanId = reader.hex();
        break;
      case LOG_EVENT_NAME:
        eventName = reader.text();
        break;
      default:
        reader.skip(tag & 7);
    }
  }
  reader.leave(end);
  return finishLogRecord({
    traceId,
    spanId,
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    eventName,
    attributes,
    droppedAttributesCount,
    flags,
  });
}
