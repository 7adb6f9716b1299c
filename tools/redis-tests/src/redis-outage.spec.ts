import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { observe } from '@tta/obs-testing';
import { type Redis, startRedis } from './redis.ts';
import { type SharedAnswers, shareAnswers } from './shared-answers.ts';

let redis: Redis;
let answers: SharedAnswers;

beforeAll(async () => {
  redis = await startRedis();
  answers = shareAnswers(redis.path);
});
afterAll(async () => {
  await answers.close();
  await redis.close();
});

describe('a cache whose Redis goes away', () => {
  it('goes on with the step, tells it, and uses Redis again when it is back', async () => {
    let calls = 0;
    const cached = answers.cache(() => ++calls, { storeTimeoutMs: 500 });
    expect([await cached.execute('a'), await cached.execute('a')]).toEqual([1, 1]);

    await redis.stop();
    await observe(async (trace) => {
      expect(await cached.execute('a')).toBe(2);
      expect(await cached.execute('a')).toBe(3);
      expect(trace).toHaveSpan('primitive.cache.execute "answers" success', 2);
      expect(trace).toHaveMetric('recovery.events', [
        { labels: { 'primitive.name': 'answers', 'recovery.kind': 'store_failure' }, value: 2 },
      ]);
      expect(trace).toHaveLogged({
        level: 'warn',
        fields: { 'cache.operation': 'read', 'cache.type': 'redis' },
      });
    });
    expect(cached.stats()).toMatchObject({ hits: 1, misses: 3, storeFailures: 2, inFlight: 0 });

    await redis.start();
    // The client connects by itself; until it has, calls go on without Redis.
    const failures = () => cached.stats().storeFailures;
    for (let before = -1; before < failures();) {
      before = failures();
      await cached.execute('b');
    }
    const answer = await cached.execute('b');
    expect(await cached.execute('b')).toBe(answer);
    expect(failures()).toBeLessThan(100);
  });

  it('shares the run of many calls while Redis is gone as it does otherwise', async () => {
    await redis.stop();
    let calls = 0;
    let answer = (): void => undefined;
    const cached = answers.cache(
      () => {
        calls++;
        return new Promise((resolve) => (answer = () => resolve('one')));
      },
      { storeTimeoutMs: 500 },
    );
    const said = Array.from({ length: 100 }, () => cached.execute('c'));
    while (cached.stats().misses < 100) await delay(5);
    answer();
    expect(new Set(await Promise.all(said))).toEqual(new Set(['one']));
    expect(calls).toBe(1);
    await redis.start();
  });
});
