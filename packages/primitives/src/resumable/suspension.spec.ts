import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { type PrimitiveLike, type RunScope } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { approval } from '../approval/approval.ts';
import type { Decision } from '../approval/decision.ts';
import { bulkhead } from '../bulkhead.ts';
import { cache } from '../cache/cache.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { conditional } from '../conditional.ts';
import { dedupe } from '../dedupe.ts';
import { fallback } from '../fallback.ts';
import { forEach } from '../for-each.ts';
import { hedge } from '../hedge.ts';
import { match } from '../match.ts';
import { parallel } from '../parallel.ts';
import { race } from '../race.ts';
import { rateLimit } from '../rate-limit/rate-limit.ts';
import { retry } from '../retry.ts';
import { router } from '../router/router.ts';
import { saga } from '../saga/saga.ts';
import { sagaStep } from '../saga/saga-step.ts';
import { sequential } from '../sequential.ts';
import { settle } from '../settle.ts';
import { switchOn } from '../switch-on/switch-on.ts';
import { timeout } from '../timeout.ts';
import { resumable } from './resumable.ts';
import { SuspendedError } from './suspended-error.ts';

const yes: Decision = { kind: 'continue' };
const busy = Object.assign(new Error('503 Service Unavailable'), { status: 503 });

/** A step that waits, and what it was run with. */
function gated(name = 'pay') {
  const calls: number[] = [];
  const step = approval(
    (n: number) => {
      calls.push(n);
      return n * 2;
    },
    { name },
  );
  return { step, calls };
}

async function suspensionOf(run: Promise<unknown>): Promise<SuspendedError> {
  const error = await run.then(
    (value) => new Error(`it was not suspended, and gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof SuspendedError) return error;
  throw error;
}

/** Runs it until it waits, and goes on with every request that there is. */
async function goOn<I, O>(workflow: PrimitiveLike<I, O>, input: I): Promise<O> {
  const waits = resumable(workflow);
  const { token, requests } = await suspensionOf(waits.execute(input));
  return waits.resume(token, Object.fromEntries(requests.map(({ id }) => [id, yes])));
}

describe('a step that waits for a decision', () => {
  it.each<[string, (step: PrimitiveLike<number, number>) => PrimitiveLike<number, unknown>, unknown]>([
    ['retry', (step) => retry(step, { retryOn: () => true }), 8],
    ['fallback', (step) => fallback(step, { step: () => 0, when: () => true }), 8],
    ['timeout', (step) => timeout(step, 1000), 8],
    ['a cooperative timeout', (step) => timeout(step, { ms: 1000, strategy: 'cooperative' }), 8],
    ['circuitBreaker', (step) => circuitBreaker(step, { trip: { failures: 1 }, countError: () => true }), 8],
    ['bulkhead', (step) => bulkhead(step, { concurrency: 1 }), 8],
    ['rateLimit', (step) => rateLimit(step, { limit: 9, windowMs: 1000 }), 8],
    ['cache', (step) => cache(step, { key: String, negativeTtlMs: 1000, staleIfErrorMs: 1000 }), 8],
    ['dedupe', (step) => dedupe(step, { key: String }), 8],
    ['hedge', (step) => hedge(step, { idempotent: true, afterMs: 1000 }), 8],
    ['race', (step) => race([step]), { winner: 0, value: 8 }],
    ['parallel', (step) => parallel([step]), [8]],
    ['a parallel that waits for all', (step) => parallel([step], { onError: 'wait-all' }), [8]],
    ['settle', (step) => settle([step]), [{ ok: true, value: 8, traceId: undefined }]],
    ['router', (step) => router({ routes: { only: step }, select: () => 'only' }), 8],
    ['conditional', (step) => conditional(() => true, step), 8],
    [
      'the else of conditional',
      (step) =>
        conditional(
          () => false,
          (n: number) => n,
          step,
        ),
      8,
    ],
    ['switchOn', (step) => switchOn(() => 'one', { one: step }), 8],
    ['saga', (step) => saga(sagaStep('pay', step, () => undefined)), 8],
  ])('is waited for by %s, which goes on from there', async (_, around, output) => {
    const { step, calls } = gated();
    expect(await goOn(around(step), 4)).toEqual(output);
    expect(calls).toEqual([4]);
  });

  it(
    'is no failure to what is around it',
    observed(async (trace) => {
      const { step } = gated();
      const guarded = circuitBreaker(step, { trip: { failures: 1 }, countError: () => true });
      const asked: unknown[] = [];
      const retryOn = (error: unknown): boolean => asked.push(error) > 0;
      const undone = mockPrimitive<number, void>('undo').returns(undefined);
      const remembered = cache(guarded, { key: String, negativeTtlMs: 60_000 });
      const tried = fallback(retry(remembered, { retryOn }), { step: () => 0, when: retryOn });
      const workflow = resumable(
        saga(
          sagaStep('plan', (n: number) => n + 1, undone as PrimitiveLike<number, unknown>),
          sagaStep('pay', tried, () => undefined),
        ),
      );
      const { token } = await suspensionOf(workflow.execute(1));
      expect(asked).toEqual([]);
      expect(undone.calls).toEqual([]);
      expect(guarded.state).toBe('closed');
      expect(remembered.stats()).toMatchObject({ size: 0, inFlight: 0 });
      for (const { attributes, events, failed } of trace.spans) {
        expect(failed).toBe(false);
        expect(attributes).not.toHaveProperty(['error.type']);
        expect(events.filter(({ name }) => name.startsWith('recovery.') || name === 'exception')).toEqual([]);
      }
      expect(trace).toHaveNoErrors();
      expect(await workflow.resume(token, yes)).toBe(4);
      expect(undone.calls).toEqual([]);
    }),
  );

  it('has its saga undone when it is refused, with what its steps returned before the run waited', async () => {
    const undone: number[] = [];
    const { step } = gated();
    const workflow = resumable(
      saga(
        sagaStep(
          'plan',
          (n: number) => n + 1,
          (planned: number) => void undone.push(planned),
        ),
        sagaStep('pay', step, () => undefined),
      ),
    );
    const { token } = await suspensionOf(workflow.execute(1));
    await expect(workflow.resume(token, { kind: 'quit' })).rejects.toMatchObject({
      code: 'OBS_ERR_APPROVAL_REFUSED',
    });
    expect(undone).toEqual([2]);
  });

  it(
    'does not abort its siblings: they come to their end, and what fails among them is what the run fails with',
    observed(
      async (trace) => {
        const { step } = gated();
        const slow = mockPrimitive<number, string>('slow').runs(
          (_, { clock }) => new Promise((resolve) => clock.timer(50, () => resolve('slow'), true)),
        );
        const both = resumable(parallel({ step, slow }));
        const running = suspensionOf(both.execute(1));
        await trace.clock.advance(50);
        const { token } = await running;
        expect(slow.calls).toHaveLength(1);
        expect(await both.resume(token, yes)).toEqual({ step: 2, slow: 'slow' });
        expect(slow.calls).toHaveLength(1);

        const failed = resumable(parallel({ step, bad: mockPrimitive<number, string>('bad').fails(busy) }));
        await expect(failed.execute(1)).rejects.toBe(busy);
        const all = parallel(
          { step, bad: mockPrimitive<number, string>('bad').fails(busy) },
          { onError: 'wait-all' },
        );
        const waiting = await suspensionOf(resumable(all).execute(1));
        await expect(resumable(all).resume(waiting.token, yes)).rejects.toMatchObject({
          code: 'OBS_ERR_PARALLEL',
        });
      },
      { clock: 'manual' },
    ),
  );

  it('has the items of forEach that wait asked for together, however few run at a time', async () => {
    const { step, calls } = gated();
    const isEven = (n: number): boolean => n % 2 === 0;
    const plain: number[] = [];
    const other = (n: number): number => (plain.push(n), n);
    const workflow = resumable(forEach(conditional(isEven, step, other), { concurrency: 2 }));
    const { token, requests } = await suspensionOf(workflow.execute([1, 2, 3, 4, 5, 6]));
    expect(requests.map(({ input }) => input)).toEqual([2, 4, 6]);
    expect(plain).toEqual([1, 3, 5]);
    const [two, four, six] = requests.map(({ id }) => id) as [string, string, string];
    const second = await suspensionOf(workflow.resume(token, { [six]: yes, [two]: yes }));
    expect(second.requests.map(({ id }) => id)).toEqual([four]);
    expect(await workflow.resume(second.token, yes)).toEqual([1, 4, 3, 8, 5, 12]);
    expect(calls).toEqual([2, 6, 4]);
    expect(plain).toEqual([1, 3, 5]);
  });

  it('settles with the failures of the others, when it has been decided about', async () => {
    const { step } = gated();
    const bad = mockPrimitive<number, string>('bad').fails(busy);
    const [one, two] = await goOn(settle([step, bad]), 1);
    expect(one).toMatchObject({ ok: true, value: 2 });
    expect(two).toMatchObject({ ok: false, error: { message: busy.message, category: 'transient' } });
    expect(bad.calls).toHaveLength(1);
  });

  it('loses a race against one that answers, and is waited for where all others have failed', async () => {
    const { step, calls } = gated();
    expect(await resumable(race([step, () => 7])).execute(1)).toEqual({ winner: 1, value: 7 });
    const bad = mockPrimitive<number, number>('bad').fails(busy);
    expect(await goOn(race([bad, step]), 1)).toEqual({ winner: 1, value: 2 });
    expect([bad.calls.length, calls]).toEqual([1, [1]]);
    const { step: other } = gated('other');
    const both = resumable(race({ step, other }));
    const { token, requests } = await suspensionOf(both.execute(3));
    const second = requests.find(({ name }) => name === 'other');
    expect(await both.resume(token, { [second?.id as string]: yes })).toEqual({ winner: 'other', value: 6 });
  });

  it(
    'begins no hedge, and loses against one that has begun',
    observed(
      async (trace) => {
        const { step } = gated();
        const waits = resumable(hedge(step, { idempotent: true, afterMs: 10 }));
        await suspensionOf(waits.execute(1));
        await trace.clock.advance(100);
        expect(trace.spans.some(({ name }) => name.endsWith('attempt_2'))).toBe(false);

        let attempts = 0;
        const later = async (n: number, scope: RunScope): Promise<number> => {
          attempts++;
          if (attempts > 1) {
            await new Promise<void>((resolve) => scope.clock.timer(50, resolve, true));
            if (n > 1) throw busy;
            return n;
          }
          await new Promise<void>((resolve) => scope.clock.timer(n > 2 ? 80 : 20, resolve, true));
          return scope.step('inner', step, n);
        };
        const hedged = resumable(hedge(later, { idempotent: true, afterMs: 10, budgetRatio: 1 }));
        const won = hedged.execute(1);
        await trace.clock.advance(60);
        expect(await won).toBe(1);
        attempts = 0;
        const lost = suspensionOf(hedged.execute(2));
        await trace.clock.advance(60);
        expect((await lost).requests).toHaveLength(1);
        attempts = 0;
        const failedBefore = suspensionOf(hedged.execute(3));
        await trace.clock.advance(80);
        expect((await failedBefore).requests).toHaveLength(1);
      },
      { clock: 'manual' },
    ),
  );

  it('is asked for by each of those who share a run', async () => {
    const { step, calls } = gated();
    const cached = cache(step, { key: String, costPerCallUsd: 1 });
    for (const around of [dedupe(step, { key: String }), cached]) {
      calls.length = 0;
      const workflow = resumable(around);
      const waiting = await Promise.all([1, 1, 1].map(async (n) => suspensionOf(workflow.execute(n))));
      expect(new Set(waiting.map(({ requests }) => requests[0]?.id)).size).toBe(3);
      const outputs = [];
      for (const { token } of waiting) outputs.push(await workflow.resume(token, yes));
      expect(outputs).toEqual([2, 2, 2]);
    }
    // What one of them got then, a cache gives to the others.
    expect(calls).toEqual([1]);
    expect(cached.stats()).toMatchObject({ joined: 0, savedUsd: 2 });
  });

  it(
    'is not tried again, nor waited for, where an earlier attempt had failed before the run waited',
    observed(
      async (trace) => {
        const seen: unknown[] = [];
        const { step, calls } = gated();
        let attempts = 0;
        const flaky = async (n: number, scope: RunScope): Promise<number> => {
          if (++attempts < 3) throw busy;
          return scope.step('inner', step, n);
        };
        const tried = retry(flaky, {
          retryOn: (error) => (seen.push(error), error === busy),
          jitter: 'none',
        });
        const workflow = resumable(tried);
        const running = suspensionOf(workflow.execute(1));
        await trace.clock.advance(10_000);
        const { token } = await running;
        expect(seen).toEqual([busy, busy]);
        expect(await workflow.resume(token, yes)).toBe(2);
        expect([attempts, calls, seen.length]).toEqual([4, [1], 2]);
        expect(trace).toHaveMetric('recovery.events', { value: 2, labels: { 'recovery.kind': 'retry' } });
      },
      { clock: 'manual' },
    ),
  );

  it('goes on in the alternative that was taken, without asking again whether it takes the error', async () => {
    const { step, calls } = gated();
    const asked: unknown[] = [];
    const bad = mockPrimitive<number, number>('bad').fails(busy);
    const workflow = fallback(
      bad,
      { step: () => 0, when: () => false },
      { step, when: (error) => (asked.push(error), error === busy) },
    );
    expect(await goOn(workflow, 4)).toBe(8);
    expect([asked, calls, bad.calls.length]).toEqual([[busy], [4], 1]);
  });

  it('goes on in the way that was chosen, without choosing again', async () => {
    const { step, calls } = gated();
    let asked = 0;
    const first = (): boolean => ++asked === 1;
    const firstKey = (): 'a' | 'b' => (++asked === 1 ? 'a' : 'b');
    const other = (): number => -1;
    for (const workflow of [
      conditional(first, step, other),
      conditional(() => !first(), other, step),
      switchOn(firstKey, { a: step, b: other }),
      switchOn(() => (++asked === 1 ? 'x' : 'b'), { b: other }, step),
      router({ routes: { a: step, b: other }, select: firstKey }),
      router({ routes: { a: step, b: other }, select: 'fastest' }),
    ] as PrimitiveLike<number, number>[]) {
      asked = 0;
      expect(await goOn(workflow, 4)).toBe(8);
      expect(asked).toBeLessThanOrEqual(1);
    }
    expect(calls).toEqual([4, 4, 4, 4, 4, 4]);
    const { step: paid } = gated();
    const kinds = match<{ kind: 'a'; n: number } | { kind: 'b' }>().on('kind', {
      a: sequential(({ n }: { n: number }) => n, paid),
      b: other,
    });
    expect(await goOn(kinds, { kind: 'a', n: 4 })).toBe(8);
  });

  it('is no failure of its route', async () => {
    const { step } = gated();
    const routes = router({ routes: { a: step }, select: 'least-errors' });
    await suspensionOf(resumable(routes).execute(1));
    expect(routes.stats().a).toMatchObject({ errorRate: 0 });
  });

  it('has no time limit while it waits: only while its process runs', async () => {
    const clock = new ManualClock();
    const { step } = gated();
    const workflow = resumable(timeout(step, 1000));
    const { token } = await suspensionOf(workflow.execute(1));
    await clock.advance(5000);
    expect(await workflow.resume(token, yes)).toBe(2);
  });

  it('is waited for also in a function of the program, which passes it on', async () => {
    const { step } = gated();
    const before: number[] = [];
    const workflow = sequential(async (n: number, scope: RunScope) => {
      const one = await scope.step('inner', (m: number) => (before.push(m), m + 1), n);
      return scope.step('inner', step, one);
    });
    expect(await goOn(workflow, 1)).toBe(4);
    expect(before).toEqual([1]);
  });
});
