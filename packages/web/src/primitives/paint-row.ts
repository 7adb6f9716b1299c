import { paintDensity, paintLanes, paintTicks } from './paint-lanes.ts';
import { rowKind } from './row-kind.ts';
import { gapsBetween, rowBars } from './row-bars.ts';
import type { Part, RowBars } from './row-bars.ts';
import type { SpanTree } from '../tree/span-tree.ts';

const BAR_PX = 10;
const MIN_BAR_PX = 2;
/** Between parts that follow each other at once. */
const SEAM_PX = 1;

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

/** What all parts of a row are painted with. */
export interface RowPen {
  readonly pen: CanvasRenderingContext2D;
  readonly palette: Palette;
  /** The colour of the row's kind. */
  readonly hue: string;
  readonly place: RowPlace;
}

/** Paints what a row did over time. */
export function paintRow(
  pen: CanvasRenderingContext2D,
  tree: SpanTree,
  row: number,
  place: RowPlace,
  palette: Palette,
): void {
  const bars = rowBars(tree, row);
  const rowPen: RowPen = {
    pen,
    palette,
    hue: palette(bars.isUndo ? 'warn' : `kind-${rowKind(tree, row)}`),
    place,
  };
  paintShape(rowPen, bars);
  paintMarks(rowPen, bars);
}

function paintShape(rowPen: RowPen, bars: RowBars): void {
  switch (bars.shape) {
    case 'segments':
      paintTrack(rowPen, bars, 2, 0.35);
      for (const part of bars.parts) paintBar(rowPen, part, SEAM_PX);
      for (const gap of gapsBetween(bars.parts)) paintWait(rowPen, gap.startMs, gap.endMs);
      return;
    case 'lanes':
      paintTrack(rowPen, bars, rowPen.place.heightPx - 4, 0.12);
      return paintLanes(rowPen, bars.parts);
    case 'density':
      paintTrack(rowPen, bars, rowPen.place.heightPx - 6, 0.12);
      return paintDensity(rowPen, bars);
    case 'ticks':
      paintTrack(rowPen, bars, BAR_PX, 0.3);
      return paintTicks(rowPen, bars.ticks);
    case 'bar':
      if (bars.waitedUntilMs === undefined) return paintBar(rowPen, { ...bars, role: 'plain' });
      paintWait(rowPen, bars.startMs, bars.waitedUntilMs);
      return paintBar(rowPen, { ...bars, startMs: bars.waitedUntilMs, role: 'plain' });
  }
}

/** From begin to end, behind what is told of the time between. */
function paintTrack({ pen, hue, place }: RowPen, bars: RowBars, heightPx: number, alpha: number): void {
  const left = place.x(bars.startMs);
  pen.fillStyle = hue;
  pen.globalAlpha = alpha;
  pen.fillRect(
    left,
    place.middlePx - heightPx / 2,
    Math.max(MIN_BAR_PX, place.x(bars.endMs) - left),
    heightPx,
  );
  pen.globalAlpha = 1;
}

function paintBar(rowPen: RowPen, { startMs, endMs, status, role }: Part, seamPx = 0): void {
  const { pen, palette, hue, place } = rowPen;
  const left = place.x(startMs);
  const width = Math.max(MIN_BAR_PX, place.x(endMs) - left - seamPx);
  const top = place.middlePx - BAR_PX / 2;
  if (status === 'suspended') return paintOpenEnd(rowPen, left, top, width);
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
  const isFailed = status !== 'success';
  pen.fillStyle = isFailed
    ? palette(status === 'error' ? 'error' : 'warn')
    : role === 'undo'
      ? palette('warn')
      : hue;
  pen.fill();
  // Failed bars are hatched as well: colour alone would not tell them apart for everyone.
  if (isFailed && width > 6) hatch(pen, palette('bg'), left, top, width);
}

/** What waits for somebody is not over: its bar is open at its end, with the two strokes of its glyph, and goes on dotted. */
function paintOpenEnd({ pen, palette, place }: RowPen, barLeft: number, top: number, barWidth: number): void {
  const left = Math.round(barLeft);
  const width = Math.max(4, Math.round(barWidth));
  pen.fillStyle = palette('warn-bg');
  pen.fillRect(left, top, width, BAR_PX);
  pen.strokeStyle = palette('warn');
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(left + width, top + 0.5);
  pen.lineTo(left + 0.5, top + 0.5);
  pen.lineTo(left + 0.5, top + BAR_PX - 0.5);
  pen.lineTo(left + width, top + BAR_PX - 0.5);
  pen.stroke();
  pen.fillStyle = palette('warn');
  // What fills the whole lane has its strokes within it.
  const strokes = Math.min(left + width + 3, place.widthPx - 8);
  pen.fillRect(strokes, top + 1, 2, BAR_PX - 2);
  pen.fillRect(strokes + 4, top + 1, 2, BAR_PX - 2);
  paintDots(pen, left + width + 12, place.widthPx, place.middlePx);
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

/** Waiting, for the next attempt or for a turn: a dotted line. */
function paintWait({ pen, palette, place }: RowPen, startMs: number, endMs: number): void {
  pen.strokeStyle = palette('warn');
  paintDots(pen, place.x(startMs) + 1, place.x(endMs) - 1, place.middlePx);
}

function paintDots(pen: CanvasRenderingContext2D, fromPx: number, toPx: number, middlePx: number): void {
  if (toPx <= fromPx) return;
  pen.lineWidth = 2;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(fromPx, middlePx);
  pen.lineTo(toPx, middlePx);
  pen.stroke();
  pen.setLineDash([]);
}

/** The limit of a timeout, faint where it was kept, and the moment of the first chunk. */
function paintMarks({ pen, palette, place }: RowPen, bars: RowBars): void {
  const { x, middlePx, heightPx, widthPx } = place;
  const top = middlePx - heightPx / 2;
  if (bars.limitMs !== undefined && x(bars.limitMs) <= widthPx + 1) {
    pen.fillStyle = palette('warn');
    pen.globalAlpha = bars.isLimitPassed ? 1 : 0.5;
    pen.fillRect(
      Math.min(widthPx - 2, x(bars.limitMs) - 1),
      top + 1,
      bars.isLimitPassed ? 2 : 1,
      heightPx - 2,
    );
    pen.globalAlpha = 1;
  }
  if (bars.firstChunkMs !== undefined) {
    const at = Math.round(x(bars.firstChunkMs));
    pen.fillStyle = palette('bg');
    pen.fillRect(at - 1, middlePx - BAR_PX / 2, 3, BAR_PX);
    pen.fillStyle = palette('text');
    pen.fillRect(at, top + 4, 1, heightPx - 8);
  }
}
