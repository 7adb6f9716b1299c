import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { observed } from '@tta/obs-testing';
import { cache } from './cache.ts';
import type { CacheEntry } from './cache-store.ts';
import { type KeyvLike, keyvStore } from './keyv-store.ts';

/** Looks like a Keyv over a database that can be broken. */
class Keyv extends EventEmitter implements KeyvLike {
  readonly texts = new Map<string, string>();
  readonly kept: (number | undefined)[] = [];
  stores = true;

  get(key: string): Promise<unknown> {
    const text = this.texts.get(key);
    return Promise.resolve(text === undefined ? undefined : JSON.parse(text));
  }

  set(key: string, value: CacheEntry, ttlMs?: number): Promise<boolean> {
    this.kept.push(ttlMs);
    this.texts.set(key, JSON.stringify(value));
    return Promise.resolve(this.stores);
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.texts.delete(key));
  }

  get iterator(): KeyvLike['iterator'] {
    return async function* (this: Keyv) {
      for (const [key, text] of this.texts) yield [key, await Promise.resolve(JSON.parse(text))];
    };
  }
}

const key = String;
const manual = { clock: 'manual' } as const;

describe('keyvStore', () => {
  it(
    'shares answers between caches of one name, and keeps them apart from those of other names',
    observed(async (trace) => {
      const keyv = new Keyv();
      let calls = 0;
      const make = (name: string) =>
        cache(() => ({ call: ++calls, none: null }), {
          key,
          name,
          store: keyvStore(keyv),
          ttlMs: 1000,
          staleMs: 100,
          staleIfErrorMs: 500.5,
        });
      const expected = { call: 1, none: null };
      expect(await make('one').execute('a')).toEqual(expected);
      expect(await make('one').execute('a')).toEqual(expected);
      expect(await make('two').execute('a')).toEqual({ call: 2, none: null });
      expect([...keyv.texts.keys()]).toEqual(['cache:one:a', 'cache:two:a']);
      expect(keyv.kept).toEqual([1501, 1501]);
      await trace.clock.advance(1000);
      expect(await make('one').execute('a')).toEqual(expected);
      await trace.clock.advance(0);
      expect(calls).toBe(3);
      expect(trace).toHaveMetric('cache.total', { labels: { 'cache.type': 'keyv' } });
    }, manual),
  );

  it('has an answer that is undefined come back', async () => {
    let calls = 0;
    const cached = cache(() => void calls++, { key, name: 'c', store: keyvStore(new Keyv()) });
    expect([await cached.execute('a'), await cached.execute('a'), calls]).toEqual([undefined, undefined, 1]);
  });

  it(
    'keeps to the time of day, which processes share, and takes what is from the future for new',
    observed(async (trace) => {
      const keyv = new Keyv();
      const step = () => 'new';
      const store = keyvStore(keyv);
      const now = trace.clock.now();
      await store.set('cache:c:a', { value: 'old', storedAt: now - 999, ttlMs: 1000, keyHash: 'x' }, 1);
      await store.set('cache:c:b', { value: 'ahead', storedAt: now + 60_000, ttlMs: 1000, keyHash: 'x' }, 1);
      const cached = cache(step, { key, name: 'c', store });
      expect([await cached.execute('a'), await cached.execute('b')]).toEqual(['old', 'ahead']);
      const ages = trace.spans.map(({ events }) => events[0]?.attributes['cache.age_ms']);
      expect(ages).toEqual([999, 0]);
      await trace.clock.advance(1);
      expect(await cached.execute('a')).toBe('new');
    }, manual),
  );

  it.each([
    ['a Date', () => new Date(0), 'the value is a Date, which does not come back from JSON as it is'],
    ['a bigint', () => ({ n: 1n }), 'the value.n is of type bigint, which JSON cannot hold'],
  ])(
    'does not store %s, and tells it',
    observed(async (trace, _what: string, step: () => unknown, message: string) => {
      const keyv = new Keyv();
      const cached = cache(step, { key, name: 'c', store: keyvStore(keyv) });
      expect(await cached.execute('a')).toEqual(step());
      expect(keyv.texts.size).toBe(0);
      expect(cached.stats().storeFailures).toBe(1);
      expect(trace).toHaveSpan({
        span: 'primitive.cache.execute',
        outcome: 'success',
        events: [
          'cache.miss',
          {
            name: 'recovery.store_failure',
            attributes: { 'cache.operation': 'write', 'cache.type': 'keyv', 'error.message': message },
          },
        ],
      });
      expect(trace).toHaveLogged({ level: 'warn', message: 'c: store_failure' });
    }),
  );

  it(
    'takes an event of Keyv for the failure of what is under way, without which it would wait',
    observed(async (trace) => {
      const keyv = new Keyv();
      keyv.get = () => new Promise(() => undefined);
      const cached = cache(() => 1, { key, name: 'c', store: keyvStore(keyv) });
      const running = cached.execute('a');
      keyv.emit('error', new Error('ECONNREFUSED'));
      expect(await running).toBe(1);
      keyv.emit('error', new Error('nothing is under way'));
      expect(keyv.texts.size).toBe(0);
      expect(cached.stats()).toMatchObject({ misses: 1, storeFailures: 1 });
      expect(trace.clock.pendingTimers).toBe(0);
    }, manual),
  );

  it('forgets the reads that began longest ago when a thousand later ones are under way', async () => {
    const keyv = new Keyv();
    keyv.get = () => new Promise(() => undefined);
    const store = keyvStore(keyv);
    const failed: number[] = [];
    const read = async (n: number): Promise<void> => {
      await store.get(String(n));
    };
    for (let n = 0; n < 1001; n++) void read(n).catch(() => failed.push(n));
    keyv.emit('error', new Error('ECONNREFUSED'));
    await new Promise(setImmediate);
    expect([failed.length, failed[0], failed.at(-1)]).toEqual([1000, 1, 1000]);
  });

  it('counts a write that Keyv says it did not make, and one that it rejects', async () => {
    const keyv = new Keyv();
    keyv.stores = false;
    const cached = cache(() => 1, { key, name: 'c', store: keyvStore(keyv) });
    await cached.execute('a');
    keyv.set = () => Promise.reject(new Error('read only'));
    await cached.execute('b');
    keyv.set = () => {
      throw new Error('closed');
    };
    await cached.execute('c');
    expect(cached.stats().storeFailures).toBe(3);
  });

  it('forgets a key, or all of its own', async () => {
    const keyv = new Keyv();
    const store = keyvStore(keyv);
    const one = cache(() => 1, { key, name: 'one', store });
    const other = cache(() => 2, { key, name: 'one:', store });
    for (const input of ['a', 'b', 'c']) await one.execute(input);
    await other.execute('a');
    await one.delete('a');
    expect([...keyv.texts.keys()]).toEqual(['cache:one:b', 'cache:one:c', 'cache:one%3A:a']);
    await one.clear();
    expect([...keyv.texts.keys()]).toEqual(['cache:one%3A:a']);
  });

  it('says that it cannot clear a Keyv that does not list its keys', async () => {
    const keyv = new Keyv();
    Object.defineProperty(keyv, 'iterator', { value: undefined });
    await expect(cache(() => 1, { key, name: 'c', store: keyvStore(keyv) }).clear()).rejects.toMatchObject({
      code: 'OBS_ERR_INVALID_OPTION',
      message: 'keyvStore: this Keyv cannot list its keys; delete them one by one',
    });
  });

  it.each([
    [undefined, 'keyv'],
    [new Map(), 'memory'],
    [{ opts: { dialect: 'redis' } }, 'redis'],
    [{ opts: {} }, 'keyv'],
  ])('is called by what Keyv keeps its values in: %p', (store, type) => {
    expect(keyvStore(Object.assign(new Keyv(), { store })).type).toBe(type);
  });

  it.each([undefined, null, 'redis://127.0.0.1', {}])('refuses %p for a Keyv', (value) => {
    expect(() => keyvStore(value as never)).toThrow(
      expect.objectContaining({
        code: 'OBS_ERR_INVALID_OPTION',
        message: 'keyvStore: it takes a Keyv: keyvStore(new Keyv(new KeyvRedis(url)))',
      }),
    );
  });
});
