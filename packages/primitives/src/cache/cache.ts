import { attributeNames as names, classifyError, InvalidOptionError } from '@tta/obs-context';
import {
  executeApart,
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
  type StaticChild,
} from '@tta/obs-instrumentation';
import { isNotResumable } from '../approval/approval-errors.ts';
import { keyOf } from '../internal/key-of.ts';
import { type SharedRun, SharedRuns } from '../internal/shared-runs.ts';
import { type CacheOptions, requireCacheOptions } from './cache-options.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';
import { GuardedStore, unavailable } from './guarded-store.ts';
import { type LookUpCounts, LookUps } from './look-ups.ts';
import { MemoryStore } from './memory-store.ts';
import { Refresh } from './refresh.ts';
import { RememberedFailures } from './remembered-failures.ts';
import { boundedKey, hashOf, keyPrefix } from './store-key.ts';

/** What a cache has done so far, in this process. */
export interface CacheStats extends LookUpCounts {
  /** Answers in memory, also those out of date; 0 where another store has them. */
  readonly size: number;
  /** Answers that had to make room in memory. */
  readonly evictions: number;
  /** Runs of the step that have begun and not ended. */
  readonly inFlight: number;
  /** Reads and writes of the store that failed or took too long. */
  readonly storeFailures: number;
}

/** A call of the cache. */
interface LookUp<I> {
  readonly key: string;
  readonly input: I;
  readonly scope: RunScope;
  /** Whether what the step answers is stored. */
  readonly isStored: boolean;
}

/** Made by {@link cache}. */
export class CachePrimitive<I, O> extends InstrumentedPrimitive<I, O, never> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #options: Required<Omit<CacheOptions<I>, 'store' | 'storeTimeoutMs' | 'costPerCallUsd' | 'name'>>;
  readonly #memory: MemoryStore;
  /** In the place of memory. */
  readonly #store: CacheStore | undefined;
  readonly #guarded: GuardedStore | undefined;
  readonly #prefix: string;
  readonly #failures: RememberedFailures;
  readonly #runs = new SharedRuns<O>();
  /** Keys whose refresh has been set off and has not ended. */
  readonly #refreshing = new Set<string>();
  readonly #lookUps: LookUps;

  /** @internal */
  constructor(step: PrimitiveLike<I, O>, options: CacheOptions<I>) {
    const children: StaticChild[] = [{ edge: 'inner', step }];
    super({ type: 'cache', name: options.name ?? nameOf(step) ?? 'cache', children });
    // A refresh is the same cache once more, apart from the run that set it off.
    if (options.staleMs) children.push({ edge: 'refresh', step: this });
    this.#step = step;
    const {
      key,
      ttlMs = 3_600_000,
      staleMs = 0,
      staleIfErrorMs = 0,
      negativeTtlMs = 0,
      ttlJitter = 0,
      maxEntries = 1000,
      store,
      storeTimeoutMs = 1000,
      costPerCallUsd = 0,
    } = options;
    const times = { ttlMs, staleMs, staleIfErrorMs, negativeTtlMs, ttlJitter };
    this.#options = { key, ...times, maxEntries };
    this.#memory = new MemoryStore(maxEntries);
    this.#store = store;
    this.#guarded = store && new GuardedStore(store, storeTimeoutMs);
    this.#prefix = store ? keyPrefix(this.name) : '';
    this.#failures = new RememberedFailures(maxEntries, negativeTtlMs);
    this.#lookUps = new LookUps((this.#guarded ?? this.#memory).type, costPerCallUsd);
  }

  /** What it has done so far, in this process. */
  stats(): CacheStats {
    return {
      ...this.#lookUps.counts,
      size: this.#memory.size,
      evictions: this.#memory.evictions,
      inFlight: this.#runs.size,
      storeFailures: this.#guarded?.failures ?? 0,
    };
  }

  /**
   * Forgets what is known under a key, as the option `key` makes it. A run that is under way still answers who waits
   * for it, and is not remembered.
   *
   * @throws What the store throws.
   */
  async delete(key: string): Promise<void> {
    const stored = this.#prefix + boundedKey(key);
    this.#runs.forget(stored);
    this.#failures.delete(stored);
    this.#memory.delete(stored);
    await this.#store?.delete(stored);
  }

  /**
   * Forgets everything that this cache has stored, and nothing else.
   *
   * @throws What the store throws; `OBS_ERR_INVALID_OPTION` where it cannot be cleared.
   */
  async clear(): Promise<void> {
    this.#runs.forgetAll();
    this.#failures.clear();
    this.#memory.clear();
    if (!this.#store) return;
    if (!this.#store.clear) {
      const why = 'its store cannot be cleared; delete its keys one by one';
      throw new InvalidOptionError(`cache "${this.name}": ${why}`);
    }
    await this.#store.clear(this.#prefix);
  }

  protected run(input: I, scope: RunScope): O | Promise<O> {
    const made = keyOf(this.#options.key, input, scope);
    if (made === undefined) return scope.step('inner', this.#step, input);
    const key = this.#prefix + boundedKey(made);
    if (this.#guarded) return this.#askStore(this.#guarded, key, input, scope);
    return this.#answer({ key, input, scope, isStored: true }, this.#memory.get(key));
  }

  async #askStore(store: GuardedStore, key: string, input: I, scope: RunScope): Promise<O> {
    const found = await store.read(key, scope);
    // What could not be read now could hardly be written now: the caller has waited long enough.
    const isStored = found !== unavailable;
    return this.#answer({ key, input, scope, isStored }, isStored ? found : undefined);
  }

  /** Answers with what was found, or else with what the step returns. */
  #answer(lookUp: LookUp<I>, entry: CacheEntry | undefined): O | Promise<O> {
    const { key, scope } = lookUp;
    const overdueMs = entry ? overdueBy(entry, this.#now(scope)) : 0;
    if (entry && overdueMs < 0) return this.#give(lookUp, entry, 'hit', true);
    const failure = this.#failures.get(key, scope.clock.monotonic());
    if (entry && overdueMs < this.#options.staleMs) {
      const isRefreshed = !failure && this.#setOffRefresh(lookUp);
      return this.#give(lookUp, entry, 'stale', !isRefreshed);
    }
    const spare = overdueMs < this.#options.staleIfErrorMs ? entry : undefined;
    if (failure) {
      if (spare) return this.#give(lookUp, spare, 'stale', true);
      this.#lookUps.notGiven(scope, 'hit', key, entry);
      throw failure.error;
    }
    if (spare) return this.#callOrGive(lookUp, spare);
    this.#lookUps.notGiven(scope, 'miss', key, entry);
    return this.#call(lookUp);
  }

  /** Runs the step, and gives the old answer where it fails. */
  async #callOrGive(lookUp: LookUp<I>, spare: CacheEntry): Promise<O> {
    const { key, scope } = lookUp;
    try {
      const value = await this.#call(lookUp);
      this.#lookUps.notGiven(scope, 'miss', key, spare);
      return value;
    } catch (error) {
      const isInTime = overdueBy(spare, this.#now(scope)) < this.#options.staleIfErrorMs;
      if (isInTime && isFailure(error, scope.signal, scope)) {
        return this.#give(lookUp, spare, 'stale', false);
      }
      this.#lookUps.notGiven(scope, 'miss', key, spare);
      throw error;
    }
  }

  /** Waits for the run of the step, which all who miss the same share. */
  #call(lookUp: LookUp<I>, isRefresh = false): Promise<O> {
    const { key, scope } = lookUp;
    let isJoined = !isRefresh;
    const work = (run: SharedRun<O>): Promise<O> => {
      isJoined = false;
      return this.#runStep(lookUp, run);
    };
    const answer = this.#runs.join(key, scope, work, isRefresh);
    if (isJoined) {
      const ended = (): void => {
        // Whoever has left got no answer, and whoever shared a run that was suspended has one of its own by now.
        if (isJoined && !scope.signal.aborted) this.#lookUps.joined(scope);
      };
      answer.then(ended, ended);
    }
    return answer;
  }

  async #runStep({ key, input, scope, isStored }: LookUp<I>, run: SharedRun<O>): Promise<O> {
    const { signal } = run;
    let value: O;
    try {
      value = await scope.step('inner', this.#step, input, { signal, shared: true });
    } catch (error) {
      if (run.isCurrent && isFailure(error, signal, scope)) {
        this.#failures.add(key, error, scope.clock.monotonic());
      }
      throw error;
    }
    // Whoever forgot the key meanwhile, or left the run alone, does not want it remembered.
    if (!run.isCurrent) return value;
    const { ttlMs, ttlJitter, staleMs, staleIfErrorMs } = this.#options;
    const entry = {
      value,
      storedAt: this.#now(scope),
      ttlMs: ttlJitter === 0 ? ttlMs : ttlMs * (1 - ttlJitter * scope.random.next()),
      keyHash: hashOf(key),
    };
    if (!this.#guarded) this.#memory.set(key, entry);
    else if (isStored) {
      const keepMs = entry.ttlMs + Math.max(staleMs, staleIfErrorMs);
      await this.#guarded.write(key, entry, keepMs, scope);
      // What was forgotten while it was being written must not come back.
      if (!run.isCurrent) await this.#guarded.delete(key, scope);
    }
    return value;
  }

  /** @returns Whether it does: one a key at a time, and no more in all than there are entries in memory. */
  #setOffRefresh({ key, input, scope }: LookUp<I>): boolean {
    const refreshing = this.#refreshing;
    if (refreshing.size >= this.#options.maxEntries || refreshing.has(key) || this.#runs.has(key))
      return false;
    refreshing.add(key);
    // The refresh has the same one, which its own trace shows.
    scope.attr(names.correlationId, scope.context.correlationId);
    const refresh = new Refresh<I, O>(this.name, scope, (again, own) =>
      this.#call({ key, input: again, scope: own, isStored: true }, true),
    );
    const begin = (): void => {
      void executeApart(refresh, input, scope).finally(() => refreshing.delete(key));
    };
    // Not now: what the step does before it first waits would hold up the answer.
    scope.clock.timer(0, begin, true);
    return true;
  }

  #give({ scope }: LookUp<I>, entry: CacheEntry, outcome: 'hit' | 'stale', saves: boolean): O {
    this.#lookUps.given(scope, outcome, entry, ageOf(entry, this.#now(scope)), saves);
    return entry.value as O;
  }

  /** Processes that share a store share no clock but that of the day. */
  #now({ clock }: RunScope): number {
    return this.#guarded ? clock.now() : clock.monotonic();
  }
}

function ageOf({ storedAt }: CacheEntry, now: number): number {
  // Another process's clock may be ahead.
  return Math.max(0, now - storedAt);
}

/** For how long an entry has been out of date; negative while it is fresh. */
function overdueBy(entry: CacheEntry, now: number): number {
  return ageOf(entry, now) - entry.ttlMs;
}

/** Whether it says something about the step, not about who asked. */
function isFailure(error: unknown, signal: AbortSignal, { clock }: RunScope): boolean {
  return !signal.aborted && classifyError(error, clock).category !== 'cancelled' && !isNotResumable(error);
}

/**
 * Remembers what a step answered, by a key that you make of its input, and gives it again without running the step.
 * Calls that miss the same key at the same time share one run.
 *
 * @returns A primitive with `stats()`, `delete(key)` and `clear()`.
 * @throws The step's own error, which is forgotten unless `negativeTtlMs` says how long it is remembered. A `key` that
 * throws and a store that fails run the step as if there were no cache.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, a `key` that is no function, an option out of range, or a
 * `store` where neither the cache nor its step has a name; at construction.
 */
export function cache<I, O>(step: PrimitiveLike<I, O>, options: CacheOptions<I>): CachePrimitive<I, O> {
  requireStep(step, 'cache: the step');
  requireCacheOptions(options, step);
  return new CachePrimitive(step, options);
}
