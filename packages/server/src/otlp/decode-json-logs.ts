import { decodeJsonExport } from './json-export.ts';
import { asObject, integer, lenientEnumValue, optionalObject, text, uint32 } from './json-fields.ts';
import type { JsonValues } from './json-values.ts';
import { LOGS_OUTLINE, type LogBatch, type ReceivedLogRecord } from './log-batch.ts';
import { finishLogRecord } from './log-draft.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITIES = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...LEVELS.flatMap((level) => ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${level}${step}`)),
];

/**
 * Decodes an OTLP `ExportLogsServiceRequest` in its JSON encoding; a record with a bad field is counted in
 * the result.
 *
 * @throws DecodeError when the text is no such message; the message names the path.
 */
export function decodeJsonLogs(bytes: Uint8Array): LogBatch {
  return decodeJsonExport(bytes, LOGS_OUTLINE, readLogRecord);
}

function readLogRecord(values: JsonValues, item: unknown): ReceivedLogRecord {
  values.record();
  const record = asObject(item, 'the log record');
  return finishLogRecord({
    traceId: text(record['traceId'], 'traceId'),
    spanId: text(record['spanId'], 'spanId'),
    timeUnixNano: integer(record['timeUnixNano'], 'timeUnixNano'),
    observedTimeUnixNano: integer(record['observedTimeUnixNano'], 'observedTimeUnixNano'),
    severityNumber: lenientEnumValue(record['severityNumber'], SEVERITIES, 'severityNumber'),
    severityText: text(record['severityText'], 'severityText'),
    body: values.anyValue(optionalObject(record['body'], 'body')),
    eventName: text(record['eventName'], 'eventName'),
    attributes: values.attributes(record, ''),
    droppedAttributesCount: uint32(record['droppedAttributesCount'], 'droppedAttributesCount'),
    flags: uint32(record['flags'], 'flags'),
  });
}
