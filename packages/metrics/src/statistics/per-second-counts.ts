/** Executions per second. */
export interface Throughput {
  /** Over the last whole second. */
  readonly lastSecond: number;
  /** Over the last 60 whole seconds; over those there have been, where there have been fewer. */
  readonly lastMinute: number;
}

/** The last 60 whole seconds and the running one. */
const slots = 61;

/**
 * How many executions ended in each second. Seconds are numbered by the caller from 0. In the first one, before any
 * is whole, both rates are what it has counted so far.
 */
export class PerSecondCounts {
  readonly #counts = new Uint32Array(slots);
  #second = 0;

  add(second: number): void {
    this.#moveTo(second);
    this.#counts[this.#second % slots]! += 1;
  }

  rates(second: number): Throughput {
    this.#moveTo(second);
    const now = this.#second;
    const running = this.#counts[now % slots]!;
    if (now === 0) return { lastSecond: running, lastMinute: running };
    const whole = this.#counts.reduce((sum, count) => sum + count, 0) - running;
    return {
      lastSecond: this.#counts[(now - 1) % slots]!,
      lastMinute: whole / Math.min(now, slots - 1),
    };
  }

  #moveTo(second: number): void {
    if (second - this.#second >= slots) this.#counts.fill(0);
    else for (let passed = this.#second + 1; passed <= second; passed++) this.#counts[passed % slots] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
