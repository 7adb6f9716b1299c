import type { Palette, RowPlace } from '../primitives/paint-row.ts';
import type { CriticalPath } from './critical-path.ts';
import { firstMark } from './log-marks.ts';
import type { LogMarks } from './log-marks.ts';
import type { AxisBreak } from './time-axis.ts';

const PATH_PX = 3;
const LOG_PX = 3;

/** The round moments of the axis, through all rows. */
export function paintTicks(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  ticksPx: readonly number[],
  heightPx: number,
): void {
  pen.fillStyle = palette('line');
  for (const px of ticksPx) pen.fillRect(Math.round(px), 0, 1, heightPx);
}

/** Says of a row that is not in sight on which side it lies. */
export function paintOutside(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  where: 'before' | 'after',
  { middlePx, widthPx }: RowPlace,
): void {
  const [tipPx, footPx] = where === 'before' ? [1, 6] : [widthPx - 1, widthPx - 6];
  pen.fillStyle = palette('muted');
  pen.beginPath();
  pen.moveTo(tipPx, middlePx);
  pen.lineTo(footPx, middlePx - 4);
  pen.lineTo(footPx, middlePx + 4);
  pen.fill();
}

/** What of the critical path lies in the rows from `row` to before `end`: a strong line at the foot of the bar. */
export function paintPath(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  path: CriticalPath,
  row: number,
  end: number,
  { middlePx, widthPx, x }: RowPlace,
): void {
  pen.fillStyle = palette('text');
  for (let index = path.first[row] as number; index < (path.first[end] as number); index++) {
    const left = x(path.startMs[index] as number);
    const right = x(path.endMs[index] as number);
    // What would be less than a pixel is there when it is magnified.
    if (right < 0 || left > widthPx || right - left < 0.75) continue;
    pen.fillRect(left, middlePx + 6, Math.max(1, right - left), PATH_PX);
  }
}

/** The log lines of the rows from `row` to before `end`: dots at the head of the bar, those of errors as diamonds. */
export function paintLogs(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  logs: LogMarks,
  row: number,
  end: number,
  { middlePx, widthPx, x }: RowPlace,
): void {
  let lastPx = Number.NEGATIVE_INFINITY;
  for (
    let index = firstMark(logs, row);
    index < logs.row.length && (logs.row[index] as number) < end;
    index++
  ) {
    const px = x(logs.timeMs[index] as number);
    const isError = logs.isError[index] === 1;
    // A dot on a dot would not be seen.
    if (px < -LOG_PX || px > widthPx + LOG_PX || (!isError && Math.abs(px - lastPx) < 1)) continue;
    lastPx = px;
    const y = middlePx - 8;
    pen.fillStyle = palette(isError ? 'error' : 'muted');
    pen.beginPath();
    if (isError) {
      pen.moveTo(px, y - LOG_PX - 0.5);
      pen.lineTo(px + LOG_PX + 0.5, y);
      pen.lineTo(px, y + LOG_PX + 0.5);
      pen.lineTo(px - LOG_PX - 0.5, y);
    } else pen.arc(px, y, LOG_PX / 2, 0, Math.PI * 2);
    pen.fill();
  }
}

/** Compressed stretches: a band through all rows, broken off at both sides. */
export function paintBreaks(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  breaks: readonly AxisBreak[],
  rowHeightPx: number,
  heightPx: number,
): void {
  for (const { leftPx, rightPx } of breaks) {
    pen.save();
    pen.fillStyle = palette('bg-raised');
    pen.globalAlpha = 0.8;
    pen.fillRect(leftPx, 0, rightPx - leftPx, heightPx);
    pen.restore();
    pen.strokeStyle = palette('line-strong');
    pen.lineWidth = 1;
    for (const px of [leftPx, rightPx]) {
      pen.beginPath();
      pen.moveTo(px, 0);
      const step = rowHeightPx / 4;
      for (let at = 1; at * step <= heightPx; at++) pen.lineTo(px + (at % 2 === 0 ? 0 : 3), at * step);
      pen.stroke();
    }
  }
}
