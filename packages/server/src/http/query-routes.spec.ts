import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isQueryProblemDetails, isQueryValueList, isTraceList } from '@tta/obs-protocol';
import { sampleNowMs, sampleTraces } from '@tta/obs-protocol/query/samples';
import { fastify, type FastifyInstance } from 'fastify';
import { apiRoutes } from './api-routes.ts';
import { queryRoutes } from './query-routes.ts';
import { openDatabaseFile } from '../storage/database-file.ts';
import { SqliteStorage } from '../storage/sqlite-storage.ts';
import { storeSampleTraces } from '../storage/query/sample-telemetry.ts';

const titles = new Map(sampleTraces.map(({ traceId, title }) => [traceId, title]));

let directory: string;
let storage: SqliteStorage;
let app: FastifyInstance;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-query-routes-'));
  storage = new SqliteStorage(await openDatabaseFile(join(directory, 'traces.db')), () => sampleNowMs);
  await storeSampleTraces(storage);
  app = fastify();
  apiRoutes(app, storage);
  queryRoutes(app, storage.traces);
});

afterEach(async () => {
  await app.close();
  await storage.close();
  rmSync(directory, { recursive: true });
});

const ask = (path: string, query: Readonly<Record<string, string>>) =>
  app.inject({ url: path, query: { ...query } });

describe('GET /api/traces?query=', () => {
  it('lists the traces that a query finds, page by page', async () => {
    const found: (string | undefined)[] = [];
    let cursor: string | null = null;
    do {
      const answer = await ask('/api/traces', {
        query: 'status:error service:api since:30d',
        limit: '1',
        ...(cursor !== null && { cursor }),
      });
      const list: unknown = answer.json();
      if (!isTraceList(list)) throw new Error('no list of traces');
      found.push(...list.items.map(({ traceId }) => titles.get(traceId)));
      cursor = list.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(['checkout declined', 'checkout of the last release']);
  });

  it('lists everything where nothing is asked', async () => {
    const list: unknown = (await ask('/api/traces', { query: ' ', limit: '500' })).json();
    expect(isTraceList(list) && list.items.length).toBe(sampleTraces.length);
  });

  it.each(['', 'since:30d'])('tells by its cursor how far back %j has looked', async (query) => {
    const list: unknown = (await ask('/api/traces', { query, limit: '3' })).json();
    if (!isTraceList(list)) throw new Error('no list of traces');
    const [, startNs] = /^(\d+)-/.exec(list.nextCursor ?? '') ?? [];
    expect(Number(startNs) / 1e6).toBeCloseTo(list.items.at(-1)!.startTimeMs, 2);
  });

  it('says what is wrong with a query, and where', async () => {
    const answer = await ask('/api/traces', { query: 'statsu:error duration:>soon' });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const details: unknown = answer.json();
    if (!isQueryProblemDetails(details)) throw new Error('no problem of a query');
    expect(details.detail).toBe(
      'The query cannot be understood: there is no field "statsu"; did you mean status?; ' +
        '"soon" is no duration; write for example 500ms, 2s, 1m30s.',
    );
    expect(details.problems.map(({ start, end }) => [start, end])).toEqual([
      [0, 6],
      [22, 27],
    ]);
  });

  it('says that a query is too long', async () => {
    const answer = await ask('/api/traces', { query: 'a '.repeat(3_000) });
    expect(answer.statusCode).toBe(400);
    expect(isQueryProblemDetails(answer.json())).toBe(true);
  });

  it('refuses two queries, and a cursor that is none', async () => {
    expect((await app.inject('/api/traces?query=a&query=b')).statusCode).toBe(400);
    expect((await ask('/api/traces', { query: 'status:error', cursor: 'x' })).statusCode).not.toBe(200);
  });
});

describe('GET /api/query/values', () => {
  const values = async (query: Readonly<Record<string, string>>) => {
    const list: unknown = (await ask('/api/query/values', query)).json();
    if (!isQueryValueList(list)) throw new Error('no list of values');
    return list.items;
  };

  it('tells the values that begin so, in any case, the most frequent first', async () => {
    const services = await values({ field: 'service' });
    expect(services.length).toBeGreaterThan(3);
    const counts = services.map(({ count }) => count);
    expect(counts).toEqual(counts.toSorted((one, other) => other - one));
    expect((await values({ field: 'service', beginning: 'AP' })).map(({ value }) => value)).toEqual(['api']);
    expect(await values({ field: 'service', limit: '2' })).toEqual(services.slice(0, 2));
  });

  it('tells values of traces, of attributes and of what conventions share', async () => {
    const checkouts = sampleTraces.filter(({ spans }) => spans[0]!.name === 'POST /checkout');
    expect(await values({ field: 'trace.name', beginning: 'post /checkout' })).toEqual([
      { value: 'POST /checkout', count: checkouts.length },
    ]);
    expect((await values({ field: 'attr.error.type', beginning: 'card' })).map(({ value }) => value)).toEqual(
      ['CardDeclined'],
    );
    expect((await values({ field: 'latency' })).length).toBe(0);
    expect((await values({ field: 'op' })).map(({ value }) => value)).toContain('inference');
  });

  it('refuses what is no field', async () => {
    expect((await ask('/api/query/values', { field: 'statsu' })).statusCode).toBe(400);
    expect((await ask('/api/query/values', {})).statusCode).toBe(400);
  });
});

describe('GET /api/query/attributes', () => {
  it('tells the keys of attributes that begin so', async () => {
    const list: unknown = (await ask('/api/query/attributes', { beginning: 'HTTP.' })).json();
    expect(isQueryValueList(list) && list.items.map(({ value }) => value)).toEqual([
      'http.response.status_code',
    ]);
  });
});
