/** When calls may start, on the monotonic clock in milliseconds. */
export interface Pace {
  /** The moment from which on the next call may start; past ones mean at once. */
  readonly nextMs: number;
  /** Takes in that a call starts now; not before {@link nextMs}. */
  start(nowMs: number): void;
}

/**
 * A bucket that holds `limit` tokens and is filled with as many in each window, evenly. Calls may come in a burst of
 * `limit`, and as many again while the bucket fills.
 *
 * It keeps no tokens: it counts those taken since it was full last, which says when the next will be there. So it
 * adds up no rounding errors, and a full bucket gives exactly `limit` at once.
 */
export class TokenBucket implements Pace {
  readonly #limit: number;
  readonly #windowMs: number;
  #fullMs = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  get nextMs(): number {
    return this.#fullMs + this.#toFill(this.#taken + 1) - this.#windowMs;
  }

  start(nowMs: number): void {
    if (this.#fullMs + this.#toFill(this.#taken) <= nowMs) {
      this.#fullMs = nowMs;
      this.#taken = 0;
    }
    this.#taken++;
  }

  /** How long so many tokens take to come. */
  #toFill(tokens: number): number {
    return (tokens * this.#windowMs) / this.#limit;
  }
}

/** Never more than `limit` starts in any window, wherever it begins: it remembers the last `limit` starts. */
export class SlidingWindow implements Pace {
  readonly #limit: number;
  readonly #windowMs: number;
  /** A ring once it is full: the oldest is at `#next`. */
  readonly #starts: number[] = [];
  #next = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  get nextMs(): number {
    const oldest = this.#starts[this.#next];
    return oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + this.#windowMs;
  }

  start(nowMs: number): void {
    this.#starts[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#limit;
  }
}
