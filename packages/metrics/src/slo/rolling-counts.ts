import type { SloCounts } from './error-budget.ts';

/** Slices in a window. */
export const slicesPerWindow = 60;

/**
 * Counts of the last while, forgotten a sixtieth at a time: the slice that is still going on and the 59 before it,
 * so the window is up to a sixtieth shorter than its name. 1 KB, whatever its length.
 */
export class RollingCounts implements SloCounts {
  readonly #sliceMs: number;
  readonly #good = new Float64Array(slicesPerWindow);
  readonly #bad = new Float64Array(slicesPerWindow);
  #slice: number;
  #goodSum = 0;
  #badSum = 0;

  /** @param nowMs - Of a clock that never goes back. */
  constructor(lengthMs: number, nowMs: number) {
    this.#sliceMs = lengthMs / slicesPerWindow;
    this.#slice = Math.floor(nowMs / this.#sliceMs);
  }

  get good(): number {
    return this.#goodSum;
  }

  get bad(): number {
    return this.#badSum;
  }

  /** Counts in the slice that the window was last rolled to. */
  add(good: number, bad: number): void {
    const slot = this.#slice % slicesPerWindow;
    this.#good[slot] = (this.#good[slot] ?? 0) + good;
    this.#bad[slot] = (this.#bad[slot] ?? 0) + bad;
    this.#goodSum += good;
    this.#badSum += bad;
  }

  /** Forgets what is older than the window. */
  rollTo(nowMs: number): void {
    const slice = Math.floor(nowMs / this.#sliceMs);
    const passed = Math.min(slice - this.#slice, slicesPerWindow);
    for (let step = 1; step <= passed; step++) {
      const slot = (this.#slice + step) % slicesPerWindow;
      this.#goodSum -= this.#good[slot] ?? 0;
      this.#badSum -= this.#bad[slot] ?? 0;
      this.#good[slot] = 0;
      this.#bad[slot] = 0;
    }
    if (passed > 0) this.#slice = slice;
  }
}
