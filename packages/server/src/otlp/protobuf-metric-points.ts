import type { ExponentialBuckets, MetricExemplar, MetricValue, NumberJson } from '@tta/obs-protocol';
import { doubleToJson, int64ToJson, type MutableAttributes } from './attribute-value.ts';
import type { ReceivedPoint } from './metric-batch.ts';
import { finishExemplar, finishHistogram, finishPoint } from './metric-draft.ts';
import { bytesField, fixed64Field, varintField } from './protobuf-fields.ts';
import type { ProtobufValues } from './protobuf-values.ts';
import { LENGTH_DELIMITED, type WireReader } from './wire-reader.ts';

const POINT_START = fixed64Field(2);
const POINT_TIME = fixed64Field(3);
const NUMBER_DOUBLE = fixed64Field(4);
const NUMBER_INT = fixed64Field(6);
const COUNT = fixed64Field(4);
const SUM = fixed64Field(5);
const HISTOGRAM_COUNTS = bytesField(6);
const HISTOGRAM_COUNT = fixed64Field(6);
const HISTOGRAM_BOUNDS = bytesField(7);
const HISTOGRAM_BOUND = fixed64Field(7);
const HISTOGRAM_MIN = fixed64Field(11);
const HISTOGRAM_MAX = fixed64Field(12);
const EXPONENTIAL_SCALE = varintField(6);
const EXPONENTIAL_ZERO_COUNT = fixed64Field(7);
const EXPONENTIAL_POSITIVE = bytesField(8);
const EXPONENTIAL_NEGATIVE = bytesField(9);
const EXPONENTIAL_MIN = fixed64Field(12);
const EXPONENTIAL_MAX = fixed64Field(13);
const EXPONENTIAL_ZERO_THRESHOLD = fixed64Field(14);
const BUCKETS_OFFSET = varintField(1);
const BUCKETS_COUNTS = bytesField(2);
const BUCKETS_COUNT = varintField(2);
const SUMMARY_QUANTILES = bytesField(6);
const QUANTILE_QUANTILE = fixed64Field(1);
const QUANTILE_VALUE = fixed64Field(2);
const EXEMPLAR_TIME = fixed64Field(2);
const EXEMPLAR_DOUBLE = fixed64Field(3);
const EXEMPLAR_SPAN_ID = bytesField(4);
const EXEMPLAR_TRACE_ID = bytesField(5);
const EXEMPLAR_INT = fixed64Field(6);
const EXEMPLAR_ATTRIBUTES = bytesField(7);

const NO_BUCKETS: ExponentialBuckets = { offset: 0, bucketCounts: [] };

/** Reads the data point that the reader stands in, up to the offset `end`. */
export type ReadProtobufPoint = (values: ProtobufValues, end: number) => ReceivedPoint;

/** What a kind of data point has of its own. */
interface Measurement {
  /** Reads the field of this tag, or does not take it. */
  readonly field: (tag: number) => boolean;
  /** What the fields make, once all are read. */
  readonly value: () => MetricValue;
}

export const readNumberPoint = pointReader({ attributes: 7, exemplars: 5, flags: 8 }, ({ reader }) => {
  let value: NumberJson | null = null;
  return {
    field: (tag) => {
      if (tag === NUMBER_DOUBLE) value = double(reader);
      else if (tag === NUMBER_INT) value = signed(reader);
      else return false;
      return true;
    },
    value: () => value,
  };
});

export const readHistogramPoint = pointReader({ attributes: 9, exemplars: 8, flags: 10 }, (values) => {
  const { reader } = values;
  let count: NumberJson = 0;
  let sum: NumberJson | null = null;
  let min: NumberJson | null = null;
  let max: NumberJson | null = null;
  const bucketCounts: NumberJson[] = [];
  const explicitBounds: NumberJson[] = [];
  return {
    field: (tag) => {
      if (tag === COUNT) count = unsigned(reader);
      else if (tag === SUM) sum = double(reader);
      else if (tag === HISTOGRAM_MIN) min = double(reader);
      else if (tag === HISTOGRAM_MAX) max = double(reader);
      else if (tag === HISTOGRAM_COUNTS || tag === HISTOGRAM_COUNT) {
        readNumbers(values, tag, bucketCounts, unsigned);
      } else if (tag === HISTOGRAM_BOUNDS || tag === HISTOGRAM_BOUND) {
        readNumbers(values, tag, explicitBounds, double);
      } else return false;
      return true;
    },
    value: () => finishHistogram({ count, sum, min, max, bucketCounts, explicitBounds }),
  };
});

export const readExponentialPoint = pointReader({ attributes: 1, exemplars: 11, flags: 10 }, (values) => {
  const { reader } = values;
  let count: NumberJson = 0;
  let sum: NumberJson | null = null;
  let min: NumberJson | null = null;
  let max: NumberJson | null = null;
  let scale = 0;
  let zeroCount: NumberJson = 0;
  let zeroThreshold: NumberJson = 0;
  let positive = NO_BUCKETS;
  let negative = NO_BUCKETS;
  return {
    field: (tag) => {
      if (tag === COUNT) count = unsigned(reader);
      else if (tag === SUM) sum = double(reader);
      else if (tag === EXPONENTIAL_MIN) min = double(reader);
      else if (tag === EXPONENTIAL_MAX) max = double(reader);
      else if (tag === EXPONENTIAL_SCALE) scale = zigzag(reader);
      else if (tag === EXPONENTIAL_ZERO_COUNT) zeroCount = unsigned(reader);
      else if (tag === EXPONENTIAL_ZERO_THRESHOLD) zeroThreshold = double(reader);
      else if (tag === EXPONENTIAL_POSITIVE) positive = readBuckets(values);
      else if (tag === EXPONENTIAL_NEGATIVE) negative = readBuckets(values);
      else return false;
      return true;
    },
    value: () => ({ count, sum, min, max, scale, zeroCount, zeroThreshold, positive, negative }),
  };
});

export const readSummaryPoint = pointReader({ attributes: 7, flags: 8 }, (values) => {
  const { reader } = values;
  let count: NumberJson = 0;
  let sum: NumberJson = 0;
  const quantiles: { readonly quantile: NumberJson; readonly value: NumberJson }[] = [];
  return {
    field: (tag) => {
      if (tag === COUNT) count = unsigned(reader);
      else if (tag === SUM) sum = double(reader);
      else if (tag === SUMMARY_QUANTILES) quantiles.push(readQuantile(values));
      else return false;
      return true;
    },
    value: () => ({ count, sum, quantiles }),
  };
});

/** @param fields - Numbers of the fields that most kinds have, each under another number. */
function pointReader(
  fields: { readonly attributes: number; readonly exemplars?: number; readonly flags: number },
  measure: (values: ProtobufValues) => Measurement,
): ReadProtobufPoint {
  const attributesTag = bytesField(fields.attributes);
  const flagsTag = varintField(fields.flags);
  const exemplarsTag = fields.exemplars === undefined ? undefined : bytesField(fields.exemplars);
  return (values, end) => {
    values.record();
    const { reader } = values;
    const measurement = measure(values);
    const attributes: MutableAttributes = {};
    const exemplars: MetricExemplar[] = [];
    let timeUnixNano = 0n;
    let startTimeUnixNano = 0n;
    let flags = 0;
    values.fields(end, (tag) => {
      if (tag === POINT_TIME) timeUnixNano = reader.fixed64();
      else if (tag === POINT_START) startTimeUnixNano = reader.fixed64();
      else if (tag === attributesTag) values.keyValue(attributes);
      else if (tag === flagsTag) flags = reader.varint32();
      else if (tag === exemplarsTag) exemplars.push(readExemplar(values));
      else return measurement.field(tag);
      return true;
    });
    const value = measurement.value();
    return finishPoint({ attributes, timeUnixNano, startTimeUnixNano, flags, value, exemplars });
  };
}

function readExemplar(values: ProtobufValues): MetricExemplar {
  values.spend();
  const { reader } = values;
  let timeUnixNano = 0n;
  let value: NumberJson | null = null;
  let traceId = '';
  let spanId = '';
  const filteredAttributes: MutableAttributes = {};
  values.message((tag) => {
    if (tag === EXEMPLAR_TIME) timeUnixNano = reader.fixed64();
    else if (tag === EXEMPLAR_DOUBLE) value = double(reader);
    else if (tag === EXEMPLAR_INT) value = signed(reader);
    else if (tag === EXEMPLAR_TRACE_ID) traceId = reader.hex();
    else if (tag === EXEMPLAR_SPAN_ID) spanId = reader.hex();
    else if (tag === EXEMPLAR_ATTRIBUTES) values.keyValue(filteredAttributes);
    else return false;
    return true;
  });
  return finishExemplar({ timeUnixNano, value, traceId, spanId, filteredAttributes });
}

function readBuckets(values: ProtobufValues): ExponentialBuckets {
  const { reader } = values;
  let offset = 0;
  const bucketCounts: NumberJson[] = [];
  values.message((tag) => {
    if (tag === BUCKETS_OFFSET) offset = zigzag(reader);
    else if (tag === BUCKETS_COUNTS || tag === BUCKETS_COUNT) {
      readNumbers(values, tag, bucketCounts, unsignedVarint);
    } else return false;
    return true;
  });
  return { offset, bucketCounts };
}

function readQuantile(values: ProtobufValues): { quantile: NumberJson; value: NumberJson } {
  values.spend();
  const { reader } = values;
  let quantile: NumberJson = 0;
  let value: NumberJson = 0;
  values.message((tag) => {
    if (tag === QUANTILE_QUANTILE) quantile = double(reader);
    else if (tag === QUANTILE_VALUE) value = double(reader);
    else return false;
    return true;
  });
  return { quantile, value };
}

/** Repeated numbers come packed into one field, or each in one of its own: both must be read, in any mixture. */
function readNumbers(
  values: ProtobufValues,
  tag: number,
  numbers: NumberJson[],
  next: (reader: WireReader) => NumberJson,
): void {
  const { reader } = values;
  const isPacked = (tag & 7) === LENGTH_DELIMITED;
  const end = isPacked ? reader.enter() : reader.position + 1;
  while (reader.position < end) {
    values.spend();
    numbers.push(next(reader));
  }
  if (isPacked) reader.leave(end);
}

function double(reader: WireReader): NumberJson {
  return doubleToJson(reader.double());
}

function signed(reader: WireReader): NumberJson {
  return int64ToJson(BigInt.asIntN(64, reader.fixed64()));
}

function unsigned(reader: WireReader): NumberJson {
  return int64ToJson(reader.fixed64());
}

function unsignedVarint(reader: WireReader): NumberJson {
  const count = reader.uint64();
  return typeof count === 'number' ? count : int64ToJson(count);
}

/** Protobuf's `sint32`. */
function zigzag(reader: WireReader): number {
  const bits = reader.varint32();
  return (bits >>> 1) ^ -(bits & 1);
}
