import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceClient, ServiceProblem } from './service-client.ts';
import { logRecord } from '../testing/log-fixture.ts';
import { traceDocument, traceSummary } from '../testing/trace-fixture.ts';

const asked: string[] = [];
const answers = new Map<string, { status?: number; body: string }>();
let server: Server;
let client: ServiceClient;

function answer(path: string, body: unknown, status = 200): void {
  answers.set(path, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
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
