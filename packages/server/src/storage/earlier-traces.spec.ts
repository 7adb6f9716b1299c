import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabaseFile } from './database-file.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { batchOfSpans, sampleSpan } from './sample-records.ts';
import { loadSqlite } from './sqlite-driver.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { RELEASED_DATABASES } from '../testing/released-databases.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

/** The minute in which the traces of the released databases began. */
const BEGIN_MS = 1_763_700_000_000;
const NOW_MS = BEGIN_MS + 60_000;
/** What the released databases have: one that failed, and one whose root has not come. */
const [FAILED, ROOTLESS] = [10, 12];
const NEW = 100;
const QUERY = { sinceMs: BEGIN_MS, untilMs: NOW_MS };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-earlier-traces-'));
  path = join(directory, 'traces.db');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Opened anew, so that nothing is known but what is stored. */
async function withStores<Result>(work: (stores: ReturnType<typeof sqliteStores>) => Promise<Result>) {
  const connection = new SqliteConnection(await openDatabaseFile(path));
  try {
    return await work(sqliteStores(connection, () => NOW_MS));
  } finally {
    connection.close();
  }
}

function span(trace: number, id: number, fields: Partial<SpanRecord> = {}): SpanRecord {
  const startTimeUnixNano = BigInt(BEGIN_MS + id) * 1_000_000n;
  return sampleSpan(trace, id, {
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 4_000_000_000n,
    ...fields,
  });
}

const write = (...spans: readonly SpanRecord[]) =>
  withStores(({ traces }) => traces.write(batchOfSpans(...spans)));

describe.each([1, 2, 4] as const)('traces that a database of version %d has', (version) => {
  beforeEach(async () => {
    const database = (await loadSqlite())(path);
    database.exec(RELEASED_DATABASES[version]);
    database.close();
  });

  it('are no part of the sums of runs, and take nothing from those of others when they change', async () => {
    const runs = () => withStores(({ statistics }) => statistics.runs(QUERY));
    await write(span(NEW, 1, { statusCode: 2 }));
    const before = await runs();
    expect(before).toMatchObject({ traceCount: 1, errorCount: 1, p50Ms: expect.any(Number) });
    await write(span(FAILED, 200, { endTimeUnixNano: BigInt(NOW_MS) * 1_000_000n }), span(ROOTLESS, 1));
    expect(await runs()).toEqual({ ...before, usage: expect.anything() });
    await write(span(FAILED, 201), span(ROOTLESS, 2, { statusCode: 2 }));
    expect(await runs()).toEqual({ ...before, usage: expect.anything() });
  });

  it('are counted by a session from when a span of them tells it, once', async () => {
    const call = { 'session.id': 'chat', 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 5 };
    const sums = () =>
      withStores(async ({ statistics }) => ({
        sessions: (await statistics.sessions({ limit: 10 })).items.map((session) => [
          session.traceCount,
          session.errorCount,
          session.usage.inputTokens,
        ]),
        inputTokens: (await statistics.usage({ ...QUERY, by: 'model', utcOffsetMinutes: 0 })).total
          .inputTokens,
      }));
    await write(span(NEW, 1, { statusCode: 2, attributes: call }));
    expect(await sums()).toEqual({ sessions: [[1, 1, 5]], inputTokens: 5 });
    await write(span(ROOTLESS, 200));
    expect(await sums()).toEqual({ sessions: [[1, 1, 5]], inputTokens: 5 });
    await write(span(ROOTLESS, 201, { attributes: call }));
    expect(await sums()).toEqual({ sessions: [[2, 1, 10]], inputTokens: 10 });
    await write(span(ROOTLESS, 202, { statusCode: 2 }));
    expect(await sums()).toMatchObject({ inputTokens: 10, sessions: [[2, expect.any(Number), 10]] });
  });
});
