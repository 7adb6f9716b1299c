import { describe, expect, it } from '@jest/globals';
import type { InstrumentedPrimitive, StepFunction } from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed } from '@tta/obs-testing';
import { describeOutcomes } from '../test/outcomes.ts';
import { bulkhead } from './bulkhead.ts';
import { cache } from './cache/cache.ts';
import { circuitBreaker } from './circuit-breaker/circuit-breaker.ts';
import { dedupe } from './dedupe.ts';
import { fallback } from './fallback.ts';
import { hedge } from './hedge.ts';
import { rateLimit } from './rate-limit/rate-limit.ts';
import { resilient, type ResilientOptions } from './resilient.ts';
import { retry } from './retry.ts';
import { timeout } from './timeout.ts';

const manual = { clock: 'manual' } as const;
const unavailable = Object.assign(new Error('503 Service Unavailable'), { status: 503 });

type Clock = { advance(ms: number): Promise<void>; monotonic(): number };
type Step = StepFunction<string, unknown>;
type Primitive = InstrumentedPrimitive<string, unknown>;

/** Waits on the clock of the run, or for the end of it. */
const sleeps = (ms: number, answer: Step): Step => faults.delay(ms, answer);

interface Pair {
  /** Outer, inner. */
  readonly pair: string;
  readonly ours: (step: Step) => Primitive;
  /** The same two the other way round. */
  readonly swapped: (step: Step) => Primitive;
  /** What shows which is which. */
  readonly play: (make: (step: Step) => Primitive, clock: Clock) => Promise<unknown>;
  readonly seen: unknown;
  readonly seenSwapped: unknown;
}

const whole = (input: string): string => input;
const once = { failures: 1 };
const quickly = { baseMs: 10, jitter: 'none' } as const;

const pairs: readonly Pair[] = [
  {
    pair: 'fallback > cache: what an alternative answered is not remembered as the answer',
    ours: (step) => resilient(step, { fallback: [() => 'second best'], cache: { key: whole } }),
    swapped: (step) =>
      cache(
        fallback(step, () => 'second best'),
        { key: whole },
      ),
    play: async (make) => {
      let calls = 0;
      const primitive = make(() => {
        if (++calls === 1) throw unavailable;
        return 'best';
      });
      return [await primitive.execute('a'), await primitive.execute('a')];
    },
    seen: ['second best', 'best'],
    seenSwapped: ['second best', 'second best'],
  },
  {
    pair: 'cache > dedupe: what is remembered is given at once, and waits for nobody',
    ours: (step) => resilient(step, { cache: { key: whole }, dedupe: { key: () => 'all' } }),
    swapped: (step) => dedupe(cache(step, { key: whole }), { key: () => 'all' }),
    play: async (make, clock) => {
      const primitive = make((input, scope) => (input === 'a' ? 'a' : sleeps(100, whole)(input, scope)));
      await primitive.execute('a');
      const slow = primitive.execute('b');
      const again = primitive.execute('a');
      const remembered = await Promise.race([again, nothing(clock)]);
      await clock.advance(100);
      await Promise.all([slow, again]);
      return remembered;
    },
    seen: 'a',
    seenSwapped: 'waits',
  },
  {
    pair: 'dedupe > total timeout: a shared run has one limit, whenever one joins it',
    ours: (step) => resilient(step, { dedupe: { key: whole }, totalTimeout: 100 }),
    swapped: (step) => timeout(dedupe(step, { key: whole }), 100),
    play: async (make, clock) => {
      const primitive = make(sleeps(120, whole));
      const first = primitive.tryExecute('a');
      await clock.advance(60);
      const second = primitive.tryExecute('a');
      await clock.advance(100);
      return [(await first).ok, (await second).ok];
    },
    seen: [false, false],
    seenSwapped: [false, true],
  },
  {
    pair: 'total timeout > retry: one limit for all attempts and the waits between them',
    ours: (step) => resilient(step, { totalTimeout: 25, retry: quickly }),
    swapped: (step) => retry(timeout(step, 25), quickly),
    play: async (make, clock) => {
      let calls = 0;
      const primitive = make(() => {
        calls++;
        throw unavailable;
      });
      const outcome = primitive.tryExecute('a');
      await clock.advance(1000);
      return [calls, (await outcome).ok];
    },
    seen: [2, false],
    seenSwapped: [4, false],
  },
  {
    pair: 'retry > circuit breaker: each attempt counts, and none is made once the circuit is open',
    ours: (step) => resilient(step, { retry: quickly, circuitBreaker: { trip: { failures: 2 } } }),
    swapped: (step) => circuitBreaker(retry(step, quickly), { trip: { failures: 2 } }),
    play: async (make, clock) => {
      let calls = 0;
      const primitive = make(() => {
        calls++;
        throw unavailable;
      });
      const outcome = primitive.tryExecute('a');
      await clock.advance(1000);
      const ended = await outcome;
      return [calls, !ended.ok && ended.info.code];
    },
    seen: [2, 'OBS_ERR_CIRCUIT_OPEN'],
    seenSwapped: [4, 'OBS_ERR_RETRY_EXHAUSTED'],
  },
  {
    pair: 'circuit breaker > hedge: a second attempt belongs to the one call that tries a half-open circuit',
    ours: (step) =>
      resilient(step, {
        circuitBreaker: { trip: once, recoveryMs: 100, successes: 1 },
        hedge: { idempotent: true, afterMs: 20, budgetRatio: 1 },
      }),
    swapped: (step) =>
      hedge(circuitBreaker(step, { trip: once, recoveryMs: 100, successes: 1 }), {
        idempotent: true,
        afterMs: 20,
        budgetRatio: 1,
      }),
    play: async (make, clock) => {
      let calls = 0;
      const primitive = make((input, scope) => {
        calls++;
        if (calls === 1) throw unavailable;
        return calls === 2 ? sleeps(500, whole)(input, scope) : 'quick';
      });
      await primitive.tryExecute('a');
      await clock.advance(100);
      const startedMs = clock.monotonic();
      let tookMs = 0;
      const probe = primitive.tryExecute('a').then(({ ok }) => {
        tookMs = clock.monotonic() - startedMs;
        return ok;
      });
      await clock.advance(500);
      return [await probe, tookMs];
    },
    seen: [true, 20],
    seenSwapped: [true, 500],
  },
  {
    pair: 'hedge > bulkhead: a second attempt takes a slot, like every call of the step',
    ours: (step) =>
      resilient(step, {
        hedge: { idempotent: true, afterMs: 20, budgetRatio: 1 },
        bulkhead: { concurrency: 1 },
      }),
    swapped: (step) =>
      bulkhead(hedge(step, { idempotent: true, afterMs: 20, budgetRatio: 1 }), { concurrency: 1 }),
    play: async (make, clock) => {
      let running = 0;
      let most = 0;
      const primitive = make(async (input, scope) => {
        most = Math.max(most, ++running);
        try {
          return await sleeps(100, whole)(input, scope);
        } finally {
          running--;
        }
      });
      const outcome = primitive.tryExecute('a');
      await clock.advance(200);
      await outcome;
      return most;
    },
    seen: 1,
    seenSwapped: 2,
  },
  {
    pair: 'bulkhead > rate limit: a call that has no slot uses up no token',
    ours: (step) =>
      resilient(step, {
        bulkhead: { concurrency: 1 },
        rateLimit: { limit: 2, windowMs: 1000, onExceeded: 'fail' },
      }),
    swapped: (step) =>
      rateLimit(bulkhead(step, { concurrency: 1 }), { limit: 2, windowMs: 1000, onExceeded: 'fail' }),
    play: async (make, clock) => {
      const primitive = make(sleeps(10, whole));
      const first = primitive.tryExecute('a');
      const second = await primitive.tryExecute('b');
      await clock.advance(10);
      const third = primitive.tryExecute('c');
      await clock.advance(10);
      return [(await first).ok, second.ok, (await third).ok];
    },
    seen: [true, false, true],
    seenSwapped: [true, false, false],
  },
  {
    pair: 'rate limit > attempt timeout: the wait for a token is no part of the attempt',
    ours: (step) => resilient(step, { rateLimit: { limit: 1, windowMs: 200 }, attemptTimeout: 100 }),
    swapped: (step) => timeout(rateLimit(step, { limit: 1, windowMs: 200 }), 100),
    play: async (make, clock) => {
      const primitive = make(whole);
      const both = [primitive.tryExecute('a'), primitive.tryExecute('b')];
      await clock.advance(200);
      return (await Promise.all(both)).map(({ ok }) => ok);
    },
    seen: [true, true],
    seenSwapped: [true, false],
  },
];

/** Answers when nothing else has before. */
async function nothing(clock: Clock): Promise<string> {
  await clock.advance(1);
  return 'waits';
}

describe('resilient', () => {
  it.each(pairs)(
    '$pair',
    observed(async (trace, { ours, swapped, play, seen, seenSwapped }: Pair) => {
      expect(await play(ours, trace.clock)).toEqual(seen);
      expect(await play(swapped, trace.clock)).toEqual(seenSwapped);
    }, manual),
  );

  const everything = {
    fallback: [() => 'second best'],
    cache: { key: whole },
    dedupe: { key: whole },
    totalTimeout: 30_000,
    retry: { ...quickly, maxRetries: 1 },
    circuitBreaker: {},
    hedge: { idempotent: true, afterMs: 20 },
    bulkhead: { concurrency: 2 },
    rateLimit: { limit: 10, windowMs: 1000 },
    attemptTimeout: { ms: 8000, name: 'one call' },
  } as const;

  it(
    'is all layers in their order, each a span',
    observed(async (trace) => {
      const ask = mockPrimitive<string, string>('ask').returns('best');
      expect(await resilient(ask, everything).execute('a')).toBe('best');
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "ask" success
        └─ primitive.fallback.primary "ask" success
           └─ primitive.cache.execute "ask" success
              └─ primitive.dedupe.execute "ask" success
                 └─ primitive.timeout.execute "ask" success
                    └─ primitive.retry.execute "ask" success
                       └─ primitive.retry.attempt_1 "ask" success
                          └─ primitive.circuit_breaker.execute "ask" success
                             └─ primitive.hedge.execute "ask" success
                                └─ primitive.hedge.attempt_1 "ask" success
                                   └─ primitive.bulkhead.execute "ask" success
                                      └─ primitive.rate_limit.execute "ask" success
                                         └─ primitive.timeout.execute "one call" success
                                            └─ primitive.mock.execute "ask" success
      `);
      expect(trace).toHaveNoOrphans();
    }, manual),
  );

  it(
    'is no more than what is asked for, and no span of its own',
    observed(async (trace) => {
      const ask = (input: string) => input;
      expect(await resilient(ask, { attemptTimeout: 10 }).execute('a')).toBe('a');
      expect(trace).toHaveSpanTree(`
        primitive.timeout.execute "ask attempt" success
        └─ primitive.lambda.execute "ask" success
      `);
    }, manual),
  );

  it('calls its layers by its name, else like the step, where they have none of their own', () => {
    const ask = (input: string) => input;
    const nameless = (
      () => (input: string) =>
        input
    )();
    expect(resilient(ask, { retry: {} }).name).toBe('ask');
    expect(resilient(ask, { retry: {}, name: 'answer' }).name).toBe('answer');
    expect(resilient(ask, { retry: { name: 'again' }, name: 'answer' }).name).toBe('again');
    expect(resilient(ask, { fallback: [ask], name: 'answer' }).name).toBe('answer');
    expect(resilient(ask, { attemptTimeout: 1, name: 'answer' }).name).toBe('answer attempt');
    expect(resilient(ask, { totalTimeout: { ms: 1, name: 'all' } }).name).toBe('all');
    expect(resilient(nameless, { retry: {} }).name).toBe('resilient');
  });

  it(
    'does not wait for an open circuit, unless its retry is told to',
    observed(async (trace) => {
      const options = { retry: quickly, circuitBreaker: { trip: once, recoveryMs: 1000, successes: 1 } };
      const fast = resilient(mockPrimitive<string, string>('ask').fails(unavailable).returns('a'), options);
      const failing = fast.tryExecute('a');
      await trace.clock.advance(10);
      expect(await failing).toMatchObject({ info: { code: 'OBS_ERR_CIRCUIT_OPEN' } });
      const patient = resilient(mockPrimitive<string, string>('ask').fails(unavailable).returns('a'), {
        ...options,
        retry: { ...quickly, retryOn: (_error, { recoverable }) => recoverable },
      });
      const waiting = patient.execute('a');
      await trace.clock.advance(1010);
      expect(await waiting).toBe('a');
      const picky = mockPrimitive<string, string>('ask').fails(
        Object.assign(new Error('400'), { status: 400 }),
      );
      expect((await resilient(picky, options).tryExecute('a')).ok).toBe(false);
      expect(picky.calls).toHaveLength(1);
    }, manual),
  );

  it.each<[string, ResilientOptions<string>]>([
    ['slot', { bulkhead: { concurrency: 1 } }],
    ['token', { rateLimit: { limit: 1, windowMs: 1000, onExceeded: 'fail' } }],
  ])(
    'opens its circuit also where the hedge of a call that fails got no %s',
    observed(async (trace, _what: string, layer: ResilientOptions<string>) => {
      let calls = 0;
      const failing = sleeps(20, () => {
        calls++;
        throw unavailable;
      });
      const guarded = resilient(failing, {
        ...layer,
        hedge: { idempotent: true, afterMs: 5, budgetRatio: 1 },
        circuitBreaker: { trip: { failures: 2 } },
      });
      const errors: unknown[] = [];
      for (let call = 0; call < 3; call++) {
        const outcome = guarded.tryExecute('a');
        await trace.clock.advance(1000);
        const ended = await outcome;
        errors.push(ended.ok || (ended.info.code ?? ended.error));
      }
      expect(errors).toEqual([unavailable, unavailable, 'OBS_ERR_CIRCUIT_OPEN']);
      expect(calls).toBe(2);
    }, manual),
  );

  it(
    'lets a hedge wait for a slot behind its own first attempt, and leave the queue with it',
    observed(async (trace) => {
      let calls = 0;
      const ask = sleeps(50, () => ++calls);
      const guarded = resilient(ask, {
        hedge: { idempotent: true, afterMs: 10, budgetRatio: 1 },
        bulkhead: { concurrency: 1, queue: 1 },
        name: 'ask',
      });
      const first = guarded.execute('a');
      await trace.clock.advance(20);
      // The hedge has the only place.
      expect(await guarded.tryExecute('b')).toMatchObject({ info: { code: 'OBS_ERR_BULKHEAD_FULL' } });
      await trace.clock.advance(30);
      expect(await first).toBe(1);
      const next = [guarded.execute('c'), guarded.execute('d')];
      await trace.clock.advance(9);
      expect(trace.spans.filter(({ name }) => name === 'primitive.hedge.attempt_2')).toHaveLength(1);
      await trace.clock.advance(91);
      expect(await Promise.all(next)).toEqual([2, 3]);
      expect(calls).toBe(3);
    }, manual),
  );

  it.each<[string, ResilientOptions<string>]>([
    ['alone', { totalTimeout: 20 }],
    ['with a longer one of each attempt', { totalTimeout: 20, attemptTimeout: 30 }],
  ])(
    'opens its circuit for a service that hangs, by the total timeout %s',
    observed(async (trace, _what: string, limits: ResilientOptions<string>) => {
      let calls = 0;
      const hanging = (_input: string): Promise<string> => {
        calls++;
        return new Promise(() => undefined);
      };
      const guarded = resilient(hanging, { ...limits, retry: {}, circuitBreaker: { trip: { failures: 2 } } });
      const codes: unknown[] = [];
      for (let call = 0; call < 3; call++) {
        const outcome = guarded.tryExecute('a');
        await trace.clock.advance(20);
        const ended = await outcome;
        codes.push(ended.ok || ended.info.code);
      }
      expect(codes).toEqual(['OBS_ERR_TIMEOUT', 'OBS_ERR_TIMEOUT', 'OBS_ERR_CIRCUIT_OPEN']);
      expect(calls).toBe(2);
    }, manual),
  );

  it(
    'opens no circuit because calls wait too long for a token of its own',
    observed(async (trace) => {
      const guarded = resilient((input: string) => input, {
        totalTimeout: 100,
        circuitBreaker: { trip: { failures: 2 } },
        hedge: { idempotent: true, afterMs: 1000 },
        rateLimit: { limit: 1, windowMs: 1000 },
      });
      const calls = Array.from({ length: 10 }, () => guarded.tryExecute('a'));
      await trace.clock.advance(100);
      expect((await Promise.all(calls)).filter(({ ok }) => ok)).toHaveLength(1);
      await trace.clock.advance(900);
      expect(await guarded.execute('b')).toBe('b');
    }, manual),
  );

  it(
    'gives up at once where the next attempt would come after the total timeout, and says what failed',
    observed(async (trace) => {
      const later = Object.assign(new Error('503'), { status: 503, headers: { 'retry-after': '45' } });
      const ask = () => {
        throw later;
      };
      const guarded = resilient(ask, { totalTimeout: 30_000, retry: {} });
      expect(await guarded.tryExecute(1)).toMatchObject({
        error: { code: 'OBS_ERR_RETRY_EXHAUSTED', stopped: 'elapsed', cause: later },
      });
      const patient = resilient(ask, { totalTimeout: { ms: 30_000 }, retry: { maxElapsedMs: 60_000 } });
      const outcome = patient.tryExecute(1);
      await trace.clock.advance(30_000);
      expect(await outcome).toMatchObject({ info: { code: 'OBS_ERR_TIMEOUT' } });
    }, manual),
  );

  it(
    'takes an option that is there and undefined for none',
    observed(async () => {
      const none = undefined as never;
      const ask = mockPrimitive<string, string>('ask').fails(unavailable);
      const guarded = resilient(ask, {
        name: 'guarded',
        retry: { maxRetries: 1, retryOn: none, name: none },
        circuitBreaker: { trip: once, name: none },
      });
      expect(guarded.name).toBe('guarded');
      await guarded.tryExecute('a');
      expect(await guarded.tryExecute('a')).toMatchObject({ info: { code: 'OBS_ERR_CIRCUIT_OPEN' } });
    }),
  );

  it.each<[string, ResilientOptions<string>, RegExp]>([
    ['the total timeout', { totalTimeout: 5 }, /^"ask" did not end within 5 ms/],
    ['the attempt timeout', { attemptTimeout: 5 }, /^"ask attempt" did not end within 5 ms/],
    [
      'the circuit breaker',
      { circuitBreaker: { trip: once }, attemptTimeout: 5 },
      /^"ask" was not called: its circuit is open/,
    ],
    [
      'the bulkhead',
      { bulkhead: { concurrency: 1 }, attemptTimeout: 50 },
      /^"ask" was not called: its bulkhead is full/,
    ],
    [
      'the rate limit',
      { rateLimit: { limit: 1, windowMs: 1000, onExceeded: 'fail' }, attemptTimeout: 5 },
      /^"ask" was not called: its rate limit is 1 in 1000 ms/,
    ],
    [
      'the retry',
      { retry: { ...quickly, maxRetries: 1 }, attemptTimeout: 5 },
      /^"ask" failed after 2 attempts; the last error: "ask attempt" did not end/,
    ],
  ])(
    'says that it was %s which refused or gave up',
    observed(async (trace, _layer, options: ResilientOptions<string>, message: RegExp) => {
      const ask = mockPrimitive<string, string>('ask').hangs();
      const guarded = resilient(ask, options);
      const calls = [guarded.tryExecute('a')];
      await trace.clock.advance(20);
      calls.push(guarded.tryExecute('b'));
      await trace.clock.advance(100);
      const last = (await Promise.all(calls))[1];
      expect(last).toMatchObject({ ok: false, info: { message: expect.stringMatching(message) } });
    }, manual),
  );

  it(
    'answers with an alternative only what that takes',
    observed(async () => {
      const ask = mockPrimitive<string, string>('ask').fails(new Error('?')).fails(unavailable);
      const guarded = resilient(ask, {
        fallback: [{ step: () => 'later', when: (_error, { category }) => category === 'transient' }],
      });
      expect((await guarded.tryExecute('a')).ok).toBe(false);
      expect(await guarded.execute('a')).toBe('later');
    }, manual),
  );

  it(
    'keeps a service alive that works again, with everything on',
    observed(async (trace) => {
      let healthy = true;
      let calls = 0;
      const ask: Step = (input) => {
        calls++;
        if (!healthy) throw unavailable;
        return input;
      };
      const { cache: _cache, dedupe: _dedupe, ...others } = everything;
      const guarded = resilient(ask, {
        ...others,
        bulkhead: { concurrency: 100 },
        rateLimit: { limit: 1000, windowMs: 1 },
        circuitBreaker: { recoveryMs: 1000 },
      });
      const wave = async (): Promise<unknown[]> => {
        const running = Array.from({ length: 50 }, (_, at) => guarded.execute(String(at)));
        await trace.clock.advance(200);
        return [...new Set((await Promise.all(running)).map((answer) => answer === 'second best'))];
      };
      expect(await wave()).toEqual([false]);
      healthy = false;
      expect(await wave()).toEqual([true]);
      // The first fifty were under way when the circuit opened; nobody tried again.
      expect(calls).toBe(100);
      expect(await wave()).toEqual([true]);
      expect(calls).toBe(100);
      healthy = true;
      await trace.clock.advance(1000);
      expect(await guarded.execute('probe')).toBe('probe');
      expect(await guarded.execute('probe')).toBe('probe');
      expect(await wave()).toEqual([false]);
    }, manual),
  );

  describe('refuses to be built', () => {
    const make = resilient as (step: unknown, options?: object) => unknown;
    const layers =
      'fallback, cache, dedupe, totalTimeout, retry, circuitBreaker, hedge, bulkhead, rateLimit, attemptTimeout';

    it.each([[undefined], [{}], [{ name: 'ask', retry: undefined }]])(
      'without a layer, as in %j',
      (options) => {
        expect(() => make(() => 1, options)).toThrow(
          expect.objectContaining({
            code: 'OBS_ERR_INVALID_COMPOSITION',
            message: `resilient needs at least one of ${layers}`,
          }),
        );
      },
    );

    it.each([
      [{ fallback: [] }, 'fallback needs a step and at least one alternative'],
      [{ cache: {} }, 'cache: key is undefined; it has to be a function'],
      [{ dedupe: {} }, 'dedupe: key is undefined; it has to be a function'],
      [{ totalTimeout: 0 }, 'timeout: ms is 0; it has to be a finite number above 0'],
      [{ totalTimeout: 0, retry: {} }, 'timeout: ms is 0; it has to be a finite number above 0'],
      [{ attemptTimeout: 0 }, 'timeout: ms is 0; it has to be a finite number above 0'],
      [{ bulkhead: {} }, 'bulkhead: concurrency is undefined; it has to be a whole number above 0'],
      [{ rateLimit: {} }, 'rateLimit: limit is undefined; it has to be a whole number above 0'],
      [{ circuitBreaker: { probes: 0 } }, 'circuitBreaker: probes is 0; it has to be a whole number above 0'],
    ])('with what a layer refuses, as in %j', (options, message) => {
      expect(() => make(() => 1, options)).toThrow(message);
    });

    it.each([
      [{ retry: null }, 'retry is null; it has to be an object of options'],
      [{ retry: true }, 'retry is of type boolean; it has to be an object of options'],
      [{ bulkhead: 10 }, 'bulkhead is of type number; it has to be an object of options'],
      [{ fallback: () => 1 }, 'fallback is of type function; it has to be a list of steps'],
      [{ fallback: {} }, 'fallback is of type object; it has to be a list of steps'],
      [{ totalTimeout: null }, 'totalTimeout is null; it has to be milliseconds or an object of options'],
      [
        { attemptTimeout: '5' },
        'attemptTimeout is of type string; it has to be milliseconds or an object of',
      ],
    ])('with what is no layer, as in %j', (options, message) => {
      expect(() => make(() => 1, options)).toThrow(`resilient: ${message}`);
    });

    it('with what is no step', () => {
      expect(() => make('a name', { retry: {} })).toThrow(/^resilient: the step is a string/);
    });
  });
});

describeOutcomes(
  'resilient',
  (step) =>
    resilient(step as StepFunction<unknown, number>, {
      retry: { ...quickly, maxRetries: 1 },
      circuitBreaker: {},
      bulkhead: { concurrency: 1 },
      name: 'guarded',
    }),
  {
    output: 2,
    success: `
      primitive.retry.execute "guarded" success
      └─ primitive.retry.attempt_1 "guarded" success
         └─ primitive.circuit_breaker.execute "guarded" success
            └─ primitive.bulkhead.execute "guarded" success
               └─ primitive.mock.execute "step" success
    `,
    error: `
      primitive.retry.execute "guarded" error
      └─ primitive.retry.attempt_1 "guarded" error
         └─ primitive.circuit_breaker.execute "guarded" error
            └─ primitive.bulkhead.execute "guarded" error
               └─ primitive.mock.execute "step" error
    `,
    timeout: `
      primitive.retry.execute "guarded" timeout
      ├─ primitive.retry.attempt_1 "guarded" timeout
      │  └─ primitive.circuit_breaker.execute "guarded" timeout
      │     └─ primitive.bulkhead.execute "guarded" timeout
      │        └─ primitive.timeout.execute "step" timeout
      │           └─ primitive.mock.execute "step" cancelled
      └─ primitive.retry.attempt_2 "guarded" timeout
         └─ primitive.circuit_breaker.execute "guarded" timeout
            └─ primitive.bulkhead.execute "guarded" timeout
               └─ primitive.timeout.execute "step" timeout
                  └─ primitive.mock.execute "step" cancelled
    `,
    cancelled: `
      primitive.retry.execute "guarded" cancelled
      └─ primitive.retry.attempt_1 "guarded" cancelled
         └─ primitive.circuit_breaker.execute "guarded" cancelled
            └─ primitive.bulkhead.execute "guarded" cancelled
               └─ primitive.mock.execute "step" cancelled
    `,
  },
);
