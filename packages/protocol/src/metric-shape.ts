import { isAttributes, isNanoseconds, isSpanId, isTraceId } from './field-checks.ts';
import {
  either,
  is,
  isCount,
  isFinite,
  isFlag,
  isText,
  listOf,
  matches,
  shape,
  type Check,
} from './json-shape.ts';
import type { HistogramValue } from './metric.ts';

const isNumber = either(isFinite, matches(/^(?:NaN|-?Infinity|-?[0-9]{1,20})$/));
const isNumberOrNull = either(isNumber, is(null));
const isTemporality = either(is('unspecified'), is('delta'), is('cumulative'), is(null));

const metricIdentity = {
  name: isText,
  unit: isText,
  temporality: isTemporality,
  isMonotonic: isFlag,
  serviceName: isText,
  scope: shape({ name: isText, version: isText }),
};

export const instrumentShape = shape({
  ...metricIdentity,
  kind: either(is('gauge'), is('sum'), is('histogram'), is('exponentialHistogram'), is('summary')),
  description: isText,
  metadata: isAttributes,
  seriesCount: isCount,
  pointCount: isCount,
  newestTimeUnixNano: isNanoseconds,
});

const pointFields = shape({
  ...metricIdentity,
  timeUnixNano: isNanoseconds,
  startTimeUnixNano: either(isNanoseconds, is(null)),
  flags: isCount,
  attributes: isAttributes,
  exemplars: listOf(
    shape({
      timeUnixNano: isNanoseconds,
      value: isNumberOrNull,
      traceId: either(isTraceId, is(null)),
      spanId: either(isSpanId, is(null)),
      filteredAttributes: isAttributes,
    }),
  ),
  resource: isAttributes,
});

const range = { count: isNumber, sum: isNumberOrNull, min: isNumberOrNull, max: isNumberOrNull };
const histogram = shape({ ...range, bucketCounts: listOf(isNumber), explicitBounds: listOf(isNumber) });
const buckets = shape({ offset: Number.isSafeInteger, bucketCounts: listOf(isNumber) });

/** Kind and value of a data point. */
const measurement = either(
  shape({ kind: either(is('gauge'), is('sum')), value: isNumberOrNull }),
  shape({
    kind: is('histogram'),
    value: (value) => histogram(value) && haveMatchingBounds(value as HistogramValue),
  }),
  shape({
    kind: is('exponentialHistogram'),
    value: shape({
      ...range,
      scale: Number.isSafeInteger,
      zeroCount: isNumber,
      zeroThreshold: isNumber,
      positive: buckets,
      negative: buckets,
    }),
  }),
  shape({
    kind: is('summary'),
    value: shape({
      count: isNumber,
      sum: isNumber,
      quantiles: listOf(shape({ quantile: isNumber, value: isNumber })),
    }),
  }),
);

/** A data point; each histogram has as many buckets as its bounds ask for. */
export const pointShape: Check = (value) => pointFields(value) && measurement(value);

function haveMatchingBounds({ bucketCounts, explicitBounds }: HistogramValue): boolean {
  const bounds = explicitBounds.length;
  return bucketCounts.length === bounds + 1 || (bucketCounts.length === 0 && bounds === 0);
}
