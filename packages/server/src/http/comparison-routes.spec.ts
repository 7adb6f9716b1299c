import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isPrimitiveComparison, isPrimitiveVersionList } from '@tta/obs-protocol';
import { fastify, type FastifyInstance } from 'fastify';
import { comparisonRoutes } from './comparison-routes.ts';
import { openDatabaseFile } from '../storage/database-file.ts';
import { batchOfGroups, sampleGroup, sampleSpan } from '../storage/sample-records.ts';
import { SqliteConnection } from '../storage/sqlite-connection.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const NOW_MS = 1_800_000_000_000;
const REVISION = 'a1b2c3d'.padEnd(40, '0');

let directory: string;
let connection: SqliteConnection;
let app: FastifyInstance;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-comparison-routes-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  const { traces, statistics } = sqliteStores(connection, () => NOW_MS);
  app = fastify();
  comparisonRoutes(app, statistics, () => NOW_MS);
  const group = (trace: number, resource: Record<string, string>, durationMs: number) => {
    const spans = Array.from({ length: 12 }, (_, at) => {
      const endTimeUnixNano = BigInt(NOW_MS - 60_000 + 1_000 * trace) * 1_000_000n;
      const attributes = { 'primitive.type': 'retry', 'primitive.name': 'ask' };
      const startTimeUnixNano = endTimeUnixNano - BigInt(durationMs + at) * 1_000_000n;
      return sampleSpan(trace, at + 1, { startTimeUnixNano, endTimeUnixNano, attributes });
    });
    return sampleGroup(spans, resource);
  };
  const shop = { 'service.name': 'shop' };
  await traces.write(
    batchOfGroups([
      group(1, { ...shop, 'service.version': '1.0', 'vcs.ref.head.revision': REVISION }, 50),
      group(2, { ...shop, 'service.version': '1.1' }, 90),
      group(3, { 'service.name': 'bank', 'service.version': '7.0' }, 5),
    ]),
  );
});

afterEach(async () => {
  await app.close();
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (url: string): Promise<unknown> => (await app.inject(url)).json();

describe('GET /api/primitives/versions', () => {
  it('lists those of all services, or of one', async () => {
    const all = await get('/api/primitives/versions');
    if (!isPrimitiveVersionList(all)) throw new Error('no list of versions');
    expect(all.items.map(({ version, revision }) => [version, revision])).toEqual([
      ['7.0', null],
      ['1.1', null],
      ['1.0', REVISION],
    ]);
    expect(await get('/api/primitives/versions?service=bank')).toMatchObject({ items: [{ version: '7.0' }] });
    expect((await app.inject('/api/primitives/versions?service=a&service=b')).statusCode).toBe(400);
  });
});

describe('GET /api/primitives/comparison', () => {
  it('compares with what ran last, for the last week', async () => {
    const answer = await get('/api/primitives/comparison?baseline=1.0');
    if (!isPrimitiveComparison(answer)) throw new Error('no comparison');
    expect(answer).toMatchObject({
      untilMs: NOW_MS,
      baseline: { by: 'version', name: '1.0', calls: 12 },
      candidate: { by: 'version', name: '1.1', calls: 12 },
      items: [{ serviceName: 'shop', name: 'ask', duration: { direction: 'up', isSignificant: true } }],
    });
    expect(NOW_MS - answer.sinceMs).toBeGreaterThanOrEqual(7 * 24 * 3_600_000);
  });

  it('knows a revision by its beginning, and a window', async () => {
    const both = `baseline=A1B2C3D&candidate=1.1`;
    expect(await get(`/api/primitives/comparison?${both}`)).toMatchObject({
      baseline: { by: 'revision', name: REVISION },
      items: [{ name: 'ask' }],
    });
    const earlier = `&sinceMs=${NOW_MS - 7_200_000}&untilMs=${NOW_MS - 3_600_000}`;
    expect(await get(`/api/primitives/comparison?${both}${earlier}`)).toMatchObject({
      baseline: { calls: 0 },
      items: [],
    });
    expect((await app.inject(`/api/primitives/comparison?${both}&service=bank`)).statusCode).toBe(404);
  });

  it.each([
    ['', 400, 'baseline must be given'],
    ['baseline=0.1', 404, 'The baseline \\"0.1\\" is no version'],
    ['baseline=1.0&candidate=1.0', 400, 'have executions in common'],
    ['baseline=7.0', 404, 'no other version than 7.0'],
    ['baseline=1.0&baseline=2', 400, 'baseline must be given once'],
    ['baseline=1.0&sinceMs=x', 400, 'sinceMs'],
  ])('refuses "%s" with %d', async (query, status, problem) => {
    const answer = await app.inject(`/api/primitives/comparison?${query}`);
    expect([answer.statusCode, answer.body]).toEqual([status, expect.stringContaining(problem)]);
  });
});
