import { describe, expect, it } from '@jest/globals';
import type { ObsError } from '@tta/obs-context';
import {
  type InstrumentedPrimitive,
  named,
  pause,
  type RunScope,
  type RunStream,
} from '@tta/obs-instrumentation';
import { type ManualClock } from '@tta/obs-context/manual';
import { observe, observed } from '@tta/obs-testing';
import { bulkhead } from './bulkhead.ts';
import { cache } from './cache/cache.ts';
import { type CircuitBreaker, circuitBreaker } from './circuit-breaker/circuit-breaker.ts';
import { conditional } from './conditional.ts';
import { dedupe } from './dedupe.ts';
import { fallback } from './fallback.ts';
import { forEach } from './for-each.ts';
import { hedge } from './hedge.ts';
import { loop } from './loop.ts';
import { match } from './match.ts';
import { parallel } from './parallel.ts';
import { race } from './race.ts';
import { rateLimit } from './rate-limit/rate-limit.ts';
import { resilient } from './resilient.ts';
import { retry } from './retry.ts';
import { router } from './router/router.ts';
import { saga } from './saga/saga.ts';
import { sagaStep } from './saga/saga-step.ts';
import { sequential } from './sequential.ts';
import { settle } from './settle.ts';
import { streaming } from './streaming.ts';
import { switchOn } from './switch-on/switch-on.ts';
import { timeout } from './timeout.ts';

type Writer = InstrumentedPrimitive<string, number, string>;

const unavailable = (): Error => Object.assign(new Error('503'), { status: 503 });
const tooMany = (): Error => Object.assign(new Error('429'), { status: 429 });

/** Gives these words; each call as told, the last way again and again: a text is a word, an error is thrown. */
function writer(
  name: string,
  ...calls: readonly (readonly (string | Error)[])[]
): Writer & { read: boolean[] } {
  let called = 0;
  const read: boolean[] = [];
  const made = streaming(name, async function* (_: string, { isRead }: RunScope) {
    read.push(isRead);
    const parts = calls[Math.min(called++, calls.length - 1)] ?? [];
    for (const part of parts) {
      if (typeof part !== 'string') throw part;
      yield part;
    }
    return parts.length;
  });
  return Object.assign(made, { read });
}

/** What a reader got, and how it ended for it. */
async function readAll<C>(stream: RunStream<C, unknown>): Promise<{ chunks: C[]; error?: unknown }> {
  const chunks: C[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    return { chunks, error };
  }
}

const trip = { trip: { failures: 1 } };
const write = (): Writer => writer('write', ['so', 'it', 'is']);
const text = (input: string): string => input;

const passing: Record<string, (step: Writer) => InstrumentedPrimitive<string, unknown>> = {
  'sequential, its last step': (step) => sequential(text, step),
  retry: (step) => retry(step),
  timeout: (step) => timeout(step, 100),
  'fallback, the primary step': (step) => fallback(step, text),
  'fallback, an alternative': (step) =>
    fallback((_: string): string => {
      throw new Error('no');
    }, step),
  'conditional, then': (step) => conditional((_: string) => true, step, text),
  'conditional, else': (step) => conditional((_: string) => false, text, step),
  switchOn: (step) => switchOn((_: string) => 'a' as const, { a: step }),
  'switchOn, otherwise': (step) => switchOn((_: string): string => 'b', { a: text }, step),
  match: (step) =>
    sequential(
      (input: string) => ({ kind: 'a' as const, input }),
      match<{ kind: 'a'; input: string }>().on('kind', { a: sequential(({ input }) => input, step) }),
    ),
  router: (step) => router({ routes: { a: text, b: step }, select: () => 'b' }),
  circuitBreaker: (step) => circuitBreaker(step),
  bulkhead: (step) => bulkhead(step, { concurrency: 1 }),
  rateLimit: (step) => rateLimit(step, { limit: 1, windowMs: 10 }),
  resilient: (step) =>
    resilient(step, {
      fallback: [text],
      totalTimeout: 100,
      retry: {},
      circuitBreaker: {},
      bulkhead: { concurrency: 1 },
      rateLimit: { limit: 1, windowMs: 10 },
      attemptTimeout: 100,
    }),
  named: (step) => named('author', retry(step)),
};

const silent: Record<string, (step: Writer) => InstrumentedPrimitive<string, unknown>> = {
  'sequential, a step before the last': (step) => sequential(step, (length) => length),
  parallel: (step) => parallel({ a: step, b: text }),
  settle: (step) => settle([step]),
  race: (step) => race([step]),
  forEach: (step) => sequential((input: string) => [input, input], forEach(step)),
  loop: (step) =>
    loop(
      sequential(step, (length) => `${length}`),
      { until: () => true, maxIterations: 1 },
    ),
  saga: (step) => saga(sagaStep('write', step, () => undefined)),
  cache: (step) => cache(step, { key: (input) => input }),
  dedupe: (step) => dedupe(step, { key: (input: string) => input }),
  hedge: (step) => hedge(step, { idempotent: true }),
};

describe('the stream of a composition', () => {
  it.each(Object.keys(passing))(
    'is that of the step whose output it has, told of both: %s',
    observed(async (trace, name: string) => {
      const composition = (passing[name] as (typeof passing)[string])(write());
      const stream = composition.stream('why');
      expect(await readAll(stream)).toEqual({ chunks: ['so', 'it', 'is'] });
      expect(await stream.result).toBe(3);
      const [root] = trace.spans;
      expect(root?.attributes).toMatchObject({ 'stream.chunks': 3, 'execution.status': 'success' });
      const [told] = trace.spans.filter((span) => span.name === 'primitive.streaming.execute');
      expect(told?.attributes).toMatchObject({ 'stream.chunks': 3 });
    }),
  );

  it.each(Object.keys(silent))(
    'has no chunks where the output is made of what steps return, which are told that nobody reads: %s',
    observed(async (trace, name: string) => {
      const step = writer('write', ['so', 'it', 'is']);
      const composition = (silent[name] as (typeof silent)[string])(step);
      expect(await readAll(composition.stream('why'))).toEqual({ chunks: [] });
      expect(new Set(step.read)).toEqual(new Set([false]));
      expect(trace.spans[0]?.attributes).not.toHaveProperty('stream.chunks');
    }),
  );
});

describe('a step that breaks off while it is read', () => {
  it(
    'is not tried again, and fails with its own error',
    observed(async (trace) => {
      const broken = unavailable();
      const stream = retry(writer('write', ['so', broken], ['so', 'it'])).stream('why');
      expect(await readAll(stream)).toEqual({ chunks: ['so'], error: broken });
      expect(trace).toHaveSpanTree(`
        primitive.retry.execute "write" error
        └─ primitive.retry.attempt_1 "write" error
           └─ primitive.streaming.execute "write" error
      `);
      expect(trace.spans[0]?.attributes).toMatchObject({ 'retry.stopped': 'streamed', 'stream.chunks': 1 });
    }),
  );

  it(
    'is tried again as long as no chunk has gone to the reader',
    observed(
      async (trace) => {
        const stream = retry(writer('write', [unavailable()], ['so', 'it'])).stream('why');
        const read = readAll(stream);
        await trace.clock.advance(10_000);
        expect(await read).toEqual({ chunks: ['so', 'it'] });
        expect(trace).toHaveRetried('write', 1);
        expect(trace.spans[0]?.attributes).not.toHaveProperty('retry.stopped');
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is tried again by execute, and where only the result is wanted',
    observed(
      async (trace) => {
        const again = (): Writer => retry(writer('write', ['so', unavailable()], ['so', 'it']));
        const executed = again().execute('why');
        const { result } = again().stream('why');
        await trace.clock.advance(10_000);
        expect([await executed, await result]).toEqual([2, 2]);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is said not to be tried again only where it would have been',
    observed(async (trace) => {
      const broken = Object.assign(new Error('400'), { status: 400 });
      const { error } = await readAll(retry(writer('write', ['so', broken])).stream('why'));
      expect(error).toBe(broken);
      expect(trace.spans[0]?.attributes).not.toHaveProperty('retry.stopped');
    }),
  );

  it(
    'is not answered by the next alternative, and fails with its own error',
    observed(async (trace) => {
      const broken = unavailable();
      const answer = fallback(writer('write', ['so', broken]), text);
      expect(await readAll(answer.stream('why'))).toEqual({ chunks: ['so'], error: broken });
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "write" error
        └─ primitive.fallback.primary "write" error
           └─ primitive.streaming.execute "write" error
      `);
      expect(trace.spans[0]?.attributes).toMatchObject({ 'fallback.stopped': 'streamed' });
      expect(await answer.execute('why')).toBe('why');
    }),
  );

  it(
    'is not answered where it is an alternative itself: its own error is thrown, not that of the primary step',
    observed(async (trace) => {
      const broken = unavailable();
      const answer = fallback(writer('first', [unavailable()]), writer('second', ['so', broken]), text);
      expect(await readAll(answer.stream('why'))).toEqual({ chunks: ['so'], error: broken });
      expect(trace).toHaveSpanTree(`
        primitive.fallback.execute "first" error
        ├─ primitive.fallback.primary "first" error
        │  └─ primitive.streaming.execute "first" error
        └─ primitive.fallback.fallback_1 "second" error
           └─ primitive.streaming.execute "second" error
      `);
    }),
  );

  it(
    'is answered as long as no chunk has gone to the reader, and what no alternative takes says nothing of streams',
    observed(async (trace) => {
      const answer = fallback(writer('first', [unavailable()]), writer('second', ['so', unavailable()]));
      const { chunks, error } = await readAll(answer.stream('why'));
      expect(chunks).toEqual(['so']);
      expect((error as ObsError).code).toBe('OBS_ERR_FALLBACK_EXHAUSTED');
      expect(trace.spans[0]?.attributes).not.toHaveProperty('fallback.stopped');
    }),
  );

  it(
    'is not sent to another route although a rate limit ended it',
    observed(async (trace) => {
      const broken = tooMany();
      const routes = { a: writer('a', ['so', broken]), b: write() };
      const routed = router({ routes, select: () => 'a', default: 'b' });
      expect(await readAll(routed.stream('why'))).toEqual({ chunks: ['so'], error: broken });
      expect(trace).toHaveSpanTree(`
        primitive.router.execute "router" error
        └─ primitive.router.route_a "a" error
           └─ primitive.streaming.execute "a" error
      `);
      expect(trace.spans[0]?.attributes).toMatchObject({ 'fallback.stopped': 'streamed' });
      expect(routed.stats().a.coolingMs).toBeGreaterThan(0);
    }),
  );

  it(
    'is sent to another route as long as no chunk has gone to the reader',
    observed(async () => {
      const routes = { a: writer('a', [tooMany()]), b: write() };
      const routed = router({ routes, select: () => 'a', default: 'b' });
      expect(await readAll(routed.stream('why'))).toEqual({ chunks: ['so', 'it', 'is'] });
    }),
  );
});

describe('a reader that is slow, or leaves', () => {
  /** Reads a stream on a bad line: each chunk so late. */
  async function readSlowly<C>(stream: RunStream<C, unknown>, clock: ManualClock, ms: number): Promise<C[]> {
    const chunks: C[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      await clock.advance(ms);
    }
    return chunks;
  }

  it(
    'uses up neither the time limit of the step nor that around its retries',
    observed(
      async (trace) => {
        for (const limited of [timeout(write(), 100), timeout(retry(timeout(write(), 100)), 100)]) {
          expect(await readSlowly(limited.stream('why'), trace.clock, 80)).toEqual(['so', 'it', 'is']);
        }
        expect(trace.clock.pendingTimers).toBe(0);
        expect(trace.spans.map(({ attributes }) => attributes['execution.status'])).not.toContain('timeout');
      },
      { clock: 'manual' },
    ),
  );

  it.each<[string, (step: Writer) => CircuitBreaker<string, number, string>, (step: Writer) => Writer]>([
    ['inside a circuit breaker', (step) => circuitBreaker(timeout(step, 100), trip), (breaker) => breaker],
    ['around it', (step) => circuitBreaker(step, trip), (breaker) => timeout(breaker, 100)],
  ])('does not open a circuit by a time limit %s', async (_, build, around) => {
    await observe(
      async (trace) => {
        const breaker = build(write());
        expect(await readSlowly(around(breaker).stream('why'), trace.clock, 500)).toHaveLength(3);
        expect(breaker.state).toBe('closed');
      },
      { clock: 'manual' },
    );
  });

  it(
    'is not what a router goes by, be the stream read or cancelled',
    observed(
      async (trace) => {
        const { clock } = trace;
        const taking = (name: string, ms: number): Writer =>
          streaming(name, async function* (_: string) {
            clock.spend(ms);
            yield 'so';
            yield 'it';
            return ms;
          });
        const routes = { quick: taking('quick', 1), slow: taking('slow', 40) };
        const ask = router({ routes, select: 'fastest' });
        await readSlowly(ask.stream('why'), clock, 1000);
        expect(ask.stats().quick).toMatchObject({ samples: 1, meanMs: 1 });
        await ask.execute('why');
        expect(await ask.execute('why')).toBe(1);

        const chunks = ask.stream('why')[Symbol.asyncIterator]();
        await chunks.next();
        await clock.advance(1000);
        await chunks.return?.();
        expect(await ask.execute('why')).toBe(1);
      },
      { clock: 'manual' },
    ),
  );

  it(
    'is neither a success nor a failure to a circuit breaker, unlike a stream that ends or breaks',
    observed(async (trace) => {
      const breaker = circuitBreaker(
        writer('write', ['so', 'it'], ['so', unavailable()], ['so', 'it'], ['so', unavailable()]),
        { trip: { failures: 2 } },
      );
      const counted = (): unknown => breaker.toJSON().circuits[0];
      for await (const _ of breaker.stream('why')) break;
      expect(counted()).toMatchObject({ state: 'closed', counted: [0] });
      await readAll(breaker.stream('why'));
      expect(counted()).toMatchObject({ state: 'closed', counted: [1] });
      for await (const _ of breaker.stream('why')) break;
      expect(counted()).toMatchObject({ state: 'closed', counted: [1] });
      await readAll(breaker.stream('why'));
      expect(breaker.state).toBe('open');
      expect(trace).toHaveSpanTree(`
        primitive.circuit_breaker.execute "write" cancelled
        └─ primitive.streaming.execute "write" cancelled
        primitive.circuit_breaker.execute "write" error
        └─ primitive.streaming.execute "write" error
        primitive.circuit_breaker.execute "write" cancelled
        └─ primitive.streaming.execute "write" cancelled
        primitive.circuit_breaker.execute "write" error
        └─ primitive.streaming.execute "write" error
      `);
    }),
  );

  it(
    'holds the slot of a bulkhead until the stream has ended for it',
    observed(async () => {
      const one = bulkhead(write(), { concurrency: 1 });
      const chunks = one.stream('why')[Symbol.asyncIterator]();
      await chunks.next();
      await expect(one.execute('why')).rejects.toMatchObject({ code: 'OBS_ERR_BULKHEAD_FULL' });
      await chunks.return?.();
      expect(await one.execute('why')).toBe(3);
    }),
  );

  it(
    'has every layer of resilient end with it, each span once',
    observed(async (trace) => {
      const endless = streaming('endless', async function* (_: string, scope: RunScope) {
        for (let word = 0; ; word++) {
          await pause(scope, 0);
          yield word;
        }
      });
      const layered = resilient(endless, {
        retry: {},
        circuitBreaker: {},
        attemptTimeout: 10_000,
        name: 'ask',
      });
      for await (const word of layered.stream('why')) if (word === 2) break;
      expect(trace).toHaveSpanTree(`
        primitive.retry.execute "ask" cancelled
        └─ primitive.retry.attempt_1 "ask" cancelled
           └─ primitive.circuit_breaker.execute "ask" cancelled
              └─ primitive.timeout.execute "ask attempt" cancelled
                 └─ primitive.streaming.execute "endless" cancelled
      `);
      expect(trace.spans.map(({ attributes }) => attributes['stream.chunks'])).toEqual([
        3,
        undefined,
        3,
        3,
        3,
      ]);
    }),
  );
});
