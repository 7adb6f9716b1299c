import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import { mockPrimitive, observed, type Trace } from '@tta/obs-testing';
import { describeOutcomes } from '../../test/outcomes.ts';
import { sequential } from '../sequential.ts';
import { cache } from './cache.ts';
import type { CacheOptions } from './cache-options.ts';

const key = String;
const manual = { clock: 'manual' } as const;

/** A step that counts: each answer tells which call it is of. */
function counting(ms = 0) {
  let calls = 0;
  const step = mockPrimitive<string, string>('ask').runs(async (input, { clock }) => {
    const answer = `${input} ${++calls}`;
    if (ms > 0) await new Promise<void>((resolve) => void clock.timer(ms, resolve));
    return answer;
  });
  return step;
}

function counted(options: CacheOptions<string>, ms = 0) {
  const step = counting(ms);
  return { step, cached: cache(step, options) };
}

/** What look-ups were told of, in their order. */
const told = (trace: Trace) =>
  trace.spans.flatMap(({ events }) => events.filter(({ name }) => name.startsWith('cache.')));
const outcomes = (trace: Trace) => told(trace).map(({ name }) => name.slice('cache.'.length));

describe('cache', () => {
  it(
    'runs its step once for a key while its answer is fresh',
    observed(async (trace) => {
      const step = counting();
      const cached = cache(step, { key, ttlMs: 1000 });
      expect(await cached.execute('a')).toBe('a 1');
      await trace.clock.advance(999);
      expect(await cached.execute('a')).toBe('a 1');
      expect(await cached.execute('b')).toBe('b 2');
      await trace.clock.advance(1);
      expect(await cached.execute('a')).toBe('a 3');
      expect(trace).toHaveHitCache('ask', 1);
      expect(outcomes(trace)).toEqual(['miss', 'hit', 'miss', 'miss']);
      expect(cached.stats()).toEqual({
        size: 2,
        hits: 1,
        misses: 3,
        joined: 0,
        stale: 0,
        expirations: 1,
        evictions: 0,
        hitRate: 0.25,
        savedUsd: 0,
        inFlight: 0,
        storeFailures: 0,
      });
    }, manual),
  );

  it(
    'tells a look-up on its span, as an event and in the metrics, with a hash in the place of the key',
    observed(async (trace) => {
      const cached = cache(counting(), { key, ttlMs: 60_000 });
      await cached.execute('ada@example.org');
      await trace.clock.advance(1500);
      await cached.execute('ada@example.org');
      const [miss, hit] = told(trace);
      const hash = miss?.attributes['cache.key'];
      expect(hash).toMatch(/^[0-9a-f]{16}$/);
      expect(miss?.attributes).toEqual({ 'cache.key': hash, 'cache.type': 'memory' });
      expect(hit?.attributes).toEqual({
        'cache.key': hash,
        'cache.type': 'memory',
        'cache.age_ms': 1500,
        'cache.ttl_ms': 60_000,
      });
      expect(trace).toHaveSpanTree(
        `
        primitive.cache.execute "ask" success
        └─ primitive.mock.execute "ask" success
        `,
        'primitive.cache.execute "ask" success',
      );
      const looks = trace.spans.flatMap(({ attributes }) => attributes['cache.outcome'] ?? []);
      expect(looks).toEqual(['miss', 'hit']);
      const labels = { 'primitive.name': 'ask', 'cache.type': 'memory' };
      expect(trace).toHaveMetric('cache.total', [{ labels, value: 2 }]);
      expect(trace).toHaveMetric('cache.hits', [{ labels, value: 1 }]);
      expect(String(trace)).not.toContain('ada');
    }, manual),
  );

  it(
    'is fresh for an hour and has room for 1000 answers unless told otherwise',
    observed(async ({ clock }) => {
      const { cached, step } = counted({ key });
      await cached.execute('0');
      await clock.advance(3_599_999);
      await cached.execute('0');
      expect(step.calls).toHaveLength(1);
      await clock.advance(1);
      await cached.execute('0');
      expect(step.calls).toHaveLength(2);
      for (let n = 0; n < 1001; n++) await cached.execute(String(n));
      expect(cached.stats()).toMatchObject({ size: 1000, evictions: 1 });
    }, manual),
  );

  it.each([null, undefined, 0, '', false])(
    'remembers %p like any other answer',
    observed(async (trace, value: unknown) => {
      const step = mockPrimitive<string>('ask').returns(value);
      const cached = cache(step, { key });
      expect([await cached.execute('a'), await cached.execute('a')]).toEqual([value, value]);
      expect(step.calls).toHaveLength(1);
      expect(trace).toHaveHitCache('ask', 1);
    }),
  );

  it(
    'lets the answer go that was used longest ago, when there is no room',
    observed(async () => {
      const { cached, step } = counted({ key, maxEntries: 2 });
      for (const input of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.execute(input);
      expect(step.calls.map(({ input }) => input)).toEqual(['a', 'b', 'c', 'b']);
      expect(cached.stats()).toMatchObject({ size: 2, evictions: 2 });
    }, manual),
  );

  it(
    'tells keys of any length apart',
    observed(async () => {
      const step = counting();
      const cached = cache(step, { key });
      const long = 'x'.repeat(5000);
      const inputs = [`${long}1`, `${long}2`, 'x'.repeat(200), 'x'.repeat(201)];
      for (const input of [...inputs, ...inputs]) await cached.execute(input);
      expect(step.calls.map(({ input }) => input)).toEqual(inputs);
    }, manual),
  );

  it(
    'runs the step without remembering anything where a key cannot be made, and tells it',
    observed(async (trace) => {
      const step = counting();
      const noId = (): string => {
        throw new TypeError('no id');
      };
      const cached = cache(step, { key: noId });
      expect([await cached.execute('a'), await cached.execute('a')]).toEqual(['a 1', 'a 2']);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'key_failure' }, value: 2 },
      ]);
      expect(trace).toHaveLogged({ level: 'warn', fields: { 'error.message': 'no id' } });
      expect(cached.stats()).toMatchObject({ size: 0, hits: 0, misses: 0 });
    }),
  );

  it(
    'makes each answer fresh for a shorter time by chance, up to the share that it is told',
    observed(
      async ({ clock }) => {
        const { cached, step } = counted({ key, ttlMs: 1000, ttlJitter: 0.2 });
        await cached.execute('0');
        await clock.advance(899);
        await cached.execute('0');
        expect(step.calls).toHaveLength(1);
        await clock.advance(1);
        await cached.execute('0');
        expect(step.calls).toHaveLength(2);
      },
      { ...manual, random: { next: () => 0.5, uuid: () => 'id' } },
    ),
  );

  describe('of an answer that is out of date', () => {
    it(
      'gives the old one at once and makes one new one, in a trace of its own that is linked to the look-up',
      observed(async (trace) => {
        const step = counting(50);
        const cached = cache(step, { key, ttlMs: 1000, staleMs: 5000 });
        const first = cached.execute('a', { userId: 'u-1' });
        await trace.clock.advance(1050);
        expect(await first).toBe('a 1');
        const answers = await Promise.all([
          cached.execute('a', { userId: 'u-2', workflowName: 'w' }),
          cached.execute('a'),
        ]);
        expect(answers).toEqual(['a 1', 'a 1']);
        expect(step.calls).toHaveLength(1);
        await trace.clock.advance(10);
        expect(step.calls).toHaveLength(2);
        expect(await cached.execute('a')).toBe('a 1');
        await trace.clock.advance(40);
        expect(await cached.execute('a')).toBe('a 2');
        expect(step.calls).toHaveLength(2);
        expect(outcomes(trace)).toEqual(['miss', 'stale', 'stale', 'stale', 'hit']);
        expect(trace).toHaveSpanTree(
          `
          primitive.cache.execute "ask" success
          └─ primitive.mock.execute "ask" success
          `,
          'primitive.cache.execute "ask" success',
          'primitive.cache.execute "ask" success',
          `
          primitive.cache.refresh "ask" success
          └─ primitive.mock.execute "ask" success
          `,
          'primitive.cache.execute "ask" success',
          'primitive.cache.execute "ask" success',
        );
        const refresh = trace.span('primitive.cache.refresh');
        expect(refresh.attributes['correlation.id']).toEqual(expect.any(String));
        const [trigger] = trace.spans.filter(({ attributes }) => attributes['user.id'] === 'u-2');
        expect(refresh.parentSpanId).toBeUndefined();
        expect(refresh.links).toEqual([
          {
            context: expect.objectContaining({ spanId: trigger?.spanId, traceId: trigger?.traceId }),
            attributes: { 'link.type': 'refresh_trigger' },
          },
        ]);
        expect(refresh.traceId).not.toBe(trigger?.traceId);
        expect(refresh.attributes['correlation.id']).toBe(trigger?.attributes['correlation.id']);
        expect(refresh.attributes).toMatchObject({ 'user.id': 'u-2', 'workflow.name': 'w' });
        expect(trace.clock.pendingTimers).toBe(0);
      }, manual),
    );

    it(
      'goes on with its refresh when the run that set it off is cancelled or has ended',
      observed(async (trace) => {
        const step = counting(50);
        const cached = cache(step, { key, ttlMs: 1000, staleMs: 5000 });
        const first = cached.execute('a');
        await trace.clock.advance(1050);
        await first;
        const caller = new AbortController();
        expect(await cached.execute('a', { signal: caller.signal })).toBe('a 1');
        caller.abort();
        await trace.clock.advance(50);
        expect(await cached.execute('a')).toBe('a 2');
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      }, manual),
    );

    it(
      'counts and tells a refresh that fails, throws it at nobody, and tries again with the next look-up',
      observed(async (trace) => {
        const step = mockPrimitive<string, string>('ask')
          .returns('old', { times: 1 })
          .fails(new Error('503'), { times: 1 })
          .returns('new');
        const cached = cache(step, { key, ttlMs: 1000, staleMs: 5000 });
        await cached.execute('a');
        await trace.clock.advance(1000);
        expect(await cached.execute('a')).toBe('old');
        await trace.clock.advance(0);
        expect(trace).toHaveSpan('primitive.cache.refresh "ask" error', 1);
        expect(trace).toHaveLogged({ level: 'warn', message: 'ask refresh failed: 503' });
        expect(await cached.execute('a')).toBe('old');
        await trace.clock.advance(0);
        expect(await cached.execute('a')).toBe('new');
        expect(cached.stats()).toMatchObject({ hits: 1, misses: 1, stale: 2, inFlight: 0 });
      }, manual),
    );

    it(
      'has a look-up that comes too late for the old one wait for the refresh that is under way',
      observed(async ({ clock }) => {
        const { cached, step } = counted({ key, ttlMs: 1000, staleMs: 100 }, 200);
        const first = cached.execute('0');
        await clock.advance(200);
        await first;
        await clock.advance(1050);
        expect(await cached.execute('0')).toBe('0 1');
        await clock.advance(100);
        const late = cached.execute('0');
        await clock.advance(100);
        expect(await late).toBe('0 2');
        expect(step.calls).toHaveLength(2);
      }, manual),
    );

    it(
      'captures of a refresh the input alone: neither its key nor what is known about the run',
      observed(
        async (trace) => {
          const options = { key: () => 'secret key', ttlMs: 1000, staleMs: 1000 };
          const cached = cache((page: { url: string }) => page.url, options);
          const about = { metadata: { password: 'secret' }, baggage: { token: 'secret' } };
          await cached.execute({ url: '/' }, about);
          await trace.clock.advance(1000);
          await cached.execute({ url: '/' }, about);
          await trace.clock.advance(0);
          const refresh = trace.span('primitive.cache.refresh');
          expect(refresh.attributes['input.value']).toBe('{"url":"/"}');
          expect(JSON.stringify(trace.spans.map(({ attributes }) => attributes))).not.toContain('secret');
        },
        { ...manual, captureContent: { redact: (value) => value } },
      ),
    );

    it(
      'gives a refresh up that hangs, when all have left who came to wait for it',
      observed(async (trace) => {
        const { clock } = trace;
        const signals: AbortSignal[] = [];
        const step = mockPrimitive<string, string>('ask').runs((_, { signal }) =>
          signals.push(signal) === 2 ? new Promise<never>(() => undefined) : `answer ${signals.length}`,
        );
        const cached = cache(step, { key, ttlMs: 1000, staleMs: 100 });
        await cached.execute('a');
        await clock.advance(1000);
        expect(await cached.execute('a')).toBe('answer 1');
        await clock.advance(100);
        const callers = [new AbortController(), new AbortController()] as const;
        const calls = callers.map(({ signal }) => cached.tryExecute('a', { signal }));
        callers[0].abort(new Error('first'));
        await clock.advance(0);
        expect(signals[1]?.aborted).toBe(false);
        callers[1].abort(new Error('last'));
        expect(await Promise.all(calls)).toMatchObject([{ ok: false }, { ok: false }]);
        expect(signals[1]?.reason).toEqual(new Error('last'));
        expect(cached.stats().inFlight).toBe(0);
        expect(await cached.execute('a')).toBe('answer 3');
        await clock.advance(1000);
        expect(await cached.execute('a')).toBe('answer 3');
        await clock.advance(0);
        expect(await cached.execute('a')).toBe('answer 4');
        expect(trace).toHaveSpan('primitive.cache.refresh', 2);
        expect(trace.spans.filter(({ endMs }) => endMs === undefined)).toEqual([]);
      }, manual),
    );

    it(
      'refreshes no more keys at a time than it has room for',
      observed(async ({ clock }) => {
        const { cached, step } = counted({ key, ttlMs: 100, staleMs: 9000, maxEntries: 2 });
        await cached.execute('a');
        await cached.execute('b');
        await clock.advance(100);
        for (const input of ['a', 'b']) await cached.execute(input);
        // Both timers are pending; a third key would find an answer only by pushing one out.
        expect(clock.pendingTimers).toBe(2);
        await clock.advance(0);
        expect(step.calls.map(({ input }) => input)).toEqual(['a', 'b', 'a', 'b']);
        expect(clock.pendingTimers).toBe(0);
      }, manual),
    );
  });

  describe('of a step that fails', () => {
    const noAnswer = Object.assign(new Error('503'), { status: 503 });

    it(
      'forgets the failure, and throws it untouched',
      observed(async (trace) => {
        const step = mockPrimitive<string, string>('ask').fails(noAnswer, { times: 1 }).returns('answer');
        const cached = cache(step, { key });
        await expect(cached.execute('a')).rejects.toBe(noAnswer);
        expect(await cached.execute('a')).toBe('answer');
        expect(outcomes(trace)).toEqual(['miss', 'miss']);
      }),
    );

    it(
      'gives the old answer for a while instead, where it may',
      observed(async (trace) => {
        const step = mockPrimitive<string, string>('ask').returns('old', { times: 1 }).fails(noAnswer);
        const cached = cache(step, { key, ttlMs: 1000, staleIfErrorMs: 500, costPerCallUsd: 0.01 });
        await cached.execute('a');
        await trace.clock.advance(1499);
        expect(await cached.execute('a')).toBe('old');
        await trace.clock.advance(1);
        await expect(cached.execute('a')).rejects.toBe(noAnswer);
        expect(outcomes(trace)).toEqual(['miss', 'stale', 'miss']);
        expect(cached.stats()).toMatchObject({ misses: 2, stale: 1, expirations: 1, savedUsd: 0 });
        expect(trace).toHaveSpanTree(
          { span: 'primitive.cache.execute', children: 'any' },
          `
          primitive.cache.execute "ask" success
          └─ primitive.mock.execute "ask" error
          `,
          { span: 'primitive.cache.execute', outcome: 'error', children: 'any' },
        );
      }, manual),
    );

    it(
      'does not give the old answer when it has become too old while the step was failing',
      observed(async ({ clock }) => {
        const step = mockPrimitive<string, string>('ask')
          .returns('old', { times: 1 })
          .runs(async (_, { clock }) => {
            await new Promise<void>((resolve) => void clock.timer(200, resolve));
            throw noAnswer;
          });
        const cached = cache(step, { key, ttlMs: 1000, staleIfErrorMs: 100 });
        await cached.execute('a');
        await clock.advance(1050);
        const failing = cached.tryExecute('a');
        await clock.advance(200);
        expect(await failing).toMatchObject({ ok: false, error: noAnswer });
      }, manual),
    );

    it(
      'takes the new answer where it may give the old one, but the step succeeds',
      observed(async ({ clock }) => {
        const { cached } = counted({ key, ttlMs: 1000, staleIfErrorMs: 9000 });
        await cached.execute('0');
        await clock.advance(1000);
        expect(await cached.execute('0')).toBe('0 2');
        expect(cached.stats()).toMatchObject({ misses: 2, stale: 0, expirations: 1 });
      }, manual),
    );

    it(
      'remembers the failure for as long as it is told, and throws the same error without asking again',
      observed(async (trace) => {
        const step = mockPrimitive<string, string>('ask').fails(noAnswer, { times: 1 }).returns('answer');
        const cached = cache(step, { key, negativeTtlMs: 100, costPerCallUsd: 0.01 });
        await expect(cached.execute('a')).rejects.toBe(noAnswer);
        await trace.clock.advance(99);
        await expect(cached.execute('a')).rejects.toBe(noAnswer);
        expect(step.calls).toHaveLength(1);
        await trace.clock.advance(1);
        expect(await cached.execute('a')).toBe('answer');
        expect(outcomes(trace)).toEqual(['miss', 'hit', 'miss']);
        expect(cached.stats().savedUsd).toBe(0.01);
      }, manual),
    );

    it(
      'gives the old answer while the failure is remembered, and refreshes nothing',
      observed(async ({ clock }) => {
        const step = mockPrimitive<string, string>('ask').returns('old', { times: 1 }).fails(noAnswer);
        const options = { key, ttlMs: 1000, staleMs: 100, staleIfErrorMs: 500, negativeTtlMs: 300 };
        const cached = cache(step, options);
        const ask = () => cached.tryExecute('a');
        await ask();
        await clock.advance(1000);
        expect(await ask()).toMatchObject({ value: 'old' });
        await clock.advance(50);
        expect(step.calls).toHaveLength(2);
        expect(await ask()).toMatchObject({ value: 'old' });
        expect(clock.pendingTimers).toBe(0);
        await clock.advance(200);
        expect(await ask()).toMatchObject({ value: 'old' });
        expect(step.calls).toHaveLength(2);
        await clock.advance(250);
        expect(await ask()).toMatchObject({ ok: false, error: noAnswer });
        expect(step.calls).toHaveLength(3);
        expect(await ask()).toMatchObject({ ok: false, error: noAnswer });
        expect(step.calls).toHaveLength(3);
      }, manual),
    );

    it(
      'counts as expired what was too old, also where a failure is remembered',
      observed(async ({ clock }) => {
        const step = mockPrimitive<string, string>('ask').returns('old', { times: 1 }).fails(noAnswer);
        const cached = cache(step, { key, ttlMs: 1000, staleIfErrorMs: 500, negativeTtlMs: 9000 });
        await cached.execute('a');
        await clock.advance(1000);
        for (let n = 0; n < 2; n++) expect(await cached.execute('a')).toBe('old');
        expect(cached.stats()).toMatchObject({ stale: 2, expirations: 0 });
        await clock.advance(500);
        for (let n = 0; n < 2; n++) expect((await cached.tryExecute('a')).ok).toBe(false);
        expect(cached.stats()).toMatchObject({ misses: 1, hits: 2, stale: 2, expirations: 2 });
      }, manual),
    );

    it(
      'remembers as many failures as there is room for',
      observed(async () => {
        const step = mockPrimitive<string, string>('ask').runs((input) => {
          if (step.calls.length <= 3) throw new Error(`${input} fails`);
          return input;
        });
        const cached = cache(step, { key, negativeTtlMs: 1e6, maxEntries: 2 });
        const ask = (input: string) => cached.tryExecute(input);
        for (const input of ['a', 'b', 'c']) await ask(input);
        expect((await ask('c')).ok).toBe(false);
        expect(step.calls).toHaveLength(3);
        expect((await ask('a')).ok).toBe(true);
        expect(step.calls).toHaveLength(4);
      }, manual),
    );

    it.each([new CancelledError('not wanted'), new DOMException('stopped', 'AbortError')])(
      'neither remembers a step that was cancelled nor answers it with what is old: %p',
      observed(async ({ clock }, cancelled: Error) => {
        const step = mockPrimitive<string, string>('ask').returns('old', { times: 1 }).fails(cancelled);
        const cached = cache(step, { key, ttlMs: 1000, staleIfErrorMs: 9000, negativeTtlMs: 9000 });
        await cached.execute('a');
        await clock.advance(1000);
        for (let n = 0; n < 2; n++) {
          expect(await cached.tryExecute('a')).toMatchObject({ ok: false, error: cancelled });
        }
        expect(step.calls).toHaveLength(3);
      }, manual),
    );
  });

  describe('asked by many at a time', () => {
    it(
      'runs the step once; those who come while it runs are linked to the first',
      observed(async (trace) => {
        const step = counting(50);
        const cached = cache(step, { key });
        const calls = ['a', 'a', 'a'].map((input) => cached.execute(input));
        expect(cached.stats().inFlight).toBe(1);
        await trace.clock.advance(50);
        expect(await Promise.all(calls)).toEqual(['a 1', 'a 1', 'a 1']);
        expect(outcomes(trace)).toEqual(['miss', 'miss', 'miss']);
        const linked = trace.spans.filter(({ links }) => links.length > 0);
        expect(linked.map(({ attributes }) => attributes['shared_run.joined'])).toEqual([true, true]);
      }, manual),
    );

    it(
      'saves a call for each who shares the run of another, also one that fails, and for none who leaves',
      observed(async (trace) => {
        const step = mockPrimitive<string, string>('ask').runs(async (_, { clock }) => {
          await new Promise<void>((resolve) => void clock.timer(50, resolve));
          throw new Error('no answer yet');
        });
        const cached = cache(step, { key, costPerCallUsd: 0.25 });
        const leaves = new AbortController();
        const calls = [undefined, undefined, leaves.signal].map((signal) =>
          cached.tryExecute('a', signal && { signal }),
        );
        leaves.abort();
        await trace.clock.advance(50);
        await Promise.all(calls);
        expect(cached.stats()).toMatchObject({ misses: 3, joined: 1, hitRate: 0, savedUsd: 0.25 });
        const saved = trace.spans.map(({ attributes }) => attributes['cost.saved_usd'] ?? 0);
        expect(saved.filter((usd) => usd !== 0)).toEqual([0.25]);
        expect(trace).toHaveMetric('cost.savings.usd', [
          { labels: { 'primitive.name': 'ask' }, value: 0.25 },
        ]);
      }, manual),
    );

    it(
      'saves nothing by a refresh that finds the step being run already',
      observed(async ({ clock }) => {
        const { step, cached } = counted({ key, ttlMs: 1000, staleMs: 1000, costPerCallUsd: 0.25 }, 50);
        const first = cached.execute('a');
        await clock.advance(50);
        await first;
        await clock.advance(1000);
        expect(await cached.execute('a')).toBe('a 1');
        await cached.delete('a');
        const again = cached.execute('a');
        await clock.advance(50);
        expect(await again).toBe('a 2');
        expect(step.calls).toHaveLength(2);
        expect(cached.stats()).toMatchObject({ stale: 1, misses: 2, joined: 0, savedUsd: 0 });
      }, manual),
    );

    it(
      'goes on and remembers when the first caller leaves, and not when all have left',
      observed(async ({ clock }) => {
        const step = counting(50);
        const cached = cache(step, { key, staleIfErrorMs: 1000, negativeTtlMs: 1000 });
        const callers = [new AbortController(), new AbortController()] as const;
        const ask = (caller: AbortController, input: string) =>
          cached.tryExecute(input, { signal: caller.signal });
        const calls = callers.map((caller) => ask(caller, 'a'));
        callers[0].abort();
        await clock.advance(50);
        expect((await Promise.all(calls)).map(({ ok }) => ok)).toEqual([false, true]);
        expect(await cached.execute('a')).toBe('a 1');

        const alone = ask(callers[1], 'b');
        callers[1].abort();
        expect((await alone).ok).toBe(false);
        await clock.advance(50);
        const again = cached.execute('b');
        await clock.advance(50);
        expect(await again).toBe('b 3');
      }, manual),
    );

    it(
      'does not answer a caller who cancelled with what is old',
      observed(async (trace) => {
        const step = counting(50);
        const cached = cache(step, { key, ttlMs: 1000, staleIfErrorMs: 9000 });
        const first = cached.execute('a');
        await trace.clock.advance(1050);
        await first;
        const caller = new AbortController();
        const leaving = cached.tryExecute('a', { signal: caller.signal });
        caller.abort(new Error('left'));
        expect(await leaving).toMatchObject({ ok: false, error: new Error('left') });
        expect(outcomes(trace)).toEqual(['miss', 'miss']);
        await trace.clock.advance(50);
      }, manual),
    );
  });

  describe('told to forget', () => {
    it(
      'asks again for that key, or for all',
      observed(async () => {
        const { cached, step } = counted({ key, negativeTtlMs: 1000 });
        await cached.execute('0');
        await cached.execute('a');
        await cached.delete('a');
        expect(cached.stats().size).toBe(1);
        await cached.execute('a');
        await cached.execute('0');
        expect(step.calls.map(({ input }) => input)).toEqual(['0', 'a', 'a']);
        await cached.clear();
        expect(cached.stats().size).toBe(0);
        await cached.execute('0');
        expect(step.calls).toHaveLength(4);
      }, manual),
    );

    it.each(['delete', 'clear'] as const)(
      'does not remember what was under way at a %s, and begins anew for the next',
      observed(async ({ clock }, how: 'delete' | 'clear') => {
        const step = counting(50);
        const cached = cache(step, { key });
        const before = cached.execute('a');
        await (how === 'delete' ? cached.delete('a') : cached.clear());
        await clock.advance(10);
        const after = cached.execute('a');
        await clock.advance(50);
        expect([await before, await after]).toEqual(['a 1', 'a 2']);
        expect(await cached.execute('a')).toBe('a 2');
      }, manual),
    );

    it(
      'does not remember the failure of what was under way',
      observed(async ({ clock }) => {
        const step = mockPrimitive<string, string>('ask').runs(async () => {
          await new Promise<void>((resolve) => void clock.timer(50, resolve));
          throw new Error('503');
        });
        const cached = cache(step, { key, negativeTtlMs: 1e6 });
        const asking = [cached.tryExecute('a')];
        await cached.delete('a');
        await clock.advance(50);
        asking.push(cached.tryExecute('a'));
        await clock.advance(50);
        expect((await Promise.all(asking)).map(({ ok }) => ok)).toEqual([false, false]);
        expect(step.calls).toHaveLength(2);
      }, manual),
    );

    it(
      'forgets a remembered failure as well',
      observed(async () => {
        const step = mockPrimitive<string, string>('ask').fails(new Error('503'), { times: 2 }).returns('x');
        const cached = cache(step, { key, negativeTtlMs: 1e9 });
        await cached.tryExecute('a');
        await cached.delete('a');
        await cached.tryExecute('a');
        await cached.clear();
        expect(await cached.execute('a')).toBe('x');
      }, manual),
    );
  });

  it(
    'counts what its answers save: of hits, and of stale answers that no refresh was made for',
    observed(async (trace) => {
      const cached = cache(counting(), { key, ttlMs: 1000, staleMs: 1000, costPerCallUsd: 0.25 });
      const workflow = sequential(cached);
      await workflow.execute('a');
      await workflow.execute('a');
      await trace.clock.advance(1000);
      await Promise.all([workflow.execute('a'), workflow.execute('a')]);
      expect(cached.stats().savedUsd).toBe(0.5);
      expect(trace).toHaveMetric('cost.savings.usd', [{ labels: { 'primitive.name': 'ask' }, value: 0.5 }]);
      const saved = trace.spans.flatMap(({ attributes }) => attributes['cost.saved_usd'] ?? []);
      expect(saved).toEqual([0.25, 0.25]);
      await trace.clock.advance(0);
    }, manual),
  );

  it(
    'is called by its option, else like its step, else by its type',
    observed(async (trace) => {
      const addOne = (n: number) => n + 1;
      await cache(addOne, { key, name: 'given' }).execute(1);
      await cache(addOne, { key }).execute(1);
      await cache((n: number) => n, { key }).execute(1);
      for (const name of ['given', 'addOne', 'cache']) {
        expect(trace).toHaveSpan(`primitive.cache.execute "${name}"`);
      }
    }),
  );

  it.each([undefined, 'a name', Promise.resolve(1)])('refuses %p for a step, at construction', (value) => {
    expect(() => cache(value as never, { key })).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_COMPOSITION',
        message: expect.stringMatching(/^cache: the step is /),
      }),
    );
  });

  it.each<readonly [Partial<CacheOptions<unknown>> | undefined, string]>([
    [undefined, 'key is undefined; it has to be a function'],
    [{}, 'key is undefined; it has to be a function'],
    [{ key, ttlMs: 0 }, 'ttlMs is 0; it has to be a finite number above 0'],
    [{ key, staleMs: -1 }, 'staleMs is -1; it has to be a finite number of at least 0'],
    [{ key, staleIfErrorMs: NaN }, 'staleIfErrorMs is NaN; it has to be a finite number of at least 0'],
    [
      { key, negativeTtlMs: Infinity },
      'negativeTtlMs is Infinity; it has to be a finite number of at least 0',
    ],
    [{ key, ttlJitter: 1.1 }, 'ttlJitter is 1.1; it has to be a number from 0 to 1'],
    [{ key, maxEntries: 0 }, 'maxEntries is 0; it has to be a whole number above 0'],
    [{ key, storeTimeoutMs: 0 }, 'storeTimeoutMs is 0; it has to be a finite number above 0'],
    [
      { key, store: 'redis' as never },
      'store is of type string; it has to be a CacheStore, such as keyvStore(new Keyv(…))',
    ],
    [
      { key, store: null as never },
      'store is null; it has to be a CacheStore, such as keyvStore(new Keyv(…))',
    ],
    [
      { key, store: Object.create(null) as never },
      'store is of type object; it has to be a CacheStore, such as keyvStore(new Keyv(…))',
    ],
    [{ key, costPerCallUsd: -1 }, 'costPerCallUsd is -1; it has to be a finite number of at least 0'],
  ])('refuses the options %p, at construction', (options, message) => {
    expect(() => cache((n: unknown) => n, options as never)).toThrow(
      expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message: `cache: ${message}` }),
    );
  });
});

describeOutcomes('cache', (step) => cache(step, { key, name: 'remembered' }), {
  output: 2,
  success: `
    primitive.cache.execute "remembered" success
    └─ primitive.mock.execute "step" success
  `,
  error: `
    primitive.cache.execute "remembered" error
    └─ primitive.mock.execute "step" error
  `,
  timeout: `
    primitive.cache.execute "remembered" timeout
    └─ primitive.timeout.execute "step" timeout
       └─ primitive.mock.execute "step" cancelled
  `,
  cancelled: `
    primitive.cache.execute "remembered" cancelled
    └─ primitive.mock.execute "step" cancelled
  `,
});
