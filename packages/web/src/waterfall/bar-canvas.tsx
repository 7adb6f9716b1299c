import { useLayoutEffect, useRef } from 'preact/hooks';
import { paintRow } from '../primitives/paint-row.ts';
import type { Palette } from '../primitives/paint-row.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { clearedPen } from './crisp-canvas.ts';
import type { CriticalPath } from './critical-path.ts';
import type { LogMarks } from './log-marks.ts';
import { paintBreaks, paintLogs, paintOutside, paintPath, paintTicks } from './paint-marks.ts';
import { stretchOf } from './time-axis.ts';
import type { TimeAxis } from './time-axis.ts';

export interface BarCanvasProps {
  readonly tree: SpanTree;
  readonly visible: Int32Array;
  readonly first: number;
  readonly last: number;
  readonly rowHeightPx: number;
  readonly leftPx: number;
  readonly axis: TimeAxis;
  readonly ticksPx: readonly number[];
  readonly palette: Palette;
  /** `undefined` unless it is asked for. */
  readonly path: CriticalPath | undefined;
  readonly logs: LogMarks;
  /** 1 for each row that is less than the others at the moment. */
  readonly isDimmed: Uint8Array;
}

/** What is farther outside than this is not in sight; bars end there, however long they are. */
const MARGIN_PX = 16;
const DIMMED = 0.65;

/**
 * The bars of the rows in sight. The canvas lies among the rows and scrolls with them, so that bars and
 * labels never part between two frames.
 */
export function BarCanvas(props: BarCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { first, last, rowHeightPx, axis, leftPx } = props;
  const heightPx = Math.max(0, last - first + 1) * rowHeightPx;
  useLayoutEffect(() => {
    const pen = clearedPen(canvas.current, axis.widthPx, heightPx);
    if (pen !== undefined) paint(pen, props, heightPx);
  });
  return (
    <canvas
      ref={canvas}
      class="bars"
      aria-hidden="true"
      style={{
        left: `${leftPx}px`,
        width: `${axis.widthPx}px`,
        height: `${heightPx}px`,
        transform: `translateY(${first * rowHeightPx}px)`,
      }}
    />
  );
}

function paint(pen: CanvasRenderingContext2D, props: BarCanvasProps, heightPx: number): void {
  const { tree, visible, first, last, rowHeightPx, axis, palette, path, logs } = props;
  const { widthPx } = axis;
  paintTicks(pen, palette, props.ticksPx, heightPx);
  const x = (timeMs: number): number => Math.max(-MARGIN_PX, Math.min(widthPx + MARGIN_PX, axis.x(timeMs)));
  for (let index = first; index <= last; index++) {
    const row = visible[index];
    if (row === undefined) continue;
    const topPx = (index - first) * rowHeightPx;
    const place = { middlePx: topPx + rowHeightPx / 2, heightPx: rowHeightPx, widthPx, x };
    const { fromMs, toMs } = stretchOf(tree, row);
    if (toMs < axis.range.fromMs) paintOutside(pen, palette, 'before', place);
    else if (fromMs > axis.range.toMs) paintOutside(pen, palette, 'after', place);
    else paintRow(pen, tree, row, place, palette);
    if (props.isDimmed[row] === 1) {
      pen.save();
      pen.globalCompositeOperation = 'destination-out';
      pen.globalAlpha = DIMMED;
      pen.fillRect(0, topPx, widthPx, rowHeightPx);
      pen.restore();
    }
    // A folded row stands for all that is below it.
    const past = visible[index + 1] ?? tree.rowCount;
    const end = past > row + 1 && past === tree.end[row] ? past : row + 1;
    if (path !== undefined) paintPath(pen, palette, path, row, end, place);
    paintLogs(pen, palette, logs, row, end, place);
  }
  paintBreaks(pen, palette, axis.breaks(), rowHeightPx, heightPx);
}
