import { anyValueSizeBytes, anyValuesSizeBytes } from '../any-value-size.ts';
import { AnyValueCopier } from './any-value-copy.ts';
import type { ReadableLogRecord } from './otlp-encoding.ts';

/** Two times, severity, flags, ids and the count of what was dropped. */
const fixedRecordBytes = 58;

/** About how large a log record is in OTLP protobuf. Short texts count a byte a character. */
export function logRecordSizeBytes({ body, attributes, severityText, eventName }: ReadableLogRecord): number {
  const texts = (severityText?.length ?? 0) + (eventName?.length ?? 0);
  return fixedRecordBytes + texts + anyValueSizeBytes(body) + anyValuesSizeBytes(attributes);
}

/**
 * A record as it is now: later processors may change the one that the SDK has handed out, and what its body
 * and attributes hold is the program's own.
 *
 * @throws when its time is none, or its values go too deep, are too many or too large.
 */
export function copyLogRecord(record: ReadableLogRecord): ReadableLogRecord {
  const { spanContext, severityText, severityNumber, body, eventName } = record;
  const copier = new AnyValueCopier();
  const copy: { -readonly [Key in keyof ReadableLogRecord]: ReadableLogRecord[Key] } = {
    hrTime: copyTime(record.hrTime),
    hrTimeObserved: copyTime(record.hrTimeObserved),
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes: copier.copyEntries(record.attributes),
    droppedAttributesCount: record.droppedAttributesCount,
  };
  if (spanContext) copy.spanContext = spanContext;
  if (isText(severityText)) copy.severityText = severityText;
  if (isSeverity(severityNumber)) copy.severityNumber = severityNumber;
  if (body !== undefined) copy.body = copier.copy(body);
  if (isText(eventName)) copy.eventName = eventName;
  return copy;
}

/** Programs without types give anything. What is none of these cannot be encoded, or is encoded as something else. */
function isText(given: unknown): given is string {
  return typeof given === 'string';
}

/** Logs data model, "Field: SeverityNumber". */
function isSeverity(given: unknown): given is NonNullable<ReadableLogRecord['severityNumber']> {
  return Number.isInteger(given) && (given as number) >= 0 && (given as number) <= 24;
}

function copyTime([seconds, nanoseconds]: ReadableLogRecord['hrTime']): [number, number] {
  if (!Number.isFinite(seconds) || !Number.isFinite(nanoseconds)) throw new TypeError('its time is none');
  return [seconds, nanoseconds];
}
