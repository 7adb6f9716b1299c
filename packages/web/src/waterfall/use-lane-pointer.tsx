import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatDuration } from '../format/duration.ts';
import type { Sight } from './use-sight.tsx';

export interface LanePointerOptions {
  /** What scrolls the rows, and the place of the bars above them. */
  readonly scroller: RefObject<HTMLElement>;
  readonly lane: RefObject<HTMLElement>;
  readonly rowHeightPx: number;
  readonly sight: Sight;
  /** The bar at this place among the rows was double-clicked. */
  readonly onFit: (index: number) => void;
}

export interface Needle {
  readonly line: RefObject<HTMLElement>;
  readonly time: RefObject<HTMLElement>;
}

const WHEEL_SPEED = 0.0025;
/** Between two clicks of a double-click the pointer may shake. */
const SHAKE_PX = 4;

/** What the pointer does over the bars: a needle with its time, the wheel with Ctrl or ⌘, and the double-click. */
export function useLanePointer(options: LanePointerOptions): Needle {
  const latest = useRef(options);
  latest.current = options;
  const line = useRef<HTMLElement>(null);
  const time = useRef<HTMLElement>(null);
  useEffect(() => {
    const scroller = options.scroller.current;
    if (scroller === null) return undefined;
    const px = (event: MouseEvent): number => {
      const box = latest.current.lane.current?.getBoundingClientRect();
      return box === undefined ? -1 : event.clientX - box.left;
    };
    const isInLane = (at: number): boolean => at >= 0 && at <= latest.current.sight.axis.widthPx;
    const showNeedle = (event: PointerEvent): void => {
      const at = px(event);
      const [drawn, told, lane] = [line.current, time.current, latest.current.lane.current];
      if (drawn === null || told === null || lane === null) return;
      const isShown = event.type === 'pointermove' && event.pointerType === 'mouse' && isInLane(at);
      drawn.hidden = !isShown;
      told.hidden = !isShown;
      if (!isShown) return;
      const { axis } = latest.current.sight;
      drawn.style.transform = `translateX(${lane.offsetLeft + at}px)`;
      told.textContent = formatDuration(axis.timeAt(at));
      told.style.left = `${Math.max(0, Math.min(axis.widthPx - told.offsetWidth, at - told.offsetWidth / 2))}px`;
    };
    const zoomOrPan = (event: WheelEvent): void => {
      const { sight } = latest.current;
      const at = px(event);
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        sight.change((axis) =>
          axis.zoomed(Math.exp(-event.deltaY * WHEEL_SPEED), isInLane(at) ? at : axis.widthPx / 2),
        );
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        sight.change((axis) => axis.panned(event.deltaX));
      }
    };
    // The first click opens the details, which may lie under the second: what counts is where the first one was.
    let pressed: { readonly x: number; readonly y: number; readonly index: number } | undefined;
    const press = (event: PointerEvent): void => {
      if (pressed !== undefined && isNear(pressed, event)) return;
      const rows = scroller.firstElementChild?.getBoundingClientRect();
      pressed =
        rows === undefined || !isInLane(px(event)) || !scroller.contains(event.target as Node)
          ? undefined
          : {
              x: event.clientX,
              y: event.clientY,
              index: Math.floor((event.clientY - rows.top) / latest.current.rowHeightPx),
            };
    };
    const fit = (event: MouseEvent): void => {
      if (pressed !== undefined && isNear(pressed, event)) latest.current.onFit(pressed.index);
      pressed = undefined;
    };
    scroller.addEventListener('pointermove', showNeedle);
    scroller.addEventListener('pointerleave', showNeedle);
    scroller.addEventListener('wheel', zoomOrPan, { passive: false });
    document.addEventListener('pointerdown', press);
    document.addEventListener('dblclick', fit);
    return () => {
      scroller.removeEventListener('pointermove', showNeedle);
      scroller.removeEventListener('pointerleave', showNeedle);
      scroller.removeEventListener('wheel', zoomOrPan);
      document.removeEventListener('pointerdown', press);
      document.removeEventListener('dblclick', fit);
    };
  }, []);
  return { line, time };
}

function isNear(pressed: { readonly x: number; readonly y: number }, event: MouseEvent): boolean {
  return Math.abs(pressed.x - event.clientX) <= SHAKE_PX && Math.abs(pressed.y - event.clientY) <= SHAKE_PX;
}
