import { describe, expect, it } from '@jest/globals';
import { caching, traceOf, work } from '../../test/doubles.ts';
import { spanOf } from '../../test/spans.ts';
import { noColors } from '../drawing/marked-tree.ts';
import { checkHitCache } from './hit-cache.ts';

const asked = await traceOf(
  caching('pages', 'miss', 'hit'),
  caching('pages', 'stale'),
  caching('users', 'miss'),
);

describe('toHaveHitCache', () => {
  it('leaves out caches that have no name', () => {
    const foreign = spanOf('redis', { events: [{ name: 'cache.hit', attributes: {}, timeMs: 0 }] });
    const { message } = checkHitCache({ spans: [foreign], lines: [], points: [] }, 'prices');
    expect(message(noColors)).toContain('\nNo cache is called "prices".\n');
  });

  it.each([undefined, 2])('counts what was stale and served as a hit, %p times asked for', (times) => {
    expect(checkHitCache(asked, 'pages', times).pass).toBe(true);
  });

  it('knows a cache that had nothing from one that was not asked', () => {
    expect(checkHitCache(asked, 'users', 0).pass).toBe(true);
    expect(checkHitCache(asked, 'users', 0).isVoid).toBe(false);
    expect(checkHitCache(asked, 'user', 0)).toMatchObject({ pass: false, isVoid: true });
  });

  it('tells every look-up where there are too few hits, or too many', () => {
    expect(checkHitCache(asked, 'pages', 3).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveHitCache("pages", 3)
      "pages" was hit 2 times, not 3; it was asked 3 times.

      ≠ primitive.cache.execute "pages" success 0 ms
      ≠    cache.miss (memory)
      ≠    cache.hit (memory)
      ≠ primitive.cache.execute "pages" success 0 ms
      ≠    cache.stale (memory)
        primitive.cache.execute "users" success 0 ms
           cache.miss (memory)

      ≠ different"
    `);
    expect(checkHitCache(asked, 'pages', 0).message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveHitCache("pages", 0)
      "pages" was hit 2 times, not 0; it was asked 3 times.

      ≠ primitive.cache.execute "pages" success 0 ms
      ≠    cache.miss (memory)
      ≠    cache.hit (memory)
      ≠ primitive.cache.execute "pages" success 0 ms
      ≠    cache.stale (memory)
        primitive.cache.execute "users" success 0 ms
           cache.miss (memory)

      ≠ different"
    `);
  });

  it('tells that there was none', () => {
    expect(checkHitCache(asked, 'users').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveHitCache("users")
      "users" was hit 0 times; it was asked 1 time.

        primitive.cache.execute "pages" success 0 ms
           cache.miss (memory)
           cache.hit (memory)
        primitive.cache.execute "pages" success 0 ms
           cache.stale (memory)
      ≠ primitive.cache.execute "users" success 0 ms
      ≠    cache.miss (memory)

      ≠ different"
    `);
  });

  it('tells what the caches are called where none has the name', async () => {
    expect(checkHitCache(asked, 'page').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveHitCache("page")
      No cache is called "page"; is it "pages"?

        primitive.cache.execute "pages" success 0 ms
           cache.miss (memory)
           cache.hit (memory)
        primitive.cache.execute "pages" success 0 ms
           cache.stale (memory)
        primitive.cache.execute "users" success 0 ms
           cache.miss (memory)"
    `);
    expect(checkHitCache(await traceOf(work('pages')), 'pages').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).toHaveHitCache("pages")
      There is no cache in the trace.

        primitive.work.execute "pages" success 0 ms"
    `);
  });

  it('tells after .not what was hit', () => {
    expect(checkHitCache(asked, 'pages').message(noColors)).toMatchInlineSnapshot(`
      "expect(trace).not.toHaveHitCache("pages")
      "pages" was hit 2 times; it was asked 3 times.

      + primitive.cache.execute "pages" success 0 ms
      +    cache.miss (memory)
      +    cache.hit (memory)
      + primitive.cache.execute "pages" success 0 ms
      +    cache.stale (memory)
        primitive.cache.execute "users" success 0 ms
           cache.miss (memory)

      + unexpected"
    `);
  });

  it('refuses names and counts that are none', () => {
    expect(() => checkHitCache(asked, '')).toThrow(
      'toHaveHitCache: the name of the cache is ""; it has to be a text that is not empty',
    );
    expect(() => checkHitCache(asked, 'pages', -1)).toThrow(
      'toHaveHitCache: times is -1; it has to be a whole number, 0 or more',
    );
  });
});
