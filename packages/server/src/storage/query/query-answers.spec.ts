import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { matchesQuery, printQuery, queryFields, type QueryNode } from '@tta/obs-protocol/query';
import fc from 'fast-check';
import { decodeJsonLogs } from '../../otlp/decode-json-logs.ts';
import { decodeJsonTraces } from '../../otlp/decode-json-traces.ts';
import { randomQueries } from '../../testing/random-queries.ts';
import { bytesOf, randomTelemetry, type RandomTelemetry } from '../../testing/random-traces.ts';
import { sqliteStores } from '../../testing/sqlite-stores.ts';
import { openDatabaseFile } from '../database-file.ts';
import { SqliteConnection } from '../sqlite-connection.ts';
import { SqliteLogStore } from '../sqlite-log-store.ts';
import type { SqliteTraceStore } from '../sqlite-trace-store.ts';
import { number, text } from '../sqlite-rows.ts';
import { QueryableRows } from './queryable-rows.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const ALL_FIELDS = new Set(queryFields.map(({ name }) => name));

let directory: string;
let files = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-answers-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

interface OpenStores {
  readonly connection: SqliteConnection;
  readonly traces: SqliteTraceStore;
  readonly logs: SqliteLogStore;
}

/** @param stepMs - How far the clock of the budget goes on with each look at it. */
async function withStores(stepMs: number, work: (stores: OpenStores) => Promise<void>): Promise<void> {
  const path = join(directory, `${files++}.db`);
  const connection = new SqliteConnection(await openDatabaseFile(path));
  let elapsedMs = 0;
  const { traces } = sqliteStores(
    connection,
    () => NOW_MS,
    () => (elapsedMs += stepMs),
  );
  try {
    await work({ connection, traces, logs: new SqliteLogStore(connection, () => NOW_MS) });
  } finally {
    connection.close();
    rmSync(path, { force: true });
  }
}

async function write(
  { traces, logs }: OpenStores,
  telemetry: RandomTelemetry,
  logsFirst: boolean,
): Promise<void> {
  const writeLogs = () => logs.write(decodeJsonLogs(bytesOf(telemetry.logs)).groups);
  if (logsFirst) await writeLogs();
  await traces.write(decodeJsonTraces(bytesOf(telemetry.traces)));
  if (!logsFirst) await writeLogs();
}

/** What `matchesQuery` says of all that is stored, newest first. */
function answersInMemory(connection: SqliteConnection): (root: QueryNode) => readonly string[] {
  const rows = new QueryableRows(connection, ALL_FIELDS);
  const traces = connection
    .sql('SELECT trace_id, trace_key FROM trace ORDER BY start_ns DESC, trace_key DESC')
    .all()
    .map((row) => {
      const traceKey = number(row, 'trace_key');
      const spanKeys = connection.sql('SELECT span_key FROM span WHERE trace_key = ?').all(traceKey);
      const parts = [
        ...rows.parts(
          traceKey,
          spanKeys.map((span) => number(span, 'span_key')),
        ),
      ];
      return {
        traceId: text(row, 'trace_id'),
        fields: parts[0]!.fields,
        spans: parts.flatMap(({ spans }) => spans),
      };
    });
  return (root) => traces.filter((trace) => matchesQuery(root, trace, NOW_MS)).map(({ traceId }) => traceId);
}

async function allPages(
  traces: SqliteTraceStore,
  where: QueryNode,
  limit: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 100; page++) {
    const { items, nextCursor } = await traces.traces({
      where,
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    expect(items.length).toBeLessThanOrEqual(limit);
    ids.push(...items.map(({ traceId }) => traceId));
    if (nextCursor === null) return ids;
    cursor = nextCursor;
  }
  throw new Error('a cursor leads on to the end');
}

describe('the store', () => {
  const queries = fc.array(randomQueries(NOW_MS), { minLength: 15, maxLength: 15 });

  it('answers any query as it is answered in memory', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomTelemetry(NOW_MS),
        fc.boolean(),
        queries,
        async (telemetry, logsFirst, asked) => {
          await withStores(0, async (stores) => {
            await write(stores, telemetry, logsFirst);
            const inMemory = answersInMemory(stores.connection);
            const ids = stores.connection
              .sql('SELECT trace_id FROM trace')
              .all()
              .map((row) => text(row, 'trace_id'));
            const matches = await stores.traces.matching(ids, asked);
            for (const [index, where] of asked.entries()) {
              const expected = inMemory(where);
              const { items, nextCursor } = await stores.traces.traces({ where, limit: 500 });
              expect({
                query: printQuery(where),
                found: items.map(({ traceId }) => traceId),
                nextCursor,
              }).toEqual({
                query: printQuery(where),
                found: expected,
                nextCursor: null,
              });
              expect(ids.filter((_, at) => matches[index]![at]).toSorted()).toEqual(expected.toSorted());
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('tells the same in pages of any size, however often time is over', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomTelemetry(NOW_MS),
        queries,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 7, 1000),
        async (telemetry, asked, limit, stepMs) => {
          await withStores(stepMs, async (stores) => {
            await write(stores, telemetry, false);
            const inMemory = answersInMemory(stores.connection);
            for (const where of asked) {
              expect(await allPages(stores.traces, where, limit)).toEqual(inMemory(where));
            }
          });
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
