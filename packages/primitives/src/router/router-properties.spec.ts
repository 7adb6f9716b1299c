import { describe, expect, it } from '@jest/globals';
import { WorkflowContext } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { observe } from '@tta/obs-testing';
import fc from 'fast-check';
import { router } from './router.ts';
import { routingHistory } from './routing-history.ts';
import { SampleWindow } from './sample-window.ts';

const keys = ['a', 'b', 'c'] as const;
type Key = (typeof keys)[number];
const strategies = ['cheapest', 'fastest', 'least-errors'] as const;

/** What a route does when it is asked, and how long it takes. */
const answer = fc.record({
  how: fc.constantFrom('answers', 'answers', 'is refused', 'fails'),
  ms: fc.nat(100),
  retryAfterMs: fc.option(fc.nat(1_000_000), { nil: undefined }),
});
const script = fc.array(fc.record({ pauseMs: fc.nat(40_000), a: answer, b: answer, c: answer }), {
  minLength: 1,
  maxLength: 25,
});
type Script = typeof script extends fc.Arbitrary<infer S> ? S : never;

const refusal = (retryAfterMs: number | undefined) =>
  Object.assign(new Error('429'), { status: 429, ...(retryAfterMs !== undefined && { retryAfterMs }) });
const failure = Object.assign(new Error('503'), { status: 503 });

/** One moment at which a route was asked, and how long each was then still to be left out. */
interface Asked {
  readonly key: Key;
  readonly cooling: Readonly<Record<Key, number>>;
}

/** Plays a script with a router of its own, and tells for each run which routes it asked. */
async function play(select: (typeof strategies)[number], given: Script) {
  const clock = new ManualClock();
  const freeAt: Record<Key, number> = { a: 0, b: 0, c: 0 };
  let asked: Asked[] = [];
  let now: Script[number] | undefined;
  const route = (key: Key) => (): Key => {
    const cooling = (of: Key) => Math.max(0, freeAt[of] - clock.monotonic());
    asked.push({ key, cooling: { a: cooling('a'), b: cooling('b'), c: cooling('c') } });
    const { how, ms, retryAfterMs } = (now as Script[number])[key];
    clock.spend(ms);
    freeAt[key] = how === 'answers' ? 0 : freeAt[key];
    if (how === 'fails') throw failure;
    if (how === 'answers') return key;
    const forMs = Math.max(30_000, Math.min(retryAfterMs ?? 0, 600_000));
    freeAt[key] = Math.max(freeAt[key], clock.monotonic() + forMs);
    throw refusal(retryAfterMs);
  };
  const runs: { asked: Asked[]; end: string; decisions: string[] }[] = [];
  const ask = router({
    routes: { a: route('a'), b: route('b'), c: route('c') },
    select,
    profile: { a: { costUsd: 3 }, b: { costUsd: 2 }, c: { costUsd: 1 } },
    window: { samples: 5 },
  });
  await observe(
    async () => {
      for (now of given) {
        clock.spend(now.pauseMs);
        asked = [];
        const init = new WorkflowContext();
        const outcome = await ask.tryExecute('', init);
        const end = outcome.ok ? outcome.value : outcome.info.message;
        const decisions = (init.get(routingHistory) ?? []).map(
          ({ route: key, reason }) => `${key} ${reason}`,
        );
        runs.push({ asked, end, decisions });
      }
    },
    { clock },
  );
  return { runs, stats: ask.stats() };
}

describe('whatever its routes do, a router', () => {
  it('asks each at most once a run, none that cools down while another does not, and goes on after refusals alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...strategies), script, async (select, given) => {
        const { runs, stats } = await play(select, given);
        for (const [index, { asked, end, decisions }] of runs.entries()) {
          const ways = asked.map(({ key }) => (given[index] as Script[number])[key].how);
          expect(new Set(asked.map(({ key }) => key)).size).toBe(asked.length);
          expect(ways.slice(0, -1).filter((how) => how !== 'is refused')).toEqual([]);
          const last = asked.at(-1) as Asked;
          const ends = { answers: last.key, fails: '503', 'is refused': '429' };
          expect(end).toBe(ends[ways.at(-1) as keyof typeof ends]);
          // The first may be one that cools down, where all do; whoever comes after it never is.
          const [first, ...others] = asked as [Asked, ...Asked[]];
          expect(first.cooling[first.key]).toBe(Math.min(...keys.map((key) => first.cooling[key])));
          expect(others.map(({ key, cooling }) => cooling[key]).filter((ms) => ms > 0)).toEqual([]);
          expect(decisions.map((decision) => decision.split(' ')[0])).toEqual(asked.map(({ key }) => key));
        }
        expect(keys.map((key) => stats[key].samples).filter((samples) => samples > 5)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('decides the same when the same happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...strategies), script, async (select, given) => {
        expect(await play(select, given)).toEqual(await play(select, given));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a window of samples', () => {
  it('has the latest that are not too old, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            afterMs: fc.nat(50),
            durationMs: fc.nat(100),
            ending: fc.constantFrom('answered', 'failed', 'cancelled'),
            costUsd: fc.option(fc.nat(10), { nil: undefined }),
          }),
        ),
        fc.nat(200),
        (given, laterMs) => {
          const window = new SampleWindow(4, 100);
          let nowMs = 0;
          const all = given.map(({ afterMs, ...one }) => {
            nowMs += afterMs;
            const sample = { ...one, endedAtMs: nowMs };
            window.add(sample);
            return sample;
          });
          nowMs += laterMs;
          const tried = all.slice(-4).filter(({ endedAtMs }) => endedAtMs > nowMs - 100);
          const cancelled = tried.filter(({ ending }) => ending === 'cancelled');
          const recent = tried.filter(({ ending }) => ending !== 'cancelled');
          const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
          const sorted = recent.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
          const summary = window.summary(nowMs);
          const { samples, errorRate, meanMs, costUsd } = summary;
          expect(summary.tried).toBe(tried.length);
          expect(samples).toBe(recent.length);
          const failed = recent.filter(({ ending }) => ending === 'failed').length;
          expect(errorRate).toBe(failed / (samples || 1));
          expect(meanMs * samples).toBeCloseTo(sum(sorted));
          expect(summary.cancelledMs).toBe(sum(cancelled.map(({ durationMs }) => durationMs)));
          const told = recent.flatMap((one) => one.costUsd ?? []);
          expect(costUsd).toBe(told.length === 0 ? undefined : sum(told) / samples);
          expect(window.percentileMs(100, nowMs)).toBe(sorted.at(-1));
          expect(window.percentileMs(50, nowMs)).toBe(sorted[Math.ceil(sorted.length / 2) - 1]);
        },
      ),
    );
  });
});
