import type { MetricsTimeSeries } from '@tta/obs-protocol';
import { clockTime } from '../format/clock-time.ts';
import { countOf, formatCount } from '../format/count.ts';
import { formatDuration } from '../format/duration.ts';

/** What the chart shows of one stretch of time. */
export interface RunStep {
  readonly startMs: number;
  readonly endMs: number;
  readonly traceCount: number;
  readonly errorCount: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Height of what is drawn; a step is 1 wide. The page stretches both to the room that there is. */
export const CHART_HEIGHT = 100;
/** What is drawn of something that is not nothing is at least so high. */
const LOWEST = 2;

export function runSteps(series: MetricsTimeSeries): readonly RunStep[] {
  const { sinceMs, stepMs } = series;
  return series.traceCount.map((traceCount, index) => ({
    startMs: sinceMs + index * stepMs,
    endMs: sinceMs + (index + 1) * stepMs,
    traceCount,
    errorCount: series.errorCount[index] ?? 0,
    p50Ms: series.p50Ms[index] ?? null,
    p95Ms: series.p95Ms[index] ?? null,
  }));
}

/** Height of a bar of `count` where `most` fill the chart. */
export function barHeight(count: number, most: number): number {
  if (count <= 0) return 0;
  return Math.max(LOWEST, (count / Math.max(1, most)) * CHART_HEIGHT);
}

/**
 * The path of a line through the middles of the steps. It is broken where nothing is known, and a value on its own is a
 * short stroke.
 *
 * @param most - The value at the upper edge.
 */
export function linePath(values: readonly (number | null)[], most: number): string {
  const height = (value: number): string =>
    (most <= 0 ? CHART_HEIGHT : CHART_HEIGHT - (value / most) * CHART_HEIGHT).toFixed(2);
  return values
    .map((value, index) => {
      if (value === null) return '';
      const isBegun = (values[index - 1] ?? null) !== null;
      if (isBegun) return `L${index + 0.5} ${height(value)}`;
      const isAlone = (values[index + 1] ?? null) === null;
      return isAlone ? `M${index + 0.1} ${height(value)}H${index + 0.9}` : `M${index + 0.5} ${height(value)}`;
    })
    .join('');
}

/** The figures of a step: `14:05–14:06: 12 traces, 1 failed, p50 420 ms, p95 1.2 s`. */
export function stepText(step: RunStep, isWithDay: boolean): string {
  const { startMs, endMs, traceCount, errorCount, p50Ms, p95Ms } = step;
  const time = `${clockTime(startMs, isWithDay)}–${clockTime(endMs)}`;
  if (traceCount === 0) return `${time}: no traces`;
  return [
    `${time}: ${countOf(traceCount, 'trace', 'traces')}`,
    `${errorCount === 0 ? 'none' : formatCount(errorCount)} failed`,
    ...(p50Ms === null ? [] : [`p50 ${formatDuration(p50Ms)}`]),
    ...(p95Ms === null ? [] : [`p95 ${formatDuration(p95Ms)}`]),
  ].join(', ');
}

/** The chart in a sentence, for who cannot see it. */
export function chartText(steps: readonly RunStep[], isWithDay: boolean): string {
  const total = steps.reduce((sum, { traceCount }) => sum + traceCount, 0);
  if (total === 0) return 'No traces in this window.';
  const errors = steps.reduce((sum, { errorCount }) => sum + errorCount, 0);
  const busiest = steps.reduce((one, other) => (other.traceCount > one.traceCount ? other : one));
  const slowest = steps.reduce((one, other) => ((other.p95Ms ?? -1) > (one.p95Ms ?? -1) ? other : one));
  return [
    `${countOf(total, 'trace', 'traces')}, ${errors === 0 ? 'none' : formatCount(errors)} failed`,
    `most at ${clockTime(busiest.startMs, isWithDay)}: ${formatCount(busiest.traceCount)}`,
    ...(slowest.p95Ms === null
      ? []
      : [`highest p95 at ${clockTime(slowest.startMs, isWithDay)}: ${formatDuration(slowest.p95Ms)}`]),
  ].join('; ');
}
