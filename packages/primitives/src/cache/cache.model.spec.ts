import { describe, expect, it } from '@jest/globals';
import { observe } from '@tta/obs-testing';
import fc from 'fast-check';
import { cache } from './cache.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/*
 * A cache says the same as the simplest one that could be: a list of what was answered and when, read by the rules of
 * the options. Runs take no time here, so that a refresh has ended before the clock moves on.
 */

interface Rules {
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
  readonly negativeTtlMs: number;
}

interface Move {
  readonly advanceMs: number;
  readonly key: string;
  readonly fails: boolean;
}

interface Known {
  answer?: { text: string; at: number };
  failure?: { text: string; at: number };
}

/** What is said to each move, and how often the step is asked until then. */
function model(rules: Rules, moves: readonly Move[]) {
  const known = new Map<string, Known>();
  let now = 0;
  let calls = 0;
  const ask = (about: Known, fails: boolean): string => {
    const text = `${fails ? 'failure' : 'answer'} ${++calls}`;
    if (fails) about.failure = { text, at: now };
    else {
      about.answer = { text, at: now };
      delete about.failure;
    }
    return text;
  };
  return moves.map(({ advanceMs, key, fails }) => {
    now += advanceMs;
    const about = known.get(key) ?? {};
    known.set(key, about);
    const { answer, failure } = about;
    const overdue = answer ? now - answer.at - rules.ttlMs : Infinity;
    const remembered = failure && now - failure.at < rules.negativeTtlMs ? failure : undefined;
    const spare = overdue < rules.staleIfErrorMs ? answer : undefined;
    if (answer && overdue < 0) return [answer.text, 'hit', calls];
    if (answer && overdue < rules.staleMs) {
      if (!remembered) ask(about, fails);
      return [answer.text, 'stale', calls];
    }
    if (remembered) return spare ? [spare.text, 'stale', calls] : [remembered.text, 'hit', calls];
    const text = ask(about, fails);
    return fails && spare ? [spare.text, 'stale', calls] : [text, 'miss', calls];
  });
}

/** What a process keeps elsewhere, by JSON. */
function jsonStore(): CacheStore {
  const texts = new Map<string, string>();
  return {
    type: 'json',
    get: (key) => JSON.parse(texts.get(key) ?? 'null') ?? undefined,
    set: (key, entry: CacheEntry) => Promise.resolve(void texts.set(key, JSON.stringify(entry))),
    delete: (key) => void texts.delete(key),
  };
}

const duration = fc.constantFrom(0, 1, 10, 100);
const rules = fc.record({
  ttlMs: fc.constantFrom(1, 10, 100),
  staleMs: duration,
  staleIfErrorMs: duration,
  negativeTtlMs: duration,
});
const move = fc.record({
  advanceMs: fc.constantFrom(0, 0, 1, 5, 9, 10, 11, 99, 100),
  key: fc.constantFrom('a', 'b'),
  fails: fc.boolean(),
});

describe.each([
  ['memory', () => undefined],
  ['a store', jsonStore],
])('a cache in %s', (_where, makeStore) => {
  it('answers like its rules, whatever is asked when and whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(rules, fc.array(move, { maxLength: 25 }), (options, moves) =>
        observe(
          async (trace) => {
            let calls = 0;
            let fails = false;
            const step = (): string => {
              const text = `${fails ? 'failure' : 'answer'} ${++calls}`;
              if (fails) throw new Error(text);
              return text;
            };
            const store = makeStore();
            const cached = cache(step, { key: String, ...options, ...(store && { store }) });
            const said: unknown[] = [];
            for (const next of moves) {
              await trace.clock.advance(next.advanceMs);
              fails = next.fails;
              const before = cached.stats();
              const outcome = await cached.tryExecute(next.key);
              await trace.clock.advance(0);
              const { hits, misses } = cached.stats();
              const how = hits > before.hits ? 'hit' : misses > before.misses ? 'miss' : 'stale';
              said.push([outcome.ok ? outcome.value : (outcome.error as Error).message, how, calls]);
            }
            expect(said).toEqual(model(options, moves));
            expect(trace.clock.pendingTimers).toBe(0);
          },
          { clock: 'manual' },
        ),
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});
