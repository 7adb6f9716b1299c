import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { enableContexts, Observed } from '../test/observed.ts';
import { lambda } from './lambda.ts';
import { retry, RetryExhaustedError, type RetryOptions } from './retry.ts';

beforeAll(enableContexts);

const unavailable = (): Error => Object.assign(new Error('unavailable'), { status: 503 });

/** Fails the first times, then returns the number of the attempt. */
function failing(times: number, error: () => unknown = unavailable) {
  let attempt = 0;
  return lambda('call', () => {
    attempt++;
    if (attempt <= times) throw error();
    return attempt;
  });
}

/** The waits of a retry that never succeeds, in milliseconds. */
async function waits(options: RetryOptions, error = unavailable): Promise<number[]> {
  const observed = new Observed();
  const { clock } = observed;
  const running = observed.run(() => retry(failing(99, error), options).tryExecute(0));
  const begins: number[] = [];
  observed.instrumentation.onExecution({ onStart: () => begins.push(clock.monotonic()) });
  while (clock.pendingTimers > 0 || begins.length === 0) {
    await clock.advance(1);
    if (clock.pendingTimers === 0) break;
    if (begins.length > 50) throw new Error('it does not end');
  }
  await running;
  return begins.map((at, index) => at - (begins[index - 1] ?? 0));
}

describe('retry', () => {
  it('tries again until the step succeeds', async () => {
    const observed = new Observed();
    const running = observed.run(() => retry(failing(2), { baseMs: 100, jitter: 'none' }).execute(0));
    await observed.clock.advance(300);
    expect(await running).toBe(3);
    expect(observed.tree()).toBe(
      [
        'primitive.retry.execute "call" success',
        '  primitive.retry.attempt_1 "call" error',
        '    primitive.lambda.execute "call" error',
        '  primitive.retry.attempt_2 "call" error',
        '    primitive.lambda.execute "call" error',
        '  primitive.retry.attempt_3 "call" success',
        '    primitive.lambda.execute "call" success',
      ].join('\n'),
    );
    const root = observed.span('primitive.retry.execute');
    expect(root.status.code).toBe(0);
    expect(root.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'recovery.retry',
        {
          'retry.attempt': 1,
          'error.type': 'Error',
          'error.message': 'unavailable',
          'error.category': 'transient',
          'retry.backoff_ms': 100,
          'retry.reason': 'transient',
          'retry.after_header': false,
        },
      ],
      [
        'recovery.retry',
        {
          'retry.attempt': 2,
          'error.type': 'Error',
          'error.message': 'unavailable',
          'error.category': 'transient',
          'retry.backoff_ms': 200,
          'retry.reason': 'transient',
          'retry.after_header': false,
        },
      ],
    ]);
    expect(observed.lines).toEqual(
      root.events.map(({ attributes: fields }) => ({ level: 'warn', message: 'call: retry', fields })),
    );
    expect(await observed.points('recovery.events')).toEqual({
      'primitive.name=call recovery.kind=retry': 2,
    });
  });

  it('waits longer each time, up to the longest wait', async () => {
    expect(await waits({ baseMs: 10, factor: 3, maxDelayMs: 50, jitter: 'none', maxRetries: 4 })).toEqual([
      10, 30, 50, 50,
    ]);
  });

  it('spreads its waits within the bounds of its jitter', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('equal', 'full'), async (jitter) => {
        const spread = await waits({ baseMs: 20, factor: 2, maxDelayMs: 60, jitter, maxRetries: 3 });
        const [least, most] = jitter === 'equal' ? [0.5, 1.5] : [0, 1];
        for (const [index, wait] of spread.entries()) {
          const plain = Math.min(20 * 2 ** index, 60);
          // The clock of the spec goes by whole milliseconds.
          expect(wait).toBeGreaterThanOrEqual(Math.floor(plain * least));
          expect(wait).toBeLessThanOrEqual(Math.ceil(Math.min(plain * most, 60)));
        }
      }),
      { numRuns: 5 },
    );
  });

  it('waits as long as the other side asks for, before its own back-off', async () => {
    const limited = () =>
      Object.assign(new Error('slow down'), { status: 429, headers: { 'Retry-After': '0.03' } });
    expect(await waits({ baseMs: 1000, maxRetries: 2 }, limited)).toEqual([30, 30]);
  });

  it('gives up when it is asked to wait longer than it may', async () => {
    const limited = () =>
      Object.assign(new Error('come back tomorrow'), { status: 429, retryAfterMs: 86_400_000 });
    const outcome = await retry(failing(99, limited), { maxDelayMs: 1000 }).tryExecute(0);
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
    let next = 0;
    const outcome = await retry(
      failing(99, () => errors[next++]),
      { maxRetries: 2, baseMs: 0 },
    ).tryExecute(0);
    if (outcome.ok) throw new Error('it succeeded');
    expect(outcome.error).toBeInstanceOf(RetryExhaustedError);
    const error = outcome.error as RetryExhaustedError;
    expect(error.attempts).toEqual(errors);
    expect(error.cause).toBe(errors[2]);
    expect(error).toMatchObject({
      code: 'OBS_ERR_RETRY_EXHAUSTED',
      category: 'transient',
      recoverable: true,
    });
    expect(error.message).toBe('"call" failed after 3 attempts; the last error: unavailable');
  });

  it.each([
    ['validation', { status: 422 }],
    ['auth', { status: 401 }],
    ['permanent', { status: 404 }],
    ['cancelled', { name: 'AbortError' }],
  ])('does not repeat an error of category %s and throws it as it is', async (_, shape) => {
    const observed = new Observed();
    const error = Object.assign(new Error('no'), shape);
    await expect(observed.run(() => retry(failing(99, () => error)).execute(0))).rejects.toBe(error);
    expect(observed.spans.filter(({ name }) => name.includes('attempt'))).toHaveLength(1);
  });

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
    await expect(
      retry(
        failing(99, () => error),
        options,
      ).execute(0),
    ).rejects.toBe(error);
    expect(asked).toEqual([
      ['odd', 'validation', 1],
      ['odd', 'validation', 2],
    ]);
  });

  it('stops waiting when it is cancelled, and leaves neither timer nor listener', async () => {
    const observed = new Observed();
    const controller = new AbortController();
    const running = observed.run(() => retry(failing(99)).execute(0, { signal: controller.signal }));
    await observed.clock.advance(0);
    expect(observed.clock.pendingTimers).toBe(1);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(observed.clock.pendingTimers).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(observed.span('primitive.retry.execute').attributes['execution.status']).toBe('cancelled');
  });

  it('leaves no listener on the signal after its waits', async () => {
    const controller = new AbortController();
    await retry(failing(2), { baseMs: 0 }).execute(0, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
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

  it('takes an option that is there and undefined as not set', async () => {
    const options = { maxRetries: undefined, baseMs: undefined } as unknown as RetryOptions;
    const observed = new Observed();
    const running = observed.run(() => retry(failing(99), options).tryExecute(0));
    await observed.clock.advance(60_000);
    expect((await running).ok).toBe(false);
    expect(observed.spans.filter(({ name }) => name.includes('attempt'))).toHaveLength(4);
  });

  it('is a failure when every attempt was cancelled by itself and it was told to try again', async () => {
    const observed = new Observed();
    const aborted = (): unknown => new DOMException('gone', 'AbortError');
    const options = { maxRetries: 1, baseMs: 0, retryOn: () => true };
    const running = observed.run(() => retry(failing(99, aborted), options).tryExecute(0));
    await observed.clock.advance(10);
    expect(await running).toMatchObject({ ok: false, info: { category: 'unknown' } });
    expect(observed.span('primitive.retry.execute').status.code).toBe(2);
  });

  it('is named after its step, or as it is told', () => {
    expect(retry(failing(0)).name).toBe('call');
    expect(retry(failing(0), { name: 'careful call' }).name).toBe('careful call');
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
    [{ maxRetries: -1 }, 'retry: maxRetries is -1; it has to be a whole number of at least 0'],
    [{ maxRetries: 1.5 }, 'retry: maxRetries is 1.5; it has to be a whole number of at least 0'],
    [{ baseMs: Number.NaN }, 'retry: baseMs is NaN; it has to be a number of at least 0'],
    [{ maxDelayMs: -1 }, 'retry: maxDelayMs is -1; it has to be a number of at least 0'],
    [{ factor: Number.POSITIVE_INFINITY }, 'retry: factor is Infinity; it has to be at least 1'],
    [{ factor: 0.5 }, 'retry: factor is 0.5; it has to be at least 1'],
  ])('refuses %p at construction', (options, message) => {
    expect(() => retry(() => 1, options)).toThrow(message);
  });
});
