import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { mockPrimitive, observe, observed } from '@tta/obs-testing';
import { resilient } from '../resilient.ts';
import { retry } from '../retry.ts';
import { cache } from './cache.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

const key = String;
const manual = { clock: 'manual' } as const;
const never = (): Promise<never> => new Promise(() => undefined);
const broken = () => {
  throw new Error('broken');
};

/** A store in a map, some of whose methods do as a test wants. */
function store(methods: Partial<CacheStore> = {}): CacheStore & { entries: Map<string, CacheEntry> } {
  const entries = new Map<string, CacheEntry>();
  return {
    type: 'map',
    entries,
    get: (name) => entries.get(name),
    set: (name, entry) => void entries.set(name, entry),
    delete: (name) => void entries.delete(name),
    ...methods,
  };
}
const step = () => mockPrimitive<string, string>('ask').returns('answer');

describe('the store of a cache', () => {
  it(
    'may answer at once, and is asked before the step',
    observed(async (trace) => {
      const ask = step();
      const kept = store();
      const cached = cache(ask, { key, store: kept });
      const { signal } = new AbortController();
      const answers = [await cached.execute('a', { signal }), await cached.execute('a', { signal })];
      expect(answers).toEqual(['answer', 'answer']);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
      expect(ask.calls).toHaveLength(1);
      expect([...kept.entries]).toEqual([
        [
          'cache:ask:a',
          {
            value: 'answer',
            storedAt: trace.clock.now(),
            ttlMs: 3_600_000,
            keyHash: expect.stringMatching(/^[0-9a-f]{16}$/),
          },
        ],
      ]);
      expect(cached.stats()).toMatchObject({ size: 0, hits: 1, misses: 1 });
      expect(trace).toHaveMetric('cache.hits', { labels: { 'cache.type': 'map' }, value: 1 });
    }, manual),
  );

  it.each([
    ['throws', broken],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])(
    'fails no run when it %s: the step runs, nothing is written where nothing could be read, and it is told',
    observed(async (trace, _how: string, fails: () => Promise<never>) => {
      const ask = step();
      const cached = cache(ask, { key, store: store({ get: fails, set: broken }) });
      for (let n = 0; n < 2; n++) expect(await cached.execute('a')).toBe('answer');
      expect(cached.stats()).toMatchObject({ misses: 2, storeFailures: 2 });
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'ask', 'recovery.kind': 'store_failure' }, value: 2 },
      ]);
      const { fields } = trace.lines[0] ?? {};
      expect(fields).toMatchObject({
        'cache.type': 'map',
        'cache.operation': 'read',
        'error.message': 'broken',
      });
    }),
  );

  it(
    'has a miss where it answers with null, as many do',
    observed(async () => {
      const ask = step();
      const kept = store();
      kept.get = (name) => kept.entries.get(name) ?? null;
      const cached = cache(ask, { key, store: kept });
      for (let n = 0; n < 3; n++) await cached.execute('a');
      expect(cached.stats()).toMatchObject({ misses: 1, hits: 2, storeFailures: 0 });
    }),
  );

  it.each([1, 'text', {}, { storedAt: 1 }, { storedAt: 1, ttlMs: '1' }])(
    'answers nothing with what is no entry, tells it, and puts the answer in its place: %p',
    observed(async (trace, entry: unknown) => {
      const kept = store();
      kept.entries.set('cache:ask:a', entry as CacheEntry);
      const cached = cache(step(), { key, store: kept });
      expect([await cached.execute('a'), await cached.execute('a')]).toEqual(['answer', 'answer']);
      expect(cached.stats()).toMatchObject({ misses: 1, hits: 1, storeFailures: 1 });
      expect(trace).toHaveLogged({
        level: 'warn',
        fields: { 'error.message': 'what is stored there is no entry of a cache' },
      });
    }),
  );

  it(
    'is waited for as long as it may take, for reads and for writes',
    observed(async (trace) => {
      let reads = 0;
      const slow = store({ get: () => (++reads === 1 ? never() : undefined), set: never });
      const cached = cache(step(), { key, store: slow, storeTimeoutMs: 100 });
      const reading = cached.execute('a');
      await trace.clock.advance(99);
      expect(cached.stats().storeFailures).toBe(0);
      await trace.clock.advance(1);
      expect(await reading).toBe('answer');
      const writing = cached.execute('a');
      await trace.clock.advance(99);
      expect(cached.stats()).toMatchObject({ storeFailures: 1, inFlight: 1 });
      await trace.clock.advance(1);
      expect(await writing).toBe('answer');
      expect(trace.lines.map(({ fields }) => [fields['cache.operation'], fields['error.message']])).toEqual([
        ['read', '"the map store" did not end within 100 ms'],
        ['write', '"the map store" did not end within 100 ms'],
      ]);
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it(
    'is not waited for by a caller who cancels, who is no failure of the store',
    observed(async (trace) => {
      const caller = new AbortController();
      const ask = step();
      const cached = cache(ask, { key, store: store({ get: never }) });
      const leaving = cached.tryExecute('a', { signal: caller.signal });
      const left = new Error('left');
      caller.abort(left);
      expect(await leaving).toMatchObject({ ok: false, error: left });
      expect(trace).toHaveSpan('primitive.cache.execute "ask" cancelled');
      expect(cached.stats()).toMatchObject({ misses: 0, storeFailures: 0 });
      expect(ask.calls).toEqual([]);
      expect(trace.clock.pendingTimers).toBe(0);
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    }, manual),
  );

  it(
    'is not asked by a caller who has cancelled already',
    observed(async (trace) => {
      const caller = new AbortController();
      const left = new Error('left');
      const leave = (): string => {
        caller.abort(left);
        return 'a';
      };
      let reads = 0;
      const read = (): Promise<never> => (reads++, never());
      const cached = cache(step(), { key: leave, store: store({ get: read }) });
      const leaving = cached.tryExecute('a', { signal: caller.signal });
      expect(trace.clock.pendingTimers).toBe(0);
      expect(await leaving).toMatchObject({ ok: false, error: left });
      expect([reads, cached.stats().storeFailures]).toEqual([0, 0]);
    }, manual),
  );

  it(
    'drops what it answers too late, also where that is a failure',
    observed(async (trace) => {
      let fail = (_: Error): void => undefined;
      const late = store({ get: () => new Promise((_, reject) => (fail = reject)) });
      const cached = cache(step(), { key, store: late, storeTimeoutMs: 100 });
      const reading = cached.execute('a');
      await trace.clock.advance(100);
      await reading;
      fail(new Error('late'));
      await trace.clock.advance(0);
      expect(cached.stats().storeFailures).toBe(1);
    }, manual),
  );

  it.each(['delete', 'clear'] as const)(
    'keeps nothing of a run that was being written at a %s',
    observed(async (trace, how: 'delete' | 'clear') => {
      const { clock } = trace;
      const kept = store({ clear: () => kept.entries.clear() });
      kept.set = (name, entry) =>
        new Promise((resolve) => {
          clock.timer(30, () => resolve(void kept.entries.set(name, entry)));
        });
      const ask = step();
      const cached = cache(ask, { key, store: kept });
      const writing = cached.execute('a');
      await clock.advance(10);
      await (how === 'delete' ? cached.delete('a') : cached.clear());
      await clock.advance(20);
      expect(await writing).toBe('answer');
      expect([...kept.entries]).toEqual([]);
      const again = cached.execute('a');
      await clock.advance(30);
      await again;
      expect(ask.calls).toHaveLength(2);
      expect([...kept.entries.keys()]).toEqual(['cache:ask:a']);
    }, manual),
  );

  it(
    'fails no run when it cannot delete what was forgotten while it was being written, and tells it',
    observed(async (trace) => {
      const kept = store({ set: () => cached.delete('a').catch(() => undefined), delete: broken });
      const cached = cache(step(), { key, store: kept });
      expect(await cached.execute('a')).toBe('answer');
      expect(cached.stats().storeFailures).toBe(1);
      expect(trace).toHaveLogged({
        level: 'warn',
        fields: { 'cache.operation': 'delete', 'error.message': 'broken' },
      });
    }),
  );

  it('does not have a failure remembered for longer when the time of day is set back', async () => {
    const clock = new ManualClock();
    let setBackMs = 0;
    const turned: Clock = {
      now: () => clock.now() - setBackMs,
      monotonic: () => clock.monotonic(),
      timer: (ms, fn) => clock.timer(ms, fn),
    };
    await observe(
      async () => {
        const ask = mockPrimitive<string, string>('ask')
          .fails(new Error('503'), { times: 1 })
          .returns('answer');
        const cached = cache(ask, { key, store: store(), negativeTtlMs: 1000 });
        expect((await cached.tryExecute('a')).ok).toBe(false);
        setBackMs = 3_600_000;
        await clock.advance(999);
        expect((await cached.tryExecute('a')).ok).toBe(false);
        await clock.advance(1);
        expect(await cached.execute('a')).toBe('answer');
      },
      { clock: turned },
    );
  });

  it.each([
    ['a function without a name', () => (n: string) => n],
    ['a primitive without one', () => retry((n: string) => n)],
  ])('has to have a name for its keys, which %s does not give', (_what, make) => {
    const message =
      'cache: name is missing; caches of one name share the answers in a store, and neither this one nor its step has a name';
    const refusal = expect.objectContaining({ code: 'OBS_ERR_INVALID_COMPOSITION', message });
    expect(() => cache(make(), { key, store: store() })).toThrow(refusal);
    expect(() => resilient(make(), { cache: { key, store: store() } })).toThrow(refusal);
    expect(() => cache(make(), { key, store: store(), name: 'c' })).not.toThrow();
    expect(() => resilient(make(), { name: 'c', cache: { key, store: store() } })).not.toThrow();
    expect(() => resilient(step(), { cache: { key, store: store() } })).not.toThrow();
  });

  it('gets all failures to the caller who tells it to forget', async () => {
    const cached = cache(step(), { key, name: 'c', store: store({ delete: broken, clear: broken }) });
    await expect(cached.delete('a')).rejects.toThrow('broken');
    await expect(cached.clear()).rejects.toThrow('broken');
  });

  it('may be none that can be cleared', async () => {
    await expect(cache(step(), { key, name: 'c', store: store() }).clear()).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'cache "c": its store cannot be cleared; delete its keys one by one',
    });
  });

  it('is told what the keys begin with that it is to clear', async () => {
    const cleared: string[] = [];
    const cached = cache(step(), {
      key,
      name: 'c',
      store: store({ clear: (prefix) => void cleared.push(prefix) }),
    });
    await cached.clear();
    expect(cleared).toEqual(['cache:c:']);
  });
});
