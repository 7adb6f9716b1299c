import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ManualClock } from '@tta/obs-context/manual';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { mockPrimitive, observe, observed, type ObservedTrace } from '@tta/obs-testing';
import { FailingClock } from '../test/failing-clock.ts';
import { describeOutcomes } from '../test/outcomes.ts';
import { WatchedClock } from '../test/watched-clock.ts';
import { timeout, TimeoutError, type TimeoutOptions } from './timeout.ts';

type Manual = ObservedTrace<ManualClock>;

const manual = { clock: 'manual' } as const;
const cooperative = { ms: 100, strategy: 'cooperative', graceMs: 50, name: 'ask' } as const;

/** A step that is told to stop, takes its time to tidy up, and then does as it is told. */
const tidyUp = (takesMs: number, end: (scope: RunScope) => string) =>
  mockPrimitive('step').runs(async (_: unknown, scope) => {
    const { clock, signal } = scope;
    await pause(scope, 1_000_000).catch(() => undefined);
    expect(signal.aborted).toBe(true);
    await pause({ clock, signal: new AbortController().signal }, takesMs);
    return end(scope);
  });
const throwing = (error: unknown) => (): never => {
  throw error;
};
const recoveries = (trace: Manual): unknown[] =>
  trace.points
    .filter(({ metric }) => metric === 'recovery.events')
    .map(({ labels, value }) => [labels['recovery.kind'], value]);

describe('a cooperative timeout', () => {
  it(
    'passes on in time what comes in time, and says so only in its attributes',
    observed(async (trace) => {
      expect(await timeout(() => 'done', cooperative).execute(0)).toBe('done');
      const { attributes, events } = trace.span('primitive.timeout.execute');
      expect(attributes).toMatchObject({ 'timeout.limit_ms': 100, 'timeout.grace_ms': 50 });
      expect(attributes['timeout.overrun_ms']).toBeUndefined();
      expect(events).toEqual([]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it.each([0, 20.4, 20.6, 49])(
    'returns a result that comes %d ms after the limit, and tells that it was late',
    observed(async (trace: Manual, lateMs: number) => {
      const { signal } = new AbortController();
      const step = tidyUp(lateMs, () => 'half an answer');
      const running = timeout(step, cooperative).execute(0, { signal });
      await trace.clock.advance(100);
      expect(recoveries(trace)).toEqual([['timeout', 1]]);
      await trace.clock.advance(lateMs);
      expect(await running).toBe('half an answer');
      expect(trace).toHaveSpanTree(`
        primitive.timeout.execute "ask" success
        └─ primitive.mock.execute "step" success
      `);
      const { attributes, events, failed } = trace.span('primitive.timeout.execute');
      expect(attributes['timeout.overrun_ms']).toBe(Math.round(lateMs));
      expect(events.map(({ name }) => name)).toEqual(['recovery.timeout']);
      expect(failed).toBe(false);
      expect(trace).toHaveLogged({ level: 'warn', message: 'ask: timeout' });
      expect(recoveries(trace)).toEqual([['timeout', 1]]);
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }, manual),
  );

  it(
    'throws the timeout as soon as the step has heeded it',
    observed(async (trace) => {
      const step = tidyUp(30, ({ signal }) => throwing(signal.reason)());
      const running = timeout(step, cooperative).tryExecute(0);
      let ended = false;
      void running.then(() => (ended = true));
      await trace.clock.advance(129);
      expect(ended).toBe(false);
      await trace.clock.advance(1);
      const outcome = await running;
      expect(outcome).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
      expect(outcome.ok === false && outcome.error).toBeInstanceOf(TimeoutError);
      expect(trace).toHaveSpanTree(`
        primitive.timeout.execute "ask" timeout
        └─ primitive.mock.execute "step" cancelled
      `);
      expect(trace.span('primitive.timeout.execute').attributes['timeout.overrun_ms']).toBe(30);
      expect(recoveries(trace)).toEqual([['timeout', 1]]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'throws the timeout also where tidying up fails, which is counted',
    observed(async (trace) => {
      const running = timeout(tidyUp(30, throwing(new Error('disk full'))), cooperative).tryExecute(0);
      await trace.clock.advance(130);
      expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
      expect(recoveries(trace)).toEqual([
        ['timeout', 1],
        ['late_result', 1],
      ]);
      expect(trace).toHaveLogged({ message: 'ask: late_result', fields: { 'error.message': 'disk full' } });
    }, manual),
  );

  it.each([
    ['a result', () => 'too late', 1],
    ['a failure', throwing(new Error('too late')), 1],
    ['an answer to the abort', throwing(new DOMException('stopped', 'AbortError')), 0],
  ])(
    'leaves a step behind when the grace is over, and drops %s',
    observed(async (trace: Manual, _: string, end: () => string, counted: number) => {
      const running = timeout(tidyUp(51, end), cooperative).tryExecute(0);
      let ended = false;
      void running.then(() => (ended = true));
      await trace.clock.advance(149);
      expect(ended).toBe(false);
      await trace.clock.advance(1);
      expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
      expect(trace.span('primitive.timeout.execute').attributes['timeout.overrun_ms']).toBeUndefined();
      expect(recoveries(trace)).toEqual([['timeout', 1]]);
      await trace.clock.advance(1);
      expect(recoveries(trace)).toEqual([['timeout', 1], ...(counted > 0 ? [['late_result', counted]] : [])]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'leaves a step behind where its caller cancels the run meanwhile',
    observed(async (trace) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const running = timeout(
        tidyUp(40, () => 'too late'),
        cooperative,
      ).tryExecute(0, { signal: caller.signal });
      await trace.clock.advance(110);
      caller.abort(reason);
      expect(await running).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
      expect(trace).toHaveSpan({ span: 'primitive.timeout.execute', outcome: 'cancelled' });
      // What is left is the step's own.
      expect(trace.clock.pendingTimers).toBe(1);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      await trace.clock.advance(40);
      expect(recoveries(trace)).toEqual([
        ['timeout', 1],
        ['late_result', 1],
      ]);
    }, manual),
  );

  it(
    'leaves a step behind that answers the abort by cancelling the run',
    observed(async (trace) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const deaf = mockPrimitive<number, never>('step').runs((_, { signal }) => {
        signal.addEventListener('abort', () => caller.abort(reason));
        return new Promise<never>(() => undefined);
      });
      const running = timeout(deaf, cooperative).tryExecute(0, { signal: caller.signal });
      let ended = false;
      void running.then(() => (ended = true));
      await trace.clock.advance(100);
      expect(ended).toBe(true);
      expect(await running).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    }, manual),
  );

  it('returns a late result also where the clock cannot be read', async () => {
    const clock = new FailingClock();
    await observe(
      async (trace) => {
        const running = timeout(
          tidyUp(20, () => 'half an answer'),
          cooperative,
        ).tryExecute(0);
        await clock.advance(100);
        clock.break();
        await clock.advance(20);
        expect(await running).toMatchObject({ ok: true, value: 'half an answer' });
        expect(trace.span('primitive.timeout.execute').attributes['timeout.overrun_ms']).toBeUndefined();
        expect(clock.pendingTimers).toBe(0);
      },
      { clock },
    );
  });

  it('begins its grace also where the clock cannot be read', async () => {
    const clock = new FailingClock();
    await observe(
      async () => {
        const deaf = mockPrimitive<number, never>('step').hangs({ ignoresAbort: true });
        const running = timeout(deaf, cooperative).tryExecute(0);
        clock.break();
        await clock.advance(150);
        expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
      },
      { clock },
    );
  });

  it(
    'has 5 seconds of grace unless it is told otherwise',
    observed(async (trace) => {
      const hanging = mockPrimitive<number, never>('step').hangs({ ignoresAbort: true });
      const running = timeout(hanging, { ms: 100, strategy: 'cooperative' }).tryExecute(0);
      let ended = false;
      void running.then(() => (ended = true));
      await trace.clock.advance(5099);
      expect(ended).toBe(false);
      await trace.clock.advance(1);
      expect((await running).ok).toBe(false);
      expect(trace.span('primitive.timeout.execute').attributes['timeout.grace_ms']).toBe(5000);
    }, manual),
  );
});

describe('a timeout of either strategy', () => {
  it('ends as it should, whenever a step that does not heed its signal comes to its end', async () => {
    const ms = fc.integer({ min: 1, max: 50 });
    await fc.assert(
      fc.asyncProperty(
        ms,
        ms,
        fc.integer({ min: 0, max: 110 }),
        fc.boolean(),
        async (limit, grace, takes, waits) => {
          await observe(async (trace) => {
            const { clock } = trace;
            const step = mockPrimitive('step').runs(() =>
              pause({ clock, signal: new AbortController().signal }, takes),
            );
            const strategy: TimeoutOptions = waits
              ? { ms: limit, strategy: 'cooperative', graceMs: grace }
              : { ms: limit };
            let endedAt = -1;
            const running = timeout(step, strategy).tryExecute(0);
            void running.then(() => (endedAt = clock.monotonic()));
            await clock.advance(200);
            const { ok } = await running;
            const latest = waits ? limit + grace : limit;
            // What ends with the limit is too late for it; what ends with the grace is not.
            const isInTime = waits ? takes <= latest : takes < latest;
            expect([ok, endedAt]).toEqual([isInTime, Math.min(takes, latest)]);
            expect(recoveries(trace)).toEqual([
              ...(takes >= limit ? [['timeout', 1]] : []),
              ...(isInTime ? [] : [['late_result', 1]]),
            ]);
            expect(clock.pendingTimers).toBe(0);
          }, manual);
        },
      ),
      {
        numRuns: 60,
        examples: [
          [20, 10, 20, true],
          [20, 10, 30, true],
          [20, 10, 31, true],
          [20, 10, 20, false],
        ],
      },
    );
  });
});

describe('an aggressive timeout', () => {
  it.each<TimeoutOptions>([{ ms: 100 }, { ms: 100, strategy: 'aggressive' }])(
    'knows no grace: %p',
    observed(async (trace: Manual, options: TimeoutOptions) => {
      const running = timeout(
        tidyUp(0, () => 'too late'),
        options,
      ).tryExecute(0);
      await trace.clock.advance(100);
      expect((await running).ok).toBe(false);
      const { attributes } = trace.span('primitive.timeout.execute');
      expect(attributes['timeout.grace_ms']).toBeUndefined();
      expect(attributes['timeout.overrun_ms']).toBeUndefined();
    }, manual),
  );
});

describe('a timeout whose run is cancelled while its step does not heed it', () => {
  it.each<TimeoutOptions>([{ ms: 100 }, cooperative])(
    'ends at its limit with the reason of the signal, and no time limit was exceeded: %p',
    observed(async (trace: Manual, options: TimeoutOptions) => {
      const caller = new AbortController();
      const deaf = mockPrimitive<number, never>('step').hangs({ ignoresAbort: true });
      const running = timeout(deaf, options).tryExecute(0, { signal: caller.signal });
      const reason = new Error('stop');
      caller.abort(reason);
      await trace.clock.advance(100);
      expect(await running).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
      expect(trace).not.toHaveMetric('recovery.events');
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );
});

describe('the timers of a timeout', () => {
  it('keep the process alive: a caller waits for them', () => {
    const clock = new WatchedClock();
    return observe(
      async () => {
        const deaf = mockPrimitive<number, never>('step').hangs({ ignoresAbort: true });
        const running = timeout(deaf, cooperative).tryExecute(0);
        await clock.advance(150);
        await running;
        expect(clock.keptAlive).toEqual([
          [100, true],
          [50, true],
        ]);
      },
      { clock },
    );
  });
});

describe('the options of a timeout', () => {
  it('may be no more than the limit', () =>
    expect(timeout(mockPrimitive('ask').returns(1), 100).execute(0)).resolves.toBe(1));

  it('give it a name, else it is called like its step, else by its type', () => {
    const ask = mockPrimitive('ask').returns(1);
    const names = [timeout(ask, 1), timeout(ask, { ms: 1, name: 'given' }), timeout((n: number) => n, 1)];
    expect(names.map(({ name }) => name)).toEqual(['ask', 'given', 'timeout']);
  });

  it('are of no use without a step', () => {
    expect(() => timeout(undefined as never, 1)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message:
          'timeout: the step is undefined; a step is a primitive or a function (input, scope) => output',
      }),
    );
  });

  it.each([
    [0, 'timeout: ms is 0; it has to be a finite number above 0'],
    [null, 'timeout: ms is null; it has to be a finite number above 0'],
    [{ ms: Number.NaN }, 'timeout: ms is NaN; it has to be a finite number above 0'],
    [
      { ms: 1, strategy: 'polite' },
      `timeout: strategy is "polite"; it has to be one of 'aggressive', 'cooperative'`,
    ],
    [{ ms: 1, graceMs: 1 }, "timeout: graceMs is for the strategy 'cooperative'"],
    [
      { ms: 1, strategy: 'cooperative', graceMs: 0 },
      'timeout: graceMs is 0; it has to be a finite number above 0',
    ],
  ])('are refused at construction: %p', (options, message) => {
    expect(() => timeout(() => 1, options as TimeoutOptions)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });
});

describe('a limit that is a text', () => {
  it.each(['500', { ms: '500' }])('is refused as what it is: %p', (options) => {
    expect(() => timeout(() => 1, options as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^timeout: ms is .*500.*; it has to be a finite number above 0/),
      }),
    );
  });
});

describeOutcomes('cooperative timeout', (step) => timeout(step, { ...cooperative, ms: 1000 }), {
  output: 2,
  success: `
    primitive.timeout.execute "ask" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.timeout.execute "ask" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.timeout.execute "ask" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.timeout.execute "ask" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
