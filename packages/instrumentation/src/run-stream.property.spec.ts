import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emitting, idle } from '../test/emitting.ts';
import { enableContexts, Observed } from '../test/observed.ts';
import type { InstrumentedPrimitive } from './instrumented-primitive.ts';

beforeAll(enableContexts);

/** What a branch does next: emit, and wait for that; emit, and not; let others go first; fail; take longer. */
type Act = 'emit' | 'hurl' | 'yield' | 'throw' | 'turn';
/** What the one who reads does next. */
type Wish = 'read' | 'turn' | 'yield' | 'cancel' | 'leave' | 'abort' | 'result';

const acts = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Act>('emit', 'yield', 'turn') },
    { weight: 2, arbitrary: fc.constant<Act>('hurl') },
    { weight: 1, arbitrary: fc.constant<Act>('throw') },
  ),
  { maxLength: 8 },
);
const wishes = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Wish>('read', 'read', 'turn', 'yield') },
    { weight: 1, arbitrary: fc.constantFrom<Wish>('cancel', 'leave', 'abort', 'result') },
  ),
  { maxLength: 24 },
);

/** What has become of each chunk. Their numbers are the order in which they were emitted. */
class Chunks {
  readonly #hasEnded: () => boolean;
  readonly refused = new Set<number>();
  made = 0;

  constructor(hasEnded: () => boolean) {
    this.#hasEnded = hasEnded;
  }

  /** Branches beside each other. */
  producer(branches: readonly (readonly Act[])[]): InstrumentedPrimitive<number, string, number> {
    return emitting('branches', async (_: number, { emit }) => {
      const branch = async (all: readonly Act[]): Promise<void> => {
        for (const act of all) {
          if (act === 'throw') throw new Error('a branch failed');
          if (act === 'turn') await idle();
          if (act === 'yield') await Promise.resolve();
          if (act !== 'emit' && act !== 'hurl') continue;
          // What comes behind the end goes nowhere: it is no chunk any more.
          const chunk = this.#hasEnded() ? -1 : this.made++;
          const answer = emit(chunk).catch((error: unknown) => {
            this.refused.add(chunk);
            throw error;
          });
          if (act === 'emit') await answer;
          else answer.catch(() => undefined);
        }
      };
      await Promise.all(branches.map(branch));
      return 'all';
    });
  }
}

describe('a stream under any interleaving', () => {
  it('loses no chunk, gives none twice, keeps their order, and ends once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 3 }), wishes, async (branches, wanted) => {
        const observed = new Observed();
        const chunks = new Chunks(() => observed.spans.length > 0);
        const caller = new AbortController();
        const stream = observed.run(() => chunks.producer(branches).stream(0, { signal: caller.signal }));
        const reader = stream[Symbol.asyncIterator]();
        const received: number[] = [];
        const ends: string[] = [];
        const read = async (): Promise<void> => {
          try {
            const { done, value } = await reader.next();
            if (done) ends.push('done');
            else received.push(value);
          } catch {
            ends.push('error');
          }
        };
        const isStopped = wanted.some((wish) => ['cancel', 'abort', 'leave'].includes(wish));
        const pending: Promise<unknown>[] = [];
        for (const wish of wanted) {
          if (wish === 'read') pending.push(read());
          if (wish === 'turn') await idle();
          if (wish === 'yield') await Promise.resolve();
          if (wish === 'cancel') stream.cancel();
          if (wish === 'abort') caller.abort(new Error('enough'));
          if (wish === 'leave') pending.push(reader.return?.() ?? Promise.resolve());
          if (wish === 'result') pending.push(stream.result.catch(() => undefined));
        }
        // To the end: as many times as there can be chunks, and once more for an error.
        for (let i = 0; i < 26 && ends.at(-1) !== 'done'; i++) await read();
        await Promise.all(pending);
        const outcome = await stream.result.catch(() => 'failed');
        await idle();

        expect(ends.filter((end) => end === 'error').length).toBeLessThanOrEqual(1);
        expect(ends).toContain('done');
        expect(received).toEqual([...new Set(received)].sort((a, b) => a - b));
        for (const chunk of received) expect(chunks.refused).not.toContain(chunk);
        chunks.refused.delete(-1);
        expect(isStopped || chunks.refused.size === 0).toBe(true);
        // Whoever leaves behind the end lets go of what nobody waited for.
        const accounted = received.length + chunks.refused.size;
        expect(accounted).toBeLessThanOrEqual(chunks.made);
        expect(wanted.includes('leave') || accounted === chunks.made).toBe(true);
        const [span, ...others] = observed.spans;
        expect(others).toEqual([]);
        const possible = isStopped
          ? ['success', 'cancelled', 'error']
          : [outcome === 'all' ? 'success' : 'error'];
        expect(possible).toContain(span?.attributes['execution.status']);
        expect(Object.values(await observed.points('primitive.execution.count'))).toEqual([1]);
        expect(await observed.points('primitive.in_flight')).toEqual({
          'primitive.name=branches primitive.type=emitting': 0,
        });
      }),
      { numRuns: 400 },
    );
  });
});
