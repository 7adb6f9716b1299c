import type { InstrumentedPrimitive } from '@tta/obs-instrumentation';
import { fallback } from '../../src/fallback.ts';
import { parallel } from '../../src/parallel.ts';
import { retry } from '../../src/retry.ts';
import { sequential } from '../../src/sequential.ts';
import { timeout } from '../../src/timeout.ts';
import type { Journal } from './journal.ts';
import type { Plan } from './plan.ts';

type Built = InstrumentedPrimitive<unknown, unknown>;
/** Plans hold any number of steps; the types that count them are checked elsewhere. */
const sequentialOf = sequential as unknown as (...steps: readonly Built[]) => Built;
const fallbackOf = fallback as unknown as (...steps: readonly Built[]) => Built;

/** The primitive of a plan. */
export function build(plan: Plan, journal: Journal): Built {
  const all = (plans: readonly Plan[]): Built[] => plans.map((inner) => build(inner, journal));
  switch (plan.kind) {
    case 'leaf':
      return journal.leaf(plan.calls);
    case 'sequential':
      return sequentialOf(...all(plan.steps));
    case 'parallel':
      return parallel(all(plan.branches), { onError: plan.onError, concurrency: plan.concurrency });
    case 'retry':
      return retry(build(plan.step, journal), { maxRetries: plan.maxRetries, baseMs: 3, jitter: 'none' });
    case 'timeout':
      return timeout(build(plan.step, journal), { ms: plan.ms });
    case 'fallback':
      return fallbackOf(...all(plan.steps));
  }
}
