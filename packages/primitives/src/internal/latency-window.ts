/** The latest of many latencies and any percentile of them. Bounded: the oldest makes room for the newest. */
export class LatencyWindow {
  /** In the order in which they came, from {@link #oldest} on. */
  readonly #latest: number[] = [];
  readonly #sorted: number[] = [];
  readonly #size: number;
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get count(): number {
    return this.#sorted.length;
  }

  add(ms: number): void {
    if (this.#latest.length < this.#size) {
      this.#latest.push(ms);
    } else {
      this.#sorted.splice(this.#rankOf(this.#latest[this.#oldest] as number), 1);
      this.#latest[this.#oldest] = ms;
      this.#oldest = (this.#oldest + 1) % this.#size;
    }
    this.#sorted.splice(this.#rankOf(ms), 0, ms);
  }

  /** The smallest latency that so many per cent do not exceed (nearest rank); 0 without any. */
  percentile(percent: number): number {
    return this.#sorted[Math.ceil((percent * this.#sorted.length) / 100) - 1] ?? 0;
  }

  /** How many are smaller: by halves, the window is asked often. */
  #rankOf(ms: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
