import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LruCache } from './lru-cache.ts';

describe('LruCache', () => {
  it('remembers what was used last, and nothing of a key that never came', () => {
    const cache = new LruCache<number>(2);
    cache.set('used', 1);
    for (let at = 0; at < 100; at++) {
      cache.set(`other ${at}`, at);
      expect(cache.get('used')).toBe(1);
    }
    expect(cache.get('other 1')).toBeUndefined();
    expect(cache.get('never')).toBeUndefined();
  });

  it('takes the newer of two values', () => {
    const cache = new LruCache<string>(1);
    cache.set('key', 'old');
    cache.set('other', '');
    cache.set('key', 'new');
    expect(cache.get('key')).toBe('new');
  });

  it('remembers the last `size` keys and at most twice as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 40 })), (size, keys) => {
        const cache = new LruCache<number>(size);
        for (const key of keys) cache.set(`${key}`, key);
        const last = [...new Set(keys.toReversed())];
        for (const key of last.slice(0, size)) expect(cache.get(`${key}`)).toBe(key);
        const fresh = new LruCache<number>(size);
        for (const key of keys) fresh.set(`${key}`, key);
        expect(last.filter((key) => fresh.get(`${key}`) !== undefined).length).toBeLessThanOrEqual(2 * size);
      }),
    );
  });
});
