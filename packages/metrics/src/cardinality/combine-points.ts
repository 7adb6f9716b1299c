import { type DataPoint, DataPointType, type Histogram, type MetricData } from '@opentelemetry/sdk-metrics';

/** Makes other points out of a metric's, told how two values become one. */
export type Regroup = <T>(
  points: readonly DataPoint<T>[],
  combine: (one: T, other: T) => T,
) => DataPoint<T>[];

/**
 * The metric with its points regrouped: sums and histograms are added up, of a gauge the later value counts.
 * Exponential histograms have no buckets in common, so that they stay as they are.
 */
export function regrouped(metric: MetricData, regroup: Regroup): MetricData {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return { ...metric, dataPoints: regroup(metric.dataPoints, (sum, value) => sum + value) };
    case DataPointType.GAUGE:
      return { ...metric, dataPoints: regroup(metric.dataPoints, (_earlier, value) => value) };
    case DataPointType.HISTOGRAM:
      return { ...metric, dataPoints: regroup(metric.dataPoints, addHistograms) };
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return metric;
  }
}

/** Added at the bounds that both have: only there is it known of both how much lies below. */
function addHistograms(one: Histogram, other: Histogram): Histogram {
  const boundaries = one.buckets.boundaries.filter((bound) => other.buckets.boundaries.includes(bound));
  const counts = countsBetween(boundaries, other.buckets);
  const total: Histogram = {
    buckets: {
      boundaries,
      counts: countsBetween(boundaries, one.buckets).map((count, index) => count + (counts[index] ?? 0)),
    },
    count: one.count + other.count,
  };
  if (one.sum !== undefined && other.sum !== undefined) total.sum = one.sum + other.sum;
  if (one.min !== undefined && other.min !== undefined) total.min = Math.min(one.min, other.min);
  if (one.max !== undefined && other.max !== undefined) total.max = Math.max(one.max, other.max);
  return total;
}

/** The counts of buckets that have but some of the bounds. */
function countsBetween(bounds: readonly number[], { boundaries, counts }: Histogram['buckets']): number[] {
  if (bounds.length === boundaries.length) return counts;
  const sums = Array.from({ length: bounds.length + 1 }, () => 0);
  let bucket = 0;
  for (const [index, count] of counts.entries()) {
    sums[bucket] = (sums[bucket] ?? 0) + count;
    if (boundaries[index] === bounds[bucket]) bucket += 1;
  }
  return sums;
}
