import type { SpanColumns } from '@tta/obs-protocol';
import type { SpanTree } from '../tree/span-tree.ts';

/** A stretch of the trace, in milliseconds after its start. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A compressed stretch as it lies on the axis. It may begin or end outside of it. */
export interface AxisBreak extends TimeRange {
  readonly leftPx: number;
  readonly rightPx: number;
}

export interface AxisTick {
  readonly timeMs: number;
  readonly leftPx: number;
}

export interface TimeAxisOptions {
  /** The end of the trace. A trace of no length gets one of 1 ms: it needs a width to be drawn on. */
  readonly totalMs: number;
  readonly widthPx: number;
  /** What of it is in sight; all of it without one. */
  readonly range?: TimeRange | undefined;
  /** Stretches that are drawn shorter than they were: in order, and apart from each other. */
  readonly gaps?: readonly TimeRange[] | undefined;
}

/** Each gap is drawn as wide as this part of all that is not compressed: enough for the sign and its length. */
const GAP_RATIO = 0.08;
/** Nothing is magnified beyond this: clocks tell nothing below it. */
const SHORTEST_MS = 0.001;
const CLOSEST_TICKS_PX = 48;
const MINUTE_MS = 60_000;

/**
 * Moments of a trace placed along a width. What is in sight is magnified; gaps are compressed to a fixed length. Between
 * two ends of gaps the axis is linear, so that lengths can be compared within each part.
 */
export class TimeAxis {
  readonly totalMs: number;
  readonly widthPx: number;
  /** What is in sight. */
  readonly range: TimeRange;
  readonly gaps: readonly TimeRange[];
  /** Length of each gap on the axis, in milliseconds of what is not compressed. */
  readonly #gapMs: number;
  readonly #fromShown: number;
  readonly #pxPerShown: number;
  readonly #shownLength: number;

  constructor({ totalMs, widthPx, range, gaps = [] }: TimeAxisOptions) {
    this.totalMs = Number.isFinite(totalMs) && totalMs > 0 ? totalMs : 1;
    this.widthPx = widthPx;
    const waitedMs = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    const ranMs = this.totalMs - waitedMs;
    // Where nothing ever ran there is nothing that gaps could be shorter than.
    this.gaps = ranMs > this.totalMs * 1e-6 ? gaps : [];
    this.#gapMs = ranMs * GAP_RATIO;
    const fromMs = Math.max(0, Math.min(range?.fromMs ?? 0, this.totalMs));
    const toMs = Math.max(0, Math.min(range?.toMs ?? this.totalMs, this.totalMs));
    // An address may name a stretch that the trace does not have, or no longer.
    this.range = toMs > fromMs ? { fromMs, toMs } : { fromMs: 0, toMs: this.totalMs };
    this.#fromShown = this.#toShown(this.range.fromMs);
    this.#shownLength = this.#toShown(this.range.toMs) - this.#fromShown;
    this.#pxPerShown = widthPx / this.#shownLength;
  }

  get isWhole(): boolean {
    return this.range.fromMs <= 0 && this.range.toMs >= this.totalMs;
  }

  /** Where a moment lies, in pixels from the left; outside of 0 to `widthPx` for what is not in sight. */
  x(timeMs: number): number {
    return (this.#toShown(timeMs) - this.#fromShown) * this.#pxPerShown;
  }

  /** The moment at a place; the inverse of {@link x}. */
  timeAt(px: number): number {
    return this.#toTime(this.#fromShown + px / this.#pxPerShown);
  }

  /** The compressed stretches that are in sight. */
  breaks(): readonly AxisBreak[] {
    return this.gaps
      .filter(({ fromMs, toMs }) => toMs > this.range.fromMs && fromMs < this.range.toMs)
      .map((gap) => ({ ...gap, leftPx: this.x(gap.fromMs), rightPx: this.x(gap.toMs) }));
  }

  /** Round moments in sight, at most about `wanted` of them and none in a compressed stretch. */
  ticks(wanted: number): { readonly ticks: readonly AxisTick[]; readonly stepMs: number } {
    const stepMs = roundUp(this.#shownLength / Math.max(1, wanted));
    const ticks: AxisTick[] = [];
    let fromMs = this.range.fromMs;
    for (const gap of [...this.breaks(), { fromMs: this.range.toMs, toMs: this.range.toMs }]) {
      for (let step = Math.max(0, Math.ceil(fromMs / stepMs - 1e-9)); step * stepMs <= gap.fromMs; step++) {
        const leftPx = this.x(step * stepMs);
        const before = ticks.at(-1);
        if (before === undefined || leftPx - before.leftPx >= CLOSEST_TICKS_PX)
          ticks.push({ timeMs: step * stepMs, leftPx });
      }
      fromMs = gap.toMs;
    }
    return { ticks, stepMs };
  }

  /**
   * What is in sight once it is magnified `factor` times (below 1: less) with the moment at `px` staying where it is.
   * `undefined`, as in all that follows: the whole trace.
   */
  zoomed(factor: number, px: number): TimeRange | undefined {
    const at = this.#fromShown + px / this.#pxPerShown;
    const length = Math.max(this.#shownLength / factor, Math.min(SHORTEST_MS, this.#shownLength));
    return this.#rangeFrom(at - (px / this.widthPx) * length, length);
  }

  /** What is in sight once it is moved by a number of pixels, as far as the trace goes. */
  panned(px: number): TimeRange | undefined {
    return this.#rangeFrom(this.#fromShown + px / this.#pxPerShown, this.#shownLength);
  }

  /** What is in sight for a stretch to be seen whole, with a little around it. */
  fitted({ fromMs, toMs }: TimeRange): TimeRange | undefined {
    const from = this.#toShown(fromMs);
    const length = Math.max(this.#toShown(toMs) - from, SHORTEST_MS);
    return this.#rangeFrom(from - length * 0.05, length * 1.1);
  }

  #rangeFrom(shown: number, length: number): TimeRange | undefined {
    const whole = this.#toShown(this.totalMs);
    if (length >= whole * (1 - 1e-9)) return undefined;
    const from = Math.max(0, Math.min(shown, whole - length));
    return { fromMs: this.#toTime(from), toMs: this.#toTime(from + length) };
  }

  /** The place of a moment in milliseconds of what is not compressed. */
  #toShown(timeMs: number): number {
    let shown = timeMs;
    for (const { fromMs, toMs } of this.gaps) {
      if (timeMs <= fromMs) break;
      const length = toMs - fromMs;
      shown -= Math.min(1, (timeMs - fromMs) / length) * (length - this.#gapMs);
    }
    return shown;
  }

  #toTime(shown: number): number {
    let timeMs = shown;
    for (const { fromMs, toMs } of this.gaps) {
      if (timeMs <= fromMs) break;
      const length = toMs - fromMs;
      timeMs += Math.min(1, (timeMs - fromMs) / this.#gapMs) * (length - this.#gapMs);
    }
    return timeMs;
  }
}

/**
 * A moment of the axis in the shortest form: its own unit, as many decimals as the step between two needs, from ten
 * minutes on in steps below one as on a clock.
 */
export function tickText(timeMs: number, stepMs: number): string {
  if (timeMs === 0) return '0';
  if (stepMs >= MINUTE_MS) {
    const minutes = Math.round(timeMs / MINUTE_MS);
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    if (hours === 0) return `${rest} min`;
    return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  }
  const isInSeconds = stepMs >= 100 || timeMs >= 10 * MINUTE_MS;
  const step = isInSeconds ? stepMs / 1000 : stepMs;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (timeMs < 10 * MINUTE_MS)
    return `${(isInSeconds ? timeMs / 1000 : timeMs).toFixed(decimals)} ${isInSeconds ? 's' : 'ms'}`;
  // Rounded before it is taken apart: 59.96 s would be 60 s of the minute before.
  const seconds = Number((timeMs / 1000).toFixed(decimals));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = (seconds % 60).toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, '0');
  return `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** Steps that are round on a clock, in minutes. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440];
const DAY_MS = 1_440 * MINUTE_MS;

/**
 * The next of 1, 2, 5, 10, 20, 50 … that is not below `value`, in milliseconds; above half a minute the next on a clock,
 * above a day the next in days.
 */
function roundUp(value: number): number {
  if (value > DAY_MS) return roundUp(value / DAY_MS) * DAY_MS;
  const minutes = CLOCK_STEPS.find((step) => step * MINUTE_MS >= value);
  if (value > MINUTE_MS / 2 && minutes !== undefined) return minutes * MINUTE_MS;
  const power = 10 ** Math.floor(Math.log10(value));
  const leading = value / power;
  const rounded = leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10;
  return rounded * power;
}

/** When the last span of a trace ended, in milliseconds after its start. */
export function lastEndMs({ startMs, durationMs }: SpanColumns): number {
  let last = 0;
  for (let span = 0; span < startMs.length; span++) {
    last = Math.max(last, (startMs[span] as number) + (durationMs[span] as number));
  }
  return last;
}

/** From the start of a row to its end. */
export function stretchOf(tree: SpanTree, row: number): TimeRange {
  const span = tree.outer[row] as number;
  const fromMs = tree.spans.startMs[span] as number;
  return { fromMs, toMs: fromMs + (tree.spans.durationMs[span] as number) };
}
