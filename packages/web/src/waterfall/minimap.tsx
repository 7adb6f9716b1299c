import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { TargetedPointerEvent } from 'preact';
import { formatDuration } from '../format/duration.ts';
import type { Palette } from '../primitives/paint-row.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import { clearedPen } from './crisp-canvas.ts';
import { minimapPicture } from './minimap-picture.ts';
import { TimeAxis } from './time-axis.ts';
import type { TimeRange } from './time-axis.ts';
import { useMeasured } from './use-measured.tsx';
import { dragged, grabbed, nudged } from './window-drag.ts';
import type { DragKind } from './window-drag.ts';

const HEIGHT_PX = 40;
const TALLEST_BAND_PX = 5;

const CURSORS: Record<DragKind, string> = {
  select: 'crosshair',
  from: 'ew-resize',
  to: 'ew-resize',
  move: 'grab',
};

export interface MinimapProps {
  readonly tree: SpanTree;
  /** Of what is in sight below. */
  readonly axis: TimeAxis;
  readonly palette: Palette;
  readonly onRange: (range: TimeRange | undefined) => void;
}

/** The whole trace in little, with the window that is in sight: drag to magnify, drag its edges, double-click to see all. */
export function Minimap({ tree, axis, palette, onRange }: MinimapProps) {
  const { totalMs, gaps, range } = axis;
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const { widthPx } = useMeasured(box);
  const whole = useMemo(() => new TimeAxis({ totalMs, widthPx, gaps }), [totalMs, widthPx, gaps]);
  const picture = useMemo(() => minimapPicture(tree, whole, HEIGHT_PX / 2), [tree, whole]);
  useLayoutEffect(() => {
    const pen = clearedPen(canvas.current, widthPx, HEIGHT_PX);
    if (pen === undefined) return;
    const { bands, columns, counts, failed, most } = picture;
    const bandPx = Math.min(TALLEST_BAND_PX, HEIGHT_PX / bands);
    for (let cell = 0; cell < counts.length; cell++) {
      const count = counts[cell] as number;
      if (count === 0) continue;
      const hasFailed = failed[cell] !== 0;
      const top = Math.floor(cell / columns) * bandPx;
      pen.globalAlpha = hasFailed ? 1 : 0.35 + 0.65 * Math.min(1, count / most);
      pen.fillStyle = palette(hasFailed ? 'error' : 'kind-sequential');
      // What failed is taller as well: colour alone would not tell it apart for everyone.
      pen.fillRect(cell % columns, top, 1, Math.max(1, hasFailed ? bandPx + 1 : bandPx - 1));
    }
    pen.globalAlpha = 1;
  }, [picture, palette, widthPx]);

  const shown = { fromPx: whole.x(range.fromMs), toPx: whole.x(range.toMs) };
  const show = (fromPx: number, toPx: number): void => {
    const isAll = fromPx <= 0 && toPx >= widthPx;
    onRange(isAll ? undefined : { fromMs: whole.timeAt(fromPx), toMs: whole.timeAt(toPx) });
  };
  const showCursor = (over: TargetedPointerEvent<HTMLDivElement>): void => {
    const px = over.clientX - over.currentTarget.getBoundingClientRect().left;
    over.currentTarget.style.cursor = CURSORS[grabbed(px, shown, widthPx)];
  };
  const startDrag = (down: TargetedPointerEvent<HTMLDivElement>): void => {
    if (down.button !== 0) return;
    const element = down.currentTarget;
    const leftPx = element.getBoundingClientRect().left;
    const startPx = down.clientX - leftPx;
    const kind = grabbed(startPx, shown, widthPx);
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => {
      const to = dragged(kind, startPx, event.clientX - leftPx, shown, widthPx);
      if (to !== undefined) show(to.fromPx, to.toPx);
    };
    const stop = (): void => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
  };
  const moveEdge = (edge: 'from' | 'to', event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const to = nudged(edge, event.key, shown, widthPx);
    if (to === undefined) return;
    event.preventDefault();
    show(to.fromPx, to.toPx);
  };
  const edge = (which: 'from' | 'to', timeMs: number, px: number) => (
    <div
      class={`minimap-edge is-${which}`}
      role="slider"
      tabIndex={0}
      aria-label={which === 'from' ? 'Start of what is in sight' : 'End of what is in sight'}
      aria-valuemin={0}
      aria-valuemax={Math.ceil(totalMs)}
      aria-valuenow={Math.round(timeMs)}
      aria-valuetext={formatDuration(timeMs)}
      style={{ left: `${px}px` }}
      onKeyDown={(event) => moveEdge(which, event)}
    />
  );
  return (
    <div
      class="minimap"
      ref={box}
      role="group"
      aria-label="The whole trace"
      title="Drag to magnify, double-click to see all (0)"
      onPointerDown={startDrag}
      onPointerMove={showCursor}
      onDblClick={() => onRange(undefined)}
    >
      <canvas ref={canvas} aria-hidden="true" style={{ width: `${widthPx}px`, height: `${HEIGHT_PX}px` }} />
      <div class="minimap-shade" style={{ left: 0, width: `${shown.fromPx}px` }} />
      <div class="minimap-shade" style={{ left: `${shown.toPx}px`, right: 0 }} />
      {edge('from', range.fromMs, shown.fromPx)}
      {edge('to', range.toMs, shown.toPx)}
    </div>
  );
}
