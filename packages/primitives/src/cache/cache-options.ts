import { InvalidCompositionError } from '@tta/obs-context';
import { nameOf, type PrimitiveLike, unit } from '@tta/obs-instrumentation';
import {
  requireAtLeast,
  requireFunction,
  requirePositive,
  requirePositiveInteger,
  requireWithin,
} from '../internal/requirements.ts';
import type { CacheStore } from './cache-store.ts';

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
  /**
   * Keeps the answers in the place of memory. It needs a name, of the cache or its step: caches of one name share their
   * answers there.
   *
   * @defaultValue memory of the process
   */
  readonly store?: CacheStore;
  /** How long the store may take to read or write before the step runs without it. @defaultValue 1000 */
  readonly storeTimeoutMs?: number;
  /** What a call of the step costs, in US dollars: what each look-up that makes none saves. @defaultValue 0 */
  readonly costPerCallUsd?: number;
  /** @defaultValue the name of the step */
  readonly name?: string;
}

/** @throws `OBS_ERR_INVALID_COMPOSITION` for options that no cache of this step can have. */
export function requireCacheOptions<I>(options: CacheOptions<I>, step: PrimitiveLike<I, unknown>): void {
  // JavaScript may leave the options out.
  requireFunction((options as CacheOptions<I> | undefined)?.key, 'cache: key');
  const { ttlMs, maxEntries, storeTimeoutMs, ttlJitter, store, name } = options;
  if (ttlMs !== undefined) requirePositive(ttlMs, 'cache: ttlMs');
  for (const option of ['staleMs', 'staleIfErrorMs', 'negativeTtlMs', 'costPerCallUsd'] as const) {
    const value = options[option];
    if (value !== undefined) requireAtLeast(0, value, `cache: ${option}`);
  }
  if (ttlJitter !== undefined) requireWithin(0, 1, ttlJitter, 'cache: ttlJitter');
  if (maxEntries !== undefined) requirePositiveInteger(maxEntries, 'cache: maxEntries');
  if (storeTimeoutMs !== undefined) requirePositive(storeTimeoutMs, 'cache: storeTimeoutMs');
  if (store === undefined) return;
  if (!isStore(store)) {
    const wanted = 'it has to be a CacheStore, such as keyvStore(new Keyv(…))';
    const found = store === null ? 'null' : `of type ${typeof store}`;
    throw new InvalidCompositionError(`cache: store is ${found}; ${wanted}`);
  }
  if (!(name ?? givenNameOf(step))) {
    const why =
      'caches of one name share the answers in a store, and neither this one nor its step has a name';
    throw new InvalidCompositionError(`cache: name is missing; ${why}`);
  }
}

function isStore(value: unknown): value is CacheStore {
  if (typeof value !== 'object' || value === null) return false;
  const { type, get, set, delete: drop } = value as Partial<CacheStore>;
  return typeof type === 'string' && [get, set, drop].every((method) => typeof method === 'function');
}

/** A primitive that was given no name is called by its type, like all others of that type. */
function givenNameOf(step: PrimitiveLike<never, unknown>): string | undefined {
  const name = nameOf(step);
  return typeof step !== 'function' && step[unit].type === name ? undefined : name;
}
