import { describe, expect, it } from '@jest/globals';
import { CancelledError } from '@tta/obs-context';
import type { ManualClock } from '@tta/obs-context/manual';
import { observe, type Trace } from '@tta/obs-testing';
import fc from 'fast-check';
import { build } from '../test/compositions/build.ts';
import { Journal } from '../test/compositions/journal.ts';
import { type Scenario, scenario } from '../test/compositions/plan.ts';

/** What a reader saw of a run whose leaves emit the ids of their spans. */
interface Read {
  readonly chunks: readonly unknown[];
  /** What the loop threw. */
  readonly error: unknown;
  /** What `result` rejected with. */
  readonly failure: unknown;
}

/** Reads a composition to its end, each chunk as soon as it comes. */
async function read({ plan, cancelAtMs }: Scenario, clock: ManualClock): Promise<Read> {
  const journal = new Journal({ emits: true });
  const caller = new AbortController();
  const stream = build(plan, journal).stream('input', { signal: caller.signal });
  const chunks: unknown[] = [];
  let error: unknown;
  let isOver = false;
  const reading = (async () => {
    for await (const chunk of stream) chunks.push(chunk);
  })();
  void reading.catch((thrown: unknown) => (error = thrown)).finally(() => (isOver = true));
  if (cancelAtMs !== undefined) {
    await clock.advance(cancelAtMs);
    caller.abort(new CancelledError('the caller hung up'));
  }
  for (let turn = 0; !isOver || journal.atWork > 0 || clock.nextTimerInMs !== undefined; turn++) {
    if (turn === 10_000) throw new Error('it hangs');
    await clock.advance(clock.nextTimerInMs ?? 0);
  }
  const failure: unknown = await stream.result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { chunks, error, failure };
}

const inScenarios = (numRuns: number, holds: (seen: Read, trace: Trace) => void): Promise<void> =>
  fc.assert(
    fc.asyncProperty(scenario, (drawn) =>
      observe(async (trace) => holds(await read(drawn, trace.clock), trace), { clock: 'manual' }),
    ),
    { numRuns },
  );

const triesAnother = /^primitive\.(?:retry\.attempt|fallback\.(?:primary|fallback)|router\.route)_?/;

describe('every composition that is read', () => {
  it('tells on its span how many chunks were read, and ends for the reader as it ends', () =>
    inScenarios(300, ({ chunks, error, failure }, { spans }) => {
      expect(spans[0]?.attributes['stream.chunks'] ?? 0).toBe(chunks.length);
      expect(error).toBe(failure);
    }));

  it('tries nothing else once a chunk has been read of what it tries', () =>
    // Rare: a step has to emit, to fail in a way that is answered, and to be read.
    inScenarios(600, ({ chunks }, { spans }) => {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      for (const chunk of chunks) {
        for (let span = byId.get(String(chunk)); span; span = byId.get(span.parentSpanId ?? '')) {
          if (!triesAnother.test(span.name)) continue;
          const { parentSpanId } = span;
          const tried = spans.filter((other) => other.parentSpanId === parentSpanId);
          expect(tried.at(-1)).toBe(span);
        }
      }
    }));
});
