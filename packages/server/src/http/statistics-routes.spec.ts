import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  isErrorGroupList,
  isMetricsSummary,
  isMetricsTimeSeries,
  isPrimitiveStatsList,
  isServiceMap,
  isSessionList,
  isUsageReport,
} from '@tta/obs-protocol';
import { fastify, type FastifyInstance } from 'fastify';
import { statisticsRoutes } from './statistics-routes.ts';
import { openDatabaseFile } from '../storage/database-file.ts';
import { batchOfSpans, sampleSpan } from '../storage/sample-records.ts';
import { SqliteConnection } from '../storage/sqlite-connection.ts';
import type { SqliteTraceStore } from '../storage/sqlite-trace-store.ts';
import { sqliteStores } from '../testing/sqlite-stores.ts';

const NOW_MS = 1_800_000_000_000;

let directory: string;
let connection: SqliteConnection;
let app: FastifyInstance;
let traces: SqliteTraceStore;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-statistics-routes-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  const stores = sqliteStores(connection, () => NOW_MS);
  ({ traces } = stores);
  app = fastify();
  statisticsRoutes(app, stores.statistics, () => NOW_MS);
  const endTimeUnixNano = BigInt(NOW_MS - 60_000) * 1_000_000n;
  const attributes = { 'primitive.type': 'retry', 'primitive.name': 'ask' };
  const times = { startTimeUnixNano: endTimeUnixNano - 5_000_000n, endTimeUnixNano };
  await traces.write(
    batchOfSpans(
      sampleSpan(1, 1, { ...times, attributes }),
      sampleSpan(2, 1, { ...times, attributes: modelCall('gpt-5', 'chat-1') }),
      sampleSpan(3, 1, { ...times, attributes: modelCall('gpt-4', 'chat-2') }),
    ),
  );
});

const modelCall = (model: string, session: string) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': 10,
  'gen_ai.usage.output_tokens': 5,
  'session.id': session,
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

describe('GET /api/metrics/summary', () => {
  it('sums up the runs of the last hour, or of the window and service that are asked for', async () => {
    const summary = await get('/api/metrics/summary');
    if (!isMetricsSummary(summary)) throw new Error('not a summary');
    expect(summary).toMatchObject({
      sinceMs: NOW_MS - 3_600_000,
      untilMs: NOW_MS,
      traceCount: 3,
      errorCount: 0,
    });
    expect(summary.usage).toMatchObject({ calls: 2, inputTokens: 20, outputTokens: 10 });
    expect(summary.p95Ms).toBeCloseTo(5, 1);
    expect(await get('/api/metrics/summary?service=bank')).toMatchObject({ traceCount: 0, p50Ms: null });
    expect(await get(`/api/metrics/summary?untilMs=${NOW_MS - 120_000}`)).toMatchObject({ traceCount: 0 });
  });
});

describe('GET /api/metrics/timeseries', () => {
  it('tells them in steps, as many as are asked for', async () => {
    const series = await get('/api/metrics/timeseries');
    if (!isMetricsTimeSeries(series)) throw new Error('not a series');
    expect(series).toMatchObject({ stepMs: 60_000, untilMs: NOW_MS });
    expect([series.traceCount.length, series.traceCount.at(-2)]).toEqual([60, 3]);
    const twelve = await get('/api/metrics/timeseries?points=12');
    expect(twelve).toMatchObject({ stepMs: 300_000, traceCount: [...Array(11).fill(0), 3] });
  });

  it.each(['points=0', 'points=501', 'points=x'])('refuses %s', async (query) => {
    const answer = await app.inject(`/api/metrics/timeseries?${query}`);
    expect([answer.statusCode, answer.body]).toEqual([
      400,
      expect.stringContaining('points must be a number from 1 to 500'),
    ]);
  });
});

describe('GET /api/llm/usage', () => {
  it('tells usage by model, or by what is asked for', async () => {
    const report = await get('/api/llm/usage');
    if (!isUsageReport(report)) throw new Error('not a report of usage');
    expect(report).toMatchObject({ by: 'model', total: { calls: 2, inputTokens: 20, outputTokens: 10 } });
    expect(report.items.map(({ key }) => key).toSorted()).toEqual(['gpt-4', 'gpt-5']);
    expect(await get('/api/llm/usage?by=provider')).toMatchObject({
      by: 'provider',
      items: [{ key: 'openai', calls: 2 }],
    });
    expect(await get('/api/llm/usage?service=bank')).toMatchObject({ total: { calls: 0 }, items: [] });
  });

  it('lets days begin where the asker lives', async () => {
    // 2027-01-15 07:59 in UTC.
    const day = async (utcOffset: number) => get(`/api/llm/usage?by=day&utcOffset=${utcOffset}`);
    expect(await day(0)).toMatchObject({ items: [{ key: '2027-01-15' }] });
    expect(await day(-480)).toMatchObject({ items: [{ key: '2027-01-14' }] });
  });

  it.each([
    ['by=colour', 'by must be one of model, provider, service, day.'],
    ['utcOffset=841', 'utcOffset must be a number from -840 to 840.'],
    ['utcOffset=-1.5', 'utcOffset must be a number from -840 to 840.'],
    ['sinceMs=5&untilMs=5', 'sinceMs must be before untilMs.'],
  ])('refuses %s', async (query, message) => {
    const answer = await app.inject(`/api/llm/usage?${query}`);
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining(message)]);
  });
});

describe('GET /api/sessions', () => {
  it('lists sessions page by page', async () => {
    const first = await get('/api/sessions?limit=1');
    if (!isSessionList(first)) throw new Error('not a list of sessions');
    expect(first.items).toMatchObject([{ sessionId: 'chat-2', traceCount: 1, usage: { calls: 1 } }]);
    const second = await get(`/api/sessions?limit=1&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ sessionId: 'chat-1' }], nextCursor: null });
  });

  it.each(['limit=0', 'limit=501'])('refuses %s', async (query) => {
    expect((await app.inject(`/api/sessions?${query}`)).statusCode).toBe(400);
  });
});

describe('GET /api/errors', () => {
  it('groups the failures of the last 24 hours, of all services or one', async () => {
    const endTimeUnixNano = BigInt(NOW_MS - 23 * 3_600_000) * 1_000_000n;
    const failed = sampleSpan(4, 1, {
      startTimeUnixNano: endTimeUnixNano,
      endTimeUnixNano,
      statusCode: 2,
      statusMessage: 'no item 5',
      attributes: { 'error.type': 'OutOfStock' },
    });
    await traces.write(batchOfSpans(failed));
    const errors = await get('/api/errors');
    if (!isErrorGroupList(errors)) throw new Error('not a list of errors');
    expect(errors).toMatchObject({
      items: [{ type: 'OutOfStock', message: 'no item 5', count: 1, lastTimeMs: NOW_MS - 23 * 3_600_000 }],
      nextCursor: null,
    });
    expect(await get('/api/errors?service=bank')).toEqual({ items: [], nextCursor: null });
    expect(await get(`/api/errors?sinceMs=${NOW_MS - 3_600_000}`)).toMatchObject({ items: [] });
  });

  it.each(['limit=0', 'sinceMs=x', 'sinceMs=9&untilMs=5', 'service=a&service=b'])(
    'refuses %s',
    async (query) => {
      expect((await app.inject(`/api/errors?${query}`)).statusCode).toBe(400);
    },
  );
});

describe('GET /api/services/map', () => {
  it('tells who calls whom in the traces of the last hour, or of the window that is asked for', async () => {
    const map = await get('/api/services/map');
    if (!isServiceMap(map)) throw new Error('not a map of services');
    expect(map).toMatchObject({
      sinceMs: NOW_MS - 3_600_000,
      untilMs: NOW_MS,
      nodes: [
        { id: 'service:shop', kind: 'service', name: 'shop', calls: 3 },
        { id: 'model:openai', kind: 'model', name: 'openai', calls: 2 },
      ],
      edges: [{ from: 'service:shop', to: 'model:openai', calls: 2, errors: 0 }],
      traceCount: 3,
      isComplete: true,
    });
    expect(await get(`/api/services/map?untilMs=${NOW_MS - 120_000}`)).toMatchObject({
      nodes: [],
      edges: [],
    });
  });

  it.each(['sinceMs=x', 'sinceMs=9&untilMs=5'])('refuses %s', async (query) => {
    expect((await app.inject(`/api/services/map?${query}`)).statusCode).toBe(400);
  });
});
