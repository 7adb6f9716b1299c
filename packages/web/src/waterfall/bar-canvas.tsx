import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Theme } from '../theme.ts';
import { paintRow } from '../primitives/paint-row.ts';
import type { Palette } from '../primitives/paint-row.ts';
import type { SpanTree } from '../tree/span-tree.ts';
import type { TimeScale } from './time-scale.ts';

export interface BarCanvasProps {
  readonly tree: SpanTree;
  readonly visible: Int32Array;
  readonly first: number;
  readonly last: number;
  readonly rowHeightPx: number;
  readonly widthPx: number;
  readonly scale: TimeScale;
  readonly theme: Theme;
}

/**
 * The bars of the rows in sight. The canvas lies among the rows and scrolls with them, so that bars and
 * labels never part between two frames.
 */
export function BarCanvas(props: BarCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { first, last, rowHeightPx, widthPx } = props;
  const heightPx = Math.max(0, last - first + 1) * rowHeightPx;
  useLayoutEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext('2d');
    if (!element || !pen || widthPx <= 0) return;
    const density = window.devicePixelRatio || 1;
    const deviceWidth = Math.round(widthPx * density);
    const deviceHeight = Math.round(heightPx * density);
    // Setting a size clears the canvas and gets new memory for it: only when it changed.
    if (element.width !== deviceWidth) element.width = deviceWidth;
    if (element.height !== deviceHeight) element.height = deviceHeight;
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, widthPx, heightPx);
    paint(pen, props, heightPx);
  });
  return (
    <canvas
      ref={canvas}
      class="bars"
      aria-hidden="true"
      style={{
        width: `${widthPx}px`,
        height: `${heightPx}px`,
        transform: `translateY(${first * rowHeightPx}px)`,
      }}
    />
  );
}

function paint(pen: CanvasRenderingContext2D, props: BarCanvasProps, heightPx: number): void {
  const { tree, visible, first, last, rowHeightPx, widthPx, scale } = props;
  const styles = getComputedStyle(document.documentElement);
  const palette: Palette = (token) => styles.getPropertyValue(`--obs-${token}`).trim();
  const x = (timeMs: number): number => (timeMs / scale.totalMs) * widthPx;

  pen.fillStyle = palette('line');
  for (const tickMs of scale.ticksMs) pen.fillRect(Math.round(x(tickMs)), 0, 1, heightPx);

  for (let index = first; index <= last; index++) {
    const row = visible[index];
    if (row === undefined) continue;
    const middlePx = (index - first) * rowHeightPx + rowHeightPx / 2;
    paintRow(pen, tree, row, { middlePx, heightPx: rowHeightPx, widthPx, x }, palette);
  }
}
