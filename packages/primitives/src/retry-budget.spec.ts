import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyError } from '@tta/obs-context';
import { faults, mockPrimitive, observe, observed } from '@tta/obs-testing';
import { retry, RetryExhaustedError } from './retry.ts';
import { retryBudget } from './retry-budget.ts';

const unavailable = (): Error => Object.assign(new Error('unavailable'), { status: 503 });
const slow = (): Error => Object.assign(new Error('no answer'), { name: 'TimeoutError' });
const atOnce = { baseMs: 0, jitter: 'none' } as const;
const working = mockPrimitive('working').returns('answer');
const failing = (error = unavailable()) => mockPrimitive('call').fails(error);

describe('retryBudget', () => {
  it('has the defaults that its options name', () => {
    const budget = retryBudget();
    expect(budget.tokens).toBe(500);
    budget.spend(classifyError(unavailable()));
    expect(budget.tokens).toBe(495);
    budget.spend(classifyError(slow()));
    expect(budget.tokens).toBe(485);
    budget.refill();
    expect(budget.tokens).toBe(486);
  });

  it('pays for each retry, to the last token, and then for none', async () => {
    const budget = retryBudget({ capacity: 12, cost: 4 });
    const call = failing();
    const outcome = await retry(call, { ...atOnce, maxRetries: 9, budget }).tryExecute(0);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(RetryExhaustedError);
    expect(outcome.error).toMatchObject({
      code: 'OBS_ERR_RETRY_EXHAUSTED',
      category: 'transient',
      stopped: 'budget',
      message:
        '"call" failed after 4 attempts, because the budget of retries is spent; the last error: unavailable',
    });
    expect([call.calls.length, budget.tokens]).toEqual([4, 0]);
  });

  it('pays for no retry that it cannot pay in full', async () => {
    const budget = retryBudget({ capacity: 11, cost: 4 });
    const call = failing();
    await retry(call, { ...atOnce, maxRetries: 9, budget }).tryExecute(0);
    expect([call.calls.length, budget.tokens]).toEqual([3, 3]);
  });

  it('pays more for a retry after a timeout', async () => {
    const budget = retryBudget({ capacity: 100, cost: 3, timeoutCost: 7 });
    await retry(failing(slow()), { ...atOnce, maxRetries: 2, budget }).tryExecute(0);
    expect(budget.tokens).toBe(86);
    await retry(failing(), { ...atOnce, maxRetries: 2, budget }).tryExecute(0);
    expect(budget.tokens).toBe(80);
  });

  it('is shared: what one retry has spent another lacks', async () => {
    const budget = retryBudget({ capacity: 3, cost: 1 });
    await retry(failing(), { ...atOnce, maxRetries: 2, budget }).tryExecute(0);
    const call = failing();
    await retry(call, { ...atOnce, maxRetries: 2, budget }).tryExecute(0);
    expect(call.calls).toHaveLength(2);
    const other = failing();
    await retry(other, {
      ...atOnce,
      maxRetries: 2,
      budget: retryBudget({ capacity: 3, cost: 1 }),
    }).tryExecute(0);
    expect(other.calls).toHaveLength(3);
  });

  it('is refilled by a success at the first attempt, and by no other', async () => {
    const budget = retryBudget({ capacity: 10, cost: 4, refill: 2 });
    await retry(faults.failTimes(1, working, unavailable()), { ...atOnce, budget }).execute(0);
    expect(budget.tokens).toBe(6);
    await retry(working, { budget }).execute(0);
    expect(budget.tokens).toBe(8);
    for (let run = 0; run < 3; run++) await retry(working, { budget }).execute(0);
    expect(budget.tokens).toBe(10);
  });

  it(
    'is not asked for a retry that is not made for another reason',
    observed(
      async ({ clock }) => {
        const budget = retryBudget({ capacity: 10, cost: 1 });
        const wrong = Object.assign(new Error('wrong'), { status: 400 });
        await retry(failing(wrong), { budget }).tryExecute(0);
        await retry(failing(), { maxRetries: 0, budget }).tryExecute(0);
        await retry(failing(Object.assign(unavailable(), { retryAfterMs: 9 })), {
          maxDelayMs: 8,
          budget,
        }).tryExecute(0);
        await retry(failing(), { baseMs: 10, jitter: 'none', maxElapsedMs: 9, budget }).tryExecute(0);
        const caller = new AbortController();
        const running = retry(mockPrimitive('call').hangs(), { budget }).tryExecute(0, {
          signal: caller.signal,
        });
        await clock.advance(0);
        caller.abort(new Error('stop'));
        await running;
        expect(budget.tokens).toBe(10);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'tells on the span of the retry that it was spent',
    observed(async (trace) => {
      const budget = retryBudget({ capacity: 2, cost: 2 });
      budget.spend(classifyError(unavailable()));
      await retry(failing(), { budget }).tryExecute(0);
      expect(trace).toHaveSpan({
        span: 'primitive.retry.execute',
        outcome: 'error',
        attributes: { 'retry.stopped': 'budget' },
      });
      expect(trace).toHaveRetried('call', 0);
    }),
  );

  it('keeps retries in an outage within what it held and what successes brought', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async (works) => {
        const budget = retryBudget({ capacity: 20, cost: 5, refill: 1 });
        let attempts = 0;
        let clean = 0;
        for (const isUp of works) {
          const call = () => {
            attempts++;
            if (!isUp) throw unavailable();
          };
          const { ok } = await retry(call, { ...atOnce, budget }).tryExecute(undefined);
          if (ok) clean++;
        }
        expect((attempts - works.length) * 5).toBeLessThanOrEqual(20 + clean);
      }),
      { numRuns: 30 },
    );
  });

  it.each(['capacity', 'cost', 'timeoutCost', 'refill'])('refuses a %s that is not above 0', (option) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => retryBudget({ [option]: value })).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message: `retryBudget: ${option} is ${value}; it has to be a finite number above 0`,
        }),
      );
    }
  });

  it('can pay for a retry after a timeout, however little it holds', () => {
    const budget = retryBudget({ capacity: 6 });
    expect([budget.spend(classifyError(slow())), budget.tokens]).toEqual([true, 0]);
    const large = retryBudget({ capacity: 11 });
    expect([large.spend(classifyError(slow())), large.tokens]).toEqual([true, 1]);
  });

  it.each([
    [{ capacity: 4 }, 'cost is 5 and capacity 4'],
    [{ capacity: 7, cost: 7.1 }, 'cost is 7.1 and capacity 7'],
    [{ capacity: 7, timeoutCost: 8 }, 'timeoutCost is 8 and capacity 7'],
    [{ timeoutCost: 501 }, 'timeoutCost is 501 and capacity 500'],
  ])('refuses what it could never pay: %p', (options, said) => {
    expect(() => retryBudget(options)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: `retryBudget: ${said}; a retry that costs more than the budget holds is never made`,
      }),
    );
  });

  it('refuses options that are none', () => {
    expect(() => retryBudget(7 as never)).toThrow(
      'retryBudget: the options are of type number; they have to be an object such as { capacity: 500 }',
    );
  });

  it('gets back what was paid for a retry that was cancelled while it waited, and nobody is told of it', () =>
    observe(
      async (trace) => {
        const budget = retryBudget({ capacity: 20, cost: 3, timeoutCost: 7 });
        for (const [error, left] of [
          [unavailable(), 17],
          [slow(), 13],
        ] as const) {
          const caller = new AbortController();
          const running = retry(failing(error), { budget }).tryExecute(0, { signal: caller.signal });
          await trace.clock.advance(0);
          // Paid for before the wait: others count on it.
          expect(budget.tokens).toBe(left);
          caller.abort(new Error('stop'));
          await running;
          expect(budget.tokens).toBe(20);
        }
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ));

  it('may be of another copy of this package', async () => {
    const copied = './retry-budget.ts?copy';
    const copy = (await import(copied)) as { retryBudget: typeof retryBudget };
    const budget = copy.retryBudget({ capacity: 10, cost: 5 });
    expect(budget).not.toBeInstanceOf(retryBudget().constructor);
    await retry(failing(), { ...atOnce, maxRetries: 1, budget }).tryExecute(0);
    expect(budget.tokens).toBe(5);
  });

  it('is what a retry takes for a budget, and nothing else is', () => {
    for (const budget of [{ tokens: 5 }, null, 5, 'budget']) {
      expect(() => retry(working, { budget: budget as never })).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message: 'retry: budget is no budget of retries; make one with retryBudget()',
        }),
      );
    }
  });
});
