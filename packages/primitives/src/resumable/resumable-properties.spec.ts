import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import type { PrimitiveLike } from '@tta/obs-instrumentation';
import fc from 'fast-check';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { bulkhead } from '../bulkhead.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { conditional } from '../conditional.ts';
import { fallback } from '../fallback.ts';
import { forEach } from '../for-each.ts';
import { loop } from '../loop.ts';
import { parallel } from '../parallel.ts';
import { retry } from '../retry.ts';
import { router } from '../router/router.ts';
import { sagaStep } from '../saga/saga-step.ts';
import { saga } from '../saga/saga.ts';
import { sequential } from '../sequential.ts';
import { settle } from '../settle.ts';
import { switchOn } from '../switch-on/switch-on.ts';
import { timeout } from '../timeout.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

type Step = PrimitiveLike<number, number>;

/** A composition, from which any process can make the same workflow. */
type Plan =
  | { readonly of: 'leaf' | 'flaky'; readonly id: number }
  | { readonly of: 'gate'; readonly id: number; readonly step: Plan }
  | { readonly of: 'wrapper'; readonly kind: (typeof wrappers)[number]; readonly step: Plan }
  | { readonly of: 'many'; readonly kind: (typeof manies)[number]; readonly steps: readonly Plan[] };

const wrappers = [
  'timeout',
  'bulkhead',
  'circuitBreaker',
  'loop',
  'saga',
  'fallback',
  'forEach',
  'undone',
] as const;
const manies = ['sequential', 'parallel', 'narrow', 'settle', 'conditional', 'switchOn', 'router'] as const;

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.oneof(
    { maxDepth: 5, depthSize: 'medium', withCrossShrink: true },
    fc.record({ of: fc.constantFrom('leaf', 'leaf', 'flaky'), id: fc.nat(99) }),
    { weight: 3, arbitrary: fc.record({ of: fc.constant('gate'), id: fc.nat(99), step: tie('plan') }) },
    fc.record({ of: fc.constant('wrapper'), kind: fc.constantFrom(...wrappers), step: tie('plan') }),
    fc.record({
      of: fc.constant('many'),
      kind: fc.constantFrom(...manies),
      steps: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const busy = Object.assign(new Error('busy'), { status: 503 });
const sum = (all: readonly number[]): number => all.reduce((total, n) => total + n, 0) % 1009;
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** What is decided about a gate: the same whoever is asked, and when. */
function decisionOn(id: number, input: number): Decision {
  switch ((id + input) % 4) {
    case 0:
      return { kind: 'edit', input: input + 5 };
    case 1:
      return { kind: 'skip' };
    default:
      return { kind: 'continue' };
  }
}

interface Made {
  readonly step: Step;
  /** Notes each effect of a step. */
  readonly effects: string[];
}

/** @param asks - Whether each gate is decided about at once. */
function make(of: Plan, asks: boolean, effects: string[]): Made {
  const build = (one: Plan, way: string): Step => {
    switch (one.of) {
      case 'leaf':
        return async (n) => {
          await Promise.resolve();
          effects.push(`${way} ${n}`);
          return (n * 3 + one.id) % 1009;
        };
      case 'flaky':
        return (n, { step }) => {
          let attempts = 0;
          const tried = (m: number): number => {
            effects.push(`${way} ${m}`);
            if (attempts++ === 0) throw busy;
            return (m * 7 + one.id) % 1009;
          };
          return step('inner', retry(tried, { baseMs: 0, jitter: 'none' }), n);
        };
      case 'gate':
        return approval(build(one.step, `${way}g`), {
          name: String(one.id),
          input: isNumber,
          onSkip: (n) => n + 1,
          ask: ({ input }) => (asks ? decisionOn(one.id, input) : undefined),
        });
      case 'wrapper':
        return wrapped(one.kind, build(one.step, `${way}w`), (done) => effects.push(`${way} ${done}`));
      case 'many':
        return joined(
          one.kind,
          one.steps.map((each, at) => build(each, `${way}${at}`)),
        );
    }
  };
  return { step: build(of, ''), effects };
}

function wrapped(kind: (typeof wrappers)[number], step: Step, note: (done: string) => void): Step {
  switch (kind) {
    case 'timeout':
      return timeout(step, 60_000);
    case 'bulkhead':
      return bulkhead(step, { concurrency: 1, queue: 100 });
    case 'circuitBreaker':
      return circuitBreaker(step, { trip: { failures: 1 }, countError: () => true });
    case 'loop':
      return loop(step, { until: (_, iteration) => iteration === 1, maxIterations: 3 });
    case 'saga':
      return saga(sagaStep('only', step, () => undefined));
    case 'undone':
      return fallback(
        saga(
          sagaStep(
            'charge',
            (n: number) => {
              note(`charge ${n}`);
              return n + 1;
            },
            (charged) => note(`undo ${charged}`),
          ),
          sagaStep('step', step, (output) => note(`undo step ${output}`)),
          sagaStep(
            'check',
            (n: number) => {
              if (n % 2 === 1) throw busy;
              return n;
            },
            () => undefined,
          ),
        ),
        (n: number) => {
          note(`instead ${n}`);
          return n + 2;
        },
      );
    case 'fallback':
      return fallback(() => {
        throw busy;
      }, step);
    case 'forEach':
      return sequential((n: number) => [n, n + 1, n + 2], forEach(step, { concurrency: 2 }), sum);
  }
}

function joined(kind: (typeof manies)[number], steps: readonly Step[]): Step {
  const [first, second = first, third = second] = steps as [Step, Step?, Step?];
  switch (kind) {
    case 'sequential':
      return sequential(first, second, third);
    case 'parallel':
      return sequential(parallel(steps), sum);
    case 'narrow':
      return sequential(parallel(steps, { concurrency: 1, onError: 'wait-all' }), sum);
    case 'settle':
      return sequential(settle(steps), (all) => sum(all.map((one) => (one.ok ? one.value : -1))));
    case 'conditional':
      return conditional((n: number) => n % 2 === 0, first, second);
    case 'switchOn':
      return switchOn((n: number) => (n % 2 === 0 ? 'even' : 'odd'), { even: first, odd: second });
    case 'router':
      return router({
        routes: { a: first, b: second },
        select: (n: number) => (n % 2 === 0 ? 'a' : 'b'),
      });
  }
}

describe('a run that waits', () => {
  it('comes to the same as one that is decided about at once, with every effect exactly once', async () => {
    let waited = 0;
    await fc.assert(
      fc.asyncProperty(plan, fc.nat(1000), fc.integer(), async (of, input, seed) => {
        const atOnce = make(of, true, []);
        const expected = await resumable(atOnce.step, { name: 'w' }).execute(input);

        const random = seededRandom(seed);
        const effects: string[] = [];
        const process = () => resumable(make(of, false, effects).step, { name: 'w' });
        let running = process().execute(input);
        let output: number | undefined;
        while (output === undefined) {
          try {
            output = await running;
          } catch (error) {
            if (!(error instanceof SuspendedError)) throw error;
            waited++;
            const { token, requests } = error;
            const order = requests.toSorted(() => random.next() - 0.5);
            const decided = order.slice(0, 1 + Math.floor(random.next() * order.length));
            const decisions = decided.map(
              ({ id, name, input: given }) => [id, decisionOn(Number(name), given as number)] as const,
            );
            running = process().resume(token, Object.fromEntries(decisions));
          }
        }
        expect(output).toBe(expected);
        expect(effects.toSorted()).toEqual(atOnce.effects.toSorted());
      }),
      { numRuns: 250 },
    );
    expect(waited).toBeGreaterThan(200);
  });
});
