import type { ExponentialBuckets, MetricExemplar, MetricValue, NumberJson } from '@tta/obs-protocol';
import { doubleToJson, int64ToJson } from './attribute-value.ts';
import { DecodeError } from './decode-error.ts';
import {
  asList,
  asObject,
  double,
  integer,
  isSet,
  optionalObject,
  signedInteger,
  text,
  uint32,
  type JsonObject,
} from './json-fields.ts';
import type { JsonValues } from './json-values.ts';
import type { ReceivedPoint } from './metric-batch.ts';
import { finishExemplar, finishHistogram, finishPoint } from './metric-draft.ts';

/** Makes a data point of what a list `dataPoints` holds. */
export type ReadJsonPoint = (values: JsonValues, item: unknown) => ReceivedPoint;

export const readNumberPoint = pointReader((_values, point) => numberOf(point, ''));

export const readHistogramPoint = pointReader((values, point) =>
  finishHistogram({
    ...range(point),
    bucketCounts: numbers(values, point['bucketCounts'], 'bucketCounts', unsigned),
    explicitBounds: numbers(values, point['explicitBounds'], 'explicitBounds', number),
  }),
);

export const readExponentialPoint = pointReader((values, point) => ({
  ...range(point),
  scale: int32(point['scale'], 'scale'),
  zeroCount: unsigned(point['zeroCount'], 'zeroCount'),
  zeroThreshold: numberOrNull(point['zeroThreshold'], 'zeroThreshold') ?? 0,
  positive: buckets(values, point, 'positive'),
  negative: buckets(values, point, 'negative'),
}));

export const readSummaryPoint = pointReader((values, point) => ({
  count: unsigned(point['count'], 'count'),
  sum: numberOrNull(point['sum'], 'sum') ?? 0,
  quantiles: asList(point['quantileValues'], 'quantileValues').map((item) => {
    values.spend();
    const { quantile, value } = asObject(item, 'an entry of quantileValues');
    return {
      quantile: numberOrNull(quantile, 'quantile') ?? 0,
      value: numberOrNull(value, 'the value at a quantile') ?? 0,
    };
  }),
}));

function pointReader(valueOf: (values: JsonValues, point: JsonObject) => MetricValue): ReadJsonPoint {
  return (values, item) => {
    values.record();
    const point = asObject(item, 'the data point');
    return finishPoint({
      attributes: values.attributes(point, ''),
      timeUnixNano: integer(point['timeUnixNano'], 'timeUnixNano'),
      startTimeUnixNano: integer(point['startTimeUnixNano'], 'startTimeUnixNano'),
      flags: uint32(point['flags'], 'flags'),
      value: valueOf(values, point),
      exemplars: asList(point['exemplars'], 'exemplars').map((exemplar) => readExemplar(values, exemplar)),
    });
  };
}

function readExemplar(values: JsonValues, item: unknown): MetricExemplar {
  values.spend();
  const exemplar = asObject(item, 'an exemplar');
  return finishExemplar({
    timeUnixNano: integer(exemplar['timeUnixNano'], 'exemplar timeUnixNano'),
    value: numberOf(exemplar, 'exemplar '),
    traceId: text(exemplar['traceId'], 'exemplar traceId'),
    spanId: text(exemplar['spanId'], 'exemplar spanId'),
    filteredAttributes: values.keyValues(exemplar['filteredAttributes'], 'exemplar filteredAttributes'),
  });
}

function range(point: JsonObject) {
  return {
    count: unsigned(point['count'], 'count'),
    sum: numberOrNull(point['sum'], 'sum'),
    min: numberOrNull(point['min'], 'min'),
    max: numberOrNull(point['max'], 'max'),
  };
}

function buckets(values: JsonValues, point: JsonObject, key: 'positive' | 'negative'): ExponentialBuckets {
  const { offset, bucketCounts } = optionalObject(point[key], key);
  return {
    offset: int32(offset, `${key}.offset`),
    bucketCounts: numbers(values, bucketCounts, `${key}.bucketCounts`, unsigned),
  };
}

function numbers(
  values: JsonValues,
  list: unknown,
  what: string,
  read: (value: unknown, what: string) => NumberJson,
): readonly NumberJson[] {
  return asList(list, what).map((item) => {
    values.spend();
    return read(item, what);
  });
}

function numberOf({ asDouble, asInt }: JsonObject, prefix: string): NumberJson | null {
  if (isSet(asInt)) return int64ToJson(signedInteger(asInt, `${prefix}asInt`));
  return numberOrNull(asDouble, `${prefix}asDouble`);
}

function numberOrNull(value: unknown, what: string): NumberJson | null {
  return isSet(value) ? number(value, what) : null;
}

function number(value: unknown, what: string): NumberJson {
  return doubleToJson(double(value, what));
}

function unsigned(value: unknown, what: string): NumberJson {
  // Most counts are small: these need no detour over 64 bits.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const count = integer(value, what);
  if (count < 0n) throw new DecodeError(`${what} must not be negative, but is ${count}`);
  return int64ToJson(count);
}

function int32(value: unknown, what: string): number {
  return Number(BigInt.asIntN(32, integer(value, what)));
}
