import { usageShape } from './ai-shape.ts';
import { either, is, isCount, isFinite, isLength, listOf, shape, type Check } from './json-shape.ts';
import type { MetricsTimeSeries } from './overview.ts';

const isLengthOrNull = either(isLength, is(null));

export const metricsSummaryShape = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  traceCount: isCount,
  errorCount: isCount,
  activeCount: isCount,
  p50Ms: isLengthOrNull,
  p95Ms: isLengthOrNull,
  p99Ms: isLengthOrNull,
  usage: usageShape,
});

const series = shape({
  sinceMs: isFinite,
  untilMs: isFinite,
  stepMs: (value) => isLength(value) && value !== 0,
  traceCount: listOf(isCount),
  errorCount: listOf(isCount),
  p50Ms: listOf(isLengthOrNull),
  p95Ms: listOf(isLengthOrNull),
});

/** {@link MetricsTimeSeries}, and that its arrays are parallel. */
export const metricsTimeSeriesShape: Check = (value) => {
  if (!series(value)) return false;
  const { traceCount, errorCount, p50Ms, p95Ms } = value as MetricsTimeSeries;
  return [errorCount, p50Ms, p95Ms].every(({ length }) => length === traceCount.length);
};
