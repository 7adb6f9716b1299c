import { type DataPoint, DataPointType, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';
import { isOverflow, overflowLabels } from './label-gate.ts';

/**
 * A cumulative metric with at most `limit` points: the first ones as they are, all others added up as one that
 * is marked as overflow. Exponential histograms have no buckets in common, so that theirs stay as they are.
 */
export function foldPoints(metric: MetricData, limit: number): MetricData {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return { ...metric, dataPoints: fold(metric.dataPoints, limit, (sum, value) => sum + value) };
    case DataPointType.GAUGE:
      return { ...metric, dataPoints: fold(metric.dataPoints, limit, (_earlier, value) => value) };
    case DataPointType.HISTOGRAM:
      return { ...metric, dataPoints: fold(metric.dataPoints, limit, addHistograms) };
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return metric;
  }
}

function fold<T>(
  points: readonly DataPoint<T>[],
  limit: number,
  combine: (one: T, other: T) => T,
): DataPoint<T>[] {
  const marked = points.filter(({ attributes }) => isOverflow(attributes));
  const plain = points.filter(({ attributes }) => !isOverflow(attributes));
  // What is marked came last: of a gauge, the last value counts.
  const rest = [...plain.slice(limit - 1), ...marked];
  const [first] = rest;
  if (!first) return plain;
  const value = rest.slice(1).reduce((sum, point) => combine(sum, point.value), first.value);
  return [...plain.slice(0, limit - 1), { ...first, attributes: overflowLabels, value }];
}

/** Both have the buckets of their metric. */
function addHistograms(one: Histogram, other: Histogram): Histogram {
  const total: Histogram = {
    buckets: {
      boundaries: one.buckets.boundaries,
      counts: one.buckets.counts.map((count, index) => count + (other.buckets.counts[index] ?? 0)),
    },
    count: one.count + other.count,
  };
  if (one.sum !== undefined && other.sum !== undefined) total.sum = one.sum + other.sum;
  if (one.min !== undefined && other.min !== undefined) total.min = Math.min(one.min, other.min);
  if (one.max !== undefined && other.max !== undefined) total.max = Math.max(one.max, other.max);
  return total;
}
