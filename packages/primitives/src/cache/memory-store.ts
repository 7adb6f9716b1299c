import { RecentlyUsed } from '../internal/recently-used.ts';
import type { CacheEntry } from './cache-store.ts';

/** Answers in the memory of the process: as many as fit, in place of those that were used longest ago. */
export class MemoryStore {
  readonly type = 'memory';
  readonly #entries: RecentlyUsed<CacheEntry>;
  #evictions = 0;

  constructor(maxEntries: number) {
    this.#entries = new RecentlyUsed(maxEntries);
  }

  /** Entries that it holds, also those that are out of date. */
  get size(): number {
    return this.#entries.size;
  }

  /** Entries that had to make room for others. */
  get evictions(): number {
    return this.#evictions;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: CacheEntry): void {
    this.#entries.delete(key);
    const before = this.#entries.size;
    this.#entries.add(key, entry);
    if (this.#entries.size === before) this.#evictions++;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
