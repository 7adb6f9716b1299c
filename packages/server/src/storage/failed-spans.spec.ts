import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import { batchOfSpans, hexId, sampleSpan } from './sample-records.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const NOW_MS = 10_000_000;

let directory: string;
let connection: SqliteConnection;
let stores: ReturnType<typeof sqliteStores>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-failed-spans-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  stores = sqliteStores(connection, () => NOW_MS);
});

afterEach(() => {
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Of `length` failed spans, each below the one before; the first is the root. */
const chain = (trace: number, length: number, thrown?: string) =>
  Array.from({ length }, (_, index) => failed(trace, index + 1, index, index === 0 ? thrown : undefined));

function failed(trace: number, id: number, parent: number, thrown?: string) {
  const exception = {
    name: 'exception',
    timeUnixNano: 0n,
    attributes: { 'exception.message': thrown ?? '' },
    droppedAttributesCount: 0,
  };
  return sampleSpan(trace, id, {
    name: `span ${id}`,
    parentSpanId: parent === 0 ? null : hexId(parent, 16),
    statusCode: 2,
    events: thrown === undefined ? [] : [exception],
  });
}

/** How many statements it takes to store failed spans below the last of a chain. */
async function statementsBelow(trace: number, length: number): Promise<number> {
  await stores.traces.write(batchOfSpans(...chain(trace, length)));
  const leaves = Array.from({ length: 200 }, (_, index) => failed(trace, 1_000 + index, length));
  const sql = jest.spyOn(connection, 'sql');
  await stores.traces.write(batchOfSpans(...leaves));
  const count = sql.mock.calls.length;
  sql.mockRestore();
  return count;
}

const errors = async () =>
  (await stores.statistics.errors({ sinceMs: 0, untilMs: NOW_MS, limit: 10 })).items
    .map(({ spanName, count }) => `${spanName}: ${count}`)
    .toSorted();

describe('FailedSpans', () => {
  it('asks for spans around many once, however many there are', async () => {
    const few = await statementsBelow(1, 2);
    expect((await statementsBelow(2, 45)) - few).toBeLessThan(200);
  });

  it.each([
    ['from the outside in', (spans: ReturnType<typeof chain>) => spans],
    ['from the inside out', (spans: ReturnType<typeof chain>) => spans.toReversed()],
  ])('leaves it to the nearest exception around a span, be they sent %s', async (_, ordered) => {
    await stores.traces.write(batchOfSpans(...ordered(chain(1, 40, 'no'))));
    expect(await errors()).toEqual(['span 1: 1']);
    // Thrown on to a span around them that was counted already; and another one.
    await stores.traces.write(batchOfSpans(failed(1, 100, 40, 'no'), failed(1, 101, 40, 'x')));
    expect(await errors()).toEqual(['span 101: 1', 'span 1: 1'].toSorted());
  });
});
