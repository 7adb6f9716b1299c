import { getEventListeners } from 'node:events';
import { context } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observe, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { dedupe } from './dedupe.ts';
import { sequential } from './sequential.ts';
import { settle } from './settle.ts';
import { timeout } from './timeout.ts';

const suppressed = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const unavailable = Object.assign(new Error('503 Service Unavailable'), { status: 503 });

describe('settle', () => {
  it(
    'gives the outcome of each branch, and has not failed when one has',
    observed(async (trace) => {
      const ask = mockPrimitive<number, string>('ask').fails(unavailable);
      const { double, answer } = await settle({ double: (n: number) => n * 2, answer: ask }).execute(4);
      const { traceId } = trace.span('primitive.settle.execute');
      expect(double).toEqual({ ok: true, value: 8, traceId });
      expect(answer).toEqual({
        ok: false,
        error: unavailable,
        info: expect.objectContaining({
          category: 'transient',
          recoverable: true,
          path: ['settle', 'branch_answer ask'],
          traceId,
        }),
        traceId,
      });
      expect(trace).toHaveSpanTree(`
        primitive.settle.execute "settle" success
        ├─ primitive.settle.branch_double "double" success
        │  └─ primitive.lambda.execute "double" success
        └─ primitive.settle.branch_answer "ask" error
           └─ primitive.mock.execute "ask" error
      `);
    }),
  );

  it('gives a tuple for a tuple, whatever ends first, also without telemetry', async () => {
    const late = async (n: number) => {
      await Promise.resolve();
      return n;
    };
    expect(await settle([late, () => 'soon']).execute(1)).toEqual([
      { ok: true, value: 1, traceId: undefined },
      { ok: true, value: 'soon', traceId: undefined },
    ]);
  });

  it.each([
    ['404 Not Found', 'string'],
    [null, 'null'],
    [undefined, 'undefined'],
    [503, 'number'],
  ])('knows also of %p, which is no error, what it says', async (thrown, type) => {
    const ask = mockPrimitive<number, string>('ask').fails(thrown);
    const [outcome] = await settle([ask]).execute(0);
    expect(outcome).toEqual({
      ok: false,
      error: thrown,
      info: {
        category: 'unknown',
        severity: 'medium',
        recoverable: true,
        code: undefined,
        type,
        message: String(thrown),
        causes: [],
        retryAfterMs: undefined,
        path: ['settle', 'branch_0 ask'],
        traceId: undefined,
        spanId: undefined,
      },
      traceId: undefined,
    });
  });

  it(
    'knows of each branch its own place, also where several throw the same',
    observed(
      async (trace) => {
        const lost = new Error('connection lost');
        const loses = () => {
          throw lost;
        };
        const refuses = mockPrimitive<number, number>('refuses').fails('no');
        const late = async (_: number, scope: RunScope) => {
          await pause(scope, 10);
          throw lost;
        };
        const branches = {
          first: loses,
          second: loses,
          late,
          a: refuses,
          b: refuses,
          deep: sequential(refuses),
        };
        const settled = sequential((n: number) => n, settle(branches)).execute(0);
        await trace.clock.advance(10);
        const infos = Object.values(await settled).map((outcome) => (outcome.ok ? undefined : outcome.info));
        const place = ['sequential', 'step_1 settle'];
        expect(infos.map((info) => info?.path)).toEqual([
          [...place, 'branch_first loses'],
          [...place, 'branch_second loses'],
          [...place, 'branch_late late'],
          [...place, 'branch_a refuses'],
          [...place, 'branch_b refuses'],
          [...place, 'branch_deep sequential', 'step_0 refuses'],
        ]);
        // Of those that threw it in the same turn, the span of the last alone is known.
        const spanIds = ['second', 'late', 'b'].map((key) => {
          const { spanId } = trace.span(`primitive.settle.branch_${key}`);
          return trace.spans.find(({ parentSpanId }) => parentSpanId === spanId)?.spanId;
        });
        expect(infos.slice(0, 5).map((info) => info?.spanId)).toEqual([
          undefined,
          spanIds[0],
          spanIds[1],
          undefined,
          spanIds[2],
        ]);
      },
      { clock: 'manual' },
    ),
  );

  it('says where an error arose in a run that did the work for a branch', async () => {
    const ask = dedupe(() => Promise.reject(unavailable), { key: () => 'all' });
    const leader = ask.tryExecute(0);
    const [follower] = await settle([ask]).execute(0);
    const led = await leader;
    if (led.ok || follower.ok) throw new Error('it succeeded');
    expect(led.info.path).toEqual(['dedupe', 'lambda']);
    expect(follower.info.path).toEqual(led.info.path);
  });

  it('gives no trace id where nothing is traced', async () => {
    await observe(() =>
      context.with(context.active().setValue(suppressed, true), async () => {
        const settled = await settle([() => 1, () => Promise.reject('no')]).tryExecute(0);
        if (!settled.ok) throw settled.error;
        expect(settled.value.map(({ traceId }) => traceId)).toEqual([undefined, undefined]);
        expect(settled.traceId).toBeUndefined();
      }),
    );
  });

  it('knows its place also where it has no name', async () => {
    const [outcome] = await settle([() => Promise.reject('no error')]).execute(0);
    expect(outcome).toMatchObject({ ok: false, info: { path: ['settle', 'branch_0'] } });
  });

  it(
    'runs no more branches at a time than its concurrency, and tells how well the lanes were used',
    observed(
      async (trace) => {
        const running: number[] = [];
        let most = 0;
        const branch = (ms: number) => async (_: unknown, scope: RunScope) => {
          most = Math.max(most, running.push(ms));
          await pause(scope, ms);
          running.pop();
        };
        const settled = settle([branch(30), branch(10), branch(10)], { concurrency: 2 }).execute(0);
        for (let turn = 0; turn < 3; turn++) await trace.clock.advance(10);
        await settled;
        expect(most).toBe(2);
        // The first lane was busy all the time, the second two thirds of it.
        expect(trace.span('primitive.settle.execute').attributes).toMatchObject({
          'parallel.concurrency': 2,
          'parallel.fan_out_ms': 0,
          'parallel.fan_in_ms': 10,
          'parallel.effectiveness': 0.833,
        });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'rejects when its caller cancels the run, once the running branches have ended; no other begins',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const reason = new CancelledError('the caller hung up');
        const deaf = faults.delay(10, () => 1, { ignoresAbort: true });
        const waiting = mockPrimitive('waiting').returns(1);
        const branches = { hanging: faults.hang(), deaf, waiting };
        const running = settle(branches, { concurrency: 2 }).tryExecute(0, { signal: caller.signal });
        let ended = false;
        void running.then(() => (ended = true));
        caller.abort(reason);
        await trace.clock.advance(9);
        expect(ended).toBe(false);
        await trace.clock.advance(1);
        expect(await running).toMatchObject({ ok: false, error: reason });
        expect(waiting.calls).toEqual([]);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        expect(trace).toHaveSpan('primitive.settle.execute "settle" cancelled');
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has a branch that timed out by itself as an outcome like any other',
    observed(
      async (trace) => {
        const running = settle({ slow: timeout(faults.hang(), { ms: 5 }) }).execute(0);
        await trace.clock.advance(5);
        expect((await running).slow).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
        expect(trace).toHaveSpan('primitive.settle.execute "settle" success');
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is called by its option',
    observed(async (trace) => {
      await settle([() => 1], { name: 'given' }).execute(0);
      expect(trace).toHaveSpan('primitive.settle.execute "given" success');
    }),
  );

  it('refuses bad compositions at construction, saying what and where', () => {
    const make = settle as unknown as (branches?: unknown, options?: object | null) => unknown;
    const refusal = (message: string) =>
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    expect(() => make()).toThrow(refusal('settle needs at least one branch'));
    expect(() => make([])).toThrow(refusal('settle needs at least one branch'));
    expect(() => make(() => 1)).toThrow('settle takes its branches as a record or a list: settle({ a, b })');
    expect(() => make([() => 1], null)).toThrow('settle: the options are null; they have to be an object');
    expect(() => make({ left: Promise.resolve(1) })).toThrow('settle: branch "left" is a promise');
    expect(() => make([() => 1], { concurrency: 1.5 })).toThrow(
      refusal('settle: concurrency is 1.5; it has to be a whole number above 0'),
    );
  });
});

describeOutcomes(
  'settle',
  (step) =>
    // What an outcome says of its trace is not the same without telemetry.
    sequential(settle({ step, other: () => 1 }), ({ step: outcome }) =>
      outcome.ok ? outcome.value : outcome.error,
    ),
  {
    output: 2,
    success: `
      primitive.sequential.execute "sequential" success
      ├─ primitive.sequential.step_0 "settle" success
      │  └─ primitive.settle.execute "settle" success
      │     ├─ primitive.settle.branch_step "step" success
      │     │  └─ primitive.mock.execute "step" success
      │     └─ primitive.settle.branch_other "other" success
      │        └─ primitive.lambda.execute "other" success
      └─ primitive.sequential.step_1 "lambda" success
         └─ primitive.lambda.execute "step_1" success
    `,
    error: `
      primitive.sequential.execute "sequential" success
      ├─ primitive.sequential.step_0 "settle" success
      │  └─ primitive.settle.execute "settle" success
      │     ├─ primitive.settle.branch_step "step" error
      │     │  └─ primitive.mock.execute "step" error
      │     └─ primitive.settle.branch_other "other" success
      │        └─ primitive.lambda.execute "other" success
      └─ primitive.sequential.step_1 "lambda" success
         └─ primitive.lambda.execute "step_1" success
    `,
    timeout: `
      primitive.sequential.execute "sequential" success
      ├─ primitive.sequential.step_0 "settle" success
      │  └─ primitive.settle.execute "settle" success
      │     ├─ primitive.settle.branch_step "step" timeout
      │     │  └─ primitive.timeout.execute "step" timeout
      │     │     └─ primitive.mock.execute "step" cancelled
      │     └─ primitive.settle.branch_other "other" success
      │        └─ primitive.lambda.execute "other" success
      └─ primitive.sequential.step_1 "lambda" success
         └─ primitive.lambda.execute "step_1" success
    `,
    cancelled: `
      primitive.sequential.execute "sequential" cancelled
      └─ primitive.sequential.step_0 "settle" cancelled
         └─ primitive.settle.execute "settle" cancelled
            ├─ primitive.settle.branch_step "step" cancelled
            │  └─ primitive.mock.execute "step" cancelled
            └─ primitive.settle.branch_other "other" success
               └─ primitive.lambda.execute "other" success
    `,
  },
);
