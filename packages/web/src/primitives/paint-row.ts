import { kindOf } from './primitive-kind.ts';
import type { SpanKindName } from './primitive-kind.ts';
import { gapsBetween, rowBars } from './row-bars.ts';
import type { Stretch } from './row-bars.ts';
import type { SpanTree } from '../tree/span-tree.ts';

const BAR_PX = 10;
const MIN_BAR_PX = 2;

/** The value of a colour token of the page: `kind-retry`, `error`. */
export type Palette = (token: string) => string;

/** Where a row is painted. */
export interface RowPlace {
  readonly middlePx: number;
  readonly heightPx: number;
  readonly widthPx: number;
  /** Where a moment of the trace lies, in pixels from the left; may lie outside of the lane. */
  readonly x: (timeMs: number) => number;
}

/** Paints what a row did over time. */
export function paintRow(
  pen: CanvasRenderingContext2D,
  tree: SpanTree,
  row: number,
  { middlePx: middle, heightPx, widthPx, x }: RowPlace,
  palette: Palette,
): void {
  const span = tree.inner[row] as number;
  const kind = kindOf(tree.spans.primitiveType[span] ?? null, tree.spans.kind[span] ?? 0);
  const bars = rowBars(tree, row);
  if (bars.parts.length > 0) {
    pen.fillStyle = palette(`kind-${kind}`);
    pen.globalAlpha = 0.35;
    pen.fillRect(x(bars.startMs), middle - 1, Math.max(MIN_BAR_PX, x(bars.endMs) - x(bars.startMs)), 2);
    pen.globalAlpha = 1;
    for (const part of bars.parts) paintBar(pen, palette, kind, part, middle, x);
    for (const gap of gapsBetween(bars.parts))
      paintGap(pen, palette('warn'), x(gap.startMs), x(gap.endMs), middle);
  } else {
    paintBar(pen, palette, kind, bars, middle, x);
  }
  if (bars.limitMs !== undefined) {
    pen.fillStyle = palette('warn');
    pen.fillRect(Math.min(widthPx - 2, x(bars.limitMs) - 1), middle - heightPx / 2 + 1, 2, heightPx - 2);
  }
}

function paintBar(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  kind: SpanKindName,
  { startMs, endMs, status }: Stretch,
  middle: number,
  x: (timeMs: number) => number,
): void {
  const left = x(startMs);
  const width = Math.max(MIN_BAR_PX, x(endMs) - left);
  const top = middle - BAR_PX / 2;
  pen.beginPath();
  pen.roundRect(left, top, width, BAR_PX, Math.min(2, width / 2));
  if (status === 'cancelled') {
    pen.setLineDash([3, 2]);
    pen.strokeStyle = palette('muted');
    pen.lineWidth = 1;
    pen.stroke();
    pen.setLineDash([]);
    return;
  }
  if (status === 'suspended') return paintWaiting(pen, palette, left, top, width);
  pen.fillStyle = palette(status === 'error' ? 'error' : status === 'timeout' ? 'warn' : `kind-${kind}`);
  pen.fill();
  // Failed bars are hatched as well: colour alone would not tell them apart for everyone.
  if (status !== 'success' && width > 6) hatch(pen, palette('bg'), left, top, width);
}

/** What waits is not over: its bar is open, with the two strokes of its glyph at its end. */
function paintWaiting(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  left: number,
  top: number,
  width: number,
): void {
  pen.fillStyle = palette('warn-bg');
  pen.fill();
  pen.strokeStyle = palette('warn');
  pen.lineWidth = 1;
  pen.stroke();
  if (width <= 12) return;
  pen.fillStyle = palette('warn');
  pen.fillRect(left + width - 8, top + 2, 2, BAR_PX - 4);
  pen.fillRect(left + width - 4, top + 2, 2, BAR_PX - 4);
}

function hatch(
  pen: CanvasRenderingContext2D,
  colour: string,
  left: number,
  top: number,
  width: number,
): void {
  pen.save();
  pen.clip();
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.45;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let at = left - BAR_PX; at < left + width; at += 6) {
    pen.moveTo(at, top + BAR_PX);
    pen.lineTo(at + BAR_PX, top);
  }
  pen.stroke();
  pen.restore();
}

/** Waiting between two attempts: a dotted line with an end at each side. */
function paintGap(
  pen: CanvasRenderingContext2D,
  colour: string,
  left: number,
  right: number,
  middle: number,
): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(left + 1, middle);
  pen.lineTo(right - 1, middle);
  pen.stroke();
  pen.setLineDash([]);
}
