import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { faults, ManualClock, mockPrimitive, observe, observed, seededRandom } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { Backoff } from './internal/backoff.ts';
import { lambda } from './lambda.ts';
import { retry, RetryExhaustedError, type RetryOptions } from './retry.ts';

const unavailable = (): Error => Object.assign(new Error('unavailable'), { status: 503 });
const call = lambda('call', () => 'answer');
/** A step that fails whenever it is called. */
const down = (error: unknown = unavailable()) => mockPrimitive('call').fails(error);

/** The waits of a retry that never succeeds, in whole milliseconds. */
function waits(options: RetryOptions, error?: Error, seed = 1): Promise<number[]> {
  return observe(
    async ({ clock }) => {
      const begins: number[] = [];
      const step = mockPrimitive('call').runs(() => {
        begins.push(clock.monotonic());
        throw error ?? unavailable();
      });
      const running = retry(step, options).tryExecute(0);
      await clock.advance(3_600_000);
      await running;
      return begins.slice(1).map((at, index) => Math.round(at - (begins[index] ?? 0)));
    },
    { clock: new ManualClock(), random: seededRandom(seed) },
  );
}

describe('retry', () => {
  it('accepts the most retries that there can be, and none', async () => {
    expect(retry(call, { maxRetries: 1000 }).type).toBe('retry');
    expect(await waits({ maxRetries: 0 })).toEqual([]);
  });

  it(
    'tries again until the step succeeds',
    observed(
      async (trace) => {
        const step = faults.failTimes(2, call, unavailable());
        const running = retry(step, { baseMs: 100, jitter: 'none' }).execute(0);
        await trace.clock.advance(300);
        expect(await running).toBe('answer');
        expect(trace).toHaveRetried('call', 2);
        expect(trace).toHaveSpanTree(`
          primitive.retry.execute "call" success
          ├─ primitive.retry.attempt_1 "call" error
          │  └─ primitive.lambda.execute "call" error
          ├─ primitive.retry.attempt_2 "call" error
          │  └─ primitive.lambda.execute "call" error
          └─ primitive.retry.attempt_3 "call" success
             └─ primitive.lambda.execute "call" success
        `);
        for (const index of [1, 2, 3]) {
          const attributes = { 'step.index': index, 'step.total_steps': 4 };
          expect(trace).toHaveSpan({ span: `primitive.retry.attempt_${index}`, attributes });
        }
        const root = trace.span('primitive.retry.execute');
        expect(root.failed).toBe(false);
        expect(root.events.map(({ name, attributes }) => [name, attributes])).toEqual(
          [100, 200].map((wait, index) => [
            'recovery.retry',
            {
              'retry.attempt': index + 1,
              'error.type': 'Error',
              'error.message': 'unavailable',
              'error.category': 'transient',
              'retry.backoff_ms': wait,
              'retry.strategy': 'none',
              'retry.reason': 'transient',
              'retry.after_header': false,
            },
          ]),
        );
        expect(trace.lines).toEqual(
          root.events.map(({ attributes: fields }) => ({
            level: 'warn',
            message: 'call: retry',
            fields,
            spanId: root.spanId,
            traceId: root.traceId,
          })),
        );
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { 'primitive.name': 'call', 'recovery.kind': 'retry' }, value: 2 },
        ]);
      },
      { clock: 'manual' },
    ),
  );

  it('waits longer each time, up to the longest wait', async () => {
    expect(await waits({ baseMs: 10, factor: 3, maxDelayMs: 50, jitter: 'none', maxRetries: 4 })).toEqual([
      10, 30, 50, 50,
    ]);
  });

  it('has the defaults that its options name', async () => {
    const named = { maxRetries: 3, baseMs: 1000, factor: 2, maxDelayMs: 60_000, jitter: 'equal' } as const;
    expect(await waits({})).toEqual(await waits(named));
    expect(await waits({ maxRetries: 8 })).toEqual(await waits({ ...named, maxRetries: 8 }));
  });

  it.each(['equal', 'full', 'decorrelated'] as const)('spreads its waits by %s jitter', async (jitter) => {
    const options = { baseMs: 2000, factor: 3, maxDelayMs: 60_000, jitter, maxRetries: 5 };
    const chance = seededRandom(7);
    const backoff = new Backoff(options, chance);
    const expected = Array.from({ length: 5 }, () => Math.round(backoff.next()));
    const seen = await waits(options, undefined, 7);
    expect(seen).toHaveLength(5);
    for (const [at, ms] of expected.entries()) expect(Math.abs((seen[at] ?? 0) - ms)).toBeLessThanOrEqual(1);
  });

  it('begins each run with its shortest wait', async () => {
    const begins: number[] = [];
    await observe(
      async ({ clock }) => {
        const step = mockPrimitive('call').runs(() => {
          begins.push(clock.monotonic());
          throw unavailable();
        });
        const careful = retry(step, { baseMs: 10, jitter: 'none', maxRetries: 2 });
        for (let run = 0; run < 2; run++) {
          const running = careful.tryExecute(0);
          await clock.advance(1000);
          await running;
        }
      },
      { clock: 'manual' },
    );
    expect(begins).toEqual([0, 10, 30, 1000, 1010, 1030]);
  });

  it('waits as long as the other side asks for, in place of its own back-off', async () => {
    const limited = Object.assign(new Error('slow down'), {
      status: 429,
      headers: { 'Retry-After': '0.03' },
    });
    expect(await waits({ baseMs: 10, maxRetries: 4, jitter: 'none' }, limited)).toEqual([30, 30, 30, 30]);
  });

  it.each([
    ['no wait at all', () => '0'],
    ['a date that has passed', (clock: ManualClock) => new Date(clock.now() - 5000).toUTCString()],
  ])('keeps to its own back-off where the other side asks for %s', async (_, header) => {
    const clock = new ManualClock();
    const headers = { 'Retry-After': header(clock) };
    const overloaded = Object.assign(new Error('overloaded'), { status: 503, headers });
    expect(await waits({ baseMs: 10, jitter: 'none', maxRetries: 4 }, overloaded)).toEqual([10, 20, 40, 80]);
  });

  it('gives up when it is asked to wait longer than it may', async () => {
    const limited = Object.assign(new Error('come back tomorrow'), { status: 429, retryAfterMs: 86_400_000 });
    const outcome = await retry(down(limited), { maxDelayMs: 1000 }).tryExecute(0);
    expect(outcome).toMatchObject({
      ok: false,
      info: { code: 'OBS_ERR_RETRY_EXHAUSTED', category: 'rate_limit' },
    });
    expect(outcome.ok === false && (outcome.error as Error).message).toBe(
      '"call" failed after 1 attempt, because it was asked to wait 86400000 ms and may wait 1000 ms at most; the last error: come back tomorrow',
    );
  });

  it('throws all errors together when every attempt failed', async () => {
    const errors = [unavailable(), unavailable(), unavailable()];
    const step = mockPrimitive('call').fails(errors[0]).fails(errors[1]).fails(errors[2]);
    const outcome = await retry(step, { maxRetries: 2, baseMs: 0 }).tryExecute(0);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(RetryExhaustedError);
    const error = outcome.error as RetryExhaustedError;
    expect(error.attempts).toEqual(errors);
    expect(error.cause).toBe(errors[2]);
    expect(error).toMatchObject({
      code: 'OBS_ERR_RETRY_EXHAUSTED',
      category: 'transient',
      recoverable: true,
      severity: 'high',
      stopped: 'attempts',
    });
    expect(error.message).toBe('"call" failed after 3 attempts; the last error: unavailable');
  });

  it.each([
    ['validation', { status: 422 }],
    ['auth', { status: 401 }],
    ['permanent', { status: 404 }],
    ['cancelled', { name: 'AbortError' }],
  ])('does not repeat an error of category %s and throws it as it is', (_, shape) =>
    observe(async (trace) => {
      const error = Object.assign(new Error('no'), shape);
      await expect(retry(down(error)).execute(0)).rejects.toBe(error);
      expect(trace).toHaveRetried('call', 0);
    }),
  );

  it('asks its caller what is worth another attempt', async () => {
    const asked: unknown[] = [];
    const options: RetryOptions = {
      baseMs: 0,
      retryOn: (error, found, attempt) => {
        asked.push([(error as Error).message, found.category, attempt]);
        return attempt < 2;
      },
    };
    const error = Object.assign(new Error('odd'), { status: 400 });
    await expect(retry(down(error), options).execute(0)).rejects.toBe(error);
    expect(asked).toEqual([
      ['odd', 'validation', 1],
      ['odd', 'validation', 2],
    ]);
  });

  it(
    'stops waiting when it is cancelled, and leaves neither timer nor listener',
    observed(
      async (trace) => {
        const controller = new AbortController();
        const running = retry(down()).execute(0, { signal: controller.signal });
        await trace.clock.advance(0);
        expect(trace.clock.pendingTimers).toBe(1);
        const reason = new Error('stop');
        controller.abort(reason);
        await expect(running).rejects.toBe(reason);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
        expect(trace).toHaveSpan({ span: 'primitive.retry.execute', outcome: 'cancelled' });
      },
      { clock: 'manual' },
    ),
  );

  it('leaves no listener on the signal after its waits', async () => {
    const { signal } = new AbortController();
    await retry(faults.failTimes(2, call), { baseMs: 0 }).execute(0, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not wait when the step itself cancelled the run', async () => {
    const controller = new AbortController();
    const error = unavailable();
    const step = () => {
      controller.abort(new Error('stop'));
      throw error;
    };
    await expect(retry(step).execute(undefined, { signal: controller.signal })).rejects.toBe(error);
  });

  it(
    'takes an option that is there and undefined as not set',
    observed(
      async (trace) => {
        const options = { maxRetries: undefined, baseMs: undefined } as unknown as RetryOptions;
        const running = retry(down(), options).tryExecute(0);
        await trace.clock.advance(60_000);
        expect((await running).ok).toBe(false);
        expect(trace).toHaveRetried('call', 3);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is a failure when every attempt was cancelled by itself and it was told to try again',
    observed(
      async (trace) => {
        const step = down(new DOMException('gone', 'AbortError'));
        const running = retry(step, { maxRetries: 1, baseMs: 0, retryOn: () => true }).tryExecute(0);
        await trace.clock.advance(10);
        expect(await running).toMatchObject({ ok: false, info: { category: 'unknown' } });
        expect(trace.span('primitive.retry.execute').failed).toBe(true);
      },
      { clock: 'manual' },
    ),
  );

  it('is named after its step, or as it is told', () => {
    expect(retry(call).name).toBe('call');
    expect(retry(call, { name: 'careful call' }).name).toBe('careful call');
    expect(
      retry(
        (
          () => () =>
            1
        )(),
      ).name,
    ).toBe('retry');
  });

  it.each([
    [{ maxRetries: -1 }, 'retry: maxRetries is -1; it has to be a whole number from 0 to 1000'],
    [{ maxRetries: 1.5 }, 'retry: maxRetries is 1.5; it has to be a whole number from 0 to 1000'],
    [{ maxRetries: 1001 }, 'retry: maxRetries is 1001; it has to be a whole number from 0 to 1000'],
    [{ maxElapsedMs: 0 }, 'retry: maxElapsedMs is 0; it has to be a finite number above 0'],
    [{ baseMs: -1 }, 'retry: baseMs is -1; it has to be a finite number of at least 0'],
    [
      { baseMs: Number.POSITIVE_INFINITY },
      'retry: baseMs is Infinity; it has to be a finite number of at least 0',
    ],
    [{ maxDelayMs: -1 }, 'retry: maxDelayMs is -1; it has to be a finite number of at least 0'],
    [
      { factor: Number.POSITIVE_INFINITY },
      'retry: factor is Infinity; it has to be a finite number of at least 1',
    ],
    [{ factor: 0.5 }, 'retry: factor is 0.5; it has to be a finite number of at least 1'],
    [
      { jitter: 'bogus' as never },
      `retry: jitter is "bogus"; it has to be one of 'equal', 'full', 'decorrelated', 'none'`,
    ],
  ])('refuses %p at construction', (options, message) => {
    expect(() => retry(() => 1, options)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it.each([
    [null, 'retry: the options are null; they have to be an object such as { maxRetries: 3 }'],
    [3, 'retry: the options are of type number; they have to be an object such as { maxRetries: 3 }'],
  ])('refuses %p for options', (options, message) => {
    expect(() => retry(() => 1, options as never)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message }),
    );
  });

  it.each([true, 503, null])('refuses %p for a retryOn', (retryOn) => {
    expect(() => retry(() => 1, { retryOn: retryOn as never })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^retry: retryOn is .*; it has to be a function/),
      }),
    );
  });

  it('refuses a step that is none', () => {
    expect(() => retry(undefined as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: 'retry: the step is undefined; a step is a primitive or a function (input, scope) => output',
      }),
    );
  });
});

describeOutcomes(
  'retry',
  (step) => retry(step, { maxRetries: 1, baseMs: 50, jitter: 'none', name: 'careful' }),
  {
    output: 2,
    success: `
      primitive.retry.execute "careful" success
      └─ primitive.retry.attempt_1 "step" success
         └─ primitive.mock.execute "step" success
    `,
    error: `
      primitive.retry.execute "careful" error
      └─ primitive.retry.attempt_1 "step" error
         └─ primitive.mock.execute "step" error
    `,
    timeout: `
      primitive.retry.execute "careful" timeout
      ├─ primitive.retry.attempt_1 "step" timeout
      │  └─ primitive.timeout.execute "step" timeout
      │     └─ primitive.mock.execute "step" cancelled
      └─ primitive.retry.attempt_2 "step" timeout
         └─ primitive.timeout.execute "step" timeout
            └─ primitive.mock.execute "step" cancelled
    `,
    cancelled: `
      primitive.retry.execute "careful" cancelled
      └─ primitive.retry.attempt_1 "step" cancelled
         └─ primitive.mock.execute "step" cancelled
    `,
  },
);
