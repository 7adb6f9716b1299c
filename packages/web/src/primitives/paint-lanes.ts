import type { RowPen } from './paint-row.ts';
import type { Part, RowBars, Ticks } from './row-bars.ts';

const MAX_LANE_PX = 4;
const LANE_GAP_PX = 1;
const MIN_LANE_PX = 2;

/** Branches as thin lanes, one below the other: failed ones red and broken, cancelled ones and losers dashed. */
export function paintLanes({ pen, palette, hue, place }: RowPen, parts: readonly Part[]): void {
  const room = place.heightPx - 5;
  const lanePx = Math.max(
    1,
    Math.min(MAX_LANE_PX, Math.floor((room + LANE_GAP_PX) / parts.length) - LANE_GAP_PX),
  );
  const pitch = lanePx + LANE_GAP_PX;
  let top = Math.round(place.middlePx - (parts.length * pitch - LANE_GAP_PX) / 2);
  for (const { startMs, endMs, status, role } of parts) {
    // On whole pixels: a thin lane would be blurred.
    const left = Math.round(place.x(startMs));
    const width = Math.max(MIN_LANE_PX, Math.round(place.x(endMs)) - left);
    const isFailed = status === 'error' || status === 'timeout';
    const isOff = status === 'cancelled' || role === 'loser';
    pen.strokeStyle = isFailed
      ? palette(status === 'error' ? 'error' : 'warn')
      : status === 'suspended'
        ? palette('warn')
        : isOff
          ? palette('muted')
          : hue;
    pen.lineWidth = lanePx;
    pen.setLineDash(isFailed ? [6, 1] : isOff ? [3, 2] : status === 'suspended' ? [2, 3] : []);
    pen.beginPath();
    pen.moveTo(left, top + lanePx / 2);
    pen.lineTo(left + width, top + lanePx / 2);
    pen.stroke();
    pen.setLineDash([]);
    if (isFailed) {
      pen.fillStyle = pen.strokeStyle;
      pen.fillRect(left + width - 2, top - 1, 2, lanePx + 2);
    }
    if (role === 'winner') paintFlag(pen, palette('text'), left + width, top + lanePx / 2);
    top += pitch;
  }
}

/** At the end of the lane that won. */
function paintFlag(pen: CanvasRenderingContext2D, colour: string, x: number, y: number): void {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x + 1, y - 4);
  pen.lineTo(x + 7, y);
  pen.lineTo(x + 1, y + 4);
  pen.closePath();
  pen.fill();
}

/** How many branches ran at a time, as a profile that stands on the ground of the row. Failed ones are ticks. */
export function paintDensity(rowPen: RowPen, { startMs, endMs, density, ticks }: RowBars): void {
  const { pen, hue, place } = rowPen;
  if (density === undefined) return;
  // By their times, not by the ends of the bar: of a magnified one those may lie outside, and a gap may be within it.
  const left = (piece: number): number => place.x(startMs + ((endMs - startMs) * piece) / density.length);
  const heightPx = place.heightPx - 6;
  const ground = place.middlePx + heightPx / 2;
  pen.fillStyle = hue;
  pen.beginPath();
  pen.moveTo(left(0), ground);
  for (let piece = 0; piece < density.length; piece++) {
    const top = ground - (density[piece] as number) * heightPx;
    pen.lineTo(left(piece), top);
    pen.lineTo(left(piece + 1), top);
  }
  pen.lineTo(left(density.length), ground);
  pen.closePath();
  pen.fill();
  paintTicks(rowPen, ticks);
}

/** A tick for each iteration; those that failed are red and longer. */
export function paintTicks({ pen, palette, hue, place }: RowPen, ticks: Ticks | undefined): void {
  if (ticks === undefined) return;
  const { atMs, failed } = ticks;
  const { x, middlePx, heightPx, widthPx } = place;
  pen.fillStyle = hue;
  let drawnPx = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < atMs.length; index++) {
    const at = Math.round(x(atMs[index] as number));
    // Of those that fall together one is enough.
    if (at - drawnPx < 2 || at < 0 || at > widthPx) continue;
    pen.fillRect(at, middlePx - 5, 1, 10);
    drawnPx = at;
  }
  pen.fillStyle = palette('error');
  for (let index = 0; index < atMs.length; index++) {
    if (failed[index] === 1)
      pen.fillRect(Math.round(x(atMs[index] as number)), middlePx - heightPx / 2 + 2, 2, heightPx - 4);
  }
}
