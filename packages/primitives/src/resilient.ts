import { InvalidCompositionError, isObsError } from '@tta/obs-context';
import {
  type InstrumentedPrimitive,
  named,
  nameOf,
  type PrimitiveLike,
  requireStep,
} from '@tta/obs-instrumentation';
import { bulkhead, type BulkheadOptions } from './bulkhead.ts';
import { type CacheOptions, requireCacheOptions } from './cache/cache-options.ts';
import { cache } from './cache/cache.ts';
import { circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker/circuit-breaker.ts';
import { dedupe, type DedupeOptions } from './dedupe.ts';
import { type AlternativeFor, fallback, type GuardedAlternative } from './fallback.ts';
import { hedge, type HedgeOptions } from './hedge.ts';
import { rateLimit, type RateLimitOptions } from './rate-limit/rate-limit.ts';
import { retry, type RetryOptions } from './retry.ts';
import type { ChunkOf, OutputOf } from './step-types.ts';
import { timeout, type TimeoutOptions } from './timeout.ts';

/** The step of one of them; none where none was given, which the compiler takes for the most general one. */
type AlternativeStep<I, F> = [AlternativeFor<I>] extends [F]
  ? never
  : F extends GuardedAlternative<infer Step>
    ? Step
    : F;

/** What a step is protected by, from the outermost to the innermost. What is left out is not there. */
export interface ResilientOptions<in I = unknown, out F extends AlternativeFor<I> = never> {
  /** Steps, or `{ step, when }`, that answer a failure of all the rest, as in `fallback`. @defaultValue none */
  readonly fallback?: readonly F[];
  /** @defaultValue none */
  readonly cache?: CacheOptions<I>;
  /** @defaultValue none */
  readonly dedupe?: DedupeOptions<I>;
  /** Of all attempts and the waits between them: milliseconds, or what `timeout` takes. @defaultValue none */
  readonly totalTimeout?: number | TimeoutOptions;
  /**
   * With a circuit breaker, an open circuit is not worth another attempt unless `retryOn` says so. With `totalTimeout`,
   * that is its `maxElapsedMs` unless given.
   *
   * @defaultValue none
   */
  readonly retry?: RetryOptions;
  /** @defaultValue none */
  readonly circuitBreaker?: CircuitBreakerOptions<I>;
  /** @defaultValue none */
  readonly hedge?: HedgeOptions;
  /** @defaultValue none */
  readonly bulkhead?: BulkheadOptions<I>;
  /** @defaultValue none */
  readonly rateLimit?: RateLimitOptions<I>;
  /** Of each call of the step, without its waits for a slot and a token: milliseconds, or what `timeout` takes. @defaultValue none */
  readonly attemptTimeout?: number | TimeoutOptions;
  /** What every layer is called that has no name of its own; the attempt timeout has `attempt` behind it. @defaultValue the name of the step */
  readonly name?: string;
}

const layers = [
  'fallback',
  'cache',
  'dedupe',
  'totalTimeout',
  'retry',
  'circuitBreaker',
  'hedge',
  'bulkhead',
  'rateLimit',
  'attemptTimeout',
] as const;

/**
 * Protects a step by several primitives in the one order in which they do not get in each other's way: fallback,
 * cache, dedupe, total timeout, retry, circuit breaker, hedge, bulkhead, rate limit, attempt timeout. It is no more
 * than those, composed: each is a span of its own, and none is there that is not asked for. It has the chunks of the step
 * unless it has a cache, a dedupe or a hedge.
 *
 * @throws What the step and the layers throw.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without any layer, for a step that is none, and whatever a layer refuses; at
 * construction.
 */
export function resilient<I, O, F extends AlternativeFor<I>, Chunk = never>(
  step: PrimitiveLike<I, O, Chunk>,
  options: ResilientOptions<NoInfer<I>, F>,
): InstrumentedPrimitive<I, O | OutputOf<AlternativeStep<I, F>>, Chunk | ChunkOf<AlternativeStep<I, F>>> {
  requireStep(step, 'resilient: the step');
  // JavaScript may leave the options out.
  const given: ResilientOptions<I, F> = options ?? {};
  if (layers.every((layer) => given[layer] === undefined))
    throw new InvalidCompositionError(`resilient needs at least one of ${layers.join(', ')}`);
  // Before all get the name of this function: caches of one name share what is in their store.
  if (given.cache) requireCacheOptions({ ...(given.name && { name: given.name }), ...given.cache }, step);
  for (const layer of layers) requireLayer(layer, given[layer]);
  const name = given.name ?? nameOf(step) ?? 'resilient';
  const totalTimeout = given.totalTimeout === undefined ? undefined : limitOf(given.totalTimeout);
  let whole: PrimitiveLike<I, O, Chunk> = step;
  if (given.attemptTimeout !== undefined)
    whole = timeout(whole, withDefaults({ name: `${name} attempt` }, limitOf(given.attemptTimeout)));
  if (given.rateLimit) whole = rateLimit(whole, withDefaults({ name }, given.rateLimit));
  if (given.bulkhead) whole = bulkhead(whole, withDefaults({ name }, given.bulkhead));
  if (given.hedge) whole = hedge(whole, withDefaults({ name }, given.hedge));
  if (given.circuitBreaker) whole = circuitBreaker(whole, withDefaults({ name }, given.circuitBreaker));
  if (given.retry) {
    const defaults = {
      name,
      ...(given.circuitBreaker && failFast),
      ...(totalTimeout && within(totalTimeout)),
    };
    whole = retry(whole, withDefaults(defaults, given.retry));
  }
  if (totalTimeout) whole = timeout(whole, withDefaults({ name }, totalTimeout));
  if (given.dedupe) whole = dedupe(whole, withDefaults({ name }, given.dedupe));
  if (given.cache) whole = cache(whole, withDefaults({ name }, given.cache));
  if (!given.fallback) return whole as InstrumentedPrimitive<I, O, Chunk>;
  return named(name, fallback(whole, ...(given.fallback as unknown as readonly [F]))) as never;
}

/** Else every call would wait as long as the circuit is open, and answer no sooner than without one. */
const failFast: Pick<RetryOptions, 'retryOn'> = {
  retryOn: (error, { recoverable }) =>
    recoverable && !(isObsError(error) && error.code === 'OBS_ERR_CIRCUIT_OPEN'),
};

/** Who would be cut off while it waits gives up instead, and says by what it failed. */
function within({ ms }: TimeoutOptions): RetryOptions {
  // What is no limit is refused as what it is: that of the time limit.
  return Number.isFinite(ms) && ms > 0 ? { maxElapsedMs: ms } : {};
}

/** What is there and undefined is not said. */
function withDefaults<T extends object>(defaults: Partial<T>, options: T): T {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(said) as T) };
}

/** JavaScript may give null for none, and one alternative for a list of them. */
function requireLayer(layer: (typeof layers)[number], value: unknown): void {
  if (value === undefined) return;
  const isLimit = layer === 'totalTimeout' || layer === 'attemptTimeout';
  const isList = layer === 'fallback';
  if (isList ? Array.isArray(value) : typeof value === 'object' && value !== null) return;
  if (isLimit && typeof value === 'number') return;
  const options = isLimit ? 'milliseconds or an object of options' : 'an object of options';
  const found = value === null ? 'null' : `of type ${typeof value}`;
  throw new InvalidCompositionError(
    `resilient: ${layer} is ${found}; it has to be ${isList ? 'a list of steps' : options}`,
  );
}

function limitOf(limit: number | TimeoutOptions): TimeoutOptions {
  return typeof limit === 'number' ? { ms: limit } : limit;
}
