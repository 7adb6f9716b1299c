import type { Clock } from '@tta/obs-context';

export interface TokenBucketOptions {
  /** How fast it fills. */
  readonly perSecond: number;
  /** Where it stops filling; it starts full. */
  readonly capacity: number;
  readonly clock: Clock;
}

/** Lets through `perSecond` on average and `capacity` at once. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAtMs: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.capacity;
    this.#filledAtMs = options.clock.monotonic();
  }

  /** Takes `count` tokens if there are as many, else none. */
  take(count: number): boolean {
    const { perSecond, capacity, clock } = this.#options;
    const nowMs = clock.monotonic();
    this.#tokens = Math.min(capacity, this.#tokens + ((nowMs - this.#filledAtMs) / 1e3) * perSecond);
    this.#filledAtMs = nowMs;
    if (count > this.#tokens) return false;
    this.#tokens -= count;
    return true;
  }
}
