import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowContext } from '@tta/obs-context';
import { seededRandom } from '@tta/obs-context/manual';
import { onAbort, type Outcome } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import fc from 'fast-check';
import { describeOutcomes } from '../test/outcomes.ts';
import { bulkhead, BulkheadFullError, BulkheadQueueTimeoutError } from './bulkhead.ts';
import { retry } from './retry.ts';
import { timeout } from './timeout.ts';

const manual = { clock: 'manual' } as const;

/** A step that ends when it is told, and knows what began in which order. */
function held() {
  const began: unknown[] = [];
  const running = new Map<unknown, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const step = (input: unknown): Promise<unknown> => {
    began.push(input);
    return new Promise((resolve, reject) => running.set(input, { resolve, reject }));
  };
  const end = async (input: unknown, error?: Error): Promise<void> => {
    const call = running.get(input);
    running.delete(input);
    if (error) call?.reject(error);
    else call?.resolve(input);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { step, began, end, running };
}

describe('bulkhead', () => {
  it(
    'runs as many at a time as it has slots, lets more wait in order, and refuses the rest at once',
    observed(async (trace) => {
      const { step, began, end } = held();
      const guarded = bulkhead(step, { concurrency: 2, queue: 2, name: 'ask' });
      const calls = [1, 2, 3, 4].map((input) => guarded.tryExecute(input));
      const refused = await guarded.tryExecute(5);
      expect(refused).toMatchObject({
        error: {
          name: 'BulkheadFullError',
          code: 'OBS_ERR_BULKHEAD_FULL',
          category: 'resource',
          recoverable: true,
          message: '"ask" was not called: its bulkhead is full, calls hold all slots (2) and 2 are waiting',
          concurrency: 2,
          queue: 2,
          key: undefined,
        },
      });
      expect(refused).toMatchObject({ error: expect.any(BulkheadFullError) });
      expect(began).toEqual([1, 2]);
      await end(2);
      expect(began).toEqual([1, 2, 3]);
      const sixth = guarded.tryExecute(6);
      await end(1, new Error('failed'));
      expect(began).toEqual([1, 2, 3, 4]);
      await end(3);
      expect(began).toEqual([1, 2, 3, 4, 6]);
      await end(4);
      await end(6);
      const outcomes = await Promise.all([...calls, sixth]);
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true, true, true]);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'bulkhead_full' }, value: 1 },
      ]);
    }),
  );

  it(
    'has no queue unless it is given one',
    observed(async () => {
      const { step, end } = held();
      const guarded = bulkhead(step, { concurrency: 1, name: 'ask' });
      const first = guarded.execute(1);
      expect(await guarded.tryExecute(2)).toMatchObject({
        error: {
          message: '"ask" was not called: its bulkhead is full, calls hold all slots (1) and none may wait',
        },
      });
      await end(1);
      await first;
      const third = guarded.execute(3);
      await end(3);
      expect(await third).toBe(3);
    }),
  );

  it(
    'is called like its step, and is the span above it',
    observed(async (trace) => {
      const addOne = (n: number) => n + 1;
      expect(await bulkhead(addOne, { concurrency: 1 }).execute(41)).toBe(42);
      expect(trace).toHaveSpanTree(`
        primitive.bulkhead.execute "addOne" success
        └─ primitive.lambda.execute "addOne" success
      `);
      expect(
        bulkhead(
          (
            () => () =>
              1
          )(),
          { concurrency: 1 },
        ).name,
      ).toBe('bulkhead');
    }),
  );

  it(
    'tells how long each call waited, also that it did not',
    observed(async (trace) => {
      const guarded = bulkhead(
        faults.delay(30, (n: number) => n),
        { concurrency: 1, queue: 1, name: 'ask' },
      );
      const calls = [guarded.execute(1), guarded.execute(2)];
      await trace.clock.advance(60);
      await Promise.all(calls);
      expect(trace).toHaveMetric('primitive.queue.wait', [
        { labels: { 'primitive.name': 'ask', 'wait.for': 'slot' }, count: 2, value: 30 },
      ]);
      const [first, second] = trace.spans.filter(({ name }) => name === 'primitive.bulkhead.execute');
      expect(first?.attributes['wait.duration_ms']).toBeUndefined();
      expect(second?.attributes).toMatchObject({ 'wait.duration_ms': 30, 'wait.for': 'slot' });
    }, manual),
  );

  it(
    'tells also how long those waited who got no slot',
    observed(async (trace) => {
      const guarded = bulkhead(held().step, { concurrency: 1, queue: 2, queueTimeoutMs: 100, name: 'ask' });
      const caller = new AbortController();
      void guarded.tryExecute(1);
      const impatient = guarded.tryExecute(2);
      const cancelled = guarded.tryExecute(3, { signal: caller.signal });
      await trace.clock.advance(40);
      caller.abort();
      await trace.clock.advance(60);
      await Promise.all([impatient, cancelled]);
      expect(trace).toHaveMetric('primitive.queue.wait', [
        { labels: { 'primitive.name': 'ask', 'wait.for': 'slot' }, count: 3, value: 140 },
      ]);
    }, manual),
  );

  it(
    'refuses who waited in vain, and keeps the order of the others',
    observed(async (trace) => {
      const { step, began, end } = held();
      const guarded = bulkhead(step, { concurrency: 1, queue: 3, queueTimeoutMs: 100, name: 'ask' });
      const first = guarded.execute(1);
      const second = guarded.tryExecute(2);
      await trace.clock.advance(60);
      const third = guarded.execute(3);
      await trace.clock.advance(39);
      expect(await Promise.race([second, Promise.resolve('waits')])).toBe('waits');
      await trace.clock.advance(1);
      const outcome = await second;
      expect(outcome).toMatchObject({
        error: {
          name: 'BulkheadQueueTimeoutError',
          code: 'OBS_ERR_BULKHEAD_QUEUE_TIMEOUT',
          category: 'resource',
          recoverable: true,
          message: '"ask" was not called: its bulkhead had no slot for it within 100 ms',
          queueTimeoutMs: 100,
          key: undefined,
        },
        info: { category: 'resource' },
      });
      expect(outcome).toMatchObject({ error: expect.any(BulkheadQueueTimeoutError) });
      expect(trace).toHaveMetric('recovery.events', {
        labels: { 'recovery.kind': 'bulkhead_full' },
        value: 1,
      });
      // Its place in the queue is free as well.
      const others = [4, 5].map((input) => guarded.execute(input));
      await end(1);
      expect(began).toEqual([1, 3]);
      for (const input of [3, 4, 5]) await end(input);
      await Promise.all([first, third, ...others]);
      expect(began).toEqual([1, 3, 4, 5]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'lets a cancelled run go at once, from whichever place in the queue, and gives its place to another',
    observed(async (trace) => {
      const { step, began, end } = held();
      const guarded = bulkhead(step, { concurrency: 1, queue: 3, queueTimeoutMs: 1000 });
      const first = guarded.execute(1);
      const callers = [2, 3, 4].map(() => new AbortController());
      const waiting = callers.map(({ signal }, index) => guarded.tryExecute(index + 2, { signal }));
      const stop = new Error('stop');
      for (const place of [1, 2, 0]) {
        callers[place]?.abort(stop);
        expect(await waiting[place]).toMatchObject({
          ok: false,
          error: stop,
          info: { category: 'cancelled' },
        });
      }
      for (const { signal } of callers) expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(trace.clock.pendingTimers).toBe(0);
      const more = [5, 6, 7].map((input) => guarded.execute(input));
      for (const input of [1, 5, 6, 7]) await end(input);
      await Promise.all([first, ...more]);
      expect(began).toEqual([1, 5, 6, 7]);
      expect(
        trace.spans.filter(({ attributes }) => attributes['execution.status'] === 'cancelled'),
      ).toHaveLength(3);
      expect(trace).not.toHaveMetric('recovery.events');
    }, manual),
  );

  it.each(Array.from({ length: 12 }, (_, turns) => turns))(
    'passes the slot on when its next owner is cancelled %i turns after it is given away',
    observed(async (_trace, turns: number) => {
      let end: ((value: unknown) => void) | undefined;
      const step = mockPrimitive<number>('ask')
        .runs(() => new Promise((resolve) => (end = resolve)), { times: 1 })
        .runs((input, { signal }) =>
          input === 2 ? new Promise((_, reject) => onAbort(signal, () => reject(signal.reason))) : input,
        );
      const guarded = bulkhead(step, { concurrency: 1, queue: 2 });
      const caller = new AbortController();
      const first = guarded.execute(1);
      const second = guarded.tryExecute(2, { signal: caller.signal });
      const third = guarded.execute(3);
      end?.(1);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      caller.abort(new Error('stop'));
      expect((await second).ok).toBe(false);
      expect(await Promise.all([first, third])).toEqual([1, 3]);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(await Promise.all([guarded.execute(4), guarded.execute(5)])).toEqual([4, 5]);
    }),
  );

  it(
    'begins nothing for a run that is cancelled already',
    observed(async () => {
      const { step, began } = held();
      const guarded = bulkhead(step, { concurrency: 1, queue: 1 });
      const signal = AbortSignal.abort(new Error('stop'));
      expect((await guarded.tryExecute(1, { signal })).ok).toBe(false);
      const running = guarded.execute(2);
      void running;
      expect((await guarded.tryExecute(3, { signal })).ok).toBe(false);
      expect(began).toEqual([2]);
    }),
  );

  it(
    'holds the slot until a step that does not heed its signal has really ended',
    observed(async (trace) => {
      const deaf = faults.delay(
        50,
        faults.failTimes(0, (n: number) => n),
        { ignoresAbort: true },
      );
      const guarded = bulkhead(deaf, { concurrency: 1 });
      const limited = timeout(guarded, { ms: 10 }).tryExecute(1);
      await trace.clock.advance(10);
      expect((await limited).ok).toBe(false);
      expect(await guarded.tryExecute(2)).toMatchObject({ info: { code: 'OBS_ERR_BULKHEAD_FULL' } });
      await trace.clock.advance(40);
      const next = guarded.tryExecute(3);
      await trace.clock.advance(50);
      expect(await next).toMatchObject({ ok: true });
    }, manual),
  );

  it(
    'is full only for a while, which a retry around it waits out',
    observed(async (trace) => {
      const guarded = bulkhead(
        faults.delay(30, (n: number) => n),
        { concurrency: 1 },
      );
      const first = guarded.execute(1);
      const second = retry(guarded, { baseMs: 40, jitter: 'none' }).execute(2);
      await trace.clock.advance(70);
      expect(await Promise.all([first, second])).toEqual([1, 2]);
    }, manual),
  );

  describe('with a key', () => {
    it(
      'has slots and a queue for each',
      observed(async () => {
        const { step, began, end } = held();
        const guarded = bulkhead(step, { concurrency: 1, queue: 1, key: (input) => String(input)[0] ?? '' });
        const calls = ['a1', 'a2', 'b1'].map((input) => guarded.execute(input));
        expect(began).toEqual(['a1', 'b1']);
        expect(await guarded.tryExecute('a3')).toMatchObject({ error: { key: 'a' } });
        await end('b1');
        expect(began).toEqual(['a1', 'b1']);
        await end('a1');
        expect(began).toEqual(['a1', 'b1', 'a2']);
        await end('a2');
        await Promise.all(calls);
      }),
    );

    it(
      'reads it from the context as well, and says whose slots a call waited for in vain',
      observed(async (trace) => {
        const key = (_input: unknown, { userId }: WorkflowContext) => userId ?? 'nobody';
        const guarded = bulkhead(
          faults.delay(500, (n: number) => n),
          { concurrency: 1, queue: 1, queueTimeoutMs: 10, key },
        );
        const first = guarded.tryExecute(1, { userId: 'ada' });
        const second = guarded.tryExecute(2, { userId: 'ada' });
        const other = guarded.tryExecute(3, { userId: 'bob' });
        await trace.clock.advance(10);
        expect(await second).toMatchObject({ error: { code: 'OBS_ERR_BULKHEAD_QUEUE_TIMEOUT', key: 'ada' } });
        await trace.clock.advance(490);
        expect([(await first).ok, (await other).ok]).toEqual([true, true]);
      }, manual),
    );
  });

  it('has never more running than slots nor more waiting than places, serves in order, and ends with all slots free', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          concurrency: fc.integer({ min: 1, max: 4 }),
          queue: fc.integer({ min: 0, max: 6 }),
          seed: fc.integer(),
        }),
        fc.array(fc.constantFrom('call', 'call', 'end', 'fail', 'abort'), { minLength: 1, maxLength: 60 }),
        async ({ concurrency, queue, seed }, script) => {
          const random = seededRandom(seed);
          const { step, began, end, running } = held();
          const guarded = bulkhead(step, { concurrency, queue });
          const callers = new Map<number, AbortController>();
          const outcomes = new Map<number, Promise<Outcome<unknown>>>();
          let accepted: number[] = [];
          const expected: number[] = [];
          const refused: Outcome<unknown>[] = [];
          let next = 0;
          for (const act of script) {
            if (act === 'call') {
              const input = next++;
              const caller = new AbortController();
              callers.set(input, caller);
              const isFull = running.size === concurrency && accepted.length === queue;
              const free = running.size < concurrency;
              const outcome = guarded.tryExecute(input, { signal: caller.signal });
              outcomes.set(input, outcome);
              if (isFull) refused.push(await outcome);
              else if (free) expected.push(input);
              else accepted.push(input);
            } else if (act === 'abort' && accepted.length > 0) {
              const input = accepted[Math.floor(random.next() * accepted.length)] as number;
              callers.get(input)?.abort(new Error('stop'));
              accepted = accepted.filter((other) => other !== input);
              await outcomes.get(input);
            } else if (running.size > 0) {
              const all = [...running.keys()];
              await end(
                all[Math.floor(random.next() * all.length)],
                act === 'fail' ? new Error('x') : undefined,
              );
              const first = accepted.shift();
              if (first !== undefined) expected.push(first);
            }
            expect(began).toEqual(expected);
            expect(running.size).toBeLessThanOrEqual(concurrency);
          }
          while (running.size > 0) await end([...running.keys()][0]);
          await Promise.all(outcomes.values());
          const codes = refused.map((outcome) => !outcome.ok && outcome.info.code);
          expect(codes).toEqual(refused.map(() => 'OBS_ERR_BULKHEAD_FULL'));
          // Every slot is free again, and no more than there were.
          const last = Array.from({ length: concurrency + 1 }, (_, index) =>
            guarded.tryExecute(1000 + index),
          );
          expect(running.size).toBe(concurrency);
          while (running.size > 0) await end([...running.keys()][0]);
          expect((await Promise.all(last)).filter(({ ok }) => ok)).toHaveLength(
            concurrency + (queue > 0 ? 1 : 0),
          );
        },
      ),
      { numRuns: 60 },
    ));

  it('serves a queue of ten thousand in order', async () => {
    const order: number[] = [];
    const all = Array.from({ length: 10_000 }, (_, index) => index);
    const guarded = bulkhead((n: number) => Promise.resolve(order.push(n)), {
      concurrency: 1,
      queue: 10_000,
    });
    await Promise.all(all.map((index) => guarded.execute(index)));
    expect(order).toEqual(all);
  });

  it(
    'runs calls whose key cannot be made in slots of their own, and tells so',
    observed(async (trace) => {
      const { step, end } = held();
      const guarded = bulkhead(step, { concurrency: 1, key: () => 1 as never });
      const first = guarded.execute('a');
      expect(await guarded.tryExecute('b')).toMatchObject({
        error: { code: 'OBS_ERR_BULKHEAD_FULL', key: undefined },
      });
      await end('a');
      await first;
      expect(trace).toHaveMetric('recovery.events', { value: 2, labels: { 'recovery.kind': 'key_failure' } });
    }),
  );

  describe('refuses to be built', () => {
    const make = bulkhead as (step: unknown, options?: object) => unknown;
    it.each([
      [undefined, 'concurrency is undefined; it has to be a whole number above 0'],
      [{}, 'concurrency is undefined; it has to be a whole number above 0'],
      [{ concurrency: 0 }, 'concurrency is 0; it has to be a whole number above 0'],
      [{ concurrency: 1, queue: -1 }, 'queue is -1; it has to be a whole number of at least 0'],
      [{ concurrency: 1, key: 'tenant' }, 'key is "tenant"; it has to be a function'],
      [{ concurrency: 1, queueTimeoutMs: 0 }, 'queueTimeoutMs is 0; it has to be a finite number above 0'],
    ])('with %j', (options, message) => {
      expect(() => make(() => 1, options)).toThrow(
        expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message: `bulkhead: ${message}` }),
      );
    });

    it.each([undefined, 'a name', Promise.resolve(1)])('with %p in the place of a step', (value) => {
      expect(() => make(value, { concurrency: 1 })).toThrow(/^bulkhead: the step is /);
    });
  });
});

describeOutcomes('bulkhead', (step) => bulkhead(step, { concurrency: 1, name: 'guarded' }), {
  output: 2,
  success: `
    primitive.bulkhead.execute "guarded" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.bulkhead.execute "guarded" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.bulkhead.execute "guarded" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.bulkhead.execute "guarded" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
