import { getEventListeners } from 'node:events';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it, jest } from '@jest/globals';
import { type ErrorClass, ObsError, type WorkflowContext } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import {
  Instrumentation,
  type PrimitiveLike,
  type StepFunction,
  withInstrumentation,
} from '@tta/obs-instrumentation';
import { faults, mockPrimitive, observed, type Trace } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { withBrokenClock } from '../../test/broken-clock.ts';
import { bulkhead } from '../bulkhead.ts';
import { hedge } from '../hedge.ts';
import { rateLimit } from '../rate-limit/rate-limit.ts';
import { retry } from '../retry.ts';
import { timeout } from '../timeout.ts';
import { type CircuitBreaker, circuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.ts';

const unavailable = Object.assign(new Error('503 Service Unavailable'), { status: 503 });
const open = { ok: false, info: { code: 'OBS_ERR_CIRCUIT_OPEN' } };

/** A step that does what it is told by its input, and counts how often it was called. */
function service() {
  let calls = 0;
  const ask = (input: unknown): unknown => {
    calls++;
    if (input instanceof Error) throw input;
    return input;
  };
  return { ask, calls: () => calls };
}

type Breaker = Pick<CircuitBreaker<unknown, unknown>, 'tryExecute' | 'state'>;

/** `x` a failure, `o` a success, `-` a failure that does not count. @returns the states after each */
async function runs(breaker: Breaker, script: string): Promise<string> {
  let states = '';
  for (const call of script) {
    const notOurs = Object.assign(new Error('400 Bad Request'), { status: 400 });
    await breaker.tryExecute(call === 'x' ? unavailable : call === '-' ? notOurs : call);
    states += breaker.state === 'closed' ? 'c' : breaker.state === 'open' ? 'O' : 'h';
  }
  return states;
}

const circuitEvents = (trace: Trace) =>
  trace.spans.flatMap(({ events }) => events).filter(({ name }) => name.startsWith('circuit.'));

const manual = { clock: 'manual' } as const;

describe('circuitBreaker', () => {
  it(
    'opens at the fifth failure in a row, refuses for a minute, and closes after two successes',
    observed(async (trace) => {
      const { ask, calls } = service();
      const breaker = circuitBreaker(ask);
      expect(await runs(breaker, 'xxxxoxxxxx')).toBe('cccccccccO');
      expect(calls()).toBe(10);
      await trace.clock.advance(59_999);
      expect(await breaker.tryExecute('o')).toMatchObject(open);
      expect(calls()).toBe(10);
      await trace.clock.advance(1);
      expect(breaker.state).toBe('open');
      expect(await runs(breaker, 'oo')).toBe('hc');
      expect(calls()).toBe(12);
      expect(await runs(breaker, 'xxxxx')).toBe('ccccO');
    }, manual),
  );

  it(
    'refuses with when it is tried again, which a retry around it waits for',
    observed(async (trace) => {
      const { ask } = service();
      const breaker = circuitBreaker(ask, { trip: { failures: 1 }, recoveryMs: 500, name: 'ask model' });
      await breaker.tryExecute(unavailable);
      await trace.clock.advance(100.5);
      const outcome = await breaker.tryExecute('o');
      expect(outcome).toMatchObject({
        ok: false,
        error: {
          name: 'CircuitOpenError',
          code: 'OBS_ERR_CIRCUIT_OPEN',
          category: 'transient',
          recoverable: true,
          message: '"ask model" was not called: its circuit is open and is tried again in 400 ms',
          state: 'open',
          isolated: false,
          key: undefined,
          retryAfterMs: 400,
          reopenAt: Date.UTC(2026, 0, 1) + 500.5,
          cause: unavailable,
        },
        info: { retryAfterMs: 400 },
      });
      const patient = retry(breaker, { maxRetries: 1 }).execute('at last');
      await trace.clock.advance(400);
      expect(await patient).toBe('at last');
    }, manual),
  );

  it(
    'tells each change once, each refusal, and its state on every span',
    observed(async (trace) => {
      const { ask } = service();
      const breaker = circuitBreaker(ask, {
        trip: { failures: 1 },
        recoveryMs: 500,
        successes: 1,
        name: 'ask',
      });
      await breaker.tryExecute(unavailable);
      await breaker.tryExecute(1);
      await trace.clock.advance(500);
      await breaker.tryExecute(1);
      const [failed, refused, probed] = trace.spans.filter(
        ({ name }) => name === 'primitive.circuit_breaker.execute',
      );
      expect(failed?.attributes['circuit_breaker.state']).toBe('closed');
      expect(failed?.events).toContainEqual(
        expect.objectContaining({
          name: 'circuit.open',
          attributes: {
            'circuit_breaker.state': 'open',
            'circuit_breaker.previous_state': 'closed',
            'circuit_breaker.recovery_ms': 500,
            'circuit_breaker.failures': 1,
          },
        }),
      );
      expect(refused?.attributes['circuit_breaker.state']).toBe('open');
      expect(refused?.events.map(({ name }) => name)).toEqual(['recovery.circuit_open', 'exception']);
      expect(probed?.attributes['circuit_breaker.state']).toBe('half_open');
      expect(probed?.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
        {
          name: 'circuit.half_open',
          attributes: { 'circuit_breaker.state': 'half_open', 'circuit_breaker.previous_state': 'open' },
        },
        {
          name: 'circuit.closed',
          attributes: { 'circuit_breaker.state': 'closed', 'circuit_breaker.previous_state': 'half_open' },
        },
      ]);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'circuit_open' }, value: 1 },
      ]);
      expect(trace).toHaveMetric('primitive.circuit_breaker.state', {
        value: 0,
        labels: { 'primitive.name': 'ask' },
      });
      expect(trace).toHaveLogged({ level: 'warn', message: 'ask: circuit open' });
      expect(trace).toHaveSpanTree(
        `
          primitive.circuit_breaker.execute "ask" error
          └─ primitive.lambda.execute "ask" error
        `,
        'primitive.circuit_breaker.execute "ask" error',
        `
          primitive.circuit_breaker.execute "ask" success
          └─ primitive.lambda.execute "ask" success
        `,
      );
    }, manual),
  );

  it.each([
    [undefined, 'ask'],
    ['given', 'given'],
  ])('is called by its option %p, else like its step', (name, called) => {
    const ask = () => 1;
    expect(circuitBreaker(ask, name === undefined ? {} : { name }).name).toBe(called);
    expect(circuitBreaker(ask).type).toBe('circuit_breaker');
    expect(
      circuitBreaker(
        (
          () => () =>
            1
        )(),
      ).name,
    ).toBe('circuit_breaker');
  });

  describe('trips', () => {
    it.each<[string, CircuitBreakerOptions['trip'], string, string]>([
      ['at so many failures in a row', { failures: 2 }, 'xoxxo', 'cccOO'],
      ['at the first', { failures: 1 }, 'x', 'O'],
      ['not at what does not count, which resets nothing', { failures: 2 }, 'x-x', 'ccO'],
      [
        'at a share of the last calls, once there are enough',
        { count: { size: 4, failureRatio: 0.5 } },
        'xxxx',
        'cccO',
      ],
      [
        'at a failure and not at the success that makes them enough',
        { count: { size: 4, failureRatio: 0.5 } },
        'xxooox',
        'cccccc',
      ],
      [
        'when the oldest call leaves the count',
        { count: { size: 4, failureRatio: 0.5 } },
        'xoooxx',
        'cccccO',
      ],
      ['from fewer calls on', { count: { size: 10, failureRatio: 0.5, minCalls: 2 } }, 'ox', 'cO'],
      ['not from fewer still', { count: { size: 10, failureRatio: 0.5, minCalls: 3 } }, 'oxx', 'ccO'],
      [
        'at just that share',
        { count: { size: 10, failureRatio: 1, minCalls: 3 } },
        'oxxxxxxxxxx',
        'ccccccccccO',
      ],
      [
        'at a share of the last while',
        { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 4 } },
        'ooxx',
        'cccO',
      ],
      [
        'at a failure of the last while alone',
        { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 4 } },
        'xxoooox',
        'ccccccc',
      ],
      [
        'once the last while has calls enough',
        { sampling: { windowMs: 1000, failureRatio: 0.1, minCalls: 3 } },
        'xxx',
        'ccO',
      ],
    ])(
      '%s',
      observed(async (_trace, _what, trip, script: string, states: string) => {
        expect(await runs(circuitBreaker(service().ask, { ...(trip && { trip }) }), script)).toBe(states);
      }, manual),
    );

    it(
      'by the calls of the last while alone, counted in tenths of it',
      observed(async (trace) => {
        const trip = { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 3 } };
        const breaker = circuitBreaker(service().ask, { trip });
        await runs(breaker, 'xx');
        await trace.clock.advance(999);
        expect(await runs(breaker, 'o')).toBe('c');
        await trace.clock.advance(1);
        // The first two are a whole window ago.
        expect(await runs(breaker, 'ox')).toBe('cc');
        await trace.clock.advance(899);
        expect(await runs(breaker, 'x')).toBe('O');
      }, manual),
    );

    it(
      'and tells the share that it judged by',
      observed(async (trace) => {
        const trip = { count: { size: 4, failureRatio: 0.5 } };
        await runs(circuitBreaker(service().ask, { trip }), 'ooxx');
        expect(circuitEvents(trace)).toMatchObject([
          { attributes: { 'circuit_breaker.failure_rate': 0.5, 'circuit_breaker.failures': 2 } },
        ]);
      }, manual),
    );
  });

  describe('counts', () => {
    const withStatus = (status: number) => Object.assign(new Error(`HTTP ${status}`), { status });
    const withCode = (code: string) => Object.assign(new Error(code), { code });

    const full = withCode('OBS_ERR_BULKHEAD_FULL');
    /** As a retry or a fallback makes it: one of them is its cause. */
    const exhausted = (all: 'attempts' | 'errors', of: readonly Error[]) =>
      Object.assign(
        new ObsError('exhausted', { code: 'OBS_ERR_EXHAUSTED', category: 'transient', cause: full }),
        { [all]: of },
      );
    const branches = (of: readonly Error[]) =>
      Object.assign(
        new ObsError('failed', { code: 'OBS_ERR_PARALLEL', category: 'transient', cause: full }),
        { failures: new Map(of.entries()) },
      );

    it.each([
      ['an outage', withStatus(503), true],
      ['a broken connection', withCode('ECONNRESET'), true],
      ['a timeout', withStatus(504), true],
      ['too many requests: it answers', withStatus(429), false],
      ['a full disk', withCode('ENOSPC'), true],
      ['whatever nobody knows', new Error('?'), true],
      ['a bad request', withStatus(400), false],
      ['a wrong password', withStatus(401), false],
      ['what is not there', withStatus(404), false],
      ['a bug of the program', new TypeError('x is undefined'), false],
      ['an abort', Object.assign(new Error('stopped'), { name: 'AbortError' }), false],
      ['an open circuit', withCode('OBS_ERR_CIRCUIT_OPEN'), false],
      ['a full bulkhead', withCode('OBS_ERR_BULKHEAD_FULL'), false],
      ['a wait in vain for a slot', withCode('OBS_ERR_BULKHEAD_QUEUE_TIMEOUT'), false],
      ['a rate limit of our own', withCode('OBS_ERR_RATE_LIMITED'), false],
      ['what came of refusals alone', exhausted('attempts', [full, full]), false],
      ['what came of a failure and a refusal', exhausted('attempts', [unavailable, full]), true],
      ['what alternatives came to, one of which failed', exhausted('errors', [full, unavailable]), true],
      ['what branches came to, one of which failed', branches([full, unavailable]), true],
      [
        'what alternatives of too many requests came to',
        exhausted('errors', [withStatus(429), unavailable]),
        true,
      ],
      ['what came of too many requests', exhausted('attempts', [withStatus(429), full]), false],
      ['what branches came to that were all refused', branches([full, full]), false],
      ['what came of a refusal', new Error('exhausted', { cause: withCode('OBS_ERR_RATE_LIMITED') }), false],
      [
        'an error whose cause cannot be read',
        Object.defineProperty(new Error('?'), 'cause', {
          get() {
            throw new Error('no');
          },
        }),
        true,
      ],
      ['what is thrown and no error', 'no answer', true],
      ['nothing', null, true],
    ])(
      '%s: %p, %p',
      observed(async (_trace, _what: string, thrown: unknown, counts: boolean) => {
        const breaker = circuitBreaker(
          () => {
            throw thrown;
          },
          { trip: { failures: 1 } },
        );
        await breaker.tryExecute(0);
        expect(breaker.state).toBe(counts ? 'open' : 'closed');
      }),
    );

    it(
      'what its option says, which sees how the error was read and is not asked about refusals',
      observed(async () => {
        const asked: unknown[] = [];
        const breaker = circuitBreaker(service().ask, {
          trip: { failures: 1 },
          countError: (error, { category }) => {
            asked.push([error, category]);
            return category === 'validation';
          },
        });
        await breaker.tryExecute(unavailable);
        await breaker.tryExecute(withCode('OBS_ERR_BULKHEAD_FULL'));
        expect(breaker.state).toBe('closed');
        const invalid = withStatus(422);
        await breaker.tryExecute(invalid);
        expect(breaker.state).toBe('open');
        expect(asked).toEqual([
          [unavailable, 'transient'],
          [invalid, 'validation'],
        ]);
      }),
    );

    it(
      'no call that its bulkhead refused',
      observed(async () => {
        const breaker = circuitBreaker(bulkhead(faults.hang(), { concurrency: 1 }), {
          trip: { failures: 1 },
        });
        const caller = new AbortController();
        const hanging = breaker.tryExecute(0, { signal: caller.signal });
        expect(await breaker.tryExecute(0)).toMatchObject({ info: { code: 'OBS_ERR_BULKHEAD_FULL' } });
        expect(breaker.state).toBe('closed');
        caller.abort();
        await hanging;
        expect(breaker.state).toBe('closed');
      }),
    );

    const never = () => new Promise<never>(() => undefined);

    it.each<[string, PrimitiveLike<unknown, never>]>([
      ['heeds its signal', faults.hang()],
      ['does not', never],
    ])(
      'time limits, inside it and around it, where the step %s',
      observed(async (trace, _what: string, step: PrimitiveLike<unknown, never>) => {
        const options = { trip: { failures: 2 } };
        const inside = circuitBreaker(timeout(step, { ms: 10 }), options);
        const around = circuitBreaker(step, options);
        const limited = timeout(around, { ms: 10 });
        for (let call = 0; call < 2; call++) {
          expect([inside.state, around.state]).toEqual(['closed', 'closed']);
          const both = [inside.tryExecute(0), limited.tryExecute(0)];
          await trace.clock.advance(10);
          await Promise.all(both);
        }
        expect([inside.state, around.state]).toEqual(['open', 'open']);
        expect(await around.tryExecute(0)).toMatchObject({ error: { cause: { code: 'OBS_ERR_TIMEOUT' } } });
        expect(circuitEvents(trace)).toHaveLength(2);
      }, manual),
    );

    it(
      'no time limit of the caller',
      observed(async () => {
        const breaker = circuitBreaker(faults.hang(), { trip: { failures: 1 } });
        expect((await breaker.tryExecute(0, { signal: AbortSignal.timeout(1) })).ok).toBe(false);
        expect(breaker.state).toBe('closed');
      }),
    );

    it(
      'no time limit where the clock cannot be read, and ends no process by it',
      observed(async () => {
        const unhandled: unknown[] = [];
        const listener = (error: unknown) => unhandled.push(error);
        process.on('unhandledRejection', listener);
        const breaker = circuitBreaker(never, { trip: { failures: 1 } });
        await withBrokenClock(() => timeout(breaker, { ms: 1 }).tryExecute(0));
        await new Promise((resolve) => setImmediate(resolve));
        process.off('unhandledRejection', listener);
        expect([breaker.state, unhandled]).toEqual(['closed', []]);
      }),
    );

    it(
      'a time limit around it as its option says, which is asked once, and a probe as a failure',
      observed(async (trace) => {
        const asked: unknown[] = [];
        const countError = (_error: unknown, { category }: ErrorClass) => {
          asked.push(category);
          return asked.length > 1;
        };
        const breaker = circuitBreaker(
          (input: unknown, { signal }) =>
            new Promise((_resolve, reject) => {
              if (input === 'fail') reject(unavailable);
              else signal.addEventListener('abort', () => reject(signal.reason as Error));
            }),
          { trip: { failures: 1 }, recoveryMs: 100, countError },
        );
        const limited = timeout(breaker, { ms: 10 });
        const hangs = async (): Promise<void> => {
          const call = limited.tryExecute('hang');
          await trace.clock.advance(10);
          await call;
        };
        await hangs();
        expect(breaker.state).toBe('closed');
        await breaker.tryExecute('fail');
        await trace.clock.advance(100);
        await hangs();
        expect(breaker.state).toBe('open');
        expect(asked).toEqual(['timeout', 'transient', 'timeout']);
      }, manual),
    );

    it.each<[string, (step: StepFunction<number, unknown>) => PrimitiveLike<number, unknown>]>([
      ['a slot', (step: StepFunction<number, unknown>) => bulkhead(step, { concurrency: 1, queue: 9 })],
      ['a token', (step: StepFunction<number, unknown>) => rateLimit(step, { limit: 1, windowMs: 1000 })],
      [
        'a place before a token',
        (step: StepFunction<number, unknown>) =>
          hedge(rateLimit(step, { limit: 1, windowMs: 1000 }), { idempotent: true, afterMs: 100 }),
      ],
    ])(
      'no time limit of a call that still waited for %s',
      observed(
        async (
          trace,
          what: string,
          layer: (step: StepFunction<number, unknown>) => PrimitiveLike<number, unknown>,
        ) => {
          let called = 0;
          const answer = (call: number): unknown => {
            called++;
            return what === 'a slot' ? never() : call;
          };
          const breaker = circuitBreaker(layer(answer), { trip: { failures: 1 } });
          void breaker.tryExecute(0);
          const limited = timeout(breaker, { ms: 10 });
          const waiting = [limited.tryExecute(1), limited.tryExecute(2)];
          await trace.clock.advance(10);
          expect((await Promise.all(waiting)).map(({ ok }) => ok)).toEqual([false, false]);
          expect([breaker.state, called]).toEqual(['closed', 1]);
        },
        manual,
      ),
    );

    it(
      'by its default where its option throws, which is logged, and throws the error of the step',
      observed(async (trace) => {
        const breaker = circuitBreaker(service().ask, {
          trip: { failures: 1 },
          countError: (error) => (error as { response: { status: number } }).response.status === 500,
        });
        expect(await breaker.tryExecute(withStatus(400))).toMatchObject({ error: { status: 400 } });
        expect(breaker.state).toBe('closed');
        expect(await breaker.tryExecute(unavailable)).toMatchObject({ error: unavailable });
        expect(breaker.state).toBe('open');
        expect(trace.lines.filter(({ message }) => message.includes('countError threw'))).toHaveLength(2);
      }, manual),
    );
  });

  describe('half open', () => {
    /** Open since now, for 100 ms. */
    const opened = async (options: CircuitBreakerOptions = {}, step = service().ask) => {
      const breaker = circuitBreaker(step, { trip: { failures: 1 }, recoveryMs: 100, ...options });
      await breaker.tryExecute(unavailable);
      expect(breaker.state).toBe('open');
      return breaker;
    };

    it.each([
      [1, 'o', 'c'],
      [2, 'oo', 'hc'],
      [3, 'oo', 'hh'],
      [3, 'ooo', 'hhc'],
      [2, 'o-o', 'hhc'],
      [2, '-', 'h'],
      [2, 'x', 'O'],
      [2, 'ox', 'hO'],
    ])(
      'after %p successes closes: %p leads to %p',
      observed(async (trace, successes: number, script: string, states: string) => {
        const breaker = await opened({ successes });
        await trace.clock.advance(100);
        expect(await runs(breaker, script)).toBe(states);
      }, manual),
    );

    it(
      'tells who is refused no time that has passed',
      observed(async (trace) => {
        const { clock } = trace;
        const read = clock.monotonic.bind(clock);
        const told: unknown[] = [];
        // At one of them it passes between the look at the circuit and that at the time left.
        for (let reads = 0; reads < 6; reads++) {
          const breaker = await opened();
          await clock.advance(99.5);
          let left = reads;
          clock.monotonic = () => (left-- > 0 ? read() : read() + 2);
          const outcome = await breaker.tryExecute('o');
          clock.monotonic = read;
          if (!outcome.ok) told.push(outcome.info.retryAfterMs);
        }
        expect(new Set(told)).toEqual(new Set([0, 1]));
      }, manual),
    );

    it(
      'counts anew when it is open again and half open again',
      observed(async (trace) => {
        const breaker = await opened({ recoveryFactor: 1 });
        await trace.clock.advance(100);
        expect(await runs(breaker, 'ox')).toBe('hO');
        await trace.clock.advance(100);
        expect(await runs(breaker, 'oo')).toBe('hc');
      }, manual),
    );

    it(
      'lets so many try it at a time and refuses the others, who are told no time',
      observed(async (trace) => {
        const answers: (() => void)[] = [];
        const step = mockPrimitive('ask')
          .fails(unavailable)
          .runs(() => new Promise<void>((resolve) => answers.push(resolve)));
        const breaker = circuitBreaker(step, {
          trip: { failures: 1 },
          recoveryMs: 100,
          probes: 2,
          successes: 3,
        });
        await breaker.tryExecute(0);
        await trace.clock.advance(100);
        const first = breaker.tryExecute(0);
        const second = breaker.tryExecute(0);
        expect(breaker.state).toBe('half_open');
        expect(await breaker.tryExecute(0)).toMatchObject({
          error: {
            message: '"ask" was not called: its circuit is half open, and others are trying it already',
            state: 'half_open',
            recoverable: true,
            retryAfterMs: undefined,
            reopenAt: undefined,
          },
        });
        expect(answers).toHaveLength(2);
        answers.shift()?.();
        await first;
        const third = breaker.tryExecute(0);
        expect(answers).toHaveLength(2);
        for (const answer of answers) answer();
        await Promise.all([second, third]);
        expect(breaker.state).toBe('closed');
      }, manual),
    );

    it(
      'gives the place of a cancelled probe to another at once, also when its step does not heed the abort',
      observed(async (trace) => {
        let answer: ((value: unknown) => void) | undefined;
        const step = mockPrimitive('ask')
          .fails(unavailable)
          .runs(() => new Promise((resolve) => (answer = resolve)), { times: 1 })
          .returns('works');
        const breaker = circuitBreaker(step, { trip: { failures: 1 }, recoveryMs: 100, successes: 2 });
        await breaker.tryExecute(0);
        await trace.clock.advance(100);
        const caller = new AbortController();
        const probe = breaker.tryExecute(0, { signal: caller.signal });
        expect(await breaker.tryExecute(0)).toMatchObject(open);
        caller.abort(new Error('stop'));
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        expect(await breaker.tryExecute(0)).toMatchObject({ ok: true, value: 'works' });
        expect(breaker.state).toBe('half_open');
        // Its late answer is no success of the circuit: it was not waited for.
        answer?.('late');
        await probe;
        expect(breaker.state).toBe('half_open');
        await breaker.tryExecute(0);
        expect(breaker.state).toBe('closed');
      }, manual),
    );

    it(
      'frees the place of a probe whose error is judged by a predicate that throws',
      observed(async (trace) => {
        const fault = new Error('the predicate fails');
        let broken = false;
        const breaker = circuitBreaker(service().ask, {
          trip: { failures: 1 },
          recoveryMs: 100,
          successes: 1,
          countError: () => {
            if (broken) throw fault;
            return true;
          },
        });
        await breaker.tryExecute(unavailable);
        await trace.clock.advance(100);
        broken = true;
        const notOurs = Object.assign(new Error('400 Bad Request'), { status: 400 });
        expect(await breaker.tryExecute(notOurs)).toMatchObject({ ok: false, error: notOurs });
        expect(await runs(breaker, 'o')).toBe('c');
      }, manual),
    );

    it(
      'leaves no listener behind a probe that ends',
      observed(async (trace) => {
        const breaker = await opened({ successes: 1 });
        await trace.clock.advance(100);
        const { signal } = new AbortController();
        await breaker.execute('o', { signal });
        expect(getEventListeners(signal, 'abort')).toEqual([]);
        expect(trace.clock.pendingTimers).toBe(0);
      }, manual),
    );

    it(
      'opens for twice as long after each failure, up to ten times, until it has been closed',
      observed(async (trace) => {
        const breaker = await opened({ successes: 1 });
        for (const recoveryMs of [100, 200, 400, 800, 1000, 1000]) {
          expect(await breaker.tryExecute(1)).toMatchObject({ info: { retryAfterMs: recoveryMs } });
          await trace.clock.advance(recoveryMs - 1);
          expect(await breaker.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 1 } });
          await trace.clock.advance(1);
          expect(await breaker.tryExecute(unavailable)).toMatchObject({ error: unavailable });
        }
        await trace.clock.advance(1000);
        expect(await runs(breaker, 'ox')).toBe('cO');
        expect(await breaker.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 100 } });
        expect(circuitEvents(trace).at(-3)?.attributes).toEqual({
          'circuit_breaker.state': 'half_open',
          'circuit_breaker.previous_state': 'open',
        });
      }, manual),
    );

    it(
      'opens for as long as it is told, at most as long as it is told',
      observed(async (trace) => {
        const breaker = await opened({ recoveryFactor: 3, maxRecoveryMs: 250 });
        await trace.clock.advance(100);
        await breaker.tryExecute(unavailable);
        expect(await breaker.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 250 } });
        await trace.clock.advance(250);
        await breaker.tryExecute(unavailable);
        const reopened = circuitEvents(trace).filter(({ name }) => name === 'circuit.open');
        expect(reopened.map(({ attributes }) => attributes?.['circuit_breaker.recovery_ms'])).toEqual([
          100, 250, 250,
        ]);
        expect(reopened.map(({ attributes }) => attributes?.['circuit_breaker.failures'])).toEqual([1, 1, 1]);
        expect(
          reopened.filter(({ attributes }) => 'circuit_breaker.failure_rate' in (attributes ?? {})),
        ).toEqual([]);
      }, manual),
    );
  });

  describe('under load', () => {
    it(
      'tells each change once though a thousand calls fail at the same time, and lets one of a thousand try it',
      observed(async (trace) => {
        const wave = (breaker: Breaker, input: unknown) =>
          Promise.all(Array.from({ length: 1000 }, () => breaker.tryExecute(input)));
        const { ask, calls } = service();
        const breaker = circuitBreaker(faults.delay(10, ask), { recoveryMs: 100, successes: 1 });
        const failing = wave(breaker, unavailable);
        await trace.clock.advance(10);
        await failing;
        expect(calls()).toBe(1000);
        await trace.clock.advance(100);
        const probing = wave(breaker, 'o');
        await trace.clock.advance(10);
        const outcomes = await probing;
        expect(calls()).toBe(1001);
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(circuitEvents(trace).map(({ name }) => name)).toEqual([
          'circuit.open',
          'circuit.half_open',
          'circuit.closed',
        ]);
        expect(trace).toHaveMetric('recovery.events', { value: 999 });
      }, manual),
    );

    it(
      'takes no notice of calls that began in an earlier phase',
      observed(async (trace) => {
        const slow = faults.delay(150, service().ask);
        const quick = service().ask;
        const step = (input: { slow: boolean; then: unknown }, scope: never) =>
          input.slow
            ? (slow as (input: unknown, scope: never) => unknown)(input.then, scope)
            : quick(input.then);
        const breaker = circuitBreaker(step as (input: { slow: boolean; then: unknown }) => unknown, {
          trip: { failures: 2 },
          recoveryMs: 100,
        });
        const late = [unavailable, unavailable, 'o', 'o', 'o'].map((then) =>
          breaker.tryExecute({ slow: true, then }),
        );
        await breaker.tryExecute({ slow: false, then: unavailable });
        await breaker.tryExecute({ slow: false, then: unavailable });
        expect(breaker.state).toBe('open');
        await trace.clock.advance(100);
        await breaker.tryExecute({ slow: false, then: 'o' });
        expect(breaker.state).toBe('half_open');
        await trace.clock.advance(50);
        await Promise.all(late);
        expect(breaker.state).toBe('half_open');
        await breaker.tryExecute({ slow: false, then: 'o' });
        expect(breaker.state).toBe('closed');
      }, manual),
    );

    it(
      'takes no notice of a probe that ends after another has closed the circuit',
      observed(async (trace) => {
        let fail: (() => void) | undefined;
        const step = mockPrimitive('ask')
          .fails(unavailable)
          .runs(() => new Promise((_, reject) => (fail = () => reject(unavailable))), { times: 1 })
          .returns(1);
        const breaker = circuitBreaker(step, {
          trip: { failures: 1 },
          recoveryMs: 100,
          probes: 2,
          successes: 1,
        });
        await breaker.tryExecute(0);
        await trace.clock.advance(100);
        const late = breaker.tryExecute(0);
        await breaker.tryExecute(0);
        expect(breaker.state).toBe('closed');
        fail?.();
        await late;
        expect(breaker.state).toBe('closed');
      }, manual),
    );
  });

  describe('isolated', () => {
    it(
      'refuses until every holder has let go, and tells so with the next run',
      observed(async (trace) => {
        const { ask, calls } = service();
        const breaker = circuitBreaker(ask, { name: 'ask' });
        await breaker.execute(0);
        const first = breaker.isolate();
        const second = breaker.isolate();
        expect(breaker.state).toBe('open');
        expect(circuitEvents(trace)).toEqual([]);
        expect(await breaker.tryExecute(1)).toMatchObject({
          error: {
            message: '"ask" was not called: its circuit is isolated until whoever did so lets go of it',
            state: 'open',
            isolated: true,
            recoverable: false,
            retryAfterMs: undefined,
            reopenAt: undefined,
          },
        });
        expect(circuitEvents(trace).map(({ name }) => name)).toEqual(['circuit.open']);
        first();
        first();
        expect(await breaker.tryExecute(1)).toMatchObject(open);
        second();
        expect(breaker.state).toBe('closed');
        expect(await breaker.tryExecute(1)).toMatchObject({ ok: true });
        expect(calls()).toBe(2);
        expect(circuitEvents(trace).map(({ name, attributes }) => [name, attributes])).toEqual([
          ['circuit.open', { 'circuit_breaker.state': 'open', 'circuit_breaker.previous_state': 'closed' }],
          ['circuit.closed', { 'circuit_breaker.state': 'closed', 'circuit_breaker.previous_state': 'open' }],
        ]);
        const states = trace.spans
          .filter(({ name }) => name === 'primitive.circuit_breaker.execute')
          .map(({ attributes }) => attributes['circuit_breaker.state']);
        expect(states).toEqual(['closed', 'open', 'open', 'closed']);
      }),
    );

    it(
      'tells nothing when nobody came meanwhile, and a retry gives up at once',
      observed(async (trace) => {
        const breaker = circuitBreaker(service().ask);
        breaker.isolate()();
        await breaker.execute(1);
        expect(circuitEvents(trace)).toEqual([]);
        breaker.isolate();
        expect(await retry(breaker).tryExecute(1)).toMatchObject(open);
      }),
    );

    it(
      'keeps what its circuit was',
      observed(async (trace) => {
        const breaker = circuitBreaker(service().ask, { trip: { failures: 2 }, recoveryMs: 100 });
        await runs(breaker, 'x');
        breaker.isolate()();
        expect(await runs(breaker, 'x')).toBe('O');
        const release = breaker.isolate();
        expect(await breaker.tryExecute(1)).toMatchObject({ error: { isolated: true } });
        release();
        await trace.clock.advance(100);
        expect(await runs(breaker, 'oo')).toBe('hc');
      }, manual),
    );
  });

  describe('reset', () => {
    it(
      'closes it, forgets what it counted, and takes no notice of calls under way',
      observed(async (trace) => {
        const breaker = circuitBreaker(faults.delay(10, service().ask), {
          trip: { failures: 2 },
          recoveryMs: 100,
        });
        const fail = async (times: number) => {
          const calls = Array.from({ length: times }, () => breaker.tryExecute(unavailable));
          await trace.clock.advance(10);
          await Promise.all(calls);
        };
        await fail(2);
        expect(breaker.state).toBe('open');
        breaker.reset();
        expect(breaker.state).toBe('closed');
        await fail(1);
        const underWay = breaker.tryExecute(unavailable);
        breaker.reset();
        await trace.clock.advance(10);
        await underWay;
        await fail(1);
        expect(breaker.state).toBe('closed');
        expect(circuitEvents(trace).map(({ name }) => name)).toEqual(['circuit.open', 'circuit.closed']);
      }, manual),
    );

    it('ends no isolation', () => {
      const breaker = circuitBreaker(service().ask);
      breaker.isolate();
      breaker.reset();
      expect(breaker.state).toBe('open');
    });
  });

  describe('with a key', () => {
    const keyed = (options: CircuitBreakerOptions<{ tenant: string; then: unknown }> = {}) => {
      const { ask, calls } = service();
      const breaker = circuitBreaker((input: { tenant: string; then: unknown }) => ask(input.then), {
        trip: { failures: 1 },
        recoveryMs: 100,
        successes: 1,
        key: ({ tenant }) => tenant,
        name: 'ask',
        ...options,
      });
      const ask1 = (tenant: string, then: unknown = 'o') => breaker.tryExecute({ tenant, then });
      return { breaker, calls, ask: ask1 };
    };

    it(
      'has a circuit for each, says which one refused, and tells of the worst',
      observed(async (trace) => {
        const { breaker, ask } = keyed();
        await ask('a', unavailable);
        expect(await ask('b')).toMatchObject({ ok: true });
        expect(await ask('a')).toMatchObject({ error: { code: 'OBS_ERR_CIRCUIT_OPEN', key: 'a' } });
        await trace.clock.advance(50);
        await ask('b', unavailable);
        await trace.clock.advance(50);
        expect(await ask('a')).toMatchObject({ ok: true });
        // The other is open still, and so is the gauge.
        expect(breaker.state).toBe('open');
        expect(trace).toHaveMetric('primitive.circuit_breaker.state', { value: 2 });
        await trace.clock.advance(50);
        expect(await ask('b')).toMatchObject({ ok: true });
        expect(breaker.state).toBe('closed');
        expect(trace).toHaveMetric('primitive.circuit_breaker.state', { value: 0 });
        expect(
          circuitEvents(trace).map(({ name, attributes }) => [
            name,
            attributes?.['circuit_breaker.previous_state'],
          ]),
        ).toEqual([
          ['circuit.open', 'closed'],
          ['circuit.open', 'closed'],
          ['circuit.half_open', 'open'],
          ['circuit.closed', 'half_open'],
          ['circuit.half_open', 'open'],
          ['circuit.closed', 'half_open'],
        ]);
        const second = circuitEvents(trace)[1]?.attributes;
        expect(second).toEqual({
          'circuit_breaker.state': 'open',
          'circuit_breaker.previous_state': 'closed',
          'circuit_breaker.recovery_ms': 100,
          'circuit_breaker.failures': 1,
        });
        expect(
          trace.lines.filter(({ message }) => /circuit (open|half_open|closed)$/.test(message)),
        ).toHaveLength(3);
      }, manual),
    );

    it(
      'is half open as long as one is and none is open',
      observed(async (trace) => {
        const { breaker, ask } = keyed({ successes: 2 });
        await ask('a', unavailable);
        await ask('b');
        await trace.clock.advance(100);
        await ask('a');
        expect(breaker.state).toBe('half_open');
      }, manual),
    );

    it(
      'keeps as many as it is told, those that are not closed and those used last',
      observed(async (trace) => {
        const { breaker, ask, calls } = keyed({ maxKeys: 2 });
        await ask('a', unavailable);
        await ask('b');
        await ask('a');
        await ask('c');
        expect(breaker.toJSON().circuits.map(({ key }) => key)).toEqual(['a', 'c']);
        expect(await ask('a')).toMatchObject(open);
        await ask('b');
        await ask('c');
        expect(await ask('a')).toMatchObject(open);
        expect(circuitEvents(trace).map(({ name }) => name)).toEqual(['circuit.open']);
        expect(calls()).toBe(5);
      }, manual),
    );

    it(
      'lets an open one go where no closed one is left, and tells',
      observed(async (trace) => {
        const { breaker, ask } = keyed({ maxKeys: 1 });
        await ask('a', unavailable);
        await ask('b');
        expect(breaker.state).toBe('closed');
        expect(circuitEvents(trace).map(({ name }) => name)).toEqual(['circuit.open', 'circuit.closed']);
        expect(await ask('a')).toMatchObject({ ok: true });
      }, manual),
    );

    it(
      'costs a new key no look at all the others',
      observed(async () => {
        const { breaker, ask } = keyed();
        for (let tenant = 0; tenant < 100; tenant++) await ask(String(tenant));
        const states = jest.spyOn(breaker, 'state', 'get');
        for (let tenant = 100; tenant < 1100; tenant++) await ask(String(tenant));
        expect(states).not.toHaveBeenCalled();
      }),
    );

    it(
      'keeps a thousand unless told otherwise',
      observed(async () => {
        const { breaker, ask } = keyed();
        for (let tenant = 0; tenant < 1001; tenant++) await ask(String(tenant));
        const { circuits } = breaker.toJSON();
        expect(circuits).toHaveLength(1000);
        expect(circuits[0]?.key).toBe('1');
      }),
    );

    it(
      'reads it from the context as well',
      observed(async () => {
        const key = (_input: unknown, { userId }: WorkflowContext) => userId ?? 'nobody';
        const breaker = circuitBreaker(service().ask, { key });
        await breaker.execute(1, { userId: 'ada' });
        await breaker.execute(1);
        expect(breaker.toJSON().circuits.map((circuit) => circuit.key)).toEqual(['ada', 'nobody']);
      }),
    );
  });

  it(
    'runs a call whose key cannot be made in the circuit of all such calls, and tells so',
    observed(async (trace) => {
      const key = (): string => {
        throw new Error('no key');
      };
      const breaker = circuitBreaker(service().ask, { trip: { failures: 1 }, key, name: 'ask' });
      await breaker.tryExecute(unavailable);
      expect(await breaker.tryExecute(1)).toMatchObject({
        error: { code: 'OBS_ERR_CIRCUIT_OPEN', key: undefined },
      });
      expect(trace).toHaveMetric('recovery.events', { value: 2, labels: { 'recovery.kind': 'key_failure' } });
    }),
  );

  describe('toJSON', () => {
    /** Runs it as another process would, so many milliseconds later, whose monotonic clock began elsewhere. */
    const elsewhere = <T>(clock: ManualClock, run: () => Promise<T>): Promise<T> =>
      context.with(withInstrumentation(ROOT_CONTEXT, new Instrumentation({ clock })), run);

    it(
      'holds in a process with another monotonic clock',
      observed(async (trace) => {
        const trip = { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 2 } };
        const options = { trip, recoveryMs: 1000 };
        await trace.clock.advance(123_456);
        const closed = circuitBreaker(service().ask, options);
        await runs(closed, 'x');
        const opened = circuitBreaker(service().ask, options);
        await runs(opened, 'xx');
        const saved = [closed.toJSON(), opened.toJSON()] as const;

        const clock = new ManualClock(trace.clock.now() + 300);
        await elsewhere(clock, async () => {
          const again = circuitBreaker(service().ask, { ...options, initialState: saved[0] });
          expect(await runs(again, 'x')).toBe('O');
          const stillOpen = circuitBreaker(service().ask, { ...options, initialState: saved[1] });
          expect(await stillOpen.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 700 } });
          clock.spend(700);
          expect(await runs(stillOpen, 'o')).toBe('h');
        });
      }, manual),
    );

    it('is empty before the first run, and else what it was given', () => {
      expect(circuitBreaker(service().ask).toJSON()).toEqual({ circuits: [] });
      const initialState = {
        circuits: [{ key: '', state: 'open', openings: 1, reopenAt: 5, failures: 5 } as const],
      };
      const breaker = circuitBreaker(service().ask, { initialState });
      expect(breaker.toJSON()).toEqual(initialState);
      expect(breaker.state).toBe('open');
      breaker.reset();
      expect(breaker.state).toBe('closed');
      expect(breaker.toJSON()).toEqual({ circuits: [] });
    });

    it(
      'is taken up by another one, which refuses until the same moment and tells that it is open',
      observed(async (trace) => {
        const options = { trip: { failures: 1 }, recoveryMs: 1000 };
        const before = circuitBreaker(service().ask, options);
        await before.tryExecute(unavailable);
        await trace.clock.advance(400);
        const saved = JSON.parse(JSON.stringify(before));
        expect(saved).toEqual({
          circuits: [
            { key: '', state: 'open', openings: 1, reopenAt: Date.UTC(2026, 0, 1) + 1000, failures: 1 },
          ],
        });
        const { ask, calls } = service();
        const after = circuitBreaker(ask, { ...options, initialState: saved });
        await trace.clock.advance(100);
        const refused = await after.tryExecute(1);
        expect(refused).toMatchObject({ info: { code: 'OBS_ERR_CIRCUIT_OPEN', retryAfterMs: 500 } });
        // The error that opened it was that of another process.
        expect(refused).not.toHaveProperty('error.cause');
        expect(JSON.parse(JSON.stringify(after))).toEqual(saved);
        expect(circuitEvents(trace).at(-1)).toMatchObject({
          name: 'circuit.open',
          attributes: { 'circuit_breaker.recovery_ms': 1000, 'circuit_breaker.failures': 1 },
        });
        await trace.clock.advance(499);
        expect(await after.tryExecute(1)).toMatchObject(open);
        await trace.clock.advance(1);
        expect(await runs(after, 'x')).toBe('O');
        // It goes on where it was: this is the second time in a row.
        expect(await after.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 2000 } });
        expect(calls()).toBe(1);
      }, manual),
    );

    it(
      'brings a circuit whose time is past to a probe, and one of a wrong clock no further than its time',
      observed(async (trace) => {
        const now = trace.clock.now();
        const saved = (reopenAt: number) => ({
          circuits: [{ key: '', state: 'open', openings: 2, reopenAt, failures: 1 } as const],
        });
        const options = { recoveryMs: 1000 };
        const past = circuitBreaker(service().ask, { ...options, initialState: saved(now - 1) });
        expect(await runs(past, 'o')).toBe('h');
        const future = circuitBreaker(service().ask, { ...options, initialState: saved(now * 2) });
        expect(await future.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 2000 } });
      }, manual),
    );

    it(
      'has the successes of a half-open circuit, whose probes are gone',
      observed(async (trace) => {
        const options = { trip: { failures: 1 }, recoveryMs: 100, successes: 2 };
        const before = circuitBreaker(service().ask, options);
        await runs(before, 'x');
        await trace.clock.advance(100);
        await runs(before, 'o');
        const saved = before.toJSON();
        expect(saved).toEqual({ circuits: [{ key: '', state: 'half_open', openings: 1, succeeded: 1 }] });
        expect(await runs(circuitBreaker(service().ask, { ...options, initialState: saved }), 'o')).toBe('c');
        const again = circuitBreaker(service().ask, { ...options, initialState: saved });
        expect(again.state).toBe('half_open');
        await runs(again, 'x');
        expect(await again.tryExecute(1)).toMatchObject({ info: { retryAfterMs: 200 } });
      }, manual),
    );

    it.each<[string, CircuitBreakerOptions['trip'], string, object, string, string]>([
      ['failures in a row', { failures: 3 }, 'xx', { kind: 'failures', counted: [2] }, 'x', 'O'],
      [
        'the last calls',
        { count: { size: 4, failureRatio: 0.75 } },
        'xooxxo',
        { kind: 'count', counted: [0, 1, 1, 0] },
        'ox',
        'cc',
      ],
      [
        'some of the last calls',
        { count: { size: 4, failureRatio: 0.5 } },
        'xo',
        { kind: 'count', counted: [1, 0] },
        'ox',
        'cO',
      ],
      [
        'the calls of the last while',
        { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 3 } },
        'ox',
        { kind: 'sampling', counted: [Date.UTC(2026, 0, 1), 2, 1] },
        'x',
        'O',
      ],
    ])(
      'has %s of a closed circuit',
      observed(
        async (
          _trace,
          _what: string,
          trip: CircuitBreakerOptions['trip'],
          script: string,
          counted: object,
          rest: string,
          states: string,
        ) => {
          const before = circuitBreaker(service().ask, { ...(trip && { trip }) });
          await runs(before, script);
          const saved = before.toJSON();
          expect(saved).toEqual({ circuits: [{ key: '', state: 'closed', openings: 0, ...counted }] });
          const after = circuitBreaker(service().ask, { ...(trip && { trip }), initialState: saved });
          expect(await runs(after, rest)).toBe(states);
        },
        manual,
      ),
    );

    it(
      'has the calls of a while that is not over, by the wall clock',
      observed(async (trace) => {
        const trip = { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 3 } };
        const now = trace.clock.now();
        const saved = (ago: number) => ({
          circuits: [
            { key: '', state: 'closed', openings: 0, kind: 'sampling', counted: [now - ago, 2, 2] } as const,
          ],
        });
        await trace.clock.advance(5_000);
        const states = [];
        for (const ago of [-5_000, -5_060, -4_100, -4_000, -6_000]) {
          const breaker = circuitBreaker(service().ask, { trip, initialState: saved(ago) });
          states.push(await runs(breaker, 'x'));
        }
        // Now, by a tenth that began a little later than ours, nine tenths ago, a whole window ago, and in what a wrong
        // clock took for the future.
        expect(states).toEqual(['O', 'O', 'O', 'c', 'c']);
      }, manual),
    );

    it(
      'keeps no call longer than the window, also of a tenth that began a little later than ours',
      observed(async (trace) => {
        const trip = { sampling: { windowMs: 1000, failureRatio: 0.5, minCalls: 3 } };
        const counted = [trace.clock.now() + 60, 2, 2];
        const initialState = {
          circuits: [{ key: '', state: 'closed', openings: 0, kind: 'sampling', counted } as const],
        };
        const breaker = circuitBreaker(service().ask, { trip, initialState });
        await runs(breaker, 'o');
        await trace.clock.advance(1000);
        expect(await runs(breaker, 'x')).toBe('c');
      }, manual),
    );

    it(
      'means nothing to another kind of rule, and what has more calls than fit loses the oldest',
      observed(async () => {
        const of = (kind: 'failures' | 'count', counted: number[]) => ({
          circuits: [{ key: '', state: 'closed', openings: 0, kind, counted } as const],
        });
        const count = { count: { size: 3, failureRatio: 0.6 } };
        const asCount = { trip: count, initialState: of('failures', [3]) };
        expect(await runs(circuitBreaker(service().ask, asCount), 'xxx')).toBe('ccO');
        const tooMany = { trip: count, initialState: of('count', [1, 1, 1, 0, 0, 0]) };
        expect(await runs(circuitBreaker(service().ask, tooMany), 'xx')).toBe('cO');
        const none = { initialState: of('failures', []) };
        expect(await runs(circuitBreaker(service().ask, none), 'xxxx')).toBe('cccc');
      }, manual),
    );

    it(
      'has the circuits of all keys, of which one without a key takes none',
      observed(async () => {
        const options = { trip: { failures: 1 } };
        const before = circuitBreaker(service().ask, { ...options, key: () => 'a' });
        await runs(before, 'x');
        const saved = before.toJSON();
        const same = circuitBreaker(service().ask, { ...options, key: () => 'a', initialState: saved });
        expect(same.state).toBe('open');
        expect(await same.tryExecute(1)).toMatchObject(open);
        const other = circuitBreaker(service().ask, { ...options, initialState: saved });
        expect(other.state).toBe('closed');
        expect(await runs(other, 'o')).toBe('c');
      }),
    );
  });

  describe('refuses to be built', () => {
    const make = circuitBreaker as (step: unknown, options?: object) => unknown;
    const window = { size: 4, failureRatio: 0.5, windowMs: 10, minCalls: 2 };
    const closed = { key: '', state: 'closed', openings: 0, kind: 'failures', counted: [] };
    const opened = { key: '', state: 'open', openings: 1, reopenAt: 0, failures: 1 };
    const saved = (circuit: unknown) => ({ initialState: { circuits: [circuit] } });

    it.each<[string, object, string]>([
      ['trip', { trip: { failures: 0 } }, 'trip.failures is 0; it has to be a whole number above 0'],
      ['trip', { trip: {} }, 'trip has to have failures, count or sampling'],
      ['trip', { trip: 5 }, 'trip has to have failures, count or sampling'],
      ['trip', { trip: null }, 'trip has to have failures, count or sampling'],
      [
        'count',
        { trip: { count: undefined } },
        'trip.count.size is undefined; it has to be a whole number above 0',
      ],
      [
        'sampling',
        { trip: { sampling: null } },
        'trip.sampling.windowMs is undefined; it has to be a finite number above 0',
      ],
      [
        'size',
        { trip: { count: { ...window, size: 0 } } },
        'trip.count.size is 0; it has to be a whole number above 0',
      ],
      [
        'failureRatio',
        { trip: { count: { ...window, failureRatio: 0 } } },
        'trip.count.failureRatio is 0; it has to be above 0 and at most 1',
      ],
      [
        'failureRatio',
        { trip: { sampling: { ...window, failureRatio: 1.01 } } },
        'trip.sampling.failureRatio is 1.01; it has to be above 0 and at most 1',
      ],
      [
        'failureRatio',
        { trip: { sampling: { windowMs: 10, minCalls: 1 } } },
        'trip.sampling.failureRatio is undefined; it has to be above 0 and at most 1',
      ],
      [
        'minCalls',
        { trip: { count: { ...window, minCalls: 5 } } },
        'trip.count.minCalls is 5; it has to be at most the size, which is 4',
      ],
      [
        'minCalls',
        { trip: { count: { ...window, minCalls: 0 } } },
        'trip.count.minCalls is 0; it has to be a whole number above 0',
      ],
      [
        'minCalls',
        { trip: { sampling: { ...window, minCalls: undefined } } },
        'trip.sampling.minCalls is undefined; it has to be a whole number above 0',
      ],
      [
        'windowMs',
        { trip: { sampling: { ...window, windowMs: 0 } } },
        'trip.sampling.windowMs is 0; it has to be a finite number above 0',
      ],
      ['recoveryMs', { recoveryMs: 0 }, 'recoveryMs is 0; it has to be a finite number above 0'],
      [
        'recoveryFactor',
        { recoveryFactor: 0.5 },
        'recoveryFactor is 0.5; it has to be a finite number of at least 1',
      ],
      ['maxRecoveryMs', { maxRecoveryMs: -1 }, 'maxRecoveryMs is -1; it has to be a finite number above 0'],
      ['successes', { successes: 0 }, 'successes is 0; it has to be a whole number above 0'],
      ['probes', { probes: 1.5 }, 'probes is 1.5; it has to be a whole number above 0'],
      ['countError', { countError: true }, 'countError is true; it has to be a function'],
      ['key', { key: 'tenant' }, 'key is "tenant"; it has to be a function'],
      ['maxKeys', { maxKeys: 0 }, 'maxKeys is 0; it has to be a whole number above 0'],
      ['initialState', { initialState: null }, 'initialState is null; it has to be what toJSON() returned'],
      ['initialState', { initialState: 'x' }, 'initialState is x; it has to be what toJSON() returned'],
      ['circuits', { initialState: {} }, 'initialState.circuits has to be an array'],
      ['a circuit', saved(1), 'initialState.circuits[0] is 1; it has to be what toJSON() returned'],
      ['a key', saved({ ...closed, key: 1 }), 'initialState.circuits[0].key has to be a text'],
      [
        'a state',
        saved({ ...closed, state: 'ajar' }),
        `initialState.circuits[0].state is "ajar"; it has to be one of 'closed', 'half_open', 'open'`,
      ],
      [
        'openings of a closed circuit',
        saved({ ...closed, openings: -1 }),
        'initialState.circuits[0].openings is -1; it has to be a whole number of at least 0',
      ],
      [
        'a kind',
        saved({ ...closed, kind: 'luck' }),
        `initialState.circuits[0].kind is "luck"; it has to be one of 'failures', 'count', 'sampling'`,
      ],
      [
        'what was counted',
        saved({ ...closed, counted: 1 }),
        'initialState.circuits[0].counted has to be an array',
      ],
      [
        'what was counted',
        saved({ ...closed, counted: [0, 'x'] }),
        'initialState.circuits[0].counted[1] is "x"; it has to be a finite number of at least 0',
      ],
      [
        'openings of an open circuit',
        saved({ ...opened, openings: 0 }),
        'initialState.circuits[0].openings is 0; it has to be a whole number above 0',
      ],
      [
        'reopenAt',
        saved({ ...opened, reopenAt: Number.NaN }),
        'initialState.circuits[0].reopenAt is NaN; it has to be a finite number of at least 0',
      ],
      [
        'failures',
        saved({ ...opened, failures: 0.5 }),
        'initialState.circuits[0].failures is 0.5; it has to be a whole number of at least 0',
      ],
      [
        'succeeded',
        saved({ key: '', state: 'half_open', openings: 1 }),
        'initialState.circuits[0].succeeded is undefined; it has to be a whole number of at least 0',
      ],
    ])('for %s in %j', (_what, options, message) => {
      expect(() => make(() => 1, options)).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message: `circuitBreaker: ${message}`,
        }),
      );
    });

    it.each([null, 5])('for options that are %p', (options) => {
      expect(() => circuitBreaker(service().ask, options as never)).toThrow(
        expect.objectContaining({
          code: 'OBS_ERR_INVALID_COMPOSITION',
          message: expect.stringMatching(
            /^circuitBreaker: the options are (null|of type number); they have to be/,
          ),
        }),
      );
    });

    it.each([undefined, 'a name', Promise.resolve(1)])('for %p in the place of a step', (value) => {
      expect(() => make(value)).toThrow(/^circuitBreaker: the step is /);
    });

    it('for nothing that is on the edge', () => {
      const trips = [
        { count: { size: 1, failureRatio: 1, minCalls: 1 } },
        { sampling: { windowMs: 0.5, failureRatio: 0.01, minCalls: 1 } },
      ];
      for (const trip of trips)
        expect(() => make(() => 1, { trip, recoveryFactor: 1, maxKeys: 1 })).not.toThrow();
      expect(() => make(() => 1, saved(closed))).not.toThrow();
      expect(() => make(() => 1, saved({ ...opened, failures: 0 }))).not.toThrow();
      expect(() =>
        make(() => 1, saved({ key: '', state: 'half_open', openings: 1, succeeded: 0 })),
      ).not.toThrow();
    });
  });
});

describeOutcomes(
  'circuit breaker',
  (step) => circuitBreaker(step, { trip: { failures: 1 }, name: 'guarded' }),
  {
    output: 2,
    success: `
    primitive.circuit_breaker.execute "guarded" success
    └─ primitive.mock.execute "step" success
  `,
    error: `
    primitive.circuit_breaker.execute "guarded" error
    └─ primitive.mock.execute "step" error
  `,
    timeout: `
    primitive.circuit_breaker.execute "guarded" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
    cancelled: `
    primitive.circuit_breaker.execute "guarded" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
  },
);
