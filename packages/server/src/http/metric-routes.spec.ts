import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isMetricList, isMetricPointList, isProblemDetails } from '@tta/obs-protocol';
import { fastify, type FastifyInstance } from 'fastify';
import { metricRoutes } from './metric-routes.ts';
import { decodeJsonMetrics } from '../otlp/decode-json-metrics.ts';
import { openDatabaseFile } from '../storage/database-file.ts';
import { SqliteConnection } from '../storage/sqlite-connection.ts';
import { SqliteMetricStore } from '../storage/sqlite-metric-store.ts';

let directory: string;
let connection: SqliteConnection;
let app: FastifyInstance;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-metric-routes-'));
  connection = new SqliteConnection(await openDatabaseFile(join(directory, 'traces.db')));
  const metrics = new SqliteMetricStore(connection);
  app = fastify();
  metricRoutes(app, metrics);
  for (const service of ['shop', 'bank']) {
    const attributes = [{ key: 'service.name', value: { stringValue: service } }];
    const dataPoints = [1, 2, 3].map((second) => ({ timeUnixNano: `${second}000000000`, asInt: second }));
    const list = [
      { name: 'http.requests', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } },
      { name: `${service} & more`, gauge: { dataPoints: [{ timeUnixNano: 1, asDouble: 'NaN' }] } },
    ];
    const request = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics: list }] }] };
    await metrics.write(decodeJsonMetrics(Buffer.from(JSON.stringify(request))).groups);
  }
});

afterEach(async () => {
  await app.close();
  connection.close();
  rmSync(directory, { recursive: true, force: true });
});

const get = async (url: string): Promise<unknown> => (await app.inject(url)).json();

describe('GET /api/metrics', () => {
  it('answers the metrics of all services by name, page by page', async () => {
    const first = await get('/api/metrics?limit=3');
    if (!isMetricList(first)) throw new Error('not a list of metrics');
    const known = ({ items }: typeof first) =>
      items.map(({ name, serviceName, pointCount }) => [name, serviceName, pointCount]);
    expect(known(first)).toEqual([
      ['bank & more', 'bank', 1],
      ['http.requests', 'shop', 3],
      ['http.requests', 'bank', 3],
    ]);
    const second = await get(`/api/metrics?limit=3&cursor=${first.nextCursor}`);
    if (!isMetricList(second)) throw new Error('not a list of metrics');
    expect([known(second), second.nextCursor]).toEqual([[['shop & more', 'shop', 1]], null]);
  });
});

describe('GET /api/metrics/points', () => {
  const values = async (query: string) => {
    const list = await get(`/api/metrics/points?${query}`);
    return isMetricPointList(list) ? list.items.map(({ value }) => value) : list;
  };

  it('answers the data points of a name, of one service and from a time on', async () => {
    expect(await values('name=http.requests')).toEqual([1, 2, 3, 1, 2, 3]);
    expect(await values('name=http.requests&service=bank')).toEqual([1, 2, 3]);
    expect(await values('name=http.requests&sinceMs=2000')).toEqual([2, 3, 2, 3]);
    expect(await values('name=http.requests&service=shop&sinceMs=2001')).toEqual([3]);
    expect(await values('name=http.requests&sinceMs=9223372036854')).toEqual([]);
    expect(await values('name=shop%20%26%20more')).toEqual(['NaN']);
    expect(await values('name=')).toEqual([]);
  });

  it('answers them page by page', async () => {
    const first = await get('/api/metrics/points?name=http.requests&limit=4');
    if (!isMetricPointList(first)) throw new Error('not a list of data points');
    expect(first.items.map(({ value }) => value)).toEqual([1, 2, 3, 1]);
    expect(await values(`name=http.requests&limit=4&cursor=${first.nextCursor}`)).toEqual([2, 3]);
  });

  it.each([
    ['?name=a&sinceMs=yesterday', 'sinceMs must be a whole number of milliseconds'],
    ['?name=a&sinceMs=-1', 'sinceMs must be'],
    ['?name=a&sinceMs=9223372036855', 'sinceMs must be'],
  ])('refuses the query "%s"', async (query, detail) => {
    const answer = await app.inject(`/api/metrics/points${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(detail);
  });

  it('refuses a question without a name with problem details', async () => {
    const answer = await app.inject('/api/metrics/points');
    const body: unknown = answer.json();
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(isProblemDetails(body) && body.detail).toContain('name must be given');
  });

  it.each(['name=a&name=b', 'name=a&service=b&service=c', 'name=a&limit=0', 'name=a&limit=501'])(
    'refuses the query "%s"',
    async (query) => {
      expect((await app.inject(`/api/metrics/points?${query}`)).statusCode).toBe(400);
    },
  );
});
