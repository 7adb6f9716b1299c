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

/** How durations are drawn: from the lower to the upper edge of the chart. */
export interface DurationScale {
  readonly lowMs: number;
  readonly highMs: number;
  /** One run that waited for hours would press all others to the ground: then each step up is as many times longer. */
  readonly isLogarithmic: boolean;
}

/** Up to this ratio of the longest to the shortest all of them are seen well on a scale from 0. */
const MOST_LINEAR_RATIO = 20;

/** Shorter durations are drawn as this one. */
const SHORTEST_MS = 0.001;

/** The scale for durations, without those that nobody knows. */
export function durationScale(values: readonly (number | null)[]): DurationScale {
  const known = values.filter((value) => value !== null);
  const highMs = known.reduce((one, other) => Math.max(one, other), 0);
  const lowMs = known
    .filter((value) => value > 0)
    .reduce((one, other) => Math.max(SHORTEST_MS, Math.min(one, other)), highMs);
  return highMs > lowMs * MOST_LINEAR_RATIO
    ? { lowMs, highMs, isLogarithmic: true }
    : { lowMs: 0, highMs, isLogarithmic: false };
}

/** How high a duration is drawn, 0 to {@link CHART_HEIGHT}. */
export function durationHeight(durationMs: number, { lowMs, highMs, isLogarithmic }: DurationScale): number {
  if (highMs <= 0) return 0;
  if (!isLogarithmic) return (durationMs / highMs) * CHART_HEIGHT;
  return (Math.log(Math.max(durationMs, lowMs) / lowMs) / Math.log(highMs / lowMs)) * CHART_HEIGHT;
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

/**
 * The chart in a sentence, for who cannot see it. How many there are in all say the cards: their window begins within a step
 * of the chart.
 */
export function chartText(steps: readonly RunStep[], isWithDay: boolean): string {
  const most = (of: (step: RunStep) => number): RunStep | undefined =>
    steps.reduce<RunStep | undefined>(
      (one, other) => (of(other) > (one === undefined ? 0 : of(one)) ? other : one),
      undefined,
    );
  const busiest = most(({ traceCount }) => traceCount);
  if (busiest === undefined) return 'No traces in this window.';
  const worst = most(({ errorCount }) => errorCount);
  const slowest = most(({ p95Ms }) => p95Ms ?? 0);
  const at = (step: RunStep): string => clockTime(step.startMs, isWithDay);
  return [
    `Most traces at ${at(busiest)}: ${formatCount(busiest.traceCount)}`,
    worst === undefined ? 'none failed' : `most failed at ${at(worst)}: ${formatCount(worst.errorCount)}`,
    ...(slowest === undefined
      ? []
      : [`highest p95 at ${at(slowest)}: ${formatDuration(slowest.p95Ms ?? 0)}`]),
  ].join('; ');
}
