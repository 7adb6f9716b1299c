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
import type { OutputOf } from './step-types.ts';
import { timeout, type TimeoutOptions } from './timeout.ts';

/** What one of them returns; nothing where none was given, which the compiler takes for the most general one. */
type AnswerOf<I, F> = [AlternativeFor<I>] extends [F]
  ? never
  : F extends GuardedAlternative<infer Step>
    ? OutputOf<Step>
    : OutputOf<F>;

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
  /** With a circuit breaker, an open circuit is not worth another attempt unless `retryOn` says so. @defaultValue none */
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
 * than those, composed: each is a span of its own, and none is there that is not asked for.
 *
 * @throws What the step and the layers throw.
 * @throws `OBS_ERR_INVALID_COMPOSITION` without any layer, for a step that is none, and whatever a layer refuses; at
 * construction.
 */
export function resilient<I, O, F extends AlternativeFor<I>>(
  step: PrimitiveLike<I, O>,
  options: ResilientOptions<NoInfer<I>, F>,
): InstrumentedPrimitive<I, O | AnswerOf<I, F>> {
  requireStep(step, 'resilient: the step');
  // JavaScript may leave the options out.
  const given: ResilientOptions<I, F> = options ?? {};
  if (layers.every((layer) => given[layer] === undefined))
    throw new InvalidCompositionError(`resilient needs at least one of ${layers.join(', ')}`);
  // Before all get the name of this function: caches of one name share what is in their store.
  if (given.cache) requireCacheOptions({ ...(given.name && { name: given.name }), ...given.cache }, step);
  const name = given.name ?? nameOf(step) ?? 'resilient';
  let whole: PrimitiveLike<I, O> = step;
  if (given.attemptTimeout !== undefined)
    whole = timeout(whole, { name: `${name} attempt`, ...limitOf(given.attemptTimeout) });
  if (given.rateLimit) whole = rateLimit(whole, { name, ...given.rateLimit });
  if (given.bulkhead) whole = bulkhead(whole, { name, ...given.bulkhead });
  if (given.hedge) whole = hedge(whole, { name, ...given.hedge });
  if (given.circuitBreaker) whole = circuitBreaker(whole, { name, ...given.circuitBreaker });
  if (given.retry) whole = retry(whole, { name, ...(given.circuitBreaker && failFast), ...given.retry });
  if (given.totalTimeout !== undefined) whole = timeout(whole, { name, ...limitOf(given.totalTimeout) });
  if (given.dedupe) whole = dedupe(whole, { name, ...given.dedupe });
  if (given.cache) whole = cache(whole, { name, ...given.cache });
  if (!given.fallback) return whole as InstrumentedPrimitive<I, O>;
  return named(name, fallback(whole, ...(given.fallback as unknown as readonly [F]))) as never;
}

/** Else every call would wait as long as the circuit is open, and answer no sooner than without one. */
const failFast: Pick<RetryOptions, 'retryOn'> = {
  retryOn: (error, { recoverable }) =>
    recoverable && !(isObsError(error) && error.code === 'OBS_ERR_CIRCUIT_OPEN'),
};

function limitOf(limit: number | TimeoutOptions): TimeoutOptions {
  return typeof limit === 'number' ? { ms: limit } : limit;
}
