import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isHealth, isPinAnswer, isRetentionPreview, isSpanList, isTraceDocument } from '@tta/obs-protocol';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';

let directory: string;
let server: RunningServer;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-keeping-'));
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** @param previews - Nothing is removed before so many previews. */
const start = async (options: Partial<ServerOptions> = {}, previews = 0) => {
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db'), ...options });
  holdRetention(server.store, previews);
};

/** Keeps the background from removing before a spec does: until that many previews were asked for. */
function holdRetention(store: RunningServer['store'], previews: number): void {
  const { prune, previewPrune } = store;
  let left = previews;
  store.prune = (limits) => (left > 0 ? Promise.resolve(false) : prune(limits));
  store.previewPrune = async (limits) => {
    const preview = await previewPrune(limits);
    left--;
    return preview;
  };
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** A request with the headers of a JSON client. */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function send(...traces: readonly number[]): Promise<void> {
  const spans = traces.map((trace) => ({
    traceId: hex(trace, 32),
    spanId: hex(trace, 16),
    name: `job ${trace}`,
    startTimeUnixNano: String(1_763_700_000_000_000_000 + trace * 1_000_000_000),
    endTimeUnixNano: String(1_763_700_000_005_000_000 + trace * 1_000_000_000),
    attributes: [
      { key: 'subject', value: { stringValue: trace % 2 === 0 ? 'even harvest' : 'odd harvest' } },
    ],
  }));
  const { status } = await ask('POST', '/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  expect(status).toBe(200);
}

const pinPath = (trace: number) => `/api/traces/${hex(trace, 32)}/pin`;

describe('POST /api/cleanup', () => {
  it('tells what would go, and removes nothing', async () => {
    await start({ maxTraces: 2 }, 9);
    await send(1, 2, 3, 4, 5);
    const { status, body } = await ask('POST', '/api/cleanup', { preview: true });
    expect(status).toBe(200);
    expect(isRetentionPreview(body)).toBe(true);
    expect(body).toMatchObject({
      traceCount: 3,
      spanCount: 3,
      oldestStartTimeMs: 1_763_700_001_000,
      newestStartTimeMs: 1_763_700_003_000,
      traceIds: [hex(1, 32), hex(2, 32), hex(3, 32)],
    });
    expect(await server.store.counts()).toEqual({ traceCount: 5, spanCount: 5 });
  });

  it('sees with each preview what was stored since the one before', async () => {
    await start({ maxTraces: 2 }, 9);
    await send(1, 2);
    expect((await ask('POST', '/api/cleanup', { preview: true })).body['traceCount']).toBe(0);
    await send(3, 4);
    expect((await ask('POST', '/api/cleanup', { preview: true })).body['traceCount']).toBe(2);
  });

  it('removes at once, and answers what that was', async () => {
    await start({ maxTraces: 1 }, 1);
    await send(...Array.from({ length: 450 }, (_, index) => index + 1));
    await ask('POST', '/api/cleanup', { preview: true });
    const [first, second] = await Promise.all([
      ask('POST', '/api/cleanup', {}),
      ask('POST', '/api/cleanup', { preview: false }),
    ]);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ traceCount: 449, spanCount: 449 });
    expect(first.body['traceIds']).toHaveLength(100);
    expect(second).toEqual(first);
    expect(await server.store.counts()).toEqual({ traceCount: 1, spanCount: 1 });
    expect((await ask('POST', '/api/cleanup', {})).body).toMatchObject({ traceCount: 0, traceIds: [] });
  });

  it.each([['[]'], ['{"preview":"yes"}'], ['{"preview":true,"all":true}'], ['null'], ['']])(
    'refuses the body %j',
    async (body) => {
      await start();
      expect((await ask('POST', '/api/cleanup', body)).status).toBe(400);
    },
  );

  it('refuses a large body, one that is not JSON, and another site', async () => {
    await start();
    expect((await ask('POST', '/api/cleanup', ' '.repeat(2000) + '{}')).status).toBe(413);
    expect((await ask('POST', '/api/cleanup', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask('POST', '/api/cleanup', '{}', { origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask('GET', '/api/cleanup')).status).toBe(404);
  });
});

describe('/api/traces/{id}/pin', () => {
  it('keeps a trace from removal until it is given free', async () => {
    await start({ maxTraces: 1 }, 1);
    await send(1, 2, 3);
    expect(await ask('PUT', pinPath(1), {})).toEqual({
      status: 200,
      body: { traceId: hex(1, 32), isPinned: true, pinnedCount: 1, exemptCount: 1 },
    });
    const trace = await server.store.trace(hex(1, 32));
    expect(isTraceDocument(trace) && trace.summary.isPinned).toBe(true);
    await send(4);
    await ask('POST', '/api/cleanup', {});
    expect(await server.store.trace(hex(1, 32))).toBeDefined();
    const { body } = await ask('DELETE', pinPath(1));
    expect(isPinAnswer(body)).toBe(true);
    expect(body).toMatchObject({ isPinned: false, pinnedCount: 0, exemptCount: 0 });
  });

  it('tells when pinned traces take more than their half', async () => {
    await start({ maxBytes: 1_000_000 }, 1);
    const attributes = [{ key: 'large', value: { stringValue: 'x'.repeat(600_000) } }];
    const span = { traceId: hex(1, 32), spanId: hex(1, 16), attributes };
    await ask('POST', '/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    expect((await ask('PUT', pinPath(1), {})).body).toMatchObject({ pinnedCount: 1, exemptCount: 0 });
  });

  it('tells pages that watch', async () => {
    await start();
    await send(1);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/traces`);
    const messages: unknown[] = [];
    await new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        messages.push(JSON.parse(data.toString('utf8')));
        if (messages.length === 1) void ask('PUT', pinPath(1), {});
        else resolve();
      });
    });
    socket.close();
    expect(messages[1]).toMatchObject({ type: 'trace', trace: { traceId: hex(1, 32), isPinned: true } });
  });

  it('answers 404 for a trace that is not stored, and 400 for what is no id', async () => {
    await start();
    const unknown = await ask('PUT', pinPath(7), {});
    expect(unknown.status).toBe(404);
    expect(unknown.body['detail']).toContain(`There is no trace ${hex(7, 32)}`);
    expect((await ask('DELETE', pinPath(7))).status).toBe(404);
    expect((await ask('PUT', '/api/traces/latest/pin', {})).status).toBe(400);
  });

  it('refuses changes without JSON and from another site', async () => {
    await start();
    await send(1);
    expect((await fetch(`${server.url}${pinPath(1)}`, { method: 'PUT' })).status).toBe(415);
    expect((await ask('PUT', pinPath(1), {}, { origin: 'null' })).status).toBe(403);
    expect((await server.store.trace(hex(1, 32)))?.summary.isPinned).toBe(false);
  });
});

describe('GET /api/spans', () => {
  it('finds spans by their texts, newest first', async () => {
    await start();
    await send(1, 2, 3, 4);
    const { body } = await ask('GET', '/api/spans?text=odd%20harvest');
    expect(isSpanList(body)).toBe(true);
    expect(body).toMatchObject({ items: [{ name: 'job 3' }, { name: 'job 1' }], nextCursor: null });
    expect((await ask('GET', '/api/spans?text=harvest&limit=1')).body).toMatchObject({
      items: [{ traceId: hex(4, 32), spanId: hex(4, 16), startTimeMs: 1_763_700_004_000 }],
      nextCursor: '1',
    });
    expect((await ask('GET', '/api/spans?text=nothing')).body).toEqual({ items: [], nextCursor: null });
  });

  it('answers them page by page until there is nothing more', async () => {
    await start();
    await send(1, 2, 3, 4, 5);
    const names: unknown[] = [];
    const cursors: unknown[] = [];
    for (let next = ''; ; next = `&cursor=${cursors.at(-1) as string}`) {
      const { body } = await ask('GET', `/api/spans?text=harvest&limit=2${next}`);
      if (!isSpanList(body)) throw new Error('no list');
      names.push(...body.items.map(({ name }) => name));
      cursors.push(body.nextCursor);
      if (body.nextCursor === null) break;
    }
    expect(names).toEqual(['job 5', 'job 4', 'job 3', 'job 2', 'job 1']);
    expect(cursors).toEqual(['2', '4', null]);
    const all = await ask('GET', '/api/spans?text=harvest&limit=5');
    expect(all.body).toMatchObject({ nextCursor: null });
  });

  it.each([
    ['', 400],
    ['?text=a&cursor=x', 400],
    ['?text=a&cursor=-1', 400],
    ['?text=a&cursor=5000', 400],
    ['?text=a&cursor=4999', 200],
    ['?text=', 400],
    ['?text=%20', 400],
    [`?text=${'a'.repeat(1001)}`, 400],
    [`?text=${'a'.repeat(1000)}`, 200],
    ['?text=a&text=b', 400],
    ['?text=a&limit=0', 400],
    ['?text=%22%20OR%20*%20NEAR(', 200],
  ])('answers %.20s with %d', async (query, status) => {
    await start();
    expect((await ask('GET', `/api/spans${query}`)).status).toBe(status);
  });
});

describe('GET /health', () => {
  it('tells of log records and metrics, also where no trace came in', async () => {
    await start();
    const logRecords = [{ body: { stringValue: 'one' } }, { body: { stringValue: 'two' } }];
    await ask('POST', '/v1/logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    const level = (zone: string, timeUnixNano: string) => ({
      asInt: 1,
      timeUnixNano,
      attributes: [{ key: 'zone', value: { stringValue: zone } }],
    });
    const dataPoints = [
      level('a', '1763700000000000000'),
      level('a', '1763700001000000000'),
      level('b', '1'),
    ];
    const metrics = [{ name: 'level', gauge: { dataPoints } }];
    await ask('POST', '/v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    const { body } = await ask('GET', '/health');
    if (!isHealth(body)) throw new Error('no health');
    expect(body.stored).toMatchObject({
      traceCount: 0,
      logRecordCount: 2,
      metricSeriesCount: 2,
      dataPointCount: 3,
    });
  });

  it('tells what is stored, what it takes, and where it listens', async () => {
    await start({ otlpPorts: [0], maxTraces: 5, retentionHours: 0.5, maxBytes: 123_456_789 });
    await send(1, 2);
    await ask('PUT', pinPath(1), {});
    const { status, body } = await ask('GET', '/health');
    if (!isHealth(body)) throw new Error('no health');
    expect(status).toBe(200);
    expect(body.retention).toEqual({ maxTraces: 5, retentionHours: 0.5, maxBytes: 123_456_789 });
    expect(body.stored).toMatchObject({ traceCount: 2, spanCount: 2, pinnedCount: 1 });
    expect(body.stored!.fileBytes).toBeGreaterThan(0);
    expect(body.stored!.usedBytes).toBeGreaterThan(0);
    expect(body.ports).toEqual(server.ports);
    expect(body.ports).toHaveLength(2);
    expect((await fetch(`http://127.0.0.1:${body.ports[1]}/health`)).status).toBe(200);
  });

  it('answers 503 from a write that failed until one succeeds', async () => {
    await start();
    const { write } = server.store;
    const full = Object.assign(new Error('disk full'), { errcode: 13 });
    server.store.write = () => Promise.reject(full);
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body:
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"' +
        `${hex(1, 32)}","spanId":"${hex(1, 16)}","name":"a"}]}]}]}`,
    });
    const failing = await ask('GET', '/health');
    expect(failing.status).toBe(503);
    expect(isHealth(failing.body)).toBe(true);
    expect(failing.body).toMatchObject({
      status: 'failing',
      problem: 'disk full',
      stored: { traceCount: 0 },
    });
    server.store.write = write;
    await send(2);
    expect((await ask('GET', '/health')).body).toMatchObject({ status: 'ok', problem: null });
  });

  it('answers 503 when nothing can be read', async () => {
    await start();
    server.store.counts = () => Promise.reject(new Error('the storage thread has ended'));
    const { status, body } = await ask('GET', '/health');
    expect(status).toBe(503);
    expect(isHealth(body)).toBe(true);
    expect(body).toMatchObject({ status: 'failing', problem: 'the storage thread has ended', stored: null });
  });
});
