import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CancelledError } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import { pause, type RunScope } from '@tta/obs-instrumentation';
import { mockPrimitive, observe, observed, type ObservedTrace } from '@tta/obs-testing';
import { FailingClock } from '../test/failing-clock.ts';
import { describeOutcomes } from '../test/outcomes.ts';
import { WatchedClock } from '../test/watched-clock.ts';
import { hedge, type HedgeOptions } from './hedge.ts';

type Manual = ObservedTrace<ManualClock>;

const manual = { clock: 'manual' } as const;
const idempotent = true;
const after100 = { idempotent, afterMs: 100 } as const;

/** How long a call takes, and what it fails with. */
type Take = number | readonly [number, Error];

/** A step that takes so long at each call, and answers with the number of the call. */
function calls(...takes: readonly Take[]) {
  let call = 0;
  return mockPrimitive('ask').runs(async (_: unknown, scope: RunScope) => {
    const mine = ++call;
    const take = takes[mine - 1] ?? 0;
    const [ms, error] = typeof take === 'number' ? [take] : take;
    if (ms > 0) await pause(scope, ms);
    if (error !== undefined) throw error;
    return mine;
  });
}

const recoveries = (trace: Manual): unknown[] =>
  trace.points
    .filter(({ metric }) => metric === 'recovery.events')
    .map(({ labels, value }) => [labels['recovery.kind'], value]);
const attributesOf = (trace: Manual): unknown[] => {
  const { attributes } = trace.span('primitive.hedge.execute');
  return [attributes['hedge.attempts'], attributes['hedge.winner'], attributes['hedge.withheld']];
};

describe('hedge', () => {
  it(
    'begins no second attempt beside one that answers in time',
    observed(async (trace) => {
      const { signal } = new AbortController();
      const step = calls(99);
      const running = hedge(step, after100).execute(0, { signal });
      await trace.clock.advance(1000);
      expect(await running).toBe(1);
      expect(step.calls).toHaveLength(1);
      expect(attributesOf(trace)).toEqual([1, 1, undefined]);
      expect(trace).toHaveSpanTree(`
        primitive.hedge.execute "ask" success
        └─ primitive.hedge.attempt_1 "ask" success
           └─ primitive.mock.execute "ask" success
      `);
      expect(trace).not.toHaveMetric('recovery.events');
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }, manual),
  );

  it(
    'begins a second attempt beside one that is slow, takes the first answer and aborts the other',
    observed(async (trace) => {
      const { signal } = new AbortController();
      const step = calls(500, 30);
      const running = hedge(step, after100).execute('why?', { signal });
      await trace.clock.advance(99);
      expect(step.calls).toHaveLength(1);
      await trace.clock.advance(1);
      expect(step.calls.map(({ input }) => input)).toEqual(['why?', 'why?']);
      await trace.clock.advance(29);
      expect(step.calls.map(({ outcome }) => outcome)).toEqual(['open', 'open']);
      await trace.clock.advance(1);
      expect(await running).toBe(2);
      expect(step.calls.map(({ outcome }) => outcome)).toEqual(['cancelled', 'success']);
      expect(step.calls[0]?.error).toBeInstanceOf(CancelledError);
      expect(step.calls[0]?.error).toMatchObject({ message: 'attempt 2 of "ask" answered first' });
      expect(trace).toHaveSpanTree(`
        primitive.hedge.execute "ask" success
        ├─ primitive.hedge.attempt_1 "ask" cancelled
        │  └─ primitive.mock.execute "ask" cancelled
        └─ primitive.hedge.attempt_2 "ask" success
           └─ primitive.mock.execute "ask" success
      `);
      expect(attributesOf(trace)).toEqual([2, 2, undefined]);
      for (const index of [1, 2]) {
        expect(trace).toHaveSpan({
          span: `primitive.hedge.attempt_${index}`,
          attributes: { 'step.index': index, 'step.total_steps': 2 },
        });
      }
      const { events } = trace.span('primitive.hedge.execute');
      expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
        ['recovery.hedge', { 'hedge.attempts': 2, 'hedge.delay_ms': 100 }],
      ]);
      expect(recoveries(trace)).toEqual([['hedge', 1]]);
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }, manual),
  );

  it(
    'takes the answer of the first attempt where that comes first after all, and leaves its signal alone',
    observed(async (trace) => {
      const signals: AbortSignal[] = [];
      const slow = calls(110, 30);
      const step = (input: unknown, scope: RunScope) => {
        signals.push(scope.signal);
        return scope.step('inner', slow, input);
      };
      const running = hedge(step, { ...after100, name: 'ask' }).execute(0);
      await trace.clock.advance(110);
      expect(await running).toBe(1);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
      expect(attributesOf(trace)).toEqual([2, 1, undefined]);
    }, manual),
  );

  it.each<[string, Error | false, number]>([
    ['a result', false, 1],
    ['a failure', new Error('too late'), 1],
    ['an answer to the abort', new DOMException('stopped', 'AbortError'), 0],
  ])(
    'drops %s of an attempt that does not heed that it lost',
    observed(async (trace: Manual, _: string, late: Error | false, counted: number) => {
      let call = 0;
      const step = mockPrimitive('ask').runs(async (_input: unknown, { clock }: RunScope) => {
        if (++call === 2) return 'second';
        await pause({ clock, signal: new AbortController().signal }, 150);
        if (late) throw late;
        return 'first';
      });
      const running = hedge(step, after100).execute(0);
      await trace.clock.advance(100);
      expect(await running).toBe('second');
      expect(trace).toHaveSpan({ span: 'primitive.hedge.attempt_1', outcome: 'cancelled' });
      await trace.clock.advance(50);
      expect(recoveries(trace)).toEqual([['hedge', 1], ...(counted > 0 ? [['late_result', counted]] : [])]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'begins as many attempts as it may, each a delay after the one before',
    observed(async (trace) => {
      const step = calls(1000, 1000, 1000);
      const running = hedge(step, { ...after100, max: 2, budgetRatio: 1 }).execute(0);
      await trace.clock.advance(199);
      expect(step.calls).toHaveLength(2);
      // The budget is of one to a run.
      await trace.clock.advance(1);
      expect(step.calls).toHaveLength(3);
      await trace.clock.advance(500);
      expect(step.calls).toHaveLength(3);
      expect(trace.clock.pendingTimers).toBe(3);
      await trace.clock.advance(300);
      expect(await running).toBe(1);
      expect(attributesOf(trace)).toEqual([3, 1, undefined]);
      expect(step.calls.map(({ outcome }) => outcome)).toEqual(['success', 'cancelled', 'cancelled']);
    }, manual),
  );
});

describe('the delay of a hedge', () => {
  it('keeps the process alive: its second attempt may be the one that answers', () => {
    const clock = new WatchedClock();
    return observe(
      async () => {
        const running = hedge(calls(10), { ...after100, max: 2 }).execute(0);
        await clock.advance(10);
        await running;
        expect(clock.keptAlive).toEqual([
          [100, true],
          [10, true],
        ]);
      },
      { clock },
    );
  });
});

describe('a hedge whose attempts fail', () => {
  const one = new Error('one');
  const two = new Error('two');

  it(
    'begins no other beside one that fails at once: that is what retry is for',
    observed(async (trace) => {
      const step = calls([50, one]);
      const running = hedge(step, after100).tryExecute(0);
      await trace.clock.advance(50);
      expect(await running).toMatchObject({ ok: false, error: one });
      await trace.clock.advance(1000);
      expect(step.calls).toHaveLength(1);
      expect(attributesOf(trace)).toEqual([1, undefined, undefined]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it.each<[string, readonly Take[], number]>([
    ['the first', [[150, one], 100], 2],
    ['the second', [200, [20, two]], 1],
  ])(
    'waits for the answer of the other when %s fails',
    observed(async (trace: Manual, _: string, takes: readonly Take[], winner: number) => {
      const running = hedge(calls(...takes), after100).execute(0);
      await trace.clock.advance(200);
      expect(await running).toBe(winner);
      expect(attributesOf(trace)).toEqual([2, winner, undefined]);
      expect(trace.span('primitive.hedge.execute').failed).toBe(false);
    }, manual),
  );

  it.each<[string, readonly Take[], Error]>([
    [
      'the first',
      [
        [150, one],
        [100, two],
      ],
      one,
    ],
    [
      'the second',
      [
        [150, one],
        [20, two],
      ],
      two,
    ],
  ])(
    'throws what failed first when all have failed: %s',
    observed(async (trace: Manual, _: string, takes: readonly Take[], error: unknown) => {
      const running = hedge(calls(...takes), after100).tryExecute(0);
      await trace.clock.advance(200);
      expect(await running).toMatchObject({ ok: false, error });
      expect(attributesOf(trace)).toEqual([2, undefined, undefined]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'begins no further one after a failure, although it may',
    observed(async (trace) => {
      const step = calls(1000, [50, two], 0);
      const running = hedge(step, { ...after100, max: 2, budgetRatio: 1 }).execute(0);
      await trace.clock.advance(1000);
      expect(await running).toBe(1);
      expect(step.calls).toHaveLength(2);
    }, manual),
  );
});

describe('a hedge whose run is cancelled', () => {
  it.each([50, 150])(
    'stops all attempts and begins none, after %d ms',
    observed(async (trace: Manual, afterMs: number) => {
      const caller = new AbortController();
      const reason = new Error('stop');
      const step = calls(1000, 1000);
      const running = hedge(step, after100).tryExecute(0, { signal: caller.signal });
      await trace.clock.advance(afterMs);
      caller.abort(reason);
      expect(await running).toMatchObject({ ok: false, error: reason, info: { category: 'cancelled' } });
      expect(step.calls.map(({ outcome }) => outcome)).toEqual(
        afterMs < 100 ? ['cancelled'] : ['cancelled', 'cancelled'],
      );
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(trace).toHaveSpan({ span: 'primitive.hedge.execute', outcome: 'cancelled' });
      await trace.clock.advance(2000);
      expect(trace).toHaveNoOrphans();
    }, manual),
  );

  it(
    'throws what the attempt answers the abort with, not what failed before',
    observed(async (trace) => {
      const caller = new AbortController();
      const running = hedge(calls([120, new Error('down')], 1000), after100).tryExecute(0, {
        signal: caller.signal,
      });
      await trace.clock.advance(130);
      const reason = new Error('stop');
      caller.abort(reason);
      expect(await running).toMatchObject({ ok: false, error: reason });
    }, manual),
  );

  it(
    'begins no attempt beside one that does not heed it',
    observed(async (trace) => {
      const caller = new AbortController();
      const deaf = mockPrimitive('ask').runs(async (_: unknown, { clock }: RunScope) => {
        await pause({ clock, signal: new AbortController().signal }, 300);
        return 'late';
      });
      const running = hedge(deaf, after100).tryExecute(0, { signal: caller.signal });
      caller.abort(new Error('stop'));
      await trace.clock.advance(300);
      await running;
      expect(deaf.calls).toHaveLength(1);
      expect(trace).not.toHaveMetric('recovery.events');
    }, manual),
  );
});

describe('a hedge after a percentile', () => {
  /** Runs that take so long, one after the other. */
  async function run(
    hedged: { tryExecute(input: unknown): Promise<unknown> },
    clock: ManualClock,
    times: number,
    ms: number,
  ): Promise<void> {
    for (let done = 0; done < times; done++) {
      const running = hedged.tryExecute(0);
      await clock.advance(ms);
      await running;
    }
  }
  /** A step that takes as long as it is told at that moment. */
  const adjustable = () => {
    const takes = { ms: 0, error: undefined as Error | undefined };
    const step = mockPrimitive('ask').runs(async (_: unknown, scope: RunScope) => {
      const { ms, error } = takes;
      await pause(scope, ms);
      if (error !== undefined) throw error;
      return ms;
    });
    return { takes, step };
  };
  /** When the second attempt of a run begins that takes for ever; `undefined` for never. */
  async function delayOf(
    hedged: { tryExecute(input: unknown, init: { signal: AbortSignal }): Promise<unknown> },
    step: { readonly calls: readonly unknown[] },
    clock: ManualClock,
  ): Promise<number | undefined> {
    const caller = new AbortController();
    const before = step.calls.length;
    const running = hedged.tryExecute(0, { signal: caller.signal });
    let delay: number | undefined;
    for (let ms = 0; ms <= 300 && delay === undefined; ms++) {
      await clock.advance(ms === 0 ? 0 : 1);
      if (step.calls.length === before + 2) delay = ms;
    }
    caller.abort(new Error('enough'));
    await running;
    return delay;
  }

  it.each([
    [95, 19, undefined],
    [95, 20, 40],
    [99, 99, undefined],
    [99, 100, 40],
    [50, 1, undefined],
    [50, 2, 40],
  ])('of %d waits for %d runs and then hedges after %p ms', (afterPercentile, runs, expected) =>
    observe(async ({ clock }) => {
      const { takes, step } = adjustable();
      takes.ms = 40;
      const hedged = hedge(step, { idempotent, afterPercentile });
      await run(hedged, clock, runs, 40);
      takes.ms = 100_000;
      expect(await delayOf(hedged, step, clock)).toBe(expected);
    }, manual),
  );

  it(
    'is one of 95 per cent and at least 10 ms, unless it is told otherwise',
    observed(async ({ clock }) => {
      for (const [options, expected] of [
        [{ idempotent }, 10],
        [{ idempotent, floorMs: 5 }, 6],
        [{ idempotent, floorMs: 7 }, 7],
      ] as const) {
        const { takes, step } = adjustable();
        const hedged = hedge(step, options);
        takes.ms = 2;
        await run(hedged, clock, 18, 2);
        takes.ms = 6;
        await run(hedged, clock, 2, 6);
        takes.ms = 100_000;
        expect(await delayOf(hedged, step, clock)).toBe(expected);
      }
    }, manual),
  );

  it(
    'does not learn from what fails or is cancelled',
    observed(async ({ clock }) => {
      const { takes, step } = adjustable();
      const hedged = hedge(step, { idempotent });
      takes.error = new Error('down');
      takes.ms = 5;
      await run(hedged, clock, 50, 5);
      takes.ms = 100_000;
      expect(await delayOf(hedged, step, clock)).toBeUndefined();
      takes.error = undefined;
      takes.ms = 30;
      await run(hedged, clock, 20, 30);
      takes.ms = 100_000;
      expect(await delayOf(hedged, step, clock)).toBe(30);
    }, manual),
  );

  it(
    'counts an attempt that lost as slow, so that answers of others do not shorten the delay',
    observed(async ({ clock }) => {
      let slowNext = false;
      const step = mockPrimitive('ask').runs(async (_: unknown, scope: RunScope) => {
        const ms = slowNext ? 1000 : 40;
        slowNext = false;
        await pause(scope, ms);
      });
      const hedged = hedge(step, { idempotent, budgetRatio: 1 });
      await run(hedged, clock, 20, 40);
      // Every second run is slow now; the first attempt of each is given up for the second.
      for (let pair = 0; pair < 10; pair++) {
        slowNext = true;
        await run(hedged, clock, 2, 2000);
      }
      slowNext = true;
      const before = step.calls.length;
      const running = hedged.execute(0);
      await clock.advance(79);
      expect(step.calls).toHaveLength(before + 1);
      await clock.advance(2000);
      await running;
      expect(step.calls).toHaveLength(before + 2);
    }, manual),
  );

  it('answers, and learns nothing, where the clock cannot be read', async () => {
    const clock = new FailingClock();
    await observe(
      async () => {
        const { takes, step } = adjustable();
        const hedged = hedge(step, { idempotent, afterPercentile: 50 });
        takes.ms = 40;
        clock.break();
        const running = hedged.tryExecute(0);
        await clock.advance(40);
        expect(await running).toMatchObject({ ok: true, value: 40 });
        clock.fault = undefined;
        const other = hedged.tryExecute(0);
        clock.break();
        await clock.advance(40);
        expect(await other).toMatchObject({ ok: true, value: 40 });
        clock.fault = undefined;
        takes.ms = 100_000;
        expect(await delayOf(hedged, step, clock)).toBeUndefined();
        takes.ms = 40;
        await run(hedged, clock, 2, 40);
        takes.ms = 100_000;
        expect(await delayOf(hedged, step, clock)).toBe(40);
      },
      { clock },
    );
  });

  it(
    'does not learn from a first attempt that failed while another answered',
    observed(async ({ clock }) => {
      const late = [25, new Error('late')] as const;
      const hedged = hedge(calls(10, 10, late, 20, late, 20, late, 20, 1000, 0), {
        idempotent,
        afterPercentile: 50,
        budgetRatio: 1,
      });
      // Two that take 10 ms, then three whose first attempt fails beside a second that answers.
      await run(hedged, clock, 5, 30);
      const running = hedged.execute(0);
      await clock.advance(10);
      expect(await running).toBe(10);
    }, manual),
  );
});

describe('the budget of a hedge', () => {
  /** How many attempts a run made whose first one is slow. */
  async function slowRun(
    hedged: { execute(input: unknown): Promise<unknown> },
    step: { readonly calls: readonly unknown[] },
    clock: ManualClock,
  ): Promise<number> {
    const before = step.calls.length;
    const running = hedged.execute(0);
    await clock.advance(200);
    await running;
    return step.calls.length - before;
  }
  const alwaysSlow = () => mockPrimitive('ask').runs((_: unknown, scope: RunScope) => pause(scope, 150));

  it(
    'allows one from the start and then one in twenty runs',
    observed(async (trace) => {
      const step = alwaysSlow();
      const hedged = hedge(step, after100);
      const attempts: number[] = [];
      for (let run = 0; run < 42; run++) attempts.push(await slowRun(hedged, step, trace.clock));
      expect(attempts.flatMap((made, run) => (made === 2 ? run : []))).toEqual([0, 19, 39]);
      const withheld = trace.spans.filter(({ attributes }) => attributes['hedge.withheld'] === 'budget');
      expect(withheld).toHaveLength(39);
      expect(recoveries(trace)).toEqual([['hedge', 3]]);
    }, manual),
  );

  it.each([
    [10, 10],
    [1, 2],
    [0.5, 1],
  ])('saves ten and no more in quiet times (%d hundred runs)', (hundreds, expected) =>
    observe(async ({ clock }) => {
      let isSlow = false;
      const step = mockPrimitive('ask').runs((_: unknown, scope: RunScope) => pause(scope, isSlow ? 150 : 0));
      const hedged = hedge(step, { ...after100, budgetRatio: 0.01 });
      for (let run = 0; run < hundreds * 100; run++) {
        const running = hedged.execute(0);
        await clock.advance(0);
        await running;
      }
      isSlow = true;
      let made = 0;
      for (let run = 0; run < 15; run++) made += (await slowRun(hedged, step, clock)) - 1;
      expect(made).toBe(expected);
    }, manual),
  );

  it('bounds the attempts of any runs by their share and the one at the start', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0.05, 0.1, 0.3, 0.7, 1),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.constantFrom(0, 150, 400), { maxLength: 30 }),
        async (budgetRatio, max, runs) => {
          await observe(async ({ clock }) => {
            let ms = 0;
            const step = mockPrimitive('ask').runs((_: unknown, scope: RunScope) => pause(scope, ms));
            const hedged = hedge(step, { ...after100, max, budgetRatio });
            for (const [run, takes] of runs.entries()) {
              ms = takes;
              const running = hedged.execute(0);
              await clock.advance(500);
              await running;
              const further = step.calls.length - (run + 1);
              expect(further).toBeLessThanOrEqual(1 + (run + 1) * budgetRatio + 1e-9);
            }
          }, manual);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the options of a hedge', () => {
  const step = mockPrimitive('ask').returns(1);

  it('give it a name, else it is called like its step, else by its type', () => {
    expect(hedge(step, { idempotent }).name).toBe('ask');
    expect(hedge(step, { idempotent, name: 'given' }).name).toBe('given');
    expect(hedge((n: number) => n, { idempotent }).name).toBe('hedge');
  });

  it.each([undefined, {}, { idempotent: false }, { idempotent: 'yes' }])(
    'have to say that the step may run twice: not %p',
    (options) => {
      expect(() => hedge(step, options as HedgeOptions)).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message:
            'hedge: the step may run twice at the same time for one input; say idempotent: true where that does no harm',
        }),
      );
    },
  );

  it.each<[Partial<HedgeOptions>, string]>([
    [{ afterMs: 0 }, 'hedge: afterMs is 0; it has to be a finite number above 0'],
    [{ afterPercentile: 49 }, 'hedge: afterPercentile is 49; it has to be a number from 50 to 99'],
    [{ afterPercentile: 99.1 }, 'hedge: afterPercentile is 99.1; it has to be a number from 50 to 99'],
    [{ floorMs: -1 }, 'hedge: floorMs is -1; it has to be a finite number of at least 0'],
    [{ max: 0 }, 'hedge: max is 0; it has to be a whole number from 1 to 10'],
    [{ max: 11 }, 'hedge: max is 11; it has to be a whole number from 1 to 10'],
    [{ max: 1.5 }, 'hedge: max is 1.5; it has to be a whole number from 1 to 10'],
    [{ budgetRatio: 0 }, 'hedge: budgetRatio is 0; it has to be a number from 0.001 to 1'],
    [{ budgetRatio: 1.1 }, 'hedge: budgetRatio is 1.1; it has to be a number from 0.001 to 1'],
    [{ budgetRatio: Number.NaN }, 'hedge: budgetRatio is NaN; it has to be a number from 0.001 to 1'],
    [
      { afterMs: 1, afterPercentile: 95 },
      'hedge: afterMs takes the place of afterPercentile and floorMs; leave those out',
    ],
    [
      { afterMs: 1, floorMs: 5 },
      'hedge: afterMs takes the place of afterPercentile and floorMs; leave those out',
    ],
  ])('are refused at construction: %p', (options, message) => {
    expect(() => hedge(step, { idempotent, ...options })).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it('are accepted at their bounds', () => {
    for (const options of [
      { afterPercentile: 50, floorMs: 0 },
      { afterPercentile: 99 },
      { max: 10 },
      { budgetRatio: 0.001 },
      { budgetRatio: 1 },
    ]) {
      expect(hedge(step, { idempotent, ...options }).type).toBe('hedge');
    }
  });

  it.each([undefined, 'a name', Promise.resolve(1)])('are of no use where the step is %p', (value) => {
    expect(() => hedge(value as never, { idempotent })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^hedge: the step is /),
      }),
    );
  });
});

describeOutcomes('hedge', (step) => hedge(step, { idempotent, afterMs: 60, name: 'quick' }), {
  output: 2,
  success: `
    primitive.hedge.execute "quick" success
    └─ primitive.hedge.attempt_1 "step" success
       └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.hedge.execute "quick" error
    └─ primitive.hedge.attempt_1 "step" error
       └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.hedge.execute "quick" timeout
    ├─ primitive.hedge.attempt_1 "step" timeout
    │  └─ primitive.timeout.execute "step" timeout
    │     └─ primitive.mock.execute "step" cancelled
    └─ primitive.hedge.attempt_2 "step" timeout
       └─ primitive.timeout.execute "step" timeout
          └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.hedge.execute "quick" cancelled
    └─ primitive.hedge.attempt_1 "step" cancelled
       └─ primitive.mock.execute "step" cancelled
  `,
});
