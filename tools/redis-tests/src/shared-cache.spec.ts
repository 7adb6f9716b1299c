import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyvStore } from '@tta/obs-primitives';
import { observe } from '@tta/obs-testing';
import { build } from 'esbuild';
import { Keyv } from 'keyv';
import { type Redis, startRedis } from './redis.ts';
import { type SharedAnswers, shareAnswers } from './shared-answers.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('..', import.meta.url));
const program = join(folder, 'out-tsc', `ask-${process.pid}.mjs`);

let redis: Redis;
let answers: SharedAnswers;

beforeAll(async () => {
  await mkdir(join(folder, 'out-tsc'), { recursive: true });
  await build({
    entryPoints: [join(folder, 'programs/ask.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['keyv', '@keyv/redis'],
  });
  redis = await startRedis();
  answers = shareAnswers(redis.path);
  await answers.redis.getClient();
});
afterAll(async () => {
  await answers.close();
  await redis.close();
  await rm(program, { force: true });
});
beforeEach(async () => {
  await client().flushAll();
});

/** The client below the caches, to look at what is really there. */
function client() {
  return answers.redis.client as unknown as {
    flushAll(): Promise<unknown>;
    keys(pattern: string): Promise<string[]>;
    pTTL(key: string): Promise<number>;
    set(key: string, value: string): Promise<unknown>;
  };
}

interface Report {
  readonly pid: number;
  readonly calls: number;
  readonly said: readonly { readonly question: string; readonly by: number }[];
  readonly stats: { readonly hits: number; readonly misses: number; readonly storeFailures: number };
}

/** Asks from a process of its own. */
async function askElsewhere(...questions: string[]): Promise<Report> {
  const { stdout } = await run(process.execPath, [program, redis.path, ...questions], { timeout: 20_000 });
  return JSON.parse(stdout) as Report;
}

describe('a cache in Redis', () => {
  it('answers in one process what was answered in another', async () => {
    const first = await askElsewhere('why?', 'who?');
    expect(first).toMatchObject({ calls: 2, stats: { hits: 0, misses: 2, storeFailures: 0 } });
    const second = await askElsewhere('why?', 'when?', 'who?');
    expect(second).toMatchObject({ calls: 1, stats: { hits: 2, misses: 1, storeFailures: 0 } });
    expect(second.said.map(({ question, by }) => [question, by])).toEqual([
      ['why?', first.pid],
      ['when?', second.pid],
      ['who?', first.pid],
    ]);
    const here = answers.cache(() => 'asked here');
    expect(await here.execute('when?')).toEqual({ question: 'when?', by: second.pid, none: null });
  });

  it('is labelled redis, and says how old an answer of another process is', async () => {
    const { said } = await askElsewhere('why?');
    await observe(async (trace) => {
      expect(await answers.cache(() => 'asked here').execute('why?')).toEqual(said[0]);
      const [hit] = trace.span('primitive.cache.execute').events;
      expect(hit).toMatchObject({ name: 'cache.hit', attributes: { 'cache.type': 'redis' } });
      const age = hit?.attributes['cache.age_ms'];
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(60_000);
    });
  });

  it.each([
    [null],
    [undefined],
    [false],
    [0],
    [''],
    [':base64:AAAA'],
    ['ünïcödé 🙂'],
    [[]],
    [{ text: ':a', list: [1, [null, {}]], deep: { er: { yes: true } } }],
  ])('gives %j back as it was', async (value: unknown) => {
    let calls = 0;
    const cached = answers.cache((): unknown => {
      calls++;
      return value;
    });
    expect(await cached.execute('a')).toEqual(value);
    expect(await cached.execute('a')).toEqual(value);
    expect(calls).toBe(1);
  });

  it.each([
    ['a Date', new Date(0)],
    ['a Map', new Map([['a', 1]])],
    ['a bigint', { n: 1n }],
    ['a buffer', Buffer.from('a')],
    ['a function', () => 1],
  ])('runs the step each time for %s, which JSON would change, and stores nothing', async (_what, value) => {
    const cached = answers.cache((): unknown => value);
    for (let n = 0; n < 2; n++) expect(await cached.execute('a')).toBe(value);
    expect(cached.stats()).toMatchObject({ misses: 2, storeFailures: 2 });
    expect(await client().keys('*')).toEqual([]);
  });

  it('has Redis drop an answer when it is of no use any more', async () => {
    const cached = answers.cache(() => 1, { ttlMs: 60_000, staleMs: 5_000, staleIfErrorMs: 30_000 });
    await cached.execute('a');
    const [key = ''] = await client().keys('*');
    expect(key).toMatch(/cache:answers:a$/);
    const leftMs = await client().pTTL(key);
    expect(leftMs).toBeGreaterThan(60_000);
    expect(leftMs).toBeLessThanOrEqual(90_000);
  });

  it('forgets what is out of date by the time of day', async () => {
    await observe(
      async (trace) => {
        let calls = 0;
        const cached = answers.cache(() => ++calls, { ttlMs: 1_000_000, staleIfErrorMs: 1_000_000 });
        await cached.execute('a');
        await trace.clock.advance(999_999);
        expect(await cached.execute('a')).toBe(1);
        await trace.clock.advance(1);
        expect(await cached.execute('a')).toBe(2);
      },
      { clock: 'manual' },
    );
  });

  it('keeps caches of different names apart, and clears one of them alone', async () => {
    const one = answers.cache(() => 'one');
    const other = answers.cache(() => 'other', { name: 'other' });
    for (const input of ['a', 'b', 'x::y']) {
      expect([await one.execute(input), await other.execute(input)]).toEqual(['one', 'other']);
    }
    await client().set('sessions:1', 'of somebody else');
    await one.delete('a');
    expect(await client().keys('*answers:*')).toHaveLength(2);
    await one.clear();
    expect(await client().keys('*answers:*')).toEqual([]);
    expect(await client().keys('*other:*')).toHaveLength(3);
    expect(await client().keys('sessions:*')).toHaveLength(1);
  });

  it('answers nothing with what somebody else has put there', async () => {
    const cached = answers.cache(() => 'asked');
    await cached.execute('a');
    const [key = ''] = await client().keys('*');
    for (const foreign of ['{"value":{"theirs":true}}', '"text"', '{"value":7}']) {
      await client().set(key, foreign);
      expect(await cached.execute('a')).toBe('asked');
    }
    await client().set(key, 'no JSON');
    expect(await cached.execute('a')).toBe('asked');
  });

  it('takes a Keyv as it is made by itself, which keeps its values in memory', async () => {
    const store = keyvStore(new Keyv());
    expect(store.type).toBe('memory');
    let calls = 0;
    const cached = answers.cache(() => ++calls, { store });
    expect([await cached.execute('a'), await cached.execute('a')]).toEqual([1, 1]);
    await cached.clear();
    expect(await cached.execute('a')).toBe(2);
  });
});
