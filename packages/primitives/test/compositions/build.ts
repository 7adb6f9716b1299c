import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { bulkhead } from '../../src/bulkhead.ts';
import { cache } from '../../src/cache/cache.ts';
import { circuitBreaker } from '../../src/circuit-breaker/circuit-breaker.ts';
import { conditional } from '../../src/conditional.ts';
import { dedupe } from '../../src/dedupe.ts';
import { fallback } from '../../src/fallback.ts';
import { forEach } from '../../src/for-each.ts';
import { hedge } from '../../src/hedge.ts';
import { loop } from '../../src/loop.ts';
import { match } from '../../src/match.ts';
import { parallel } from '../../src/parallel.ts';
import { race } from '../../src/race.ts';
import { rateLimit } from '../../src/rate-limit/rate-limit.ts';
import { resilient } from '../../src/resilient.ts';
import { retry } from '../../src/retry.ts';
import { router } from '../../src/router/router.ts';
import { saga } from '../../src/saga/saga.ts';
import { type SagaStep, sagaStep } from '../../src/saga/saga-step.ts';
import { sequential } from '../../src/sequential.ts';
import { settle } from '../../src/settle.ts';
import { switchOn } from '../../src/switch-on/switch-on.ts';
import { timeout } from '../../src/timeout.ts';
import type { Journal } from './journal.ts';
import type { Plan } from './plan.ts';

type Built = InstrumentedPrimitive<unknown, unknown>;
type Several = (...steps: readonly Built[]) => Built;
/** Plans hold any number of steps; the types that count them are checked elsewhere. */
const sequentialOf = sequential as unknown as Several;
const fallbackOf = fallback as unknown as Several;
const sagaOf = saga as unknown as (...steps: readonly SagaStep<unknown, unknown>[]) => Built;

type Cases = Record<string, Built>;
const switchOf = switchOn as unknown as (select: (input: unknown) => string, cases: Cases) => Built;
const matchOf = match<{ way: string }>() as unknown as { on(tag: 'way', cases: Cases): Built };

/** Of several ways the one that the input says, the same each time. */
const oneOf = (input: unknown, ways: number): number => JSON.stringify(input ?? '').length % ways;
const keyed = (steps: readonly Built[]): Cases =>
  Object.fromEntries(steps.map((step, index) => [`way ${index}`, step]));

/** The primitive of a plan. */
export function build(plan: Plan, journal: Journal): Built {
  const made = (inner: Plan): Built => build(inner, journal);
  const all = (plans: readonly Plan[]): Built[] => plans.map(made);
  switch (plan.kind) {
    case 'leaf':
      return journal.leaf(plan.calls);
    case 'sequential':
      return sequentialOf(...all(plan.steps));
    case 'parallel':
      return parallel(all(plan.branches), { onError: plan.onError, concurrency: plan.concurrency });
    case 'retry':
      return retry(made(plan.step), { maxRetries: plan.maxRetries, baseMs: 3, jitter: 'none' });
    case 'timeout':
      return timeout(made(plan.step), { ms: plan.ms, strategy: plan.strategy });
    case 'fallback':
      return fallbackOf(...all(plan.steps));
    case 'settle':
      return sequential(settle(all(plan.steps)), (outcomes) => outcomes.map(({ ok }) => ok));
    case 'race':
      return race(keyed(all(plan.steps)));
    case 'for_each': {
      const { items, onError, concurrency, ordered } = plan;
      const each = forEach(made(plan.item), { onError, concurrency, ordered });
      return sequential((input: unknown) => Array.from({ length: items }, (_, at) => [input, at]), each);
    }
    case 'conditional': {
      const [first, second] = all(plan.steps) as [Built, Built];
      return conditional((input: unknown) => oneOf(input, 2) === 0, first, second);
    }
    case 'switch':
      return switchOf((input) => `way ${oneOf(input, plan.steps.length)}`, keyed(all(plan.steps)));
    case 'match': {
      const matched = matchOf.on('way', keyed(all(plan.steps)));
      return sequential((input: unknown) => ({ way: `way ${oneOf(input, plan.steps.length)}` }), matched);
    }
    case 'router':
      return router({ routes: keyed(all(plan.steps)), select: 'fastest' });
    case 'saga':
      return sagaOf(
        ...plan.steps.map(({ forward, compensate }, index) =>
          sagaStep(`part ${index}`, made(forward), made(compensate)),
        ),
      );
    case 'loop':
      return loop(made(plan.step), { until: (_, iteration) => iteration >= 1, maxIterations: 2 });
    case 'cache':
      return cache(made(plan.step), { key: (input) => JSON.stringify(input ?? ''), ttlMs: 20 });
    case 'dedupe':
      return dedupe(made(plan.step), { key: (input) => JSON.stringify(input ?? '') });
    case 'circuit_breaker':
      return circuitBreaker(made(plan.step), { trip: { failures: 2 }, recoveryMs: 5 });
    case 'bulkhead':
      return bulkhead(made(plan.step), { concurrency: 1, queue: 1 });
    case 'rate_limit':
      return rateLimit(made(plan.step), { limit: 1, windowMs: 10 });
    case 'hedge':
      return hedge(made(plan.step), { idempotent: true, afterMs: 5 });
    case 'resilient':
      return resilient(made(plan.step), {
        totalTimeout: 80,
        retry: { maxRetries: 1, baseMs: 3, jitter: 'none' },
        circuitBreaker: {},
        bulkhead: { concurrency: 1 },
        attemptTimeout: 20,
      });
  }
}
