import { RecentlyUsed } from '../internal/recently-used.ts';

/** What a step failed with. */
export interface RememberedFailure {
  readonly error: unknown;
  /** Until when it is remembered, on the monotonic clock: the time of day may be set back. */
  readonly until: number;
}

/** What steps failed with, for a while; in memory, for an error does not survive in a store. */
export class RememberedFailures {
  readonly #failures: RecentlyUsed<RememberedFailure>;
  readonly #ttlMs: number;

  constructor(limit: number, ttlMs: number) {
    this.#failures = new RecentlyUsed(limit);
    this.#ttlMs = ttlMs;
  }

  get(key: string, now: number): RememberedFailure | undefined {
    const failure = this.#failures.get(key);
    if (failure && now >= failure.until) {
      this.#failures.delete(key);
      return undefined;
    }
    return failure;
  }

  add(key: string, error: unknown, now: number): void {
    if (this.#ttlMs === 0) return;
    this.#failures.delete(key);
    this.#failures.add(key, { error, until: now + this.#ttlMs });
  }

  delete(key: string): void {
    this.#failures.delete(key);
  }

  clear(): void {
    this.#failures.clear();
  }
}
