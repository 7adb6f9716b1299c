/** Moments of a trace placed along its width. */
export interface TimeScale {
  readonly totalMs: number;
  /** Round moments from 0, at most about `wanted` of them. */
  readonly ticksMs: readonly number[];
}

/** A scale over `totalMs` with about `wanted` round ticks. */
export function timeScale(totalMs: number, wanted: number): TimeScale {
  // A trace of no length still needs a width to draw on.
  const total = Number.isFinite(totalMs) && totalMs > 0 ? totalMs : 1;
  const step = roundUp(total / Math.max(1, wanted));
  const ticksMs: number[] = [];
  for (let index = 0; index * step <= total; index++) ticksMs.push(index * step);
  return { totalMs: total, ticksMs };
}

/** The next of 1, 2, 5, 10, 20, 50 … that is not below `value`. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const leading = value / power;
  const rounded = leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10;
  return rounded * power;
}
