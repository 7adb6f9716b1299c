import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ManualClock } from '@tta/obs-context/manual';
import type { PrimitiveLike, RunScope } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { lambda } from '../lambda.ts';
import { parallel } from '../parallel.ts';
import { timeout } from '../timeout.ts';
import { CompensationError } from './compensation-error.ts';
import { sagaStep } from './saga-step.ts';
import { saga, type SagaOptions } from './saga.ts';

const declined = Object.assign(new Error('card declined'), { status: 422 });
const unavailable = Object.assign(new Error('503 Service Unavailable'), { status: 503 });

/** Three steps of which the third fails, or does what it is told; what was undone is in `undone`. */
function checkout(pay: PrimitiveLike<string, string>, undo: Partial<Record<string, unknown>> = {}) {
  const undone: string[] = [];
  const steps = {
    reserve: sagaStep(
      'reserve',
      lambda('reserve', (order: string) => `${order} reserved`),
      (undo['reserve'] as PrimitiveLike<string, unknown>) ??
        lambda('release', (done: string) => undone.push(done)),
    ),
    charge: sagaStep(
      'charge',
      lambda('charge', (reserved: string) => `${reserved}, charged`),
      (undo['charge'] as PrimitiveLike<string, unknown>) ??
        lambda('refund', (done: string) => undone.push(done)),
    ),
    pay: sagaStep('pay', pay, (done: string) => undone.push(done)),
  };
  const make = (options: SagaOptions = {}) =>
    saga(steps.reserve, steps.charge, steps.pay, { name: 'checkout', ...options });
  return { undone, make };
}

/** Lets time pass until the run has ended. */
async function ended<T>(running: Promise<T>, clock: Pick<ManualClock, 'advance' | 'nextTimerInMs'>) {
  let isEnded = false;
  const mark = (): void => {
    isEnded = true;
  };
  running.then(mark, mark);
  await clock.advance(0);
  for (let turn = 0; !isEnded && turn < 1000; turn++) await clock.advance(clock.nextTimerInMs ?? 0);
  return running;
}

describe('saga', () => {
  it(
    'hands the output of each step to the next, and undoes nothing where all succeed',
    observed(async (trace) => {
      const { make, undone } = checkout(lambda('pay', (charged: string) => `${charged}, paid`));
      expect(await make().execute('tea')).toBe('tea reserved, charged, paid');
      expect(undone).toEqual([]);
      expect(trace).toHaveSpanTree(`
        primitive.saga.execute "checkout" success
        ├─ primitive.saga.forward_reserve "reserve" success
        │  └─ primitive.lambda.execute "reserve" success
        ├─ primitive.saga.forward_charge "charge" success
        │  └─ primitive.lambda.execute "charge" success
        └─ primitive.saga.forward_pay "pay" success
           └─ primitive.lambda.execute "pay" success
      `);
      expect(trace.span('primitive.saga.forward_charge').attributes).toMatchObject({
        'step.index': 1,
        'step.total_steps': 3,
      });
      expect(trace).toHaveCompensated([]);
      expect(trace).not.toHaveMetric('recovery.events');
    }),
  );

  it(
    'undoes what was done, the last first, each by its output, and throws what it failed with',
    observed(async (trace) => {
      const { make, undone } = checkout(mockPrimitive<string, string>('pay').fails(declined));
      await expect(make().execute('tea')).rejects.toBe(declined);
      expect(undone).toEqual(['tea reserved, charged', 'tea reserved']);
      expect(trace).toHaveSpanTree(`
        primitive.saga.execute "checkout" error
        ├─ primitive.saga.forward_reserve "reserve" success
        │  └─ primitive.lambda.execute "reserve" success
        ├─ primitive.saga.forward_charge "charge" success
        │  └─ primitive.lambda.execute "charge" success
        ├─ primitive.saga.forward_pay "pay" error
        │  └─ primitive.mock.execute "pay" error
        ├─ primitive.saga.compensate_charge "refund" success
        │  └─ primitive.lambda.execute "refund" success
        └─ primitive.saga.compensate_reserve "release" success
           └─ primitive.lambda.execute "release" success
      `);
      expect(trace).toHaveCompensated(['charge', 'reserve']);
      expect(trace.span('primitive.saga.compensate_charge').attributes).toMatchObject({
        'step.index': 1,
        'step.total_steps': 3,
      });
      const told = { 'error.message': 'card declined', 'error.category': 'validation' };
      expect(trace.span('primitive.saga.execute').events).toMatchObject([
        { name: 'recovery.compensation', attributes: { ...told, 'saga.step': 'charge' } },
        { name: 'recovery.compensation', attributes: { ...told, 'saga.step': 'reserve' } },
      ]);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'checkout', 'recovery.kind': 'compensation' }, value: 2 },
      ]);
      expect(trace).toHaveLogged({ level: 'warn', message: /^checkout: compensation$/ });
    }),
  );

  it('does not undo the step that failed, nor anything where it is the first', async () => {
    const undo = mockPrimitive<string, void>('undo');
    const only = saga(sagaStep('only', mockPrimitive<string, string>('fail').fails(declined), undo));
    await expect(only.execute('tea')).rejects.toBe(declined);
    expect(undo.calls).toEqual([]);
  });

  it('is called by its option, else by its type', () => {
    const step = sagaStep(
      'one',
      (n: number) => n,
      () => undefined,
    );
    expect([saga(step).name, saga(step, { name: 'mine' }).name]).toEqual(['saga', 'mine']);
  });

  it('keeps the steps of runs at the same time apart', async () => {
    const undone: string[] = [];
    const first = sagaStep(
      'first',
      async (id: string) => id,
      (id) => undone.push(id),
    );
    const second = sagaStep(
      'second',
      async (id: string) => (id === 'b' ? Promise.reject(declined) : id),
      (id) => undone.push(id),
    );
    const both = saga(first, second);
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => both.tryExecute(id)));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(undone).toEqual(['b']);
  });

  it(
    'undoes a saga inside it by the step that it is',
    observed(async (trace) => {
      const { make, undone } = checkout((charged: string) => charged);
      const undo = mockPrimitive<string, number>('undo all').returns(1);
      const trip = saga(
        sagaStep('checkout', make(), undo),
        sagaStep('travel', mockPrimitive<string, string>('travel').fails(declined), () => undefined),
      );
      await expect(trip.execute('tea')).rejects.toBe(declined);
      expect(undo.lastCall?.input).toBe('tea reserved, charged');
      expect(undone).toEqual([]);
      expect(trace).toHaveCompensated(['checkout']);
    }),
  );
});

describe('a saga that is cancelled', () => {
  it(
    'undoes what was done under a signal that is not aborted',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const signals: AbortSignal[] = [];
        const release = (_: string, { signal, context }: RunScope): void => {
          signals.push(signal);
          expect(signal.aborted).toBe(false);
          expect(context.userId).toBe('u-1');
        };
        const { make, undone } = checkout(faults.hang(), { reserve: release });
        const running = make().execute('tea', { signal: caller.signal, userId: 'u-1' });
        await trace.clock.advance(1);
        const reason = new Error('stop');
        caller.abort(reason);
        await expect(running).rejects.toBe(reason);
        expect(undone).toEqual(['tea reserved, charged']);
        expect(signals).toHaveLength(1);
        expect(trace).toHaveCompensated(['charge', 'reserve']);
        expect(trace).toHaveSpan({ span: 'primitive.saga.execute', outcome: 'cancelled' });
        expect(trace).toHaveSpan({ span: 'primitive.saga.forward_pay', outcome: 'cancelled' });
        expect(trace.clock.pendingTimers).toBe(0);
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        expect(trace).toHaveNoErrors();
      },
      { clock: 'manual' },
    ),
  );

  it(
    'begins no further step, and undoes the one that succeeded all the same',
    observed(async (trace) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const { make, undone } = checkout((charged: string) => {
        caller.abort(reason);
        return `${charged}, paid`;
      });
      await expect(make().execute('tea', { signal: caller.signal })).rejects.toBe(reason);
      expect(undone).toEqual(['tea reserved, charged, paid', 'tea reserved, charged', 'tea reserved']);
      expect(trace).toHaveCompensated(['pay', 'charge', 'reserve']);
      expect(trace).toHaveSpan({ span: 'primitive.saga.execute', outcome: 'cancelled' });

      const early = new AbortController();
      const next = mockPrimitive<string, string>('next');
      const twoSteps = saga(
        sagaStep(
          'one',
          (order: string) => {
            early.abort(reason);
            return order;
          },
          (order) => undone.push(`${order} undone`),
        ),
        sagaStep('two', next, () => undefined),
      );
      await expect(twoSteps.execute('tea', { signal: early.signal })).rejects.toBe(reason);
      expect(next.calls).toEqual([]);
      expect(trace).not.toHaveSpan({ span: 'primitive.saga.forward_two' });
      expect(undone.at(-1)).toBe('tea undone');
    }),
  );

  it(
    'by a time limit around it is undone when the limit has passed, whoever waits for it',
    observed(
      async (trace) => {
        const slowly = async (_: string, { clock }: RunScope) => {
          await new Promise<void>((resolve) => clock.timer(20, resolve));
        };
        const { make } = checkout(faults.hang(), { charge: lambda('refund', slowly) });
        const running = timeout(make(), { ms: 100 }).tryExecute('tea');
        await trace.clock.advance(100);
        expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
        await trace.clock.advance(20);
        expect(trace).toHaveCompensated(['charge', 'reserve']);
        expect(trace.span('primitive.saga.compensate_charge').attributes).not.toHaveProperty(
          'execution.abandoned',
        );
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace).toHaveMetric('recovery.events', {
          value: 2,
          labels: { 'recovery.kind': 'compensation' },
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'by a time limit that passes while it is undone goes on with that, and tells it',
    observed(
      async (trace) => {
        const failing = faults.delay(90, (_: string) => Promise.reject(declined));
        const slowly = faults.delay(20, mockPrimitive<string, string>('refund').returns('refunded'));
        const { make } = checkout(failing, { charge: slowly });
        const running = timeout(make(), { ms: 100 }).tryExecute('tea');
        await trace.clock.advance(100);
        expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
        expect(trace).toHaveCompensated([]);
        await trace.clock.advance(10);
        expect(trace).toHaveCompensated(['charge', 'reserve']);
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'by a time limit that is cooperative has been undone when the limit throws',
    observed(
      async (trace) => {
        const { make, undone } = checkout(faults.hang());
        const limited = timeout(make(), { ms: 100, strategy: 'cooperative' });
        expect(await ended(limited.tryExecute('tea'), trace.clock)).toMatchObject({
          ok: false,
          info: { code: 'OBS_ERR_TIMEOUT' },
        });
        expect(undone).toEqual(['tea reserved, charged', 'tea reserved']);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'by the failure of a branch beside it is undone',
    observed(
      async (trace) => {
        const { make, undone } = checkout(faults.hang());
        const failing = faults.delay(10, (_: string) => Promise.reject(declined));
        await expect(ended(parallel({ order: make(), failing }).execute('tea'), trace.clock)).rejects.toBe(
          declined,
        );
        expect(undone).toEqual(['tea reserved, charged', 'tea reserved']);
        expect(trace).toHaveCompensated(['charge', 'reserve']);
      },
      { clock: 'manual' },
    ),
  );
});

describe('undoing a step', () => {
  const fails = (error: Error, times: number) =>
    mockPrimitive<string, string>('undo').fails(error, { times }).returns('undone');
  const pay = () => mockPrimitive<string, string>('pay').fails(declined);

  it(
    'is tried again after a growing wait, and told',
    observed(
      async (trace) => {
        const undo = fails(unavailable, 3);
        const { make } = checkout(pay(), { charge: undo });
        const running = make().tryExecute('tea');
        await trace.clock.advance(0);
        const waits: (number | undefined)[] = [];
        for (let attempt = 1; attempt <= 3; attempt++) {
          expect(undo.calls).toHaveLength(attempt);
          const waitMs = trace.clock.nextTimerInMs ?? 0;
          waits.push(waitMs);
          await trace.clock.advance(waitMs);
        }
        expect(await running).toMatchObject({ ok: false, error: declined });
        expect(waits).toEqual([500, 1000, 2000]);
        expect(trace).toHaveCompensated(['charge', 'reserve']);
        expect(trace).toHaveSpan('primitive.saga.compensate_charge "undo" error', 3);
        expect(trace).toHaveSpan('primitive.saga.compensate_charge "undo" success', 1);
        const retries = trace
          .span('primitive.saga.execute')
          .events.filter(({ name }) => name === 'recovery.retry');
        expect(retries.map(({ attributes }) => attributes)).toMatchObject([
          {
            'saga.step': 'charge',
            'retry.attempt': 1,
            'retry.backoff_ms': 500,
            'retry.reason': 'transient',
            'retry.after_header': false,
            'error.message': '503 Service Unavailable',
          },
          { 'retry.attempt': 2, 'retry.backoff_ms': 1000 },
          { 'retry.attempt': 3, 'retry.backoff_ms': 2000 },
        ]);
      },
      { clock: 'manual', random: { next: () => 0.5, uuid: () => 'id' } },
    ),
  );

  it(
    'waits as long as the other side asks',
    observed(
      async (trace) => {
        const undo = fails(Object.assign(new Error('busy'), { status: 429, retryAfterMs: 1234 }), 1);
        const { make } = checkout(pay(), { reserve: undo });
        const running = make().tryExecute('tea');
        await trace.clock.advance(1233);
        expect(undo.calls).toHaveLength(1);
        await trace.clock.advance(1);
        expect(await running).toMatchObject({ ok: false, error: declined });
        expect(undo.calls).toHaveLength(2);
        expect(trace.span('primitive.saga.execute').events[1]?.attributes).toMatchObject({
          'retry.backoff_ms': 1234,
          'retry.after_header': true,
        });
      },
      { clock: 'manual' },
    ),
  );

  it.each([
    [{ undoRetries: 0 }, unavailable, 1],
    [{ undoRetries: 1 }, unavailable, 2],
    [{}, unavailable, 4],
    [{}, declined, 1],
  ])(
    'with %j is given up when it goes on failing with "%s", and the others are undone',
    observed(
      async (trace, options: SagaOptions, failure: Error, calls: number) => {
        const undo = fails(failure, 10);
        const { make, undone } = checkout(pay(), { charge: undo });
        const outcome = await ended(make(options).tryExecute('tea'), trace.clock);
        if (outcome.ok) throw new Error('it succeeded');
        const { error } = outcome;
        if (!(error instanceof CompensationError)) throw error;
        expect(error).toMatchObject({
          code: 'OBS_ERR_COMPENSATION',
          category: 'permanent',
          severity: 'critical',
          recoverable: false,
          message: `"checkout" could not undo 1 of 2 steps: charge (${failure.message}); it had failed with: card declined`,
        });
        expect(error.cause).toBe(declined);
        expect([...error.undoFailures]).toEqual([['charge', failure]]);
        expect(undo.calls).toHaveLength(calls);
        expect(undone).toEqual(['tea reserved']);
        expect(trace).toHaveCompensated(['reserve']);
        expect(trace).toHaveSpan({
          span: 'primitive.saga.execute',
          outcome: 'error',
          attributes: { 'error.code': 'OBS_ERR_COMPENSATION', 'error.severity': 'critical' },
          events: [
            {
              name: 'recovery.compensation_failed',
              attributes: { 'saga.step': 'charge', 'error.message': failure.message },
            },
            'recovery.compensation',
            'exception',
          ],
        });
        expect(trace).toHaveMetric('recovery.events', {
          value: 1,
          labels: { 'primitive.name': 'checkout', 'recovery.kind': 'compensation_failed' },
        });
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is tried again after a wait also when the run was cancelled',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const undo = fails(unavailable, 1);
        const { make } = checkout(faults.hang(), { charge: undo });
        const running = make().tryExecute('tea', { signal: caller.signal });
        await trace.clock.advance(0);
        const reason = new Error('stop');
        caller.abort(reason);
        await trace.clock.advance(249);
        expect(undo.calls).toHaveLength(1);
        await trace.clock.advance(501);
        expect(await running).toMatchObject({ ok: false, error: reason });
        expect(undo.calls).toHaveLength(2);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has no time left where the others took it all, and is begun all the same',
    observed(
      async (trace) => {
        const { clock } = trace;
        const blocking = (): void => clock.spend(20_000);
        const quick = checkout(pay(), { charge: blocking });
        const outcome = await ended(quick.make({ undoTimeoutMs: 10_000 }).tryExecute('tea'), clock);
        expect(outcome).toMatchObject({ ok: false, error: declined });
        expect(quick.undone).toEqual(['tea reserved']);
        const slow = checkout(pay(), { charge: blocking, reserve: faults.hang() });
        expect(await ended(slow.make({ undoTimeoutMs: 10_000 }).tryExecute('tea'), clock)).toMatchObject({
          error: {
            message:
              '"checkout" could not undo 1 of 2 steps: reserve ("compensate_reserve" did not end within 0 ms); it had failed with: card declined',
          },
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'that fails after the run was cancelled is thrown too, with the reason as its cause',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const { make } = checkout(faults.hang(), { charge: fails(declined, 1) });
        const running = make().tryExecute('tea', { signal: caller.signal });
        await trace.clock.advance(0);
        const reason = new Error('stop');
        caller.abort(reason);
        const outcome = await running;
        expect(outcome).toMatchObject({ ok: false, error: { code: 'OBS_ERR_COMPENSATION', cause: reason } });
        expect(trace).toHaveSpan({ span: 'primitive.saga.execute', outcome: 'cancelled' });
        expect(trace).toHaveMetric('recovery.events', {
          value: 1,
          labels: { 'recovery.kind': 'compensation_failed' },
        });
        expect(trace).toHaveLogged({
          level: 'error',
          message: 'checkout: compensation_failed',
          fields: { 'saga.step': 'charge', 'error.message': 'card declined' },
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has its share of the time: one that hangs is aborted, and the others are undone in what is left',
    observed(
      async (trace) => {
        const hanging = mockPrimitive<string, never>('hang').hangs();
        const { make, undone } = checkout(pay(), { charge: hanging });
        const running = make({ undoTimeoutMs: 10_000 }).tryExecute('tea');
        await trace.clock.advance(4999);
        expect(hanging.lastCall?.outcome).toBe('open');
        await trace.clock.advance(1);
        const outcome = await running;
        if (outcome.ok) throw new Error('it succeeded');
        const { undoFailures } = outcome.error as CompensationError;
        expect([...undoFailures.keys()]).toEqual(['charge']);
        expect(undoFailures.get('charge')).toMatchObject({
          code: 'OBS_ERR_TIMEOUT',
          message: '"compensate_charge" did not end within 5000 ms',
        });
        expect(hanging.lastCall?.error).toBe(undoFailures.get('charge'));
        expect(undone).toEqual(['tea reserved']);
        expect(trace).toHaveSpan('primitive.saga.compensate_charge "hang" cancelled');
        expect(trace).not.toHaveMetric('recovery.events', { labels: { 'recovery.kind': 'late_result' } });
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'takes what the others left, a minute by default',
    observed(
      async (trace) => {
        const hanging = mockPrimitive<string, never>('hang').hangs();
        const { make } = checkout(pay(), { reserve: hanging });
        const running = make().tryExecute('tea');
        await trace.clock.advance(59_999);
        expect(hanging.lastCall?.outcome).toBe('open');
        await trace.clock.advance(1);
        expect(await running).toMatchObject({ ok: false, error: { code: 'OBS_ERR_COMPENSATION' } });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'does not wait for an attempt that its time would not allow',
    observed(
      async (trace) => {
        const undo = fails(Object.assign(new Error('busy'), { retryAfterMs: 30_000 }), 1);
        const { make, undone } = checkout(pay(), { charge: undo });
        const running = make().tryExecute('tea');
        await trace.clock.advance(0);
        expect(await running).toMatchObject({
          error: {
            message:
              '"checkout" could not undo 1 of 2 steps: charge (busy); it had failed with: card declined',
          },
        });
        expect(undone).toEqual(['tea reserved']);
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it.each(['success', 'failure'])(
    'that does not heed its signal is left behind, and its late %s is counted',
    observed(
      async (trace, how: string) => {
        const answer = mockPrimitive<string, string>('answer');
        if (how === 'success') answer.returns('undone');
        else answer.fails(unavailable);
        const deaf = faults.delay(700, answer, { ignoresAbort: true });
        const { make } = checkout(pay(), { reserve: deaf });
        const running = make({ undoTimeoutMs: 600 }).tryExecute('tea');
        await trace.clock.advance(600);
        expect(await running).toMatchObject({ ok: false, error: { code: 'OBS_ERR_COMPENSATION' } });
        await trace.clock.advance(100);
        expect(answer.calls).toHaveLength(1);
        expect(trace).toHaveMetric('recovery.events', {
          value: 1,
          labels: { 'recovery.kind': 'late_result' },
        });
        expect(trace).toHaveLogged({
          message: /^checkout: late_result$/,
          fields: { 'error.message': how === 'success' ? undefined : '503 Service Unavailable' },
        });
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'says of one step that it is one',
    observed(
      async () => {
        const one = saga(
          sagaStep(
            'one',
            (n: number) => n,
            () => Promise.reject(declined),
          ),
          sagaStep(
            'two',
            () => Promise.reject(declined),
            () => undefined,
          ),
        );
        await expect(one.execute(1)).rejects.toThrow(
          '"saga" could not undo 1 of 1 step: one (card declined); it had failed with: card declined',
        );
      },
      { clock: 'manual' },
    ),
  );
});

describe('the composition of a saga', () => {
  const make = saga as unknown as (...given: unknown[]) => unknown;
  const step = (name: string) =>
    sagaStep(
      name,
      (n: number) => n,
      () => undefined,
    );

  it.each([
    [[], 'saga needs at least one step'],
    [[{ name: 'only options' }], 'saga needs at least one step'],
    [[step('a'), () => 1], 'saga: step 1 is none; make it by sagaStep(name, forward, compensate)'],
    [[lambda('a', () => 1)], 'saga: step 0 is none; make it by sagaStep(name, forward, compensate)'],
    [[step('a'), null], 'saga: step 1 is none; make it by sagaStep(name, forward, compensate)'],
    [[undefined], 'saga needs at least one step'],
    [
      [step('a'), undefined, step('b')],
      'saga: step 1 is none; make it by sagaStep(name, forward, compensate)',
    ],
    [[{ forward: 1, compensate: 2 }], 'saga: step 0 is none; make it by sagaStep(name, forward, compensate)'],
    [
      [{ ...step('a'), stepName: undefined }],
      'saga: step 0 is none; make it by sagaStep(name, forward, compensate)',
    ],
    [[{ ...step('a'), forward: 1 }], 'saga: step 0 is none; make it by sagaStep(name, forward, compensate)'],
    [
      [step('a'), { ...step('b'), compensate: {} }],
      'saga: step 1 is none; make it by sagaStep(name, forward, compensate)',
    ],
    [[step('a'), {}, step('b')], 'saga: step 1 is none; make it by sagaStep(name, forward, compensate)'],
    [[step('a'), step('b'), step('a')], 'saga: two steps are called "a"; a name is for one step'],
    [[step('a'), { undoRetries: -1 }], 'saga: undoRetries is -1; it has to be a whole number of at least 0'],
    [[step('a'), { undoTimeoutMs: 0 }], 'saga: undoTimeoutMs is 0; it has to be a finite number above 0'],
  ])('is refused for %j', (given, message) => {
    expect(() => make(...given)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it.each([
    [
      ['', () => 1, () => 1],
      "sagaStep: the name is empty; it has to be a text, as in sagaStep('charge', charge, refund)",
    ],
    [
      [() => 1, () => 1],
      "sagaStep: the name is a function; it has to be a text, as in sagaStep('charge', charge, refund)",
    ],
    [
      ['charge', 1, () => 1],
      'sagaStep "charge": forward is a number; a step is a primitive or a function (input, scope) => output',
    ],
    [
      ['charge', () => 1],
      'sagaStep "charge": compensate is undefined; a step is a primitive or a function (input, scope) => output',
    ],
  ])('is refused for the step %j', (given, message) => {
    const makeStep = sagaStep as unknown as (...parts: unknown[]) => unknown;
    expect(() => makeStep(...given)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });
});

describeOutcomes(
  'saga',
  (inner) =>
    saga(
      sagaStep(
        'reserve',
        lambda('reserve', (n: number) => n),
        lambda('release', () => undefined),
      ),
      sagaStep('charge', inner as PrimitiveLike<number, number>, () => undefined),
      { name: 'order' },
    ),
  {
    output: 2,
    success: `
      primitive.saga.execute "order" success
      ├─ primitive.saga.forward_reserve "reserve" success
      │  └─ primitive.lambda.execute "reserve" success
      └─ primitive.saga.forward_charge "step" success
         └─ primitive.mock.execute "step" success
    `,
    error: `
      primitive.saga.execute "order" error
      ├─ primitive.saga.forward_reserve "reserve" success
      │  └─ primitive.lambda.execute "reserve" success
      ├─ primitive.saga.forward_charge "step" error
      │  └─ primitive.mock.execute "step" error
      └─ primitive.saga.compensate_reserve "release" success
         └─ primitive.lambda.execute "release" success
    `,
    timeout: `
      primitive.saga.execute "order" timeout
      ├─ primitive.saga.forward_reserve "reserve" success
      │  └─ primitive.lambda.execute "reserve" success
      ├─ primitive.saga.forward_charge "step" timeout
      │  └─ primitive.timeout.execute "step" timeout
      │     └─ primitive.mock.execute "step" cancelled
      └─ primitive.saga.compensate_reserve "release" success
         └─ primitive.lambda.execute "release" success
    `,
    cancelled: `
      primitive.saga.execute "order" cancelled
      ├─ primitive.saga.forward_reserve "reserve" success
      │  └─ primitive.lambda.execute "reserve" success
      ├─ primitive.saga.forward_charge "step" cancelled
      │  └─ primitive.mock.execute "step" cancelled
      └─ primitive.saga.compensate_reserve "release" success
         └─ primitive.lambda.execute "release" success
    `,
  },
);
