/** The part of the minimap that is in sight below, in pixels from its left. */
export interface PixelWindow {
  readonly fromPx: number;
  readonly toPx: number;
}

/** What a drag on the minimap does: `select` marks out a new window, the others move the window or one of its edges. */
export type DragKind = 'select' | 'from' | 'to' | 'move';

/** So near to an edge it is the edge that is taken hold of. */
const EDGE_PX = 6;
/** A shorter drag was meant as a click. */
const LEAST_PX = 4;

/** What is taken hold of at a place. */
export function grabbed(px: number, { fromPx, toPx }: PixelWindow, widthPx: number): DragKind {
  const isWhole = fromPx <= 0 && toPx >= widthPx;
  // In a narrow window the nearer edge counts, else it could not be told what is meant.
  const nearest = Math.abs(px - fromPx) <= Math.abs(px - toPx) ? 'from' : 'to';
  const away = Math.abs(px - (nearest === 'from' ? fromPx : toPx));
  if (away <= EDGE_PX) return nearest;
  return !isWhole && px > fromPx && px < toPx ? 'move' : 'select';
}

/** The window after a drag from `startPx` to `px`; `undefined` for one that is too short to mean anything. */
export function dragged(
  kind: DragKind,
  startPx: number,
  px: number,
  { fromPx, toPx }: PixelWindow,
  widthPx: number,
): PixelWindow | undefined {
  const inside = (value: number): number => Math.max(0, Math.min(widthPx, value));
  const stretch = (a: number, b: number): PixelWindow | undefined =>
    Math.abs(a - b) < LEAST_PX ? undefined : { fromPx: inside(Math.min(a, b)), toPx: inside(Math.max(a, b)) };
  switch (kind) {
    case 'select':
      return stretch(startPx, px);
    case 'from':
      return stretch(px, toPx);
    case 'to':
      return stretch(fromPx, px);
    case 'move': {
      const by = Math.max(-fromPx, Math.min(widthPx - toPx, px - startPx));
      return { fromPx: fromPx + by, toPx: toPx + by };
    }
  }
}

/** Share of what is in sight by which a key moves an edge. */
const KEY_STEP = 0.05;

/** The window after a key on one of its edges, as the ARIA pattern of sliders has it; `undefined` for one that does nothing. */
export function nudged(
  edge: 'from' | 'to',
  key: string,
  { fromPx, toPx }: PixelWindow,
  widthPx: number,
): PixelWindow | undefined {
  // A part of what is in sight, however little that is: the edges never meet.
  const step = (toPx - fromPx) * KEY_STEP;
  const at = edge === 'from' ? fromPx : toPx;
  const wanted = wantedPx(key, at, step, widthPx);
  if (wanted === undefined) return undefined;
  return edge === 'from'
    ? { fromPx: Math.max(0, Math.min(wanted, toPx - step)), toPx }
    : { fromPx, toPx: Math.min(widthPx, Math.max(wanted, fromPx + step)) };
}

function wantedPx(key: string, at: number, step: number, widthPx: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return at - step;
    case 'ArrowRight':
    case 'ArrowUp':
      return at + step;
    case 'Home':
      return 0;
    case 'End':
      return widthPx;
    default:
      return undefined;
  }
}
