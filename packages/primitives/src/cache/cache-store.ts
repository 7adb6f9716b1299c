/** An answer as it is stored; all of it is plain JSON where the value is. */
export interface CacheEntry {
  /** What the step returned. */
  readonly value: unknown;
  /** When, in milliseconds of the cache's clock: since the Unix epoch in a store that processes share. */
  readonly storedAt: number;
  /** How long it is fresh, in milliseconds. */
  readonly ttlMs: number;
  /** Of its key, for telemetry. */
  readonly keyHash: string;
}

/**
 * Where a cache keeps its answers outside of its own memory, for several processes or longer than one lives. Each
 * method may answer at once or by a promise. What it throws, or does not answer in time, fails no run.
 */
export interface CacheStore {
  /** What kind of store it is: `redis`. One of a handful: it becomes a metric label. */
  readonly type: string;
  /** What was stored under a key; `undefined` or `null` where there is nothing, or no more. */
  get(key: string): CacheEntry | null | undefined | PromiseLike<CacheEntry | null | undefined>;
  /**
   * Stores an entry in place of the one before.
   *
   * @param keepMs - After so many milliseconds it is of no use and may be dropped.
   * @throws For a value that would not come back as it is.
   */
  set(key: string, entry: CacheEntry, keepMs: number): void | PromiseLike<void>;
  /** Drops what is stored under a key. */
  delete(key: string): void | PromiseLike<void>;
  /** Drops everything whose key begins with a text. Without it the cache cannot be cleared. */
  clear?(prefix: string): void | PromiseLike<void>;
}
