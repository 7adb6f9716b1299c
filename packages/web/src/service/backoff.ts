const FIRST_MS = 250;
const LONGEST_MS = 8_000;

/** Waits between attempts: 250 ms, doubling up to 8 s, from the start again after a success. */
export class Backoff {
  #nextMs = FIRST_MS;

  next(): number {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(waitMs * 2, LONGEST_MS);
    return waitMs;
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}

/** Runs `fn` once after `delayMs`; what it returns cancels that. */
export type Timer = (delayMs: number, fn: () => void) => () => void;
