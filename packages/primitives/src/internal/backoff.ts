import type { Random } from '@tta/obs-context';

/** How waits grow and how they are spread. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: 'equal' | 'full' | 'decorrelated' | 'none';
}

/** The waits of one run, each longer than the one before, up to the longest. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: Random;
  /** The next wait before it is spread; of decorrelated ones, the wait before. */
  #waitMs: number;

  constructor(options: BackoffOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    this.#waitMs = Math.min(options.baseMs, options.maxDelayMs);
  }

  /** In milliseconds. */
  next(): number {
    const { baseMs, factor, maxDelayMs, jitter } = this.#options;
    if (jitter === 'decorrelated') {
      // With the default factor the rule that AWS found to need the fewest calls: up to three times the wait before.
      this.#waitMs = this.#between(Math.min(baseMs, maxDelayMs / 2), this.#waitMs * factor * 1.5);
      return this.#waitMs;
    }
    const plainMs = this.#waitMs;
    // Step by step: a power would overflow, and nothing times infinity is no wait.
    this.#waitMs = Math.min(plainMs * factor, maxDelayMs);
    if (jitter === 'none') return plainMs;
    if (jitter === 'full') return plainMs * this.#random.next();
    return this.#between(plainMs / 2, plainMs * 1.5);
  }

  /** Drawn up to the longest wait; drawn first and cut then, callers would meet again at the longest. */
  #between(leastMs: number, mostMs: number): number {
    return leastMs + this.#random.next() * (Math.min(mostMs, this.#options.maxDelayMs) - leastMs);
  }
}
