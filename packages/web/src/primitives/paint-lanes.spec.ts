import { describe, expect, it } from '@jest/globals';
import { paintDensity } from './paint-lanes.ts';
import type { RowBars } from './row-bars.ts';

/** A pen that notes where its lines go. */
function notingPen() {
  const points: (readonly [x: number, y: number])[] = [];
  const noted = {
    points,
    beginPath: () => {},
    closePath: () => {},
    fill: () => {},
    moveTo: (x: number, y: number) => void points.push([x, y]),
    lineTo: (x: number, y: number) => void points.push([x, y]),
  };
  return { points, pen: noted as unknown as CanvasRenderingContext2D };
}

describe('paintDensity', () => {
  it('leaves a profile where it belongs when only a part of its bar is in sight', () => {
    const { pen, points } = notingPen();
    // The last tenth of 0 to 100 ms on 100 px; what lies outside ends at the edge.
    const x = (timeMs: number): number => Math.max(-10, Math.min(110, (timeMs - 90) * 10));
    const bars = { startMs: 0, endMs: 100, density: new Float32Array(100).fill(1, 0, 95) };
    paintDensity(
      { pen, palette: () => '', hue: '', place: { middlePx: 13, heightPx: 26, widthPx: 100, x } },
      bars as unknown as RowBars,
    );
    const high = points.filter(([, y]) => y < 13).map(([px]) => px);
    expect(Math.max(...high)).toBe(50);
  });
});
