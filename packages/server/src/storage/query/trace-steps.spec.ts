import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseQuery } from '@tta/obs-protocol/query';
import { sqliteStores } from '../../testing/sqlite-stores.ts';
import { openDatabaseFile } from '../database-file.ts';
import { batchOfSpans, hexId, sampleSpan } from '../sample-records.ts';
import { SqliteConnection } from '../sqlite-connection.ts';
import type { SqliteTraceStore } from '../sqlite-trace-store.ts';
import type { Steps } from './steps.ts';

const SPANS = 1_500;
const NEEDLE = 1_234;

let directory: string;
let connection: SqliteConnection;
let traces: SqliteTraceStore;
/** How far the clock goes on with each look at it. */
let stepMs: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-steps-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  let elapsedMs = 0;
  stepMs = 0;
  ({ traces } = sqliteStores(
    connection,
    () => 0,
    () => (elapsedMs += stepMs),
  ));
  const large = Array.from({ length: SPANS }, (_, index) =>
    sampleSpan(1, index + 1, {
      name: index === NEEDLE ? 'needle' : `hay ${index % 7}`,
      attributes: { text: `foo ${index} bar`, index },
      ...(index % 100 === 99 && { parentSpanId: hexId(NEEDLE + 1, 16), name: 'primitive.retry.attempt_1' }),
    }),
  );
  await traces.write(batchOfSpans(...large, sampleSpan(2, 1, { name: 'needle' })));
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true });
});

/** @param between - Happens after the first step. */
async function inSteps<Result>(
  steps: Steps<Result>,
  between?: () => Promise<unknown>,
): Promise<readonly [result: Result, count: number]> {
  let count = 1;
  for (let step = steps.next(); ; step = steps.next(), count++) {
    if (step.done === true) return [step.value, count];
    // Nothing is open: others may ask, from a moment of their own.
    connection.snapshot(() => undefined);
    if (count === 1) await between?.();
  }
}

const where = (query: string) => parseQuery(query).root!;
const search = (query: string, between?: () => Promise<unknown>) =>
  inSteps(traces.tracesInSteps({ where: where(query), limit: 50 }), between);
const ids = (items: readonly { readonly traceId: string }[]) =>
  items.map(({ traceId }) => Number.parseInt(traceId, 16));

describe('a large trace', () => {
  it.each([
    ['"foo 1234 bar"', [1]],
    ['"foo bar"', []],
    ['-"foo" name:needle', [2]],
    ['-some("foo bar 7") some("foo 1499") name:hay*', [1]],
    ['some(attr.text:*12*4*bar) some(-some("bar foo")) name:needle', [1]],
    ['attr.index:>=1499', [1]],
    ['attempts:15 name:needle', [1]],
    ['-name:hay* -attempts:>0', [2, 1]],
    ['span:00000000000004d3 name:needle', [1]],
  ])('is asked %s slice by slice, and the answer is that of the whole', async (query, expected) => {
    for (const ms of [0, 1_000]) {
      stepMs = ms;
      const found: number[] = [];
      let cursor: string | undefined;
      do {
        const page = { where: where(query), limit: 50, ...(cursor !== undefined && { cursor }) };
        const [{ items, nextCursor }] = await inSteps(traces.tracesInSteps(page));
        found.push(...ids(items));
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(found).toEqual(expected);
      const [[matches]] = await inSteps(traces.matchingInSteps([hexId(2, 32), hexId(1, 32)], [where(query)]));
      expect([2, 1].filter((_, index) => matches![index])).toEqual(expected);
    }
  });

  it('is looked at in more steps where each takes long, and where the query has many terms', async () => {
    const many = Array.from({ length: 60 }, (_, index) => `-"w${index} zz"`).join(' ');
    const absent = 'attr.text:*foo*x*bar';
    const count = async (query: string) =>
      (await inSteps(traces.matchingInSteps([hexId(1, 32)], [where(query)])))[1];
    const quick = await count(absent);
    stepMs = 1_000;
    const slow = await count(absent);
    expect(quick).toBeGreaterThanOrEqual(3);
    expect(slow).toBeGreaterThan(10 * quick);
    stepMs = 0;
    expect(await count(`${many} ${absent}`)).toBeGreaterThan(SPANS / 20);
  });

  it('is answered as it was when it was asked, whatever comes meanwhile', async () => {
    const late = () => traces.write(batchOfSpans(sampleSpan(1, 5_000, { name: 'late' })));
    const matching = () => traces.matchingInSteps([hexId(1, 32)], [where('name:hay* -some(name:*late)')]);
    expect((await inSteps(matching(), late))[0]).toEqual([[true]]);
    expect((await inSteps(matching()))[0]).toEqual([[false]]);
  });

  it('that is removed meanwhile is not listed', async () => {
    const remove = () => traces.prune({ maxTraces: 0, changedSinceMs: Infinity, maxBytes: 0 });
    const [{ items }] = await search('"foo bar" OR "foo 7 bar"', remove);
    expect(items).toEqual([]);
  });
});
