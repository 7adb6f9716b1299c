import { formatDuration } from '../format/duration.ts';
import { tickText } from './time-axis.ts';
import type { TimeAxis } from './time-axis.ts';

export interface RulerLabel {
  readonly timeMs: number;
  readonly leftPx: number;
  readonly widthPx: number;
  readonly text: string;
}

export interface RulerLabels {
  /** Round moments. */
  readonly ticks: readonly RulerLabel[];
  /** True lengths of what is compressed, in the middle of it; gaps that lie close are told of together. */
  readonly breaks: readonly RulerLabel[];
}

/** What a sign of the page's font takes at most, and what stays free beside a text. */
const SIGN_PX = 8.5;
const FREE_PX = 8;
const TICK_PX = 110;

/** What stands above the bars, so that no text lies on another. */
export function rulerLabels(axis: TimeAxis): RulerLabels {
  const gaps = axis.breaks();
  const breaks: BreakLabel[] = [];
  for (const { fromMs, toMs, leftPx, rightPx } of gaps) {
    let label = breakLabel(axis, { fromMs, leftPx, rightPx, count: 1, sumMs: toMs - fromMs });
    // Where one text would lie on the next, both gaps are told of together.
    for (let before = breaks.at(-1); before !== undefined; before = breaks.at(-1)) {
      if (
        Math.max(before.rightPx, before.label.leftPx + before.label.widthPx) <=
        Math.min(leftPx, label.label.leftPx)
      )
        break;
      breaks.pop();
      label = breakLabel(axis, {
        fromMs: before.fromMs,
        leftPx: before.leftPx,
        rightPx,
        count: before.count + label.count,
        sumMs: before.sumMs + label.sumMs,
      });
    }
    breaks.push(label);
  }
  const { ticks, stepMs } = axis.ticks(axis.widthPx / TICK_PX);
  const free: RulerLabel[] = [];
  let takenPx = Number.NEGATIVE_INFINITY;
  for (const { timeMs, leftPx } of ticks) {
    const text = tickText(timeMs, stepMs);
    const widthPx = widthOf(text);
    const isOnBreak =
      gaps.some((gap) => leftPx > gap.leftPx && leftPx < gap.rightPx) ||
      breaks.some(({ label }) => leftPx < label.leftPx + label.widthPx && leftPx + widthPx > label.leftPx);
    if (isOnBreak || leftPx < takenPx) continue;
    free.push({ timeMs, leftPx, widthPx, text });
    takenPx = leftPx + widthPx;
  }
  return { ticks: free, breaks: breaks.map(({ label }) => label) };
}

interface Gaps {
  readonly fromMs: number;
  readonly leftPx: number;
  readonly rightPx: number;
  readonly count: number;
  readonly sumMs: number;
}

interface BreakLabel extends Gaps {
  readonly label: RulerLabel;
}

function breakLabel(axis: TimeAxis, gaps: Gaps): BreakLabel {
  const { fromMs, leftPx, rightPx, count, sumMs } = gaps;
  const text = count === 1 ? formatDuration(sumMs) : `${count} gaps, ${formatDuration(sumMs)}`;
  const widthPx = widthOf(text);
  const middlePx = (Math.max(0, leftPx) + Math.min(axis.widthPx, rightPx)) / 2;
  const startPx = Math.max(0, Math.min(axis.widthPx - widthPx, middlePx - widthPx / 2));
  return { ...gaps, label: { timeMs: fromMs, leftPx: startPx, widthPx, text } };
}

function widthOf(text: string): number {
  return text.length * SIGN_PX + FREE_PX;
}
