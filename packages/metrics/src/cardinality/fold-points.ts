import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics';
import { regrouped } from './combine-points.ts';
import { isOverflow, overflowLabels } from './label-gate.ts';

/**
 * A cumulative metric with at most `limit` points: the first ones as they are, all others combined as one that
 * is marked as overflow. An exponential histogram stays as it is, beyond the limit too; it has no more points
 * than the SDK holds, less than twice the limit.
 */
export function foldPoints(metric: MetricData, limit: number): MetricData {
  return regrouped(metric, (points, combine) => fold(points, limit, combine));
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
