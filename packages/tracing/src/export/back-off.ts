import type { Random } from '@tta/obs-context';

const firstWaitMs = 1_000;
const longestWaitMs = 5_000;

/** How long a destination that takes nothing now is left alone: longer after each failure, up to a limit. */
export class BackOff {
  readonly #random: Random;
  #nextWaitMs = firstWaitMs;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds until the next attempt. Half of it by chance, so that many processes do not come back at once. */
  next(): number {
    const waitMs = this.#nextWaitMs * (0.5 + this.#random.next());
    this.#nextWaitMs = Math.min(this.#nextWaitMs * 2, longestWaitMs);
    return waitMs;
  }

  /** The destination answers again. */
  reset(): void {
    this.#nextWaitMs = firstWaitMs;
  }
}
