import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isPrimitiveStatsList } from '@tta/obs-protocol';
import { fastify, type FastifyInstance } from 'fastify';
import { statisticsRoutes } from './statistics-routes.ts';
import { openDatabaseFile } from '../storage/database-file.ts';
import { batchOfSpans, sampleSpan } from '../storage/sample-records.ts';
import { SqliteConnection } from '../storage/sqlite-connection.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const NOW_MS = 1_800_000_000_000;

let directory: string;
let connection: SqliteConnection;
let app: FastifyInstance;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-statistics-routes-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  const { traces, statistics } = sqliteStores(connection, () => NOW_MS);
  app = fastify();
  statisticsRoutes(app, statistics, () => NOW_MS);
  const endTimeUnixNano = BigInt(NOW_MS - 60_000) * 1_000_000n;
  const attributes = { 'primitive.type': 'retry', 'primitive.name': 'ask' };
  await traces.write(
    batchOfSpans(
      sampleSpan(1, 1, { startTimeUnixNano: endTimeUnixNano - 5_000_000n, endTimeUnixNano, attributes }),
    ),
  );
});

afterEach(async () => {
  await app.close();
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (url: string): Promise<unknown> => (await app.inject(url)).json();

describe('GET /api/primitives/stats', () => {
  it('answers for the last hour, or the window and service that are asked for', async () => {
    const lastHour = await get('/api/primitives/stats');
    if (!isPrimitiveStatsList(lastHour)) throw new Error('not statistics of primitives');
    expect(lastHour).toMatchObject({
      sinceMs: NOW_MS - 3_600_000,
      untilMs: NOW_MS,
      items: [
        {
          serviceName: 'shop',
          primitiveType: 'retry',
          name: 'ask',
          calls: 1,
          errors: 0,
          totalMs: 5,
          maxMs: 5,
        },
      ],
    });
    expect(lastHour.items[0]!.p95Ms).toBe(5);
    expect(await get('/api/primitives/stats?service=bank')).toMatchObject({ items: [] });
    expect(await get(`/api/primitives/stats?untilMs=${NOW_MS - 120_000}`)).toMatchObject({ items: [] });
  });

  it.each(['sinceMs=x', 'sinceMs=-1', 'untilMs=1.5', 'sinceMs=5&untilMs=5', 'service=a&service=b'])(
    'refuses %s',
    async (query) => {
      const answer = await app.inject(`/api/primitives/stats?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toContain(query.split('=')[0]);
    },
  );
});
