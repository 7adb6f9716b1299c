import { anyValueSizeBytes, anyValuesSizeBytes } from '../any-value-size.ts';
import type { ReadableLogRecord } from './otlp-encoding.ts';

type AnyValue = ReadableLogRecord['body'];

/** Two times, severity, flags, ids and the count of what was dropped. */
const fixedRecordBytes = 58;

/** Values that go deeper mostly lead back to themselves. */
const deepest = 64;

/** About how large a log record is in OTLP protobuf. Framing does not count. */
export function logRecordSizeBytes({ body, attributes, severityText, eventName }: ReadableLogRecord): number {
  const texts = (severityText?.length ?? 0) + (eventName?.length ?? 0);
  return fixedRecordBytes + texts + anyValueSizeBytes(body) + anyValuesSizeBytes(attributes);
}

/**
 * A record as it is now: later processors may change the one that the SDK has handed out, and what its body
 * and attributes hold is the program's own.
 *
 * @throws when its time is none or its values go too deep: encoding it would fail, and with it the others of
 * its request.
 */
export function copyLogRecord(record: ReadableLogRecord): ReadableLogRecord {
  const { spanContext, severityText, severityNumber, body, eventName } = record;
  const copy: { -readonly [Key in keyof ReadableLogRecord]: ReadableLogRecord[Key] } = {
    hrTime: copyTime(record.hrTime),
    hrTimeObserved: copyTime(record.hrTimeObserved),
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes: copyValues(record.attributes, 0),
    droppedAttributesCount: record.droppedAttributesCount,
  };
  if (spanContext) copy.spanContext = spanContext;
  if (severityText !== undefined) copy.severityText = severityText;
  if (severityNumber !== undefined) copy.severityNumber = severityNumber;
  if (body !== undefined) copy.body = copyValue(body, 0);
  if (eventName !== undefined) copy.eventName = eventName;
  return copy;
}

function copyTime([seconds, nanoseconds]: ReadableLogRecord['hrTime']): [number, number] {
  if (!Number.isFinite(seconds) || !Number.isFinite(nanoseconds)) throw new TypeError('its time is none');
  return [seconds, nanoseconds];
}

function copyValue(value: AnyValue, depth: number): AnyValue {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new RangeError('its values go too deep or lead back to themselves');
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return Array.isArray(value)
    ? value.map((entry) => copyValue(entry, depth + 1))
    : copyValues(value, depth + 1);
}

function copyValues(values: ReadableLogRecord['attributes'], depth: number): ReadableLogRecord['attributes'] {
  const copy: ReadableLogRecord['attributes'] = {};
  for (const key of Object.keys(values)) {
    const value = copyValue(values[key], depth);
    // Assigned, this one would not be an entry.
    if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true });
    else copy[key] = value;
  }
  return copy;
}
