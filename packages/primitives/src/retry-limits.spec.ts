import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mockPrimitive, observe, observed, type ObservedTrace } from '@tta/obs-testing';
import type { ManualClock } from '@tta/obs-context/manual';
import { pause } from '@tta/obs-instrumentation';
import { retry, RetryExhaustedError, type RetryOptions } from './retry.ts';
import { retryBudget } from './retry-budget.ts';
import { timeout } from './timeout.ts';

type Manual = ObservedTrace<ManualClock>;

const unavailable = (fields: object = {}): Error =>
  Object.assign(new Error('unavailable'), { status: 503 }, fields);

/** When the attempts of a retry begin that never succeeds, and how it ends. */
function attemptsOf(
  options: RetryOptions,
  error: () => Error = unavailable,
  workMs = 0,
): Promise<{ begins: number[]; error: RetryExhaustedError; trace: Manual; endedAt: number }> {
  return observe(
    async (trace) => {
      const { clock } = trace;
      const begins: number[] = [];
      const call = mockPrimitive('call').runs(async (_, scope) => {
        begins.push(clock.monotonic());
        if (workMs > 0) await pause(scope, workMs);
        throw error();
      });
      let endedAt = -1;
      const running = retry(call, { jitter: 'none', ...options }).tryExecute(0);
      void running.then(() => (endedAt = clock.monotonic()));
      await clock.advance(600_000);
      const outcome = await running;
      if (outcome.ok) throw new Error('it succeeded');
      expect(clock.pendingTimers).toBe(0);
      return { begins, error: outcome.error as RetryExhaustedError, trace, endedAt };
    },
    { clock: 'manual' },
  );
}

describe('a retry that may take so long', () => {
  const evenly = { maxRetries: 9, baseMs: 100, factor: 1 };

  it.each([
    [199, [0, 100]],
    [200, [0, 100, 200]],
    [201, [0, 100, 200]],
    [99, [0]],
    [100, [0, 100]],
  ])('begins no attempt after %d ms', async (maxElapsedMs, expected) => {
    const { begins, error, endedAt } = await attemptsOf({ ...evenly, maxElapsedMs });
    expect(begins).toEqual(expected);
    // It does not wait for what will not be.
    expect(endedAt).toBe(expected.at(-1));
    expect(error).toBeInstanceOf(RetryExhaustedError);
    expect(error.stopped).toBe('elapsed');
  });

  it.each([
    [299, [0, 150]],
    [300, [0, 150, 300]],
  ])('counts the attempts as well as the waits towards %d ms', async (maxElapsedMs, expected) => {
    const { begins, endedAt } = await attemptsOf({ ...evenly, maxElapsedMs }, unavailable, 50);
    expect(begins).toEqual(expected);
    expect(endedAt).toBe((expected.at(-1) ?? 0) + 50);
  });

  it('says why it ended, in its error and on its span', async () => {
    const { error, trace } = await attemptsOf({ ...evenly, maxElapsedMs: 150 });
    expect(error.message).toBe(
      '"call" failed after 2 attempts, because no attempt may begin after 150 ms; the last error: unavailable',
    );
    expect(trace).toHaveSpan({
      span: 'primitive.retry.execute',
      attributes: { 'retry.stopped': 'elapsed' },
    });
  });

  it('does not wait for the other side beyond that either', async () => {
    const asked = () => unavailable({ retryAfterMs: 151 });
    expect((await attemptsOf({ ...evenly, maxElapsedMs: 150 }, asked)).error.stopped).toBe('elapsed');
    expect((await attemptsOf({ ...evenly, maxElapsedMs: 151 }, asked)).begins).toEqual([0, 151]);
  });

  it.each([
    [20, [0, 120]],
    [21, [0]],
  ])(
    'begins no attempt where a busy process wakes %d ms late',
    observed(
      async (trace: Manual, late: number, expected: number[]) => {
        const { clock } = trace;
        const budget = retryBudget({ capacity: 10, cost: 1 });
        const begins: number[] = [];
        const call = mockPrimitive('call').runs(() => {
          begins.push(clock.monotonic());
          throw unavailable();
        });
        const options = { ...evenly, jitter: 'none', maxElapsedMs: 120, budget } as const;
        const running = retry(call, options).tryExecute(0);
        await clock.advance(0);
        clock.spend(100 + late);
        await clock.advance(0);
        expect(await running).toMatchObject({ ok: false, error: { stopped: 'elapsed' } });
        expect(begins).toEqual(expected);
        // What is told is what was made.
        const made = expected.length - 1;
        expect(trace).toHaveRetried('call', made);
        const counted = trace.points.filter(({ metric }) => metric === 'recovery.events');
        expect(counted.map(({ value }) => value)).toEqual(made === 0 ? [] : [made]);
        expect(budget.tokens).toBe(10 - made);
      },
      { clock: 'manual' },
    ),
  );

  it('has no such limit by default', async () => {
    const { begins, error } = await attemptsOf({ ...evenly, baseMs: 50_000 });
    expect(begins).toHaveLength(10);
    expect(error.stopped).toBe('attempts');
  });
});

describe('a retry that is asked to wait', () => {
  it.each([
    [1000, 'attempts', [0, 1000]],
    [1001, 'asked_to_wait', [0]],
  ])('waits for %d ms, or gives up', async (retryAfterMs, stopped, expected) => {
    const { begins, error, trace } = await attemptsOf({ maxRetries: 1, maxDelayMs: 1000 }, () =>
      unavailable({ retryAfterMs }),
    );
    expect([error.stopped, begins]).toEqual([stopped, expected]);
    expect(trace).toHaveSpan({
      span: 'primitive.retry.execute',
      attributes: { 'retry.stopped': stopped },
    });
  });

  it('waits just as long, while its own waits grow', async () => {
    const errors = [unavailable({ retryAfterMs: 70 }), unavailable(), unavailable({ retryAfterMs: 30 })];
    const { begins, trace } = await attemptsOf(
      { maxRetries: 5, baseMs: 10 },
      () => errors.shift() ?? unavailable(),
    );
    // Its own are 10, 20, 40, 80, 160; asked for are 70, nothing, 30, nothing, nothing.
    expect(begins).toEqual([0, 70, 90, 120, 200, 360]);
    const { events } = trace.span('primitive.retry.execute');
    expect(
      events
        .filter(({ name }) => name === 'recovery.retry')
        .map(({ attributes }) => [attributes['retry.strategy'], attributes['retry.after_header']]),
    ).toEqual([
      ['retry_after', true],
      ['none', false],
      ['retry_after', true],
      ['none', false],
      ['none', false],
    ]);
  });
});

describe('what retryOn answers', () => {
  it('may be when the next attempt begins, whatever else was asked for', async () => {
    const { begins, trace } = await attemptsOf(
      { maxRetries: 3, baseMs: 1000, retryOn: (_, __, attempt) => ({ afterMs: attempt * 10 }) },
      () => unavailable({ retryAfterMs: 5 }),
    );
    expect(begins).toEqual([0, 10, 30, 60]);
    expect(trace.span('primitive.retry.execute').events[0]?.attributes).toMatchObject({
      'retry.backoff_ms': 10,
      'retry.strategy': 'retry_on',
      'retry.after_header': true,
    });
  });

  it.each([
    [100, 'attempts'],
    [101, 'asked_to_wait'],
  ])('is not longer than the longest wait: %d ms', async (afterMs, stopped) => {
    const { error } = await attemptsOf({ maxRetries: 1, maxDelayMs: 100, retryOn: () => ({ afterMs }) });
    expect(error.stopped).toBe(stopped);
  });

  it('may be to try again and no more, which is what true says', async () => {
    const usual = { maxRetries: 2, baseMs: 10 };
    const expected = [0, 10, 30];
    expect((await attemptsOf({ ...usual, retryOn: () => ({}) })).begins).toEqual(expected);
    expect((await attemptsOf({ ...usual, retryOn: () => ({ free: false }) })).begins).toEqual(expected);
    expect((await attemptsOf({ ...usual, retryOn: () => true })).begins).toEqual(expected);
  });

  it.each([undefined, null, false])('is no further attempt where it is %p', (decided) =>
    observe(async (trace) => {
      const error = unavailable();
      const call = mockPrimitive('call').fails(error);
      await expect(retry(call, { retryOn: () => decided as never }).execute(0)).rejects.toBe(error);
      expect(trace.span('primitive.retry.execute').attributes['retry.stopped']).toBeUndefined();
    }),
  );

  it.each([-1, Number.NaN, '5'])('is an error of the program where the wait is %d ms', async (afterMs) => {
    const error = unavailable();
    const call = mockPrimitive('call').fails(error);
    const retryOn = () => ({ afterMs: afterMs as number });
    await expect(retry(call, { retryOn }).execute(0)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      cause: error,
      message: `retry "call": retryOn returned an afterMs of ${afterMs}; it has to be a number of at least 0`,
    });
  });

  it.each([true, false])('is not waited for: a promise of %p is an error of the program', async (answer) => {
    const error = unavailable();
    const call = mockPrimitive('call').fails(error);
    const retryOn = (() => Promise.resolve(answer)) as never;
    await expect(retry(call, { retryOn }).execute(0)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      cause: error,
      message: 'retry "call": retryOn answered with a promise; it has to answer at once',
    });
    expect(call.calls).toHaveLength(1);
  });

  it('may be an error: the error of the step is not lost', async () => {
    const error = unavailable();
    const bug = new TypeError("Cannot read properties of undefined (reading 'status')");
    const retryOn = () => {
      throw bug;
    };
    await expect(retry(mockPrimitive('call').fails(error), { retryOn }).execute(0)).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: `retry "call": retryOn threw: ${bug.message}`,
      cause: { cause: error, errors: [error, bug] },
    });
  });

  it('may be that a failed attempt is free: then it does not count', async () => {
    const { begins, error, trace } = await attemptsOf({
      maxRetries: 1,
      baseMs: 1,
      factor: 1,
      retryOn: (_, __, attempt) => ({ free: attempt <= 3 }),
    });
    // Three that are free, the first that counts, and the one retry.
    expect([begins.length, error.attempts.length, error.stopped]).toEqual([5, 5, 'attempts']);
    const totals = [1, 2, 3, 4, 5].map(
      (attempt) => trace.span(`primitive.retry.attempt_${attempt}`).attributes['step.total_steps'],
    );
    expect(totals).toEqual([2, 3, 4, 5, 5]);
  });

  it('is free a hundred times and no more, so that a run ends', async () => {
    const always: RetryOptions = { baseMs: 0, retryOn: () => ({ free: true }) };
    expect((await attemptsOf({ ...always, maxRetries: 2 })).begins).toHaveLength(103);
    expect((await attemptsOf({ ...always, maxRetries: 0 })).begins).toHaveLength(101);
  });
});

describe('the limits of a retry', () => {
  it('hold together, whatever they are and however long attempts take', async () => {
    const jitter = fc.constantFrom('equal', 'full', 'decorrelated', 'none');
    const ms = fc.integer({ min: 0, max: 300 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          maxRetries: fc.integer({ min: 0, max: 8 }),
          baseMs: ms,
          factor: fc.double({ min: 1, max: 4, noNaN: true }),
          maxDelayMs: ms,
          jitter,
          maxElapsedMs: fc.integer({ min: 1, max: 1000 }),
        }),
        fc.integer({ min: 0, max: 200 }),
        async (options, workMs) => {
          const { begins, error, endedAt } = await attemptsOf(options, unavailable, workMs);
          expect(begins.length).toBeLessThanOrEqual(options.maxRetries + 1);
          expect(error.attempts).toHaveLength(begins.length);
          expect(error.stopped === 'attempts').toBe(begins.length === options.maxRetries + 1);
          for (const [at, begin] of begins.entries()) {
            expect(begin).toBeLessThanOrEqual(options.maxElapsedMs);
            // To a billionth: waits are fractions.
            const wait = begin - (begins[at - 1] ?? begin) - (at > 0 ? workMs : 0);
            expect(wait).toBeLessThanOrEqual(options.maxDelayMs + 1e-9);
          }
          expect(endedAt).toBeCloseTo((begins.at(-1) ?? 0) + workMs, 6);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a retry between two time limits', () => {
  it(
    'has one for each attempt inside it and one for all around it',
    observed(
      async (trace) => {
        const hanging = mockPrimitive<number, never>('hanging').hangs();
        const attempts = retry(timeout(hanging, { ms: 100 }), { baseMs: 50, factor: 1, jitter: 'none' });
        const running = timeout(attempts, { ms: 280, name: 'total' }).tryExecute(0);
        await trace.clock.advance(280);
        expect(await running).toMatchObject({
          ok: false,
          error: { message: '"total" did not end within 280 ms' },
        });
        expect(trace).toHaveSpanTree(`
          primitive.timeout.execute "total" timeout
          └─ primitive.retry.execute "hanging" cancelled
             ├─ primitive.retry.attempt_1 "hanging" timeout
             │  └─ primitive.timeout.execute "hanging" timeout
             │     └─ primitive.mock.execute "hanging" cancelled
             └─ primitive.retry.attempt_2 "hanging" timeout
                └─ primitive.timeout.execute "hanging" timeout
                   └─ primitive.mock.execute "hanging" cancelled
        `);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace).toHaveNoOrphans();
      },
      { clock: 'manual' },
    ),
  );

  it(
    'ends while an attempt runs when the time of all is over first',
    observed(
      async (trace) => {
        const hanging = mockPrimitive<number, never>('hanging').hangs();
        const attempts = retry(timeout(hanging, 100), { baseMs: 50, factor: 1, jitter: 'none' });
        const running = timeout(attempts, 200).tryExecute(0);
        await trace.clock.advance(200);
        expect(await running).toMatchObject({ ok: false, info: { code: 'OBS_ERR_TIMEOUT' } });
        expect(hanging.calls.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { 'primitive.name': 'hanging', 'recovery.kind': 'timeout' }, value: 2 },
          { labels: { 'primitive.name': 'hanging', 'recovery.kind': 'retry' }, value: 1 },
        ]);
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );
});
