import { InvalidOptionError } from '@tta/obs-context';
import type { CacheEntry, CacheStore } from './cache-store.ts';
import { requirePlainJson } from './plain-json.ts';

/** What {@link keyvStore} uses of a Keyv; version 5 and whatever else looks like it. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  set(key: string, value: CacheEntry, ttlMs?: number): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  /** Keys with their values; without it the cache cannot be cleared. */
  readonly iterator?: ((argument?: undefined) => AsyncIterable<unknown>) | undefined;
  /** What keeps its values; a cache is labelled by what kind it is. */
  readonly store?: unknown;
}

/**
 * A store of a cache in a Keyv, and so in Redis and the other databases that Keyv has adapters for: several processes
 * share the answers. Values have to be plain JSON; others are not stored, which is told.
 *
 * Keyv by itself answers a failure of its database as if nothing were stored, and tells it as an event `error`; a
 * read or write that is under way when one comes counts as failed.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for what is no Keyv.
 */
export function keyvStore(keyv: KeyvLike): CacheStore {
  const methods = ['get', 'set', 'delete'] as const;
  if (!methods.every((method) => typeof (keyv as KeyvLike | undefined)?.[method] === 'function')) {
    throw new InvalidOptionError('keyvStore: it takes a Keyv: keyvStore(new Keyv(new KeyvRedis(url)))');
  }
  return new KeyvStore(keyv);
}

/** Reads and writes that an event `error` fails at most. */
const mostPending = 1000;

class KeyvStore implements CacheStore {
  readonly type: string;
  readonly #keyv: KeyvLike;
  /** Rejects what is under way, from what began longest ago on. */
  readonly #pending = new Set<(error: unknown) => void>();

  constructor(keyv: KeyvLike) {
    this.type = typeOf(keyv.store);
    this.#keyv = keyv;
    keyv.on?.('error', (error) => {
      for (const reject of this.#pending) reject(error);
    });
  }

  async get(key: string): Promise<CacheEntry | undefined> {
    // What it has is for the cache to check.
    return (await this.#watched(() => this.#keyv.get(key))) as CacheEntry | undefined;
  }

  async set(key: string, entry: CacheEntry, keepMs: number): Promise<void> {
    requirePlainJson(entry.value);
    const isStored = await this.#watched(() => this.#keyv.set(key, entry, Math.ceil(keepMs)));
    if (!isStored) throw new Error('Keyv did not store the value');
  }

  async delete(key: string): Promise<void> {
    await this.#watched(() => this.#keyv.delete(key));
  }

  async clear(prefix: string): Promise<void> {
    const { iterator } = this.#keyv;
    if (!iterator) {
      throw new InvalidOptionError('keyvStore: this Keyv cannot list its keys; delete them one by one');
    }
    const keys: string[] = [];
    for await (const [key] of iterator.call(this.#keyv) as AsyncIterable<readonly [string, unknown]>) {
      if (key.startsWith(prefix)) keys.push(key);
    }
    for (const key of keys) await this.delete(key);
  }

  #watched<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      // What never settles must not stay for ever. Whoever waits for the oldest still has a time limit.
      const [oldest] = this.#pending;
      if (oldest && this.#pending.size > mostPending) this.#pending.delete(oldest);
      const end = (settle: () => void): void => {
        this.#pending.delete(reject);
        settle();
      };
      // It may throw instead of rejecting.
      new Promise<T>((settle) => settle(work())).then(
        (result) => end(() => resolve(result)),
        (error: unknown) => end(() => reject(error)),
      );
    });
  }
}

/** What a Keyv keeps its values in, as its adapter calls itself. */
function typeOf(store: unknown): string {
  if (store instanceof Map) return 'memory';
  const dialect = (store as { opts?: { dialect?: unknown } } | undefined)?.opts?.dialect;
  return typeof dialect === 'string' ? dialect : 'keyv';
}
