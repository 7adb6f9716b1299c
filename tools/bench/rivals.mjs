import * as cockatiel from 'cockatiel';
import { Effect, Schedule } from 'effect';
import pMap from 'p-map';
import pRetry from 'p-retry';

const all = cockatiel.handleAll;
const of = (policy) => (step) => (input) => policy.execute(() => step(input));
const cockatielRetry = () => cockatiel.retry(all, { maxAttempts: 3 });
const cockatielBreaker = () =>
  cockatiel.circuitBreaker(all, { halfOpenAfter: 10_000, breaker: new cockatiel.ConsecutiveBreaker(5) });
const cockatielTimeout = () => cockatiel.timeout(10_000, cockatiel.TimeoutStrategy.Cooperative);

/** By primitive: who else does the same around a step, with no telemetry at all. */
export const rivals = {
  retry: {
    'cockatiel retry': of(cockatielRetry()),
    'p-retry': (step) => (input) => pRetry(() => step(input), { retries: 3 }),
    'Effect retry': (step) => (input) =>
      Effect.runPromise(
        Effect.retry(
          Effect.tryPromise(() => step(input)),
          Schedule.recurs(3),
        ),
      ),
  },
  timeout: {
    'cockatiel timeout': of(cockatielTimeout()),
    'Effect timeout': (step) => (input) =>
      Effect.runPromise(
        Effect.timeout(
          Effect.tryPromise(() => step(input)),
          '10 seconds',
        ),
      ),
  },
  'circuit-breaker': { 'cockatiel circuitBreaker': of(cockatielBreaker()) },
  bulkhead: { 'cockatiel bulkhead': of(cockatiel.bulkhead(10, 10)) },
  fallback: { 'cockatiel fallback': of(cockatiel.fallback(all, -1)) },
  resilient: {
    'cockatiel wrap(retry, breaker, bulkhead, timeout)': of(
      cockatiel.wrap(cockatielRetry(), cockatielBreaker(), cockatiel.bulkhead(10, 10), cockatielTimeout()),
    ),
  },
  'for-each': { 'p-map': (step) => (input) => pMap([input, input], step) },
  parallel: { 'Promise.all': (step) => (input) => Promise.all([step(input), step(input)]) },
};
