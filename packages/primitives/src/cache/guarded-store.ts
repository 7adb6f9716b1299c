import { attributeNames as names } from '@tta/obs-context';
import { onAbort, type RunScope } from '@tta/obs-instrumentation';
import { TimeoutError } from '../timeout.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** The answer of a store that had none, because it is slow, gone or broken. */
export const unavailable: unique symbol = Symbol('unavailable');

/** A store that fails no run: where it does not answer in time or fails, that is told, and the step runs. */
export class GuardedStore {
  readonly type: string;
  readonly #store: CacheStore;
  readonly #limitMs: number;
  #failures = 0;

  constructor(store: CacheStore, limitMs: number) {
    this.type = store.type;
    this.#store = store;
    this.#limitMs = limitMs;
  }

  /** Reads, writes and deletions that came to nothing. */
  get failures(): number {
    return this.#failures;
  }

  /** @throws The reason of the signal as soon as the run is cancelled. */
  async read(key: string, scope: RunScope): Promise<CacheEntry | undefined | typeof unavailable> {
    try {
      const found = (await this.#inTime(scope, () => this.#store.get(key), scope.signal)) ?? undefined;
      if (found === undefined || isEntry(found)) return found;
      // Of an older version, or of somebody else: the next answer takes its place.
      this.#tell(scope, 'read', new TypeError('what is stored there is no entry of a cache'));
      return undefined;
    } catch (error) {
      if (scope.signal.aborted) throw error;
      this.#tell(scope, 'read', error);
      return unavailable;
    }
  }

  async write(key: string, entry: CacheEntry, keepMs: number, scope: RunScope): Promise<void> {
    try {
      await this.#inTime(scope, () => this.#store.set(key, entry, keepMs));
    } catch (error) {
      this.#tell(scope, 'write', error);
    }
  }

  async delete(key: string, scope: RunScope): Promise<void> {
    try {
      await this.#inTime(scope, () => this.#store.delete(key));
    } catch (error) {
      this.#tell(scope, 'delete', error);
    }
  }

  #tell(scope: RunScope, operation: 'read' | 'write' | 'delete', error: unknown): void {
    this.#failures++;
    const attributes = { [names.cacheType]: this.type, [names.cacheOperation]: operation };
    scope.record({ type: 'recovery', kind: 'store_failure', error, attributes });
  }

  #inTime<T>({ clock }: RunScope, work: () => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const release = (): void => {
        cancel();
        unfollow?.();
      };
      const fail = (error: unknown): void => {
        release();
        reject(error);
      };
      const late = (): void => fail(new TimeoutError(`the ${this.type} store`, this.#limitMs));
      const cancel = clock.timer(this.#limitMs, late, true);
      const unfollow = signal && onAbort(signal, () => fail(signal.reason));
      new Promise<T>((settle) => settle(work())).then((result) => {
        release();
        resolve(result);
      }, fail);
    });
  }
}

function isEntry(value: unknown): value is CacheEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { storedAt, ttlMs } = value as Partial<CacheEntry>;
  return typeof storedAt === 'number' && typeof ttlMs === 'number';
}
