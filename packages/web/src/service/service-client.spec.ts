import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceClient, ServiceProblem } from './service-client.ts';
import { logRecord } from '../testing/log-fixture.ts';
import { traceDocument, traceSummary } from '../testing/trace-fixture.ts';

const asked: string[] = [];
/** Method and type of what was sent, of each request. */
const changes: string[] = [];
const answers = new Map<string, { status?: number; body: string }>();
let server: Server;
let client: ServiceClient;

function answer(path: string, body: unknown, status = 200): void {
  answers.set(path, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    changes.push(`${request.method} ${request.headers['content-type']}`);
    const found = answers.get(request.url ?? '') ?? { status: 404, body: '{}' };
    response.writeHead(found.status ?? 200, { 'content-type': 'application/json' });
    response.end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new ServiceClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('ServiceClient', () => {
  it('reads the list page by page', async () => {
    answer('/api/traces?limit=2', { items: [traceSummary()], nextCursor: 'a/b' });
    answer('/api/traces?limit=2&cursor=a%2Fb', { items: [], nextCursor: null });
    const first = await client.traces({ limit: 2 });
    expect(first.items).toEqual([traceSummary()]);
    const next = await client.traces({ limit: 2, cursor: first.nextCursor! });
    expect(next.nextCursor).toBeNull();
  });

  it('reads a trace', async () => {
    const document = traceDocument([{ name: 'primitive.lambda.execute' }]);
    answer('/api/traces/abc', document);
    expect(await client.trace('abc')).toEqual(document);
  });

  it('reads the log records of a trace page by page', async () => {
    answer('/api/traces/abc/logs?limit=2', { items: [logRecord()], nextCursor: '1-2' });
    answer('/api/traces/abc/logs?limit=2&cursor=1-2', { items: [], nextCursor: null });
    const first = await client.traceLogs('abc', { limit: 2 });
    expect(first.items).toEqual([logRecord()]);
    const next = await client.traceLogs('abc', { limit: 2, cursor: first.nextCursor! });
    expect(next).toEqual({ items: [], nextCursor: null });
    answer('/api/traces/abc/logs?limit=2&spanId=1&spanId=2', { items: [logRecord()], nextCursor: null });
    expect((await client.traceLogs('abc', { limit: 2, spanIds: ['1', '2'] })).items).toHaveLength(1);
  });

  const hour = { sinceMs: 1_000, untilMs: 2_000 };
  it.each<readonly [string, () => Promise<unknown>]>([
    ['/api/traces?limit=3&query=status%3Aerror', () => client.traces({ limit: 3, query: 'status:error' })],
    ['/api/traces?limit=3', () => client.traces({ limit: 3, query: '' })],
    ['/api/traces/a/spans?limit=3&cursor=c', () => client.spans('a', { limit: 3, cursor: 'c' })],
    ['/api/traces/a/transcript?limit=3', () => client.transcript('a', { limit: 3 })],
    ['/api/traces/a/logs?limit=3&minSeverity=13', () => client.traceLogs('a', { limit: 3, minSeverity: 13 })],
    [
      '/api/query/values?field=service&beginning=sh&limit=3',
      () => client.known({ kind: 'values', field: 'service', beginning: 'sh' }, 3),
    ],
    [
      '/api/query/attributes?beginning=http&limit=3',
      () => client.known({ kind: 'attributes', beginning: 'http', isPresence: false }, 3),
    ],
    ['/api/sessions?limit=3', () => client.sessions({ limit: 3 })],
    ['/api/errors?sinceMs=1000&untilMs=2000&limit=3', () => client.errors({ ...hour, limit: 3 })],
    ['/api/services/map?sinceMs=1000&untilMs=2000', () => client.serviceMap(hour)],
    [
      '/api/metrics/summary?sinceMs=1000&untilMs=2000&service=api',
      () => client.summary({ ...hour, service: 'api' }),
    ],
    [
      '/api/metrics/timeseries?sinceMs=1000&points=60',
      () => client.timeSeries({ sinceMs: 1_000, points: 60 }),
    ],
    ['/api/primitives/stats?sinceMs=1000&untilMs=2000', () => client.primitiveStats(hour)],
    ['/api/llm/usage?sinceMs=1000&untilMs=2000&by=model', () => client.usage({ ...hour, by: 'model' })],
  ])('asks %s and takes no answer of another form', async (path, ask) => {
    answer(path, { items: 1 });
    await expect(ask()).rejects.toThrow('reload the page');
    expect(asked.at(-1)).toBe(path);
  });

  it('says of every change that it is JSON', async () => {
    const pins = {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      isPinned: true,
      pinnedCount: 1,
      exemptCount: 1,
    };
    answer('/api/traces/a/pin', pins);
    expect(await client.pin('a', true)).toEqual(pins);
    expect(changes.at(-1)).toBe('PUT application/json');
    await client.pin('a', false);
    expect(changes.at(-1)).toBe('DELETE application/json');
    const removed = {
      traceCount: 0,
      spanCount: 0,
      bytes: 0,
      oldestStartTimeMs: null,
      newestStartTimeMs: null,
      traceIds: [],
    };
    answer('/api/cleanup', removed);
    expect([await client.previewCleanup(), await client.cleanUp()]).toEqual([removed, removed]);
    expect(changes.at(-1)).toBe('POST application/json');
  });

  it('keeps an id inside its path segment', async () => {
    await expect(client.span('../x', 'y/z')).rejects.toThrow(ServiceProblem);
    expect(asked.at(-1)).toBe('/api/traces/..%2Fx/spans/y%2Fz');
  });

  it('rejects with the reason that the service gives', async () => {
    const detail = 'No trace has this id. It may have been removed by retention.';
    answer('/api/traces/gone', { type: 'about:blank', title: 'Not Found', status: 404, detail }, 404);
    await expect(client.trace('gone')).rejects.toMatchObject({
      status: 404,
      message: `The service answered 404: ${detail}`,
    });
  });

  it('rejects an answer without a reason by its status', async () => {
    answer('/api/traces/odd', '{"x":1}', 500);
    await expect(client.trace('odd')).rejects.toMatchObject({
      message: 'The service answered 500: no reason given',
    });
  });

  it('rejects an answer that is no JSON', async () => {
    answer('/api/traces/html', '<html>');
    await expect(client.trace('html')).rejects.toThrow('without JSON');
  });

  it('rejects an answer of another form', async () => {
    answer('/api/traces/form', { summary: 1 });
    await expect(client.trace('form')).rejects.toThrow('reload the page');
  });

  it('rejects as soon as the reader is gone', async () => {
    const gone = AbortSignal.abort();
    await expect(client.trace('abc', gone)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.traces({ limit: 2, signal: gone })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
