import type { Random } from '@tta/obs-context';

/** A request in OTLP's JSON form; repeated fields are arrays. */
export type OtlpJson = { readonly [field: string]: unknown };
export type SignalName = 'traces' | 'logs' | 'metrics';

/** By message the number of each field and what it holds: a scalar, or the name of another message. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>> = {
  traces: { resourceSpans: [1, 'ResourceSpans'] },
  logs: { resourceLogs: [1, 'ResourceLogs'] },
  metrics: { resourceMetrics: [1, 'ResourceMetrics'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans'], schemaUrl: [3, 'string'] },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: [2, 'ScopeLogs'], schemaUrl: [3, 'string'] },
  ResourceMetrics: { resource: [1, 'Resource'], scopeMetrics: [2, 'ScopeMetrics'], schemaUrl: [3, 'string'] },
  Resource: { attributes: [1, 'KeyValue'], droppedAttributesCount: [2, 'varint'] },
  ScopeSpans: { scope: [1, 'Scope'], spans: [2, 'Span'], schemaUrl: [3, 'string'] },
  ScopeLogs: { scope: [1, 'Scope'], logRecords: [2, 'LogRecord'], schemaUrl: [3, 'string'] },
  ScopeMetrics: { scope: [1, 'Scope'], metrics: [2, 'Metric'], schemaUrl: [3, 'string'] },
  Scope: {
    name: [1, 'string'],
    version: [2, 'string'],
    attributes: [3, 'KeyValue'],
    droppedAttributesCount: [4, 'varint'],
  },
  Span: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'hex'],
    name: [5, 'string'],
    kind: [6, 'varint'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue'],
    droppedAttributesCount: [10, 'varint'],
    events: [11, 'Event'],
    droppedEventsCount: [12, 'varint'],
    links: [13, 'Link'],
    droppedLinksCount: [14, 'varint'],
    status: [15, 'Status'],
    flags: [16, 'fixed32'],
  },
  Status: { message: [2, 'string'], code: [3, 'varint'] },
  Event: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'string'],
    attributes: [3, 'KeyValue'],
    droppedAttributesCount: [4, 'varint'],
  },
  Link: {
    traceId: [1, 'hex'],
    spanId: [2, 'hex'],
    traceState: [3, 'string'],
    attributes: [4, 'KeyValue'],
    droppedAttributesCount: [5, 'varint'],
    flags: [6, 'fixed32'],
  },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    severityNumber: [2, 'varint'],
    severityText: [3, 'string'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue'],
    droppedAttributesCount: [7, 'varint'],
    flags: [8, 'fixed32'],
    traceId: [9, 'hex'],
    spanId: [10, 'hex'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'string'],
  },
  Metric: {
    name: [1, 'string'],
    description: [2, 'string'],
    unit: [3, 'string'],
    gauge: [5, 'Data'],
    sum: [7, 'Data'],
    histogram: [9, 'HistogramData'],
    exponentialHistogram: [10, 'ExponentialData'],
    summary: [11, 'SummaryData'],
    metadata: [12, 'KeyValue'],
  },
  Data: {
    dataPoints: [1, 'NumberPoint'],
    aggregationTemporality: [2, 'varint'],
    isMonotonic: [3, 'varint'],
  },
  HistogramData: { dataPoints: [1, 'HistogramPoint'], aggregationTemporality: [2, 'varint'] },
  ExponentialData: { dataPoints: [1, 'ExponentialPoint'], aggregationTemporality: [2, 'varint'] },
  SummaryData: { dataPoints: [1, 'SummaryPoint'] },
  NumberPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    exemplars: [5, 'Exemplar'],
    asInt: [6, 'fixed64'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'varint'],
  },
  HistogramPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    bucketCounts: [6, 'packed fixed64'],
    explicitBounds: [7, 'packed double'],
    exemplars: [8, 'Exemplar'],
    attributes: [9, 'KeyValue'],
    flags: [10, 'varint'],
    min: [11, 'double'],
    max: [12, 'double'],
  },
  ExponentialPoint: {
    attributes: [1, 'KeyValue'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    scale: [6, 'zigzag'],
    zeroCount: [7, 'fixed64'],
    positive: [8, 'Buckets'],
    negative: [9, 'Buckets'],
    flags: [10, 'varint'],
    exemplars: [11, 'Exemplar'],
    min: [12, 'double'],
    max: [13, 'double'],
    zeroThreshold: [14, 'double'],
  },
  Buckets: { offset: [1, 'zigzag'], bucketCounts: [2, 'packed varint'] },
  SummaryPoint: {
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    quantileValues: [6, 'Quantile'],
    attributes: [7, 'KeyValue'],
    flags: [8, 'varint'],
  },
  Quantile: { quantile: [1, 'double'], value: [2, 'double'] },
  Exemplar: {
    timeUnixNano: [2, 'fixed64'],
    asDouble: [3, 'double'],
    spanId: [4, 'hex'],
    traceId: [5, 'hex'],
    asInt: [6, 'fixed64'],
    filteredAttributes: [7, 'KeyValue'],
  },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'varint'],
    intValue: [3, 'varint'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'base64'],
  },
  ArrayValue: { values: [1, 'AnyValue'] },
  KeyValueList: { values: [1, 'KeyValue'] },
};

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * A request in protobuf, as `opentelemetry/proto` numbers its fields.
 *
 * @param random - Writes the fields of each message in another order than the schema's (those of one number keep
 *   theirs), and unknown ones between them, as later schemas and other writers do.
 */
export function otlpProtobuf(signal: SignalName, request: OtlpJson, random?: Random): Buffer {
  return messageOf(signal, request, random);
}

/** A length-delimited field. */
export function bytesOf(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([tagOf(field, LENGTH_DELIMITED), varintOf(BigInt(content.length)), content]);
}

/** @param width - Bytes that are used even if fewer would do. */
export function varintOf(value: bigint, width = 1): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn || bytes.length + 1 < width) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

function messageOf(name: string, content: OtlpJson, random: Random | undefined): Buffer {
  const fields: { readonly number: number; readonly bytes: Buffer }[] = [];
  for (const [key, [number, type]] of Object.entries(MESSAGES[name]!)) {
    const value = content[key];
    if (value === undefined || value === null) continue;
    const isPacked = type.startsWith('packed ');
    for (const item of Array.isArray(value) && !isPacked ? value : [value]) {
      fields.push({ number, bytes: fieldOf(number, type, item, random) });
    }
  }
  return Buffer.concat(random === undefined ? fields.map(({ bytes }) => bytes) : shuffled(fields, random));
}

function shuffled(
  fields: readonly { readonly number: number; readonly bytes: Buffer }[],
  random: Random,
): Buffer[] {
  const order = fields.map(({ number }) => ({ number, at: random.next() })).sort((a, b) => a.at - b.at);
  const rest = new Map<number, Buffer[]>();
  for (const { number, bytes } of fields) rest.set(number, [...(rest.get(number) ?? []), bytes]);
  return order.flatMap(({ number, at }) => {
    const field = rest.get(number)!.shift()!;
    return at < 0.2 ? [unknownField(at), field] : at < 0.4 ? [field, unknownField(at)] : [field];
  });
}

function unknownField(choice: number): Buffer {
  const number = 1000 + Math.floor(choice * 100);
  switch (Math.floor(choice * 1000) % 4) {
    case 0:
      return Buffer.concat([tagOf(number, VARINT), varintOf(-1n)]);
    case 1:
      return Buffer.concat([tagOf(number, FIXED64), Buffer.alloc(8, 0xff)]);
    case 2:
      return bytesOf(number, Buffer.from('unknown'));
    default:
      return Buffer.concat([tagOf(number, FIXED32), Buffer.alloc(4, 0xff)]);
  }
}

function fieldOf(number: number, type: string, value: unknown, random: Random | undefined): Buffer {
  switch (type) {
    case 'string':
      return bytesOf(number, Buffer.from(String(value)));
    case 'hex':
      return bytesOf(number, Buffer.from(String(value), 'hex'));
    case 'base64':
      return bytesOf(number, Buffer.from(String(value), 'base64'));
    case 'varint':
    case 'zigzag':
      return Buffer.concat([tagOf(number, VARINT), scalarOf(type, value)]);
    case 'fixed32':
      return Buffer.concat([tagOf(number, FIXED32), scalarOf(type, value)]);
    case 'fixed64':
    case 'double':
      return Buffer.concat([tagOf(number, FIXED64), scalarOf(type, value)]);
    default:
  }
  if (type.startsWith('packed ')) {
    const items = value as readonly unknown[];
    return bytesOf(number, Buffer.concat(items.map((item) => scalarOf(type.slice('packed '.length), item))));
  }
  return bytesOf(number, messageOf(type, value as OtlpJson, random));
}

function scalarOf(type: string, value: unknown): Buffer {
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 'fixed64':
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as string)));
      return bytes;
    case 'double':
      bytes.writeDoubleLE(Number(value));
      return bytes;
    case 'fixed32':
      bytes.writeUInt32LE(Number(value) >>> 0);
      return bytes.subarray(0, 4);
    case 'zigzag':
      return varintOf(BigInt.asUintN(32, BigInt((Number(value) << 1) ^ (Number(value) >> 31))));
    default:
      return varintOf(BigInt(value as string));
  }
}

function tagOf(field: number, wireType: number): Buffer {
  return varintOf(BigInt((field << 3) | wireType));
}
