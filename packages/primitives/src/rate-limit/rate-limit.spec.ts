import { getEventListeners } from 'node:events';
import { context, createNoopMeter, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { WorkflowContext } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { Instrumentation, withInstrumentation } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import fc from 'fast-check';
import { describeOutcomes } from '../../test/outcomes.ts';
import { circuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { retry } from '../retry.ts';
import { timeout } from '../timeout.ts';
import { rateLimit, type RateLimitOptions } from './rate-limit.ts';
import { RateLimitedError } from './rate-limited-error.ts';

const manual = { clock: 'manual' } as const;

describe('rateLimit', () => {
  it(
    'lets a burst through, and then one after the other as the bucket fills',
    observed(async (trace) => {
      const starts: number[] = [];
      const limited = rateLimit(() => starts.push(trace.clock.monotonic()), { limit: 4, windowMs: 1000 });
      const calls = Array.from({ length: 7 }, () => limited.execute(0));
      await trace.clock.advance(2000);
      await Promise.all(calls);
      expect(starts).toEqual([0, 0, 0, 0, 250, 500, 750]);
      expect(trace.clock.pendingTimers).toBe(0);
      await trace.clock.advance(500);
      // Since the last start 1,750 ms have passed: the bucket is full, and not fuller.
      const more = Array.from({ length: 6 }, () => limited.execute(0));
      await trace.clock.advance(1000);
      await Promise.all(more);
      expect(starts.slice(7)).toEqual([2500, 2500, 2500, 2500, 2750, 3000]);
    }, manual),
  );

  it(
    'lets no more through in any window, where that is asked for',
    observed(async (trace) => {
      const starts: number[] = [];
      const limited = rateLimit(() => starts.push(trace.clock.monotonic()), {
        limit: 2,
        windowMs: 1000,
        algorithm: 'sliding-window',
      });
      const calls = [limited.execute(0)];
      await trace.clock.advance(900);
      for (let call = 0; call < 4; call++) calls.push(limited.execute(0));
      await trace.clock.advance(5000);
      await Promise.all(calls);
      expect(starts).toEqual([0, 900, 1000, 1900, 2000]);
    }, manual),
  );

  it(
    'is called like its step, is the span above it, and tells how long it waited, also that it did not',
    observed(async (trace) => {
      const ask = (n: number) => n + 1;
      const limited = rateLimit(ask, { limit: 1, windowMs: 100 });
      const calls = [limited.execute(1), limited.execute(2)];
      await trace.clock.advance(100);
      expect(await Promise.all(calls)).toEqual([2, 3]);
      const tree = `
        primitive.rate_limit.execute "ask" success
        └─ primitive.lambda.execute "ask" success
      `;
      expect(trace).toHaveSpanTree(tree, tree);
      expect(trace).toHaveMetric('primitive.queue.wait', [
        { labels: { 'primitive.name': 'ask', 'wait.for': 'token' }, count: 2, value: 100 },
      ]);
      const [first, second] = trace.spans.filter(({ name }) => name === 'primitive.rate_limit.execute');
      expect(first?.attributes['wait.duration_ms']).toBeUndefined();
      expect(second?.attributes).toMatchObject({ 'wait.duration_ms': 100, 'wait.for': 'token' });
      expect(
        rateLimit(
          (
            () => () =>
              1
          )(),
          { limit: 1, windowMs: 1 },
        ).name,
      ).toBe('rate_limit');
    }, manual),
  );

  it(
    'refuses, where it is not to wait, and says exactly when it may be called again',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, {
        limit: 2,
        windowMs: 1000,
        onExceeded: 'fail',
        name: 'ask',
      });
      expect(await limited.execute(1)).toBe(1);
      await trace.clock.advance(100.4);
      expect(await limited.execute(2)).toBe(2);
      const outcome = await limited.tryExecute(3);
      expect(outcome).toMatchObject({
        error: {
          name: 'RateLimitedError',
          code: 'OBS_ERR_RATE_LIMITED',
          category: 'rate_limit',
          recoverable: true,
          message: '"ask" was not called: its rate limit is 2 in 1000 ms; try again in 400 ms',
          retryAfterMs: 400,
          key: undefined,
        },
        info: { retryAfterMs: 400 },
      });
      expect(outcome).toMatchObject({ error: expect.any(RateLimitedError) });
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'rate_limited' }, value: 1 },
      ]);
      await trace.clock.advance(400);
      expect(await limited.execute(4)).toBe(4);
      const patient = retry(limited, { baseMs: 10 }).execute(5);
      await trace.clock.advance(500);
      expect(await patient).toBe(5);
      expect(await limited.tryExecute(6)).toMatchObject({ info: { code: 'OBS_ERR_RATE_LIMITED' } });
    }, manual),
  );

  it.each<[string, RateLimitOptions, number[]]>([
    ['a bucket', { limit: 2, windowMs: 100 }, [50, 100, 150, 200]],
    ['a window', { limit: 2, windowMs: 100, algorithm: 'sliding-window' }, [90, 100, 190, 200]],
  ])(
    'gives those whom it refuses successive moments, as %s has them, and from each start on anew',
    observed(async (trace, _what: string, options: RateLimitOptions, moments: number[]) => {
      const limited = rateLimit((n: number) => n, { ...options, onExceeded: 'fail' });
      const waits = (count: number) =>
        Promise.all(
          Array.from({ length: count }, async () => {
            const outcome = await limited.tryExecute(0);
            return outcome.ok ? 0 : outcome.info.retryAfterMs;
          }),
        );
      const early = options.algorithm ? 10 : 0;
      expect(await waits(1)).toEqual([0]);
      await trace.clock.advance(early);
      expect(await waits(1)).toEqual([0]);
      expect(await waits(4)).toEqual(moments);
      await trace.clock.advance(moments[0] as number);
      expect(await waits(2)).toEqual([0, early === 0 ? 50 : 10]);
    }, manual),
  );

  it(
    'lets all of a hundred through that are refused at the same moment and come again when they were told',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, { limit: 1, windowMs: 50, onExceeded: 'fail' });
      const patient = retry(limited, { maxRetries: 1, baseMs: 1 });
      const calls = Array.from({ length: 100 }, (_, n) => patient.tryExecute(n));
      await trace.clock.advance(5000);
      expect((await Promise.all(calls)).filter(({ ok }) => !ok)).toEqual([]);
    }, manual),
  );

  it(
    'gives the whole burst, whatever the clock reads',
    observed(async (trace) => {
      for (let at = 0; at < 50; at++) {
        await trace.clock.advance(0.1);
        const limited = rateLimit((n: number) => n, { limit: 3, windowMs: 1000, onExceeded: 'fail' });
        for (let call = 1; call <= 3; call++) expect((await limited.tryExecute(call)).ok).toBe(true);
        expect((await limited.tryExecute(4)).ok).toBe(false);
      }
    }, manual),
  );

  it(
    'counts a call after its wait was told, which may take its time',
    // Observed for the context manager alone: this meter is slow.
    observed(async () => {
      const clock = new ManualClock();
      const meter = createNoopMeter();
      let spentMs = 30;
      meter.createHistogram = () => ({
        record: () => {
          clock.spend(spentMs);
          spentMs = 0;
        },
      });
      const instrumentation = new Instrumentation({ clock, meter });
      const starts: number[] = [];
      const limited = rateLimit(() => starts.push(clock.monotonic()), { limit: 1, windowMs: 100 });
      await context.with(withInstrumentation(ROOT_CONTEXT, instrumentation), async () => {
        const calls = [limited.execute(0), limited.execute(0)];
        await clock.advance(1000);
        await Promise.all(calls);
      });
      expect(starts).toEqual([30, 130]);
    }),
  );

  it(
    'tells also how long those waited who got no token',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, { limit: 1, windowMs: 100, name: 'ask' });
      const caller = new AbortController();
      await limited.execute(1);
      const cancelled = limited.tryExecute(2, { signal: caller.signal });
      await trace.clock.advance(40);
      caller.abort();
      await cancelled;
      expect(trace).toHaveMetric('primitive.queue.wait', [
        { labels: { 'primitive.name': 'ask', 'wait.for': 'token' }, count: 2, value: 40 },
      ]);
    }, manual),
  );

  it(
    'lets as many wait as it is told, and refuses the next',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, { limit: 1, windowMs: 100, maxQueue: 2, name: 'ask' });
      const calls = [1, 2, 3].map((n) => limited.execute(n));
      expect(await limited.tryExecute(4)).toMatchObject({
        error: {
          message:
            '"ask" was not called: its rate limit is 1 in 100 ms, and 2 calls wait already; try again in 100 ms',
          retryAfterMs: 100,
        },
      });
      await trace.clock.advance(100);
      calls.push(limited.execute(5));
      await trace.clock.advance(200);
      expect(await Promise.all(calls)).toEqual([1, 2, 3, 5]);
      const none = rateLimit((n: number) => n, { limit: 1, windowMs: 100, maxQueue: 0 });
      await none.execute(1);
      expect(await none.tryExecute(2)).toMatchObject({ info: { code: 'OBS_ERR_RATE_LIMITED' } });
    }, manual),
  );

  it(
    'lets a thousand wait unless told otherwise',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, { limit: 1, windowMs: 1 });
      const calls = Array.from({ length: 1001 }, (_, n) => limited.tryExecute(n));
      expect((await limited.tryExecute(0)).ok).toBe(false);
      await trace.clock.advance(1000);
      expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    }, manual),
  );

  it(
    'lets a cancelled run go at once, the first as well as the last, and leaves neither timer nor listener',
    observed(async (trace) => {
      const starts: number[] = [];
      const limited = rateLimit((n: number) => starts.push(n), { limit: 1, windowMs: 100, maxQueue: 3 });
      await limited.execute(0);
      const callers = [1, 2, 3].map(() => new AbortController());
      const waiting = callers.map(({ signal }, index) => limited.tryExecute(index + 1, { signal }));
      const stop = new Error('stop');
      await trace.clock.advance(40);
      for (const place of [2, 0]) {
        callers[place]?.abort(stop);
        expect(await waiting[place]).toMatchObject({ error: stop, info: { category: 'cancelled' } });
      }
      expect(trace.clock.pendingTimers).toBe(1);
      await trace.clock.advance(60);
      expect(await waiting[1]).toMatchObject({ ok: true });
      expect(starts).toEqual([0, 2]);
      for (const { signal } of callers) expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(trace.clock.pendingTimers).toBe(0);
      // Who was cancelled used no token.
      const last = limited.execute(4);
      await trace.clock.advance(100);
      await last;
      expect(starts).toEqual([0, 2, 4]);
      expect(trace).not.toHaveMetric('recovery.events');
    }, manual),
  );

  it(
    'leaves no timer when the last one who waits is cancelled',
    observed(async (trace) => {
      const limited = rateLimit((n: number) => n, { limit: 1, windowMs: 100 });
      await limited.execute(0);
      const caller = new AbortController();
      const waiting = limited.tryExecute(1, { signal: caller.signal });
      expect(trace.clock.pendingTimers).toBe(1);
      caller.abort(new Error('stop'));
      await waiting;
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    }, manual),
  );

  it.each(Array.from({ length: 8 }, (_, turns) => turns))(
    'gives no token to a run that is cancelled %i turns after its time has come',
    observed(async (trace, turns: number) => {
      const starts: number[] = [];
      const step = (n: number) => starts.push(n);
      const limited = rateLimit(step, { limit: 1, windowMs: 100, algorithm: 'sliding-window' });
      await limited.execute(0);
      const caller = new AbortController();
      const { clock } = trace;
      const timer = clock.timer.bind(clock);
      clock.timer = (ms, fn) =>
        timer(ms, () => {
          fn();
          void (async () => {
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            caller.abort(new Error('stop'));
          })();
        });
      const second = limited.tryExecute(1, { signal: caller.signal });
      const third = limited.execute(2);
      await trace.clock.advance(100);
      const ran = starts.includes(1);
      expect((await second).ok).toBe(ran);
      await trace.clock.advance(ran ? 100 : 0);
      expect(await third).toBe(ran ? 3 : 2);
    }, manual),
  );

  it(
    'lets nobody go before those who wait, also no call that a step makes as it begins',
    observed(async (trace) => {
      const starts: string[] = [];
      const inner: Promise<unknown>[] = [];
      const limited = rateLimit(
        (name: string): void => {
          starts.push(name);
          if (name === 'c') inner.push(limited.execute('inner'));
        },
        { limit: 2, windowMs: 100, algorithm: 'sliding-window' },
      );
      const calls = ['a', 'b', 'c', 'd'].map((name) => limited.execute(name));
      await trace.clock.advance(200);
      await Promise.all([...calls, ...inner]);
      expect(starts).toEqual(['a', 'b', 'c', 'd', 'inner']);
    }, manual),
  );

  it(
    'counts a call when its step begins, also when the steps before it keep the thread busy',
    observed(async (trace) => {
      const starts: number[] = [];
      const busy = () => {
        starts.push(trace.clock.monotonic());
        trace.clock.spend(30);
      };
      const limited = rateLimit(busy, { limit: 3, windowMs: 100, algorithm: 'sliding-window' });
      const calls = Array.from({ length: 9 }, () => limited.execute(0));
      await trace.clock.advance(1000);
      await Promise.all(calls);
      for (const [index, start] of starts.slice(3).entries())
        expect(start - (starts[index] as number)).toBeGreaterThanOrEqual(100);
    }, manual),
  );

  it(
    'waits on where the timer fires before its time',
    observed(async (trace) => {
      const { clock } = trace;
      const early = { timer: clock.timer.bind(clock) };
      // As timers of Node do: they fire up to a millisecond early by the clock that durations are read from.
      clock.timer = (ms, fn) => early.timer(Math.max(ms - 0.7, 0.1), fn);
      const starts: number[] = [];
      const limited = rateLimit(() => starts.push(clock.monotonic()), { limit: 1, windowMs: 100 });
      const calls = [limited.execute(0), limited.execute(0)];
      await clock.advance(101);
      await Promise.all(calls);
      expect(starts[1]).toBeGreaterThanOrEqual(100);
    }, manual),
  );

  describe('when the step says when to come back', () => {
    const tooMany = (retryAfterMs: number) =>
      Object.assign(new Error('429 Too Many Requests'), { status: 429, retryAfterMs });

    it(
      'starts no call until then, also none that waits already, and says so',
      observed(async (trace) => {
        const starts: number[] = [];
        const step = mockPrimitive<number, number>('ask')
          .fails(tooMany(500))
          .runs(() => starts.push(trace.clock.monotonic()));
        const limited = rateLimit(step, { limit: 2, windowMs: 1000 });
        const refused = limited.tryExecute(0);
        expect(await refused).toMatchObject({ ok: false, info: { retryAfterMs: 500 } });
        expect(trace.span('primitive.rate_limit.execute').events).toMatchObject([
          { name: 'rate_limit.paused', attributes: { 'rate_limit.pause_ms': 500 } },
        ]);
        const calls = [limited.execute(1), limited.execute(2)];
        await trace.clock.advance(2000);
        await Promise.all(calls);
        expect(starts).toEqual([500, 500]);
      }, manual),
    );

    it(
      'holds back the first of those who wait, and refuses until then where it is not to wait',
      observed(async (trace) => {
        const starts: number[] = [];
        const step = (n: number): unknown => {
          starts.push(trace.clock.monotonic());
          if (n === 0) throw tooMany(300);
          return n;
        };
        const limited = rateLimit(faults.delay(50, step), { limit: 1, windowMs: 100 });
        const failing = limited.tryExecute(0);
        const waiting = limited.execute(1);
        await trace.clock.advance(1000);
        await Promise.all([failing, waiting]);
        expect(starts).toEqual([50, 400]);
        const impatient = rateLimit(step, { limit: 5, windowMs: 100, onExceeded: 'fail' });
        await impatient.tryExecute(0);
        await trace.clock.advance(1);
        expect(await impatient.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 299 } });
        await trace.clock.advance(299);
        expect(await impatient.tryExecute(1)).toMatchObject({ ok: true });
      }, manual),
    );

    it.each<[string, Partial<RateLimitOptions>, unknown, number]>([
      ['a 503 with Retry-After', {}, { status: 503, headers: { 'retry-after': '2' } }, 2000],
      ['for a minute at most', {}, tooMany(3_600_000), 60_000],
      ['for as long as it is told at most', { maxPauseMs: 700 }, tooMany(5000), 700],
      ['not at all where it is told so', { maxPauseMs: 0 }, tooMany(5000), 0],
      ['not at a 429 that says no time', {}, { status: 429 }, 0],
      ['not at once more', {}, tooMany(0), 0],
      [
        'not at a refusal of our own',
        {},
        Object.assign(new Error('open'), { code: 'OBS_ERR_CIRCUIT_OPEN', retryAfterMs: 500 }),
        0,
      ],
    ])(
      'takes notice of %s',
      observed(async (trace, _what, options: Partial<RateLimitOptions>, error: unknown, pauseMs: number) => {
        const step = mockPrimitive<number, number>('ask').fails(error).returns(1);
        const limited = rateLimit(step, { limit: 9, windowMs: 1, onExceeded: 'fail', ...options });
        await limited.tryExecute(0);
        const next = await limited.tryExecute(0);
        expect(next.ok ? 0 : next.info.retryAfterMs).toBe(pauseMs);
        expect(
          trace.spans.flatMap(({ events }) => events).filter(({ name }) => name === 'rate_limit.paused'),
        ).toHaveLength(pauseMs > 0 ? 1 : 0);
      }, manual),
    );

    it(
      'takes notice also when nobody waits for the step any more',
      observed(async (trace) => {
        const deaf = faults.delay(50, mockPrimitive<number, number>('ask').fails(tooMany(500)), {
          ignoresAbort: true,
        });
        const limited = rateLimit(deaf, { limit: 9, windowMs: 1, onExceeded: 'fail' });
        const late = timeout(limited, { ms: 10 }).tryExecute(0);
        await trace.clock.advance(50);
        await late;
        expect(await limited.tryExecute(0)).toMatchObject({ info: { retryAfterMs: 500 } });
        expect(trace).not.toHaveSpan({ events: ['rate_limit.paused'] });
      }, manual),
    );

    it(
      'never shortens a pause',
      observed(async (trace) => {
        const step = mockPrimitive<number, number>('ask').fails(tooMany(500)).fails(tooMany(100)).returns(1);
        const limited = rateLimit(faults.delay(10, step), { limit: 9, windowMs: 1, onExceeded: 'fail' });
        const both = [limited.tryExecute(0), limited.tryExecute(0)];
        await trace.clock.advance(10);
        await Promise.all(both);
        expect(await limited.tryExecute(0)).toMatchObject({ info: { retryAfterMs: 500 } });
      }, manual),
    );

    it(
      'is not held up by a circuit that is open inside it',
      observed(async (trace) => {
        const inner = circuitBreaker(mockPrimitive<number, number>('ask').fails(new Error('down')), {
          trip: { failures: 1 },
        });
        const limited = rateLimit(inner, { limit: 9, windowMs: 1000, onExceeded: 'fail' });
        await limited.tryExecute(0);
        await limited.tryExecute(0);
        expect(await limited.tryExecute(0)).toMatchObject({ info: { code: 'OBS_ERR_CIRCUIT_OPEN' } });
        expect(trace).not.toHaveSpan({ events: ['rate_limit.paused'] });
      }, manual),
    );
  });

  describe('with a key', () => {
    const key = (input: string) => input[0] ?? '';

    it(
      'has a limit for each, and says whose it was',
      observed(async () => {
        const limited = rateLimit((input: string) => input, {
          limit: 1,
          windowMs: 100,
          onExceeded: 'fail',
          key,
        });
        expect([(await limited.tryExecute('a1')).ok, (await limited.tryExecute('b1')).ok]).toEqual([
          true,
          true,
        ]);
        expect(await limited.tryExecute('a2')).toMatchObject({ error: { key: 'a' } });
      }, manual),
    );

    it(
      'reads it from the context as well',
      observed(async () => {
        const byUser = (_input: string, { userId }: WorkflowContext) => userId ?? 'nobody';
        const limited = rateLimit((input: string) => input, {
          limit: 1,
          windowMs: 9,
          onExceeded: 'fail',
          key: byUser,
        });
        await limited.execute('a', { userId: 'ada' });
        expect((await limited.tryExecute('a', { userId: 'bob' })).ok).toBe(true);
        expect((await limited.tryExecute('a', { userId: 'ada' })).ok).toBe(false);
      }, manual),
    );

    it(
      'has one for all calls whose key cannot be made, and tells so',
      observed(async (trace) => {
        const options = { limit: 1, windowMs: 9, onExceeded: 'fail', key: () => undefined as never } as const;
        const limited = rateLimit((input: string) => input, options);
        expect((await limited.tryExecute('a')).ok).toBe(true);
        expect(await limited.tryExecute('b')).toMatchObject({ error: { key: undefined } });
        expect(trace).toHaveMetric('recovery.events', {
          value: 2,
          labels: { 'recovery.kind': 'key_failure' },
        });
      }, manual),
    );

    it(
      'keeps as many as it is told, those used last, but lets go of none that waits',
      observed(async (trace) => {
        const limited = rateLimit((input: string) => input, {
          limit: 1,
          windowMs: 100,
          key,
          maxKeys: 2,
          maxQueue: 1,
        });
        await limited.execute('a');
        await limited.execute('b');
        const waiting = limited.execute('a');
        await limited.execute('c');
        // The one of b was gone: it begins anew, and the one of c has to go for it.
        await limited.execute('b');
        const other = limited.execute('b');
        expect(await limited.tryExecute('d')).toMatchObject({
          error: {
            code: 'OBS_ERR_RATE_LIMITED',
            key: 'd',
            retryAfterMs: 100,
            message: expect.stringContaining(
              'it keeps 2 keys at most, and calls of each are waiting; try again in 100',
            ),
          },
        });
        await trace.clock.advance(100);
        expect(await Promise.all([waiting, other])).toEqual(['a', 'b']);
        expect((await limited.tryExecute('d')).ok).toBe(true);
      }, manual),
    );

    it(
      'keeps a thousand unless told otherwise',
      observed(async () => {
        const byItself = (input: string) => input;
        const limited = rateLimit(byItself, { limit: 1, windowMs: 9, onExceeded: 'fail', key: byItself });
        for (let tenant = 0; tenant < 1000; tenant++) await limited.execute(String(tenant));
        expect((await limited.tryExecute('0')).ok).toBe(false);
        await limited.execute('1000');
        expect((await limited.tryExecute('0')).ok).toBe(false);
        expect((await limited.tryExecute('1')).ok).toBe(true);
      }, manual),
    );
  });

  describe('whenever calls come', () => {
    const scenario = fc.record({
      limit: fc.integer({ min: 1, max: 7 }),
      windowMs: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.5, max: 500, noNaN: true })),
      gaps: fc.array(
        fc.oneof(
          fc.constant(0),
          fc.integer({ min: 0, max: 300 }),
          fc.double({ min: 0, max: 300, noNaN: true }),
        ),
        { minLength: 1, maxLength: 40 },
      ),
      aborted: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    });
    /** A relative tolerance for what doubles cannot hold. */
    const slack = 1e-6;

    /** Runs it until every call has ended. @returns the calls in the order of their starts */
    const startsOf = (
      options: RateLimitOptions,
      gaps: readonly number[],
      aborted: readonly boolean[],
    ): Promise<{ call: number; calledMs: number; startedMs: number }[]> => {
      const clock = new ManualClock();
      return context.with(withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock })), async () => {
        const starts: { call: number; calledMs: number; startedMs: number }[] = [];
        const limited = rateLimit((input: { call: number; calledMs: number }) => {
          starts.push({ ...input, startedMs: clock.monotonic() });
        }, options);
        const running = [];
        for (const [call, gap] of gaps.entries()) {
          await clock.advance(gap);
          const caller = new AbortController();
          running.push(limited.tryExecute({ call, calledMs: clock.monotonic() }, { signal: caller.signal }));
          if (aborted[call]) caller.abort(new Error('stop'));
        }
        while (clock.nextTimerInMs !== undefined) await clock.advance(clock.nextTimerInMs);
        await Promise.all(running);
        expect(clock.pendingTimers).toBe(0);
        return starts;
      });
    };

    it(
      'no window holds more than the limit, in order, and nobody waits longer than for that',
      // Observed for the context manager alone: each run has a clock of its own.
      observed(() =>
        fc.assert(
          fc.asyncProperty(scenario, async ({ limit, windowMs, gaps, aborted }) => {
            const options = { limit, windowMs, algorithm: 'sliding-window' } as const;
            const starts = await startsOf(options, gaps, aborted);
            for (const [at, { call, calledMs, startedMs }] of starts.entries()) {
              const last = starts[at - 1] ?? { call: -1, startedMs: 0 };
              expect(call).toBeGreaterThan(last.call);
              const before = starts[at - limit]?.startedMs ?? Number.NEGATIVE_INFINITY;
              expect(startedMs - before).toBeGreaterThanOrEqual(windowMs - slack);
              expect(startedMs).toBeLessThanOrEqual(
                Math.max(calledMs, before + windowMs, last.startedMs) + slack,
              );
            }
          }),
          { numRuns: 150 },
        ),
      ),
    );

    it(
      'a bucket gives no more than it holds and gets, and all of that',
      // Observed for the context manager alone: each run has a clock of its own.
      observed(() =>
        fc.assert(
          fc.asyncProperty(scenario, async ({ limit, windowMs, gaps, aborted }) => {
            const starts = await startsOf({ limit, windowMs }, gaps, aborted);
            // As one writes a token bucket down: what it holds at each start, after what has flown in.
            let tokens = limit;
            let atMs = starts[0]?.startedMs ?? 0;
            for (const { calledMs, startedMs } of starts) {
              const nextMs = atMs + Math.max(0, ((1 - tokens) * windowMs) / limit);
              expect(startedMs).toBeLessThanOrEqual(Math.max(calledMs, nextMs) + slack);
              tokens = Math.min(limit, tokens + ((startedMs - atMs) * limit) / windowMs);
              atMs = startedMs;
              expect(tokens).toBeGreaterThanOrEqual(1 - slack);
              tokens--;
            }
          }),
          { numRuns: 150 },
        ),
      ),
    );
  });

  describe('refuses to be built', () => {
    const make = rateLimit as (step: unknown, options?: object) => unknown;
    const rate = { limit: 1, windowMs: 1 };
    it.each([
      [undefined, 'limit is undefined; it has to be a whole number above 0'],
      [{ ...rate, limit: 0.5 }, 'limit is 0.5; it has to be a whole number above 0'],
      [{ limit: 1 }, 'windowMs is undefined; it has to be a finite number above 0'],
      [{ ...rate, windowMs: 0 }, 'windowMs is 0; it has to be a finite number above 0'],
      [
        { ...rate, algorithm: 'leaky' },
        `algorithm is "leaky"; it has to be one of 'token-bucket', 'sliding-window'`,
      ],
      [{ ...rate, onExceeded: 'drop' }, `onExceeded is "drop"; it has to be one of 'wait', 'fail'`],
      [{ ...rate, maxQueue: -1 }, 'maxQueue is -1; it has to be a whole number of at least 0'],
      [{ ...rate, maxPauseMs: -1 }, 'maxPauseMs is -1; it has to be a finite number of at least 0'],
      [{ ...rate, key: 'tenant' }, 'key is "tenant"; it has to be a function'],
      [{ ...rate, maxKeys: 0 }, 'maxKeys is 0; it has to be a whole number above 0'],
    ])('with %j', (options, message) => {
      expect(() => make(() => 1, options)).toThrow(
        expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message: `rateLimit: ${message}` }),
      );
    });

    it.each([undefined, 'a name', Promise.resolve(1)])('with %p in the place of a step', (value) => {
      expect(() => make(value, rate)).toThrow(/^rateLimit: the step is /);
    });
  });
});

describeOutcomes('rate limit', (step) => rateLimit(step, { limit: 1, windowMs: 1000, name: 'limited' }), {
  output: 2,
  success: `
    primitive.rate_limit.execute "limited" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.rate_limit.execute "limited" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.rate_limit.execute "limited" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.rate_limit.execute "limited" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
