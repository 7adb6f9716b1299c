import { EventEmitter, getEventListeners, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CancelledError, type Clock, InvalidCompositionError, systemClock } from '@tta/obs-context';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observe, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { parallel, ParallelError } from './parallel.ts';

describe('parallel', () => {
  it(
    'gives a record for a record and a tuple for a tuple, whatever ends first',
    observed(
      async (trace) => {
        const slow = faults.delay(10, (_: number) => 'late');
        const fast = (n: number) => n;
        const record = parallel({ slow, fast }).execute(7);
        const tuple = parallel([slow, fast]).execute(7);
        await trace.clock.advance(10);
        expect(await record).toEqual({ slow: 'late', fast: 7 });
        expect(await tuple).toEqual(['late', 7]);
      },
      { clock: 'manual' },
    ),
  );

  it('runs all branches at the same time on the same input', async () => {
    const branch = mockPrimitive('branch').hangs();
    const input = {};
    void parallel([branch, branch, branch]).execute(input);
    expect(branch.calls).toHaveLength(3);
    for (const call of branch.calls) expect(call.input).toBe(input);
  });

  it(
    'runs no more branches at a time than its concurrency',
    observed(
      async (trace) => {
        const begun: number[] = [];
        const branches = [30, 10, 20].map((ms, index) => (_: unknown, scope: RunScope) => {
          begun.push(index);
          return pause(scope, ms);
        });
        const running = parallel(branches, { concurrency: 2 }).execute(undefined);
        await trace.clock.advance(9);
        expect(begun).toEqual([0, 1]);
        await trace.clock.advance(1);
        expect(begun).toEqual([0, 1, 2]);
        await trace.clock.advance(20);
        await running;
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has a span for each branch',
    observed(async (trace) => {
      await parallel({ left: () => 1, right: () => 2 }).execute(0);
      expect(trace).toHaveSpanTree({
        span: 'primitive.parallel.execute',
        name: 'parallel',
        outcome: 'success',
        unordered: false,
        children: [
          `
            primitive.parallel.branch_left "left" success
              primitive.lambda.execute "left" success
            primitive.parallel.branch_right "right" success
              primitive.lambda.execute "right" success
          `,
        ],
      });
      const labels = { 'connection.type': 'parallel', 'source.primitive': 'parallel' };
      expect(trace).toHaveMetric('primitive.connection.count', [
        { labels: { ...labels, 'target.primitive': 'left' }, value: 1 },
        { labels: { ...labels, 'target.primitive': 'right' }, value: 1 },
      ]);
    }),
  );

  it.each([
    // Two lanes, 30 ms: one is busy for 30 ms, the other for 10.
    { times: [30, 10], concurrency: 2, fanInMs: 20, effectiveness: 0.667 },
    // The second takes the third branch over: both are busy for 30 ms.
    { times: [30, 10, 20], concurrency: 2, fanInMs: 0, effectiveness: 1 },
    { times: [10, 10, 10], concurrency: 1, fanInMs: 0, effectiveness: 1 },
    { times: [10, 20, 30], concurrency: 5, fanInMs: 20, effectiveness: 0.667 },
    { times: [0, 0], concurrency: 2, fanInMs: 0, effectiveness: 1 },
  ])(
    'tells how well its lanes were used: %p',
    observed(
      async (trace, { times, concurrency, fanInMs, effectiveness }) => {
        const branches = times.map((ms) => (_: unknown, scope: RunScope) => pause(scope, ms));
        const running = parallel(branches, { concurrency }).execute(0);
        for (let turn = 0; turn < 7; turn++) await trace.clock.advance(turn === 0 ? 0 : 10);
        await running;
        const { attributes } = trace.span('primitive.parallel.execute');
        expect(attributes).toMatchObject({
          'parallel.concurrency': Math.min(concurrency, times.length),
          'parallel.fan_out_ms': 0,
          'parallel.fan_in_ms': fanInMs,
          'parallel.effectiveness': effectiveness,
        });
        // It is what it says: the time of all branches over that of the whole on every lane.
        const branchMs = times.reduce((sum, ms) => sum + ms, 0);
        const laneMs = Number(attributes['execution.duration_ms']) * Math.min(concurrency, times.length);
        expect(effectiveness).toBeCloseTo(laneMs > 0 ? branchMs / laneMs : 1, 3);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'tells how long branches computed before the last lane could begin',
    observed(
      async (trace) => {
        const computing = () => trace.clock.spend(7);
        await parallel([computing, computing]).execute(0);
        expect(trace.span('primitive.parallel.execute').attributes).toMatchObject({
          'parallel.fan_out_ms': 14,
          'parallel.fan_in_ms': 0,
          'parallel.effectiveness': 1,
        });
      },
      { clock: 'manual' },
    ),
  );

  it('says nothing of times, and goes on, where the clock is at fault', async () => {
    let isAtFault = false;
    const clock: Clock = {
      ...systemClock,
      monotonic: () => {
        if (isAtFault) throw new Error('no time');
        return 0;
      },
    };
    await observe(
      async (trace) => {
        isAtFault = true;
        expect(await parallel([() => 1, () => 2]).execute(0)).toEqual([1, 2]);
        const { attributes } = trace.span('primitive.parallel.execute');
        expect(Object.keys(attributes).filter((key) => key.startsWith('parallel.'))).toEqual([
          'parallel.concurrency',
        ]);
      },
      { clock },
    );
  });

  it(
    'that fails fast throws the first error and aborts the other branches',
    observed(
      async (trace) => {
        const error = new Error('first');
        const failing = mockPrimitive('failing').fails(error);
        const waiting = mockPrimitive('waiting').hangs();
        await expect(parallel({ failing, waiting }).execute(0)).rejects.toBe(error);
        await trace.clock.advance(0);
        expect(waiting.lastCall?.error).toBeInstanceOf(CancelledError);
        expect(waiting.lastCall?.error).toMatchObject({ message: 'branch "failing" of parallel failed' });
        expect(trace).toHaveSpan({ span: 'primitive.parallel.branch_waiting', outcome: 'cancelled' });
        expect(trace.span('primitive.parallel.execute').events).toEqual([]);
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it(
    'that fails fast drops and counts what comes later, and begins no branch any more',
    observed(
      async (trace) => {
        const deaf = { ignoresAbort: true };
        const value = faults.delay(10, () => 1, deaf);
        const failure = faults.delay(10, mockPrimitive('late').fails(new Error('second')), deaf);
        const last = mockPrimitive('last').returns(1);
        const failing = mockPrimitive('failing').fails(new Error('first'));
        const branches = [failing, value, failure, last] as const;
        await expect(parallel(branches, { concurrency: 3 }).execute(0)).rejects.toThrow('first');
        await trace.clock.advance(10);
        expect(last.calls).toEqual([]);
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { 'primitive.name': 'parallel', 'recovery.kind': 'late_result' }, value: 2 },
        ]);
        const late = trace.lines.filter(({ message }) => message === 'parallel: late_result');
        expect(late.map(({ fields }) => fields['error.message'])).toEqual([undefined, 'second']);
      },
      { clock: 'manual' },
    ),
  );

  it('that waits for all gathers every failure by its branch', async () => {
    const [one, two] = [new Error('one'), new Error('two')];
    const ended: string[] = [];
    const branches = {
      b: async () => {
        await Promise.resolve();
        throw one;
      },
      ok: () => ended.push('ok'),
      a: async () => {
        throw two;
      },
    };
    const outcome = await parallel(branches, { onError: 'wait-all', name: 'load page' }).tryExecute(0);
    expect(ended).toEqual(['ok']);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(ParallelError);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_PARALLEL',
      message: '2 of 3 branches of "load page" failed: b, a; the first error: one',
      cause: one,
      failures: new Map([
        ['b', one],
        ['a', two],
      ]),
    });
  });

  it('is worth another attempt only where every failure may pass', async () => {
    const failingWith = (status: number) => () => {
      throw Object.assign(new Error(`${status}`), { status });
    };
    const both = (...statuses: number[]) =>
      parallel(statuses.map(failingWith), { onError: 'wait-all' }).tryExecute(0);
    expect(await both(503, 422)).toMatchObject({ info: { category: 'transient', recoverable: false } });
    expect(await both(503, 429)).toMatchObject({ info: { category: 'transient', recoverable: true } });
  });

  it(
    'does not count as late what answers the abort with an error of its own',
    observed(
      async (trace) => {
        const obeying = (_: unknown, { signal }: RunScope) => once(new EventEmitter(), 'answer', { signal });
        const failing = mockPrimitive('failing').fails(new Error('x'));
        expect((await parallel([failing, obeying]).tryExecute(0)).ok).toBe(false);
        await trace.clock.advance(0);
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it('that waits for all succeeds like any other, also a few branches at a time', async () => {
    const three = [(n: number) => n, (n: number) => n * 2, (n: number) => n * 3] as const;
    expect(await parallel(three, { onError: 'wait-all', concurrency: 2 }).execute(2)).toEqual([2, 4, 6]);
  });

  it.each(['fail-fast', 'wait-all'] as const)(
    '(%s) passes the abort of its caller on to every branch',
    observed(
      async (trace, onError: 'fail-fast' | 'wait-all') => {
        const controller = new AbortController();
        const running = parallel([faults.hang(), faults.hang()], { onError }).execute(0, {
          signal: controller.signal,
        });
        const reason = new Error('stop');
        controller.abort(reason);
        await expect(running).rejects.toBe(reason);
        await trace.clock.advance(0);
        expect(trace).toHaveSpanTree(`
          primitive.parallel.execute "parallel" cancelled
          ├─ primitive.parallel.branch_0 "hang" cancelled
          │  └─ primitive.lambda.execute "hang" cancelled
          └─ primitive.parallel.branch_1 "hang" cancelled
             └─ primitive.lambda.execute "hang" cancelled
        `);
      },
      { clock: 'manual' },
    ),
  );

  it.each(['fail-fast', 'wait-all'] as const)(
    '(%s) rejects when it was cancelled, also when no branch heeds that, and begins no further one',
    observed(
      async (trace, onError: 'fail-fast' | 'wait-all') => {
        const caller = new AbortController();
        const last = mockPrimitive('last').returns(1);
        const deaf = faults.delay(10, () => 1, { ignoresAbort: true });
        const running = parallel([deaf, deaf, last], { onError, concurrency: 2 }).tryExecute(0, {
          signal: caller.signal,
        });
        const reason = new Error('stop');
        caller.abort(reason);
        await trace.clock.advance(10);
        expect(await running).toMatchObject({ ok: false, error: reason });
        expect(last.calls).toEqual([]);
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'that its caller cancels waits for the branches that run, also where one has answered that',
    observed(
      async (trace) => {
        const caller = new AbortController();
        const deaf = faults.delay(10, () => 1, { ignoresAbort: true });
        const running = parallel([faults.hang(), deaf]).tryExecute(0, { signal: caller.signal });
        caller.abort(new CancelledError('the caller hung up'));
        await trace.clock.advance(10);
        expect(await running).toMatchObject({ ok: false, error: caller.signal.reason });
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it('leaves no listener on the signal of its caller', async () => {
    const controller = new AbortController();
    await parallel([() => 1]).execute(0, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('refuses bad compositions at construction, saying what and where', () => {
    const make = parallel as unknown as (branches: unknown, options?: object | null) => unknown;
    expect(() => make({})).toThrow(InvalidCompositionError);
    expect(() => make(undefined)).toThrow('parallel needs at least one branch');
    expect(() => make({})).toThrow('parallel needs at least one branch');
    expect(() => make({ left: 'x' })).toThrow('parallel: branch "left" is a string');
    expect(() =>
      make(
        () => 1,
        () => 2,
      ),
    ).toThrow('parallel takes its branches as a record or a list: parallel({ a, b }) or parallel([a, b])');
    expect(() => make(parallel([() => 1]))).toThrow('parallel takes its branches as a record or a list');
    // oxlint-disable-next-line no-sparse-arrays
    expect(() => make([() => 1, , () => 3])).toThrow('parallel: branch "1" is undefined');
    expect(() => make([() => 1], null)).toThrow(
      'parallel: the options are null; they have to be an object such as { concurrency: 4 }',
    );
    expect(() => make([() => 1], { concurrency: 0 })).toThrow(
      'parallel: concurrency is 0; it has to be a whole number above 0',
    );
    expect(() => make([() => 1], { onError: 'wait' })).toThrow(
      `parallel: onError is "wait"; it has to be one of 'fail-fast', 'wait-all'`,
    );
  });
});

describeOutcomes('parallel', (step) => parallel({ step, other: (n: number) => n }), {
  output: { step: 2, other: 1 },
  success: `
    primitive.parallel.execute "parallel" success
    ├─ primitive.parallel.branch_step "step" success
    │  └─ primitive.mock.execute "step" success
    └─ primitive.parallel.branch_other "other" success
       └─ primitive.lambda.execute "other" success
  `,
  error: `
    primitive.parallel.execute "parallel" error
    ├─ primitive.parallel.branch_step "step" error
    │  └─ primitive.mock.execute "step" error
    └─ primitive.parallel.branch_other "other" success
       └─ primitive.lambda.execute "other" success
  `,
  timeout: `
    primitive.parallel.execute "parallel" timeout
    ├─ primitive.parallel.branch_step "step" timeout
    │  └─ primitive.timeout.execute "step" timeout
    │     └─ primitive.mock.execute "step" cancelled
    └─ primitive.parallel.branch_other "other" success
       └─ primitive.lambda.execute "other" success
  `,
  cancelled: `
    primitive.parallel.execute "parallel" cancelled
    ├─ primitive.parallel.branch_step "step" cancelled
    │  └─ primitive.mock.execute "step" cancelled
    └─ primitive.parallel.branch_other "other" success
       └─ primitive.lambda.execute "other" success
  `,
});
