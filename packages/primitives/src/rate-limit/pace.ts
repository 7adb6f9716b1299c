/** When calls may start, on the monotonic clock in milliseconds. */
export interface Pace {
  /** When the call at a place may start, 1 for the next, if none starts before `fromMs` and then each as soon as it may. */
  momentMs(place: number, fromMs: number): number;
  /** Takes in that a call starts now; not before its {@link momentMs}. */
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

  momentMs(place: number, fromMs: number): number {
    const isFull = this.#isFull(fromMs);
    const taken = (isFull ? 0 : this.#taken) + place;
    // Without arithmetic, whose rounding would keep the last of a burst waiting.
    if (taken <= this.#limit) return fromMs;
    const fullMs = isFull ? fromMs : this.#fullMs;
    return Math.max(fromMs, fullMs + this.#toFill(taken) - this.#windowMs);
  }

  start(nowMs: number): void {
    if (this.#isFull(nowMs)) {
      this.#fullMs = nowMs;
      this.#taken = 0;
    }
    this.#taken++;
  }

  #isFull(nowMs: number): boolean {
    return this.#fullMs + this.#toFill(this.#taken) <= nowMs;
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

  momentMs(place: number, fromMs: number): number {
    const before = (place - 1) % this.#limit;
    const windows = (place - 1 - before) / this.#limit;
    // Not of a call that has yet to come: where the ring is not full, what is not there is free.
    const start = this.#starts[(this.#next + before) % this.#limit] ?? Number.NEGATIVE_INFINITY;
    return Math.max(fromMs, start + this.#windowMs) + windows * this.#windowMs;
  }

  start(nowMs: number): void {
    this.#starts[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#limit;
  }
}
