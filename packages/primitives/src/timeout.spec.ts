import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { type InstrumentedPrimitive, pause } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observe, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { lambda } from './lambda.ts';
import { streaming } from './streaming.ts';
import { timeout, TimeoutError } from './timeout.ts';

describe('timeout', () => {
  it(
    'passes the result on and leaves no timer and no listener',
    observed(
      async (trace) => {
        const { signal } = new AbortController();
        const quick = lambda('quick', () => 'done');
        expect(await timeout(quick, { ms: 100 }).execute(0, { signal })).toBe('done');
        expect(trace.clock.pendingTimers).toBe(0);
        expect(getEventListeners(signal, 'abort')).toHaveLength(0);
        expect(trace).toHaveSpanTree(`
          primitive.timeout.execute "quick" success
          └─ primitive.lambda.execute "quick" success
        `);
        expect(trace.span('primitive.timeout.execute').attributes['timeout.limit_ms']).toBe(100);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'keeps the error of a step that fails before the limit',
    observed(
      async (trace) => {
        const error = new Error('own');
        const step = mockPrimitive('failing').fails(error);
        await expect(timeout(step, { ms: 100 }).execute(0)).rejects.toBe(error);
        expect(trace.clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'throws at the limit and aborts the step, which is cancelled; the timeout has timed out',
    observed(
      async (trace) => {
        const hanging = mockPrimitive<number, never>('hanging').hangs();
        const running = timeout(hanging, { ms: 100 }).tryExecute(0);
        await trace.clock.advance(99);
        expect(hanging.lastCall?.outcome).toBe('open');
        await trace.clock.advance(1);
        const outcome = await running;
        if (outcome.ok) throw new Error('it succeeded');
        expect(outcome.error).toBeInstanceOf(TimeoutError);
        expect(outcome.error).toBe(hanging.lastCall?.error);
        expect(outcome.error).toMatchObject({
          code: 'OBS_ERR_TIMEOUT',
          category: 'timeout',
          message: '"hanging" did not end within 100 ms',
          limitMs: 100,
        });
        expect(trace).toHaveSpanTree(`
          primitive.timeout.execute "hanging" timeout
          └─ primitive.mock.execute "hanging" cancelled
        `);
        const { failed, events } = trace.span('primitive.timeout.execute');
        expect(failed).toBe(true);
        expect(events.map(({ name }) => name)).toEqual(['recovery.timeout', 'exception']);
        expect(events[0]?.attributes).toEqual({
          'timeout.limit_ms': 100,
          'error.type': 'OBS_ERR_TIMEOUT',
          'error.message': '"hanging" did not end within 100 ms',
          'error.category': 'timeout',
        });
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { 'primitive.name': 'hanging', 'recovery.kind': 'timeout' }, value: 1 },
        ]);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'has timed out also when the step passes the reason on at once',
    observed(
      async (trace) => {
        const running = timeout(faults.hang(), { ms: 10 }).tryExecute(0);
        await trace.clock.advance(10);
        expect(await running).toMatchObject({
          ok: false,
          info: { code: 'OBS_ERR_TIMEOUT', category: 'timeout' },
        });
        expect(trace).toHaveSpanTree(`
          primitive.timeout.execute "hang" timeout
          └─ primitive.lambda.execute "hang" cancelled
        `);
        expect(trace.span('primitive.lambda.execute').attributes['execution.abandoned']).toBeUndefined();
      },
      { clock: 'manual' },
    ),
  );

  it.each(['value', 'error'])(
    'drops and counts a late %s of a step that does not heed its signal',
    observed(
      async (trace, kind: string) => {
        const answer = mockPrimitive<number, string>('answer');
        if (kind === 'value') answer.returns('too late');
        else answer.fails(new Error('too late'));
        const deaf = faults.delay(20, answer, { ignoresAbort: true });
        const running = timeout(deaf, { ms: 10, name: 'deaf' }).tryExecute(0);
        await trace.clock.advance(10);
        expect((await running).ok).toBe(false);
        expect(trace).toHaveMetric('recovery.events', { value: 1, labels: { 'recovery.kind': 'timeout' } });
        await trace.clock.advance(10);
        const name = { 'primitive.name': 'deaf' };
        expect(trace).toHaveMetric('recovery.events', [
          { labels: { ...name, 'recovery.kind': 'timeout' }, value: 1 },
          { labels: { ...name, 'recovery.kind': 'late_result' }, value: 1 },
        ]);
        const message = kind === 'value' ? undefined : 'too late';
        expect(trace).toHaveLogged({ message: /^deaf: late_result$/, fields: { 'error.message': message } });
      },
      { clock: 'manual' },
    ),
  );

  it(
    'aborts the step when its caller is cancelled, without timing out',
    observed(
      async (trace) => {
        const controller = new AbortController();
        const running = timeout(faults.hang(), { ms: 100 }).execute(0, { signal: controller.signal });
        const reason = new Error('stop');
        controller.abort(reason);
        await expect(running).rejects.toBe(reason);
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace).toHaveSpan({ span: 'primitive.timeout.execute', outcome: 'cancelled' });
        expect(trace).not.toHaveMetric('recovery.events');
      },
      { clock: 'manual' },
    ),
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %p at construction', (ms) => {
    expect(() => timeout(() => 1, { ms })).toThrow(
      `timeout: ms is ${ms}; it has to be a finite number above 0`,
    );
  });

  it('refuses to be built without a limit, saying what to give it', () => {
    const make = timeout as (step: () => number, options?: object) => unknown;
    const message = 'timeout: ms is undefined; it has to be a finite number above 0';
    const refusal = expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    expect(() => make(() => 1)).toThrow(refusal);
    expect(() => make(() => 1, {})).toThrow(refusal);
  });
});

describe('the limit of a stream', () => {
  /** A chunk at once, and another one after so many milliseconds of work. */
  const working = (ms: number): InstrumentedPrimitive<number, string, number> =>
    streaming('working', async function* (_: number, scope) {
      yield 1;
      await pause(scope, ms);
      yield 2;
      await pause(scope, ms);
      yield 3;
      return 'done';
    });

  it(
    'goes on for as long as its reader has taken, to the millisecond',
    observed(
      async (trace) => {
        const { clock } = trace;
        const reader = timeout(working(60), 100).stream(0)[Symbol.asyncIterator]();
        await reader.next();
        await clock.advance(60);
        // Chunk 2 waits.
        await clock.advance(500);
        expect(await reader.next()).toEqual({ done: false, value: 2 });
        const next = reader.next().catch((error: unknown) => error);
        await clock.advance(39);
        expect(trace.spans[0]?.attributes).not.toHaveProperty('execution.status');
        await clock.advance(1);
        expect(await next).toMatchObject({ code: 'OBS_ERR_TIMEOUT', limitMs: 100 });
        expect(clock.pendingTimers).toBe(0);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'does not pass while nobody reads yet, and passes for a step that is slow however its reader is',
    observed(
      async ({ clock }) => {
        const stream = timeout(working(101), 100).stream(0);
        const reader = stream[Symbol.asyncIterator]();
        await clock.advance(1000);
        expect(await reader.next()).toEqual({ done: false, value: 1 });
        await clock.advance(100);
        await expect(reader.next()).rejects.toMatchObject({ code: 'OBS_ERR_TIMEOUT' });
      },
      { clock: 'manual' },
    ),
  );

  it('is looked at seldom while a reader stalls, which its caller ends', async () => {
    class Counting extends ManualClock {
      timers = 0;

      override timer(ms: number, fn: () => void): () => void {
        this.timers++;
        return super.timer(ms, fn);
      }
    }
    const clock = new Counting();
    await observe(
      async () => {
        const caller = new AbortController();
        const stream = timeout(working(99.99), 100).stream(0, { signal: caller.signal });
        const reader = stream[Symbol.asyncIterator]();
        await reader.next();
        await clock.advance(99.99);
        clock.timers = 0;
        await clock.advance(200);
        expect(clock.timers).toBeLessThanOrEqual(201);
        const reason = new Error('the client has gone');
        caller.abort(reason);
        await expect(reader.next()).rejects.toBe(reason);
        expect(clock.pendingTimers).toBe(0);
      },
      { clock },
    );
  });
});

describeOutcomes('timeout', (step) => timeout(step, { ms: 1000, name: 'limited' }), {
  output: 2,
  success: `
    primitive.timeout.execute "limited" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.timeout.execute "limited" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.timeout.execute "limited" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.timeout.execute "limited" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
