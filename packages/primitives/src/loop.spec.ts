import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { Instrumentation, type PrimitiveLike, withInstrumentation } from '@tta/obs-instrumentation';
import { mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { lambda } from './lambda.ts';
import { loop, LoopLimitError } from './loop.ts';
import { timeout } from './timeout.ts';

const addOne = lambda('addOne', (n: number) => n + 1);

/** Frames below the caller, without those that were awaited. */
function stackDepth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error('here');
  Error.stackTraceLimit = stackTraceLimit;
  return stack.split('\n').filter((line) => !/ at async /.test(line)).length;
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('loop', () => {
  it(
    'runs its step on what it gave before, until the state is good enough',
    observed(async (trace) => {
      expect(await loop(addOne, { until: (n) => n >= 3, maxIterations: 9 }).execute(1)).toBe(3);
      expect(trace).toHaveSpanTree(`
        primitive.loop.execute "addOne" success
        ├─ primitive.loop.iteration_0 "addOne" success
        │  └─ primitive.lambda.execute "addOne" success
        └─ primitive.loop.iteration_1 "addOne" success
           └─ primitive.lambda.execute "addOne" success
      `);
      expect(trace).toHaveSpan({ span: 'primitive.loop.execute', attributes: { 'loop.iterations': 2 } });
      expect(trace).toHaveSpan({ span: 'primitive.loop.iteration_1', attributes: { 'step.index': 1 } });
    }),
  );

  it(
    'runs its step while there is more to do, which may be never',
    observed(async (trace) => {
      const up = loop(addOne, { while: (n) => n < 3, maxIterations: 9 });
      expect(await up.execute(1)).toBe(3);
      expect(trace).toHaveSpan({ span: 'primitive.loop.execute', attributes: { 'loop.iterations': 2 } });
      expect(await up.execute(7)).toBe(7);
      expect(trace).toHaveSpan({ span: 'primitive.loop.execute', attributes: { 'loop.iterations': 0 } });
      expect(trace).toHaveSpan('primitive.lambda.execute', 2);
    }),
  );

  it('asks until after each iteration, with its result, its index and the scope of the run', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const counted = loop(addOne, {
      until: (n, iteration, scope) => {
        asked.push([n, iteration, scope.signal === signal]);
        return n === 12;
      },
      maxIterations: 9,
    });
    await counted.execute(10, { signal });
    expect(asked).toEqual([
      [11, 0, true],
      [12, 1, true],
    ]);
  });

  it('asks while before each iteration, with its input, its index and the scope of the run', async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const counted = loop(addOne, {
      while: (n, iteration, scope) => {
        asked.push([n, iteration, scope.signal === signal]);
        return n < 12;
      },
      maxIterations: 9,
    });
    await counted.execute(10, { signal });
    expect(asked).toEqual([
      [10, 0, true],
      [11, 1, true],
      [12, 2, true],
    ]);
  });

  it.each(['until', 'while'] as const)('waits for the answer of %s where it takes its time', async (when) => {
    const later = async (n: number) => {
      await Promise.resolve();
      return when === 'until' ? n >= 3 : n < 3;
    };
    const ending = when === 'until' ? { until: later } : { while: later };
    expect(await loop(addOne, { ...ending, maxIterations: 9 }).execute(1)).toBe(3);
  });

  it('goes round as often as a loop of JavaScript', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 }), async (end, max) => {
        const before = await loop(addOne, { while: (n) => n < end, maxIterations: max }).tryExecute(0);
        expect(before).toMatchObject(
          end <= max ? { value: end } : { error: { state: max, maxIterations: max } },
        );
        const after = await loop(addOne, { until: (n) => n >= end, maxIterations: max }).tryExecute(0);
        const rounds = Math.max(end, 1);
        expect(after).toMatchObject(rounds <= max ? { value: rounds } : { error: { state: max } });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [1, '"refine" did not end within 1 iteration'],
    [3, '"refine" did not end within 3 iterations'],
  ])('fails after %i iterations at most, with the state but not in words', async (maxIterations, message) => {
    await observed(async (trace) => {
      const refine = loop((text: string) => `${text}!`, {
        until: () => false,
        maxIterations,
        name: 'refine',
      });
      const outcome = await refine.tryExecute('secret');
      if (outcome.ok) throw new Error('it ended');
      expect(outcome.error).toBeInstanceOf(LoopLimitError);
      expect(outcome.error).toMatchObject({
        code: 'OBS_ERR_LOOP_LIMIT',
        category: 'resource',
        severity: 'high',
        recoverable: false,
        message,
        maxIterations,
        state: `secret${'!'.repeat(maxIterations)}`,
      });
      const { events, attributes } = trace.span('primitive.loop.execute "refine" error');
      expect(events.map(({ name }) => name)).toEqual(['exception']);
      expect(attributes['loop.iterations']).toBe(maxIterations);
      expect(
        JSON.stringify([trace.spans.map((span) => [span.attributes, span.events]), trace.lines]),
      ).not.toContain('secret');
    })();
  });

  it('ends well where the limit is just enough', async () => {
    const three = loop(addOne, { while: (n) => n < 3, maxIterations: 3 });
    expect(await three.execute(0)).toBe(3);
  });

  it(
    'ends with the error of an iteration, which is recorded there alone',
    observed(async (trace) => {
      const error = new Error('own');
      const body = mockPrimitive<number, number>('body').returns(1).fails(error);
      const forever = loop(body, { until: () => false, maxIterations: 9 });
      await expect(forever.execute(0)).rejects.toBe(error);
      expect(trace).toHaveSpanTree(`
        primitive.loop.execute "body" error
        ├─ primitive.loop.iteration_0 "body" success
        │  └─ primitive.mock.execute "body" success
        └─ primitive.loop.iteration_1 "body" error
           └─ primitive.mock.execute "body" error
      `);
      const { events, attributes } = trace.span('primitive.loop.execute');
      expect(events).toEqual([]);
      expect(attributes['loop.iterations']).toBe(2);
      expect(trace).toHaveSpan({ span: 'primitive.mock.execute', outcome: 'error', events: ['exception'] });
    }),
  );

  it.each([
    ['until', 1],
    ['while', 0],
  ] as const)('fails with the error of %s, on its own span', async (when, iterations) => {
    await observed(async (trace) => {
      const error = new Error('no idea');
      const failing = () => {
        throw error;
      };
      const ending = when === 'until' ? { until: failing } : { while: failing };
      await expect(loop(addOne, { ...ending, maxIterations: 9 }).execute(0)).rejects.toBe(error);
      expect(trace).toHaveSpan({
        span: 'primitive.loop.execute',
        events: ['exception'],
        attributes: { 'loop.iterations': iterations },
      });
    })();
  });

  it.each(['until', 'while'] as const)(
    'begins no further iteration when its run is cancelled, although its step does not heed that: %s',
    async (when) => {
      await observed(async (trace) => {
        const caller = new AbortController();
        const reason = new Error('stop');
        let asked = 0;
        const predicate = () => {
          asked++;
          return when === 'while';
        };
        const ending = when === 'until' ? { until: predicate } : { while: predicate };
        const deaf = (n: number) => {
          if (n === 1) caller.abort(reason);
          return n + 1;
        };
        const running = loop(deaf, { ...ending, maxIterations: 9 }).execute(0, { signal: caller.signal });
        await expect(running).rejects.toBe(reason);
        expect(asked).toBe(2);
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        expect(trace).toHaveSpan({
          span: 'primitive.loop.execute',
          outcome: 'cancelled',
          attributes: { 'loop.iterations': 2 },
        });
        expect(trace).not.toHaveSpan('primitive.loop.iteration_2');
      })();
    },
  );

  it.each([
    ['while', 0],
    ['until', 1],
  ] as const)('ends with its run that is cancelled while %s is asked', async (when, iterations) => {
    await observed(async (trace) => {
      const caller = new AbortController();
      let answer: (met: boolean) => void = () => undefined;
      const undecided = () => new Promise<boolean>((resolve) => (answer = resolve));
      const ending = when === 'until' ? { until: undecided } : { while: undecided };
      const asking = loop(addOne, { ...ending, maxIterations: 9 });
      const running = asking.execute(0, { signal: caller.signal });
      await new Promise(setImmediate);
      const reason = new Error('stop');
      caller.abort(reason);
      answer(true);
      await expect(running).rejects.toBe(reason);
      expect(trace).toHaveSpan({
        span: 'primitive.loop.execute',
        outcome: 'cancelled',
        attributes: { 'loop.iterations': iterations },
      });
      expect(trace).toHaveSpan('primitive.lambda.execute "addOne" success', iterations);
      expect(trace).not.toHaveSpan('primitive.loop.iteration_1');
    })();
  });

  it(
    'is stopped by a time limit, in the middle of an iteration',
    observed(
      async (trace) => {
        const slow = mockPrimitive<number, number>('slow').returns(1).hangs();
        const limited = timeout(loop(slow, { until: () => false, maxIterations: 9 }), { ms: 100 });
        const running = limited.tryExecute(0);
        await trace.clock.advance(100);
        expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
        expect(slow.calls).toHaveLength(2);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace).toHaveSpan('primitive.loop.execute cancelled');
        expect(trace).toHaveNoOrphans();
      },
      { clock: 'manual' },
    ),
  );

  it('keeps the states of runs apart', async () => {
    const double = loop((n: number) => n * 2, { until: (n) => n > 100, maxIterations: 9 });
    const runs = [1, 3, 70].map((n) => double.execute(n));
    expect(await Promise.all(runs)).toEqual([128, 192, 140]);
  });

  it('goes round 10,000 times on a stack that does not grow', async () => {
    const depths: number[] = [];
    const body = (n: number) => {
      if (n === 10 || n === 9_990) depths.push(stackDepth());
      return n + 1;
    };
    expect(await loop(body, { until: (n) => n === 10_000, maxIterations: 10_000 }).execute(0)).toBe(10_000);
    expect(depths[1]).toBe(depths[0]);
  });

  it.each([false, true])('has let go of 10,000 states before it ends; observed: %p', async (isObserved) => {
    const instrumentation = new Instrumentation();
    if (isObserved) instrumentation.onExecution({ onStart: () => undefined });
    let gone = 0;
    const registry = new FinalizationRegistry<undefined>(() => gone++);
    const collect = garbageCollector();
    const count = loop(
      ({ n }: { n: number }) => {
        const next = { n: n + 1 };
        registry.register(next, undefined);
        return next;
      },
      {
        until: async ({ n }) => {
          if (n < 10_000) return false;
          for (let turn = 0; turn < 100 && gone < 9_990; turn++) {
            collect();
            // Finalizers run when the event loop comes round.
            await new Promise(setImmediate);
          }
          return true;
        },
        maxIterations: 10_000,
      },
    );
    await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), () => count.execute({ n: 0 }));
    expect(gone).toBeGreaterThanOrEqual(9_990);
  });

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      const once = { until: () => true, maxIterations: 1 };
      await loop(addOne, { ...once, name: 'count' }).execute(0);
      await loop(addOne, once).execute(0);
      await loop((n: number) => n, once).execute(0);
      for (const name of ['count', 'addOne', 'loop'])
        expect(trace).toHaveSpan(`primitive.loop.execute "${name}"`, 1);
    }),
  );

  const until = () => true;
  it.each([
    [[undefined, { until, maxIterations: 1 }], 'loop: the step is undefined; a step is'],
    [[addOne], 'loop: either until or while has to be given, to say when it ends'],
    [[addOne, { maxIterations: 1 }], 'loop: either until or while has to be given, to say when it ends'],
    [
      [addOne, { until, while: until, maxIterations: 1 }],
      'loop: either until or while has to be given, to say when it ends',
    ],
    [[addOne, { until: true, maxIterations: 1 }], 'loop: until is true; it has to be a function'],
    [[addOne, { while: 1, maxIterations: 1 }], 'loop: while is 1; it has to be a function'],
    [[addOne, { until }], 'loop: maxIterations is undefined; it has to be a whole number above 0'],
    [[addOne, { until, maxIterations: 0 }], 'loop: maxIterations is 0; it has to be a whole number above 0'],
    [
      [addOne, { until, maxIterations: 1.5 }],
      'loop: maxIterations is 1.5; it has to be a whole number above 0',
    ],
    [
      [addOne, { until, maxIterations: Number.POSITIVE_INFINITY }],
      'loop: maxIterations is Infinity; it has to be a whole number above 0',
    ],
  ])('refuses %p at construction', (given, message) => {
    const make = loop as unknown as (...given: readonly unknown[]) => unknown;
    expect(() => make(...given)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringContaining(message),
      }),
    );
  });
});

describeOutcomes(
  'loop',
  (step) =>
    loop(step as PrimitiveLike<number, number>, { until: () => true, maxIterations: 3, name: 'refine' }),
  {
    output: 2,
    success: `
      primitive.loop.execute "refine" success
      └─ primitive.loop.iteration_0 "step" success
         └─ primitive.mock.execute "step" success
    `,
    error: `
      primitive.loop.execute "refine" error
      └─ primitive.loop.iteration_0 "step" error
         └─ primitive.mock.execute "step" error
    `,
    timeout: `
      primitive.loop.execute "refine" timeout
      └─ primitive.loop.iteration_0 "step" timeout
         └─ primitive.timeout.execute "step" timeout
            └─ primitive.mock.execute "step" cancelled
    `,
    cancelled: `
      primitive.loop.execute "refine" cancelled
      └─ primitive.loop.iteration_0 "step" cancelled
         └─ primitive.mock.execute "step" cancelled
    `,
  },
);
