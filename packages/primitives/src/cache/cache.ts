import { attributeNames as names, classifyError, InvalidOptionError } from '@tta/obs-context';
import {
  executeApart,
  InstrumentedPrimitive,
  nameOf,
  type PrimitiveLike,
  requireStep,
  type RunScope,
} from '@tta/obs-instrumentation';
import { keyOf } from '../internal/key-of.ts';
import {
  requireAtLeast,
  requireFunction,
  requirePositive,
  requirePositiveInteger,
  requireWithin,
} from '../internal/requirements.ts';
import { type SharedRun, SharedRuns } from '../internal/shared-runs.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';
import { GuardedStore, unavailable } from './guarded-store.ts';
import { MemoryStore } from './memory-store.ts';
import { Refresh } from './refresh.ts';
import { RememberedFailures } from './remembered-failures.ts';
import { boundedKey, hashOf, keyPrefix } from './store-key.ts';

/** What is remembered, for how long, and where. Times are in milliseconds. */
export interface CacheOptions<in I> {
  /** Text that is the same for inputs whose answer is the same: `({ url }) => url`. */
  readonly key: (input: I) => string;
  /** How long an answer is fresh. @defaultValue 3600000 */
  readonly ttlMs?: number;
  /**
   * For how long an answer that is no longer fresh is still given at once, while the step makes a new one in the
   * background.
   *
   * @defaultValue 0
   */
  readonly staleMs?: number;
  /** For how long an answer that is no longer fresh is given where the step fails. @defaultValue 0 */
  readonly staleIfErrorMs?: number;
  /** How long a failure is remembered: until then the step is not asked again. @defaultValue 0 */
  readonly negativeTtlMs?: number;
  /**
   * Makes each answer fresh for a shorter time, by chance up to this share of it, so that what was stored together
   * does not go out of date together: from 0 to 1.
   *
   * @defaultValue 0
   */
  readonly ttlJitter?: number;
  /** Answers and failures that are kept in memory; the next ones take the place of those used longest ago. @defaultValue 1000 */
  readonly maxEntries?: number;
  /** Keeps the answers in the place of memory. @defaultValue memory of the process */
  readonly store?: CacheStore;
  /** How long the store may take to read or write before the step runs without it. @defaultValue 1000 */
  readonly storeTimeoutMs?: number;
  /** What a call of the step costs, in US dollars: what an answer from the cache saves. @defaultValue 0 */
  readonly costPerCallUsd?: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** What a cache has done so far, in this process. */
export interface CacheStats {
  /** Answers in memory, also those out of date; 0 where another store has them. */
  readonly size: number;
  /** Look-ups that were answered as if the step had run just now; by a remembered failure as well. */
  readonly hits: number;
  readonly misses: number;
  /** Look-ups that were answered with what is out of date. */
  readonly stale: number;
  /** Look-ups that found an answer too old to be given. */
  readonly expirations: number;
  /** Answers that had to make room in memory. */
  readonly evictions: number;
  /** Hits and stale answers over all look-ups, from 0 to 1; 0 before the first. */
  readonly hitRate: number;
  /** In US dollars. */
  readonly savedUsd: number;
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
export class CachePrimitive<I, O> extends InstrumentedPrimitive<I, O> {
  readonly #step: PrimitiveLike<I, O>;
  readonly #options: Required<Omit<CacheOptions<I>, 'store' | 'storeTimeoutMs' | 'name'>>;
  readonly #memory: MemoryStore;
  /** In the place of memory. */
  readonly #store: CacheStore | undefined;
  readonly #guarded: GuardedStore | undefined;
  readonly #prefix: string;
  readonly #failures: RememberedFailures;
  readonly #runs = new SharedRuns<O>();
  readonly #refresh: Refresh<I, O>;
  /** Keys whose refresh has been set off and has not ended. */
  readonly #refreshing = new Set<string>();
  readonly #lookUps = { hit: 0, miss: 0, stale: 0 };
  #expirations = 0;
  #savedUsd = 0;

  /** @internal */
  constructor(step: PrimitiveLike<I, O>, options: CacheOptions<I>) {
    super({ type: 'cache', name: options.name ?? nameOf(step) ?? 'cache' });
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
    this.#options = { key, ...times, maxEntries, costPerCallUsd };
    this.#memory = new MemoryStore(maxEntries);
    this.#store = store;
    this.#guarded = store && new GuardedStore(store, storeTimeoutMs);
    this.#prefix = store ? keyPrefix(this.name) : '';
    this.#failures = new RememberedFailures(maxEntries, negativeTtlMs);
    this.#refresh = new Refresh(this.name, (key, input, scope) =>
      this.#call({ key, input, scope, isStored: true }),
    );
  }

  /** What it has done so far, in this process. */
  stats(): CacheStats {
    const { hit, miss, stale } = this.#lookUps;
    const all = hit + miss + stale;
    return {
      size: this.#memory.size,
      hits: hit,
      misses: miss,
      stale,
      expirations: this.#expirations,
      evictions: this.#memory.evictions,
      hitRate: all === 0 ? 0 : (hit + stale) / all,
      savedUsd: this.#savedUsd,
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
    const now = this.#now(scope);
    const overdueMs = entry ? overdueBy(entry, now) : 0;
    if (entry && overdueMs < 0) return this.#give(lookUp, entry, 'hit', true);
    const failure = this.#failures.get(key, now);
    if (entry && overdueMs < this.#options.staleMs) {
      const isRefreshed = !failure && this.#setOffRefresh(lookUp);
      return this.#give(lookUp, entry, 'stale', !isRefreshed);
    }
    const spare = overdueMs < this.#options.staleIfErrorMs ? entry : undefined;
    if (failure) {
      if (spare) return this.#give(lookUp, spare, 'stale', true);
      this.#tell(lookUp, 'hit');
      this.#save(scope);
      throw failure.error;
    }
    if (entry) this.#expirations++;
    if (spare) return this.#callOrGive(lookUp, spare);
    this.#tell(lookUp, 'miss');
    return this.#call(lookUp);
  }

  /** Runs the step, and gives the old answer where it fails. */
  async #callOrGive(lookUp: LookUp<I>, spare: CacheEntry): Promise<O> {
    const { scope } = lookUp;
    try {
      const value = await this.#call(lookUp);
      this.#tell(lookUp, 'miss');
      return value;
    } catch (error) {
      const isInTime = overdueBy(spare, this.#now(scope)) < this.#options.staleIfErrorMs;
      if (isInTime && isFailure(error, scope.signal, scope)) {
        return this.#give(lookUp, spare, 'stale', false);
      }
      this.#tell(lookUp, 'miss');
      throw error;
    }
  }

  /** Waits for the run of the step, which all who miss the same share. */
  #call(lookUp: LookUp<I>): Promise<O> {
    return this.#runs.join(lookUp.key, lookUp.scope, (run) => this.#runStep(lookUp, run));
  }

  async #runStep({ key, input, scope, isStored }: LookUp<I>, run: SharedRun<O>): Promise<O> {
    const { signal } = run;
    let value: O;
    try {
      value = await scope.step('inner', this.#step, input, { signal, shared: true });
    } catch (error) {
      if (run.isCurrent && isFailure(error, signal, scope)) {
        this.#failures.add(key, error, this.#now(scope));
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
    }
    return value;
  }

  /** @returns Whether it does: one a key at a time, and no more in all than there are entries in memory. */
  #setOffRefresh({ key, input, scope }: LookUp<I>): boolean {
    const refreshing = this.#refreshing;
    if (refreshing.size >= this.#options.maxEntries || refreshing.has(key) || this.#runs.has(key))
      return false;
    refreshing.add(key);
    const begin = (): void => {
      const ended = executeApart(this.#refresh, { key, input, trigger: scope }, scope);
      void ended.finally(() => refreshing.delete(key));
    };
    // Not now: what the step does before it first waits would hold up the answer.
    scope.clock.timer(0, begin, true);
    return true;
  }

  #give(lookUp: LookUp<I>, entry: CacheEntry, outcome: 'hit' | 'stale', saves: boolean): O {
    this.#tell(lookUp, outcome, entry);
    if (saves) this.#save(lookUp.scope);
    return entry.value as O;
  }

  #save(scope: RunScope): void {
    const { costPerCallUsd } = this.#options;
    if (costPerCallUsd === 0) return;
    this.#savedUsd += costPerCallUsd;
    scope.cost(costPerCallUsd, 'saved');
  }

  #tell({ key, scope }: LookUp<I>, outcome: 'hit' | 'miss' | 'stale', entry?: CacheEntry): void {
    this.#lookUps[outcome]++;
    scope.attr(names.cacheOutcome, outcome);
    const cacheType = this.#guarded?.type ?? this.#memory.type;
    const attributes = entry
      ? {
          [names.cacheKey]: entry.keyHash,
          [names.cacheAgeMs]: Math.round(ageOf(entry, this.#now(scope))),
          [names.cacheTtlMs]: Math.round(entry.ttlMs),
        }
      : { [names.cacheKey]: hashOf(key) };
    scope.record({ type: 'cache', outcome, cacheType, attributes });
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
  return !signal.aborted && classifyError(error, clock).category !== 'cancelled';
}

/**
 * Remembers what a step answered, by a key that you make of its input, and gives it again without running the step.
 * Calls that miss the same key at the same time share one run.
 *
 * @returns A primitive with `stats()`, `delete(key)` and `clear()`.
 * @throws The step's own error, which is forgotten unless `negativeTtlMs` says how long it is remembered. A `key` that
 * throws and a store that fails run the step as if there were no cache.
 * @throws `OBS_ERR_INVALID_COMPOSITION` for a step that is none, a `key` that is no function or an option out of range;
 * at construction.
 */
export function cache<I, O>(step: PrimitiveLike<I, O>, options: CacheOptions<I>): CachePrimitive<I, O> {
  requireStep(step, 'cache: the step');
  // JavaScript may leave the options out.
  requireFunction((options as CacheOptions<I> | undefined)?.key, 'cache: key');
  const { ttlMs, maxEntries, storeTimeoutMs, ttlJitter } = options;
  if (ttlMs !== undefined) requirePositive(ttlMs, 'cache: ttlMs');
  for (const name of ['staleMs', 'staleIfErrorMs', 'negativeTtlMs', 'costPerCallUsd'] as const) {
    const value = options[name];
    if (value !== undefined) requireAtLeast(0, value, `cache: ${name}`);
  }
  if (ttlJitter !== undefined) requireWithin(0, 1, ttlJitter, 'cache: ttlJitter');
  if (maxEntries !== undefined) requirePositiveInteger(maxEntries, 'cache: maxEntries');
  if (storeTimeoutMs !== undefined) requirePositive(storeTimeoutMs, 'cache: storeTimeoutMs');
  return new CachePrimitive(step, options);
}
