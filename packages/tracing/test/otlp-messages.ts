import { protobufFields } from '../src/export/protobuf-fields.ts';

/** How a field is written; a text is the name of a message below. */
type Kind =
  'text' | 'hex' | 'base64' | 'varint' | 'zigzag' | 'fixed32' | 'fixed64' | 'count' | 'double' | 'bool';
type Fields = Readonly<Record<number, readonly [name: string, kind: string, repeated?: 'repeated']>>;

/** As far as the specs use them (opentelemetry-proto 1.x). */
const messages: Readonly<Record<string, Fields>> = {
  Logs: { 1: ['resourceLogs', 'ResourceLogs', 'repeated'] },
  ResourceLogs: { 1: ['resource', 'Resource'], 2: ['scopeLogs', 'ScopeLogs', 'repeated'] },
  ScopeLogs: { 1: ['scope', 'Scope'], 2: ['logRecords', 'LogRecord', 'repeated'], 3: ['schemaUrl', 'text'] },
  LogRecord: {
    1: ['timeUnixNano', 'fixed64'],
    2: ['severityNumber', 'varint'],
    3: ['severityText', 'text'],
    5: ['body', 'AnyValue'],
    6: ['attributes', 'KeyValue', 'repeated'],
    7: ['droppedAttributesCount', 'varint'],
    8: ['flags', 'fixed32'],
    9: ['traceId', 'hex'],
    10: ['spanId', 'hex'],
    11: ['observedTimeUnixNano', 'fixed64'],
    12: ['eventName', 'text'],
  },
  Metrics: { 1: ['resourceMetrics', 'ResourceMetrics', 'repeated'] },
  ResourceMetrics: { 1: ['resource', 'Resource'], 2: ['scopeMetrics', 'ScopeMetrics', 'repeated'] },
  ScopeMetrics: { 1: ['scope', 'Scope'], 2: ['metrics', 'Metric', 'repeated'] },
  Metric: {
    1: ['name', 'text'],
    2: ['description', 'text'],
    3: ['unit', 'text'],
    5: ['gauge', 'Points'],
    7: ['sum', 'Points'],
    9: ['histogram', 'Histogram'],
    10: ['exponentialHistogram', 'ExponentialHistogram'],
  },
  Points: {
    1: ['dataPoints', 'NumberPoint', 'repeated'],
    2: ['aggregationTemporality', 'varint'],
    3: ['isMonotonic', 'bool'],
  },
  NumberPoint: {
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['asDouble', 'double'],
    6: ['asInt', 'fixed64'],
    7: ['attributes', 'KeyValue', 'repeated'],
  },
  Histogram: {
    1: ['dataPoints', 'HistogramPoint', 'repeated'],
    2: ['aggregationTemporality', 'varint'],
  },
  HistogramPoint: {
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['count', 'count'],
    5: ['sum', 'double'],
    6: ['bucketCounts', 'count', 'repeated'],
    7: ['explicitBounds', 'double', 'repeated'],
    9: ['attributes', 'KeyValue', 'repeated'],
    11: ['min', 'double'],
    12: ['max', 'double'],
  },
  ExponentialHistogram: {
    1: ['dataPoints', 'ExponentialPoint', 'repeated'],
    2: ['aggregationTemporality', 'varint'],
  },
  ExponentialPoint: {
    1: ['attributes', 'KeyValue', 'repeated'],
    2: ['startTimeUnixNano', 'fixed64'],
    3: ['timeUnixNano', 'fixed64'],
    4: ['count', 'count'],
    5: ['sum', 'double'],
    6: ['scale', 'zigzag'],
    7: ['zeroCount', 'count'],
    8: ['positive', 'Buckets'],
    9: ['negative', 'Buckets'],
    12: ['min', 'double'],
    13: ['max', 'double'],
  },
  Buckets: { 1: ['offset', 'zigzag'], 2: ['bucketCounts', 'varint', 'repeated'] },
  Resource: { 1: ['attributes', 'KeyValue', 'repeated'], 2: ['droppedAttributesCount', 'varint'] },
  Scope: { 1: ['name', 'text'], 2: ['version', 'text'] },
  KeyValue: { 1: ['key', 'text'], 2: ['value', 'AnyValue'] },
  AnyValue: {
    1: ['stringValue', 'text'],
    2: ['boolValue', 'bool'],
    3: ['intValue', 'varint'],
    4: ['doubleValue', 'double'],
    5: ['arrayValue', 'Values'],
    6: ['kvlistValue', 'KeyValues'],
    7: ['bytesValue', 'base64'],
  },
  Values: { 1: ['values', 'AnyValue', 'repeated'] },
  KeyValues: { 1: ['values', 'KeyValue', 'repeated'] },
};

/** A protobuf message in the form of OTLP/JSON, with times as texts. */
export function decodeOtlp(bytes: Uint8Array, message: string): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const { number, value } of protobufFields(bytes)) {
    const field = messages[message]?.[number];
    if (!field) throw new Error(`${message} has a field ${number}`);
    const [name, kind, repeated] = field;
    const values = typeof value === 'number' ? [numberOf(value, kind as Kind)] : valuesOf(value, kind);
    decoded[name] = repeated ? [...((decoded[name] as unknown[]) ?? []), ...values] : values[0];
  }
  return decoded;
}

function numberOf(value: number, kind: Kind): unknown {
  if (kind === 'bool') return value === 1;
  return kind === 'zigzag' ? (value % 2 === 0 ? value / 2 : -(value + 1) / 2) : value;
}

/** Several where numbers are packed. */
function valuesOf(bytes: Uint8Array, kind: string): unknown[] {
  const buffer = Buffer.from(bytes);
  if (kind === 'text') return [buffer.toString('utf8')];
  if (kind === 'hex' || kind === 'base64') return [buffer.toString(kind)];
  if (kind === 'fixed32') return [buffer.readUInt32LE()];
  const eights = Array.from({ length: buffer.length / 8 }, (_, index) => index * 8);
  if (kind === 'fixed64') return eights.map((at) => String(buffer.readBigUInt64LE(at)));
  if (kind === 'count') return eights.map((at) => Number(buffer.readBigUInt64LE(at)));
  if (kind === 'double') return eights.map((at) => buffer.readDoubleLE(at));
  if (kind === 'varint') return [...buffer];
  return [decodeOtlp(bytes, kind)];
}
