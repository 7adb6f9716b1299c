import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  type LoggerProviderOptions,
} from '@opentelemetry/sdk-logs';
import { isLiveMessage, isLogList, isProblemDetails, type LiveMessage } from '@tta/obs-protocol';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from './server.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-server-logs-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

function post(path: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', headers, body: body as RequestInit['body'] & {} });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

function postTrace(id = traceId): Promise<Response> {
  const span = { traceId: id, spanId, name: 'run', startTimeUnixNano: '1000000', endTimeUnixNano: '9000000' };
  return post(
    '/v1/traces',
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    JSON_TYPE,
  );
}

function postLogs(...logRecords: object[]): Promise<Response> {
  return post('/v1/logs', JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), JSON_TYPE);
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`)).json();
}

const resource: NonNullable<LoggerProviderOptions['resource']> = {
  attributes: { 'service.name': 'shop' },
  merge: () => resource,
  getRawAttributes: () => Object.entries(resource.attributes),
};

/** Two records of a program that logs with the official SDK: one within a span, one outside. */
function sdkRecords() {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger('orders', '1.2.3');
  logger.emit({
    timestamp: [1_763_700_000, 123_456_789],
    observedTimestamp: [1_763_700_000, 123_456_999],
    severityNumber: 17,
    severityText: 'ERROR',
    body: { text: 'no stock', order: 7 },
    eventName: 'order.failed',
    attributes: { sku: 'é-1', tries: [1, 2] },
    context: trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 }),
  });
  logger.emit({ timestamp: [1_763_700_001, 0], observedTimestamp: [1_763_700_001, 0], body: 'started' });
  return exporter.getFinishedLogRecords();
}

const encodings = [
  ['protobuf', PROTOBUF_TYPE, ProtobufLogsSerializer, ''],
  ['JSON', JSON_TYPE, JsonLogsSerializer, '{}'],
] as const;

describe.each(encodings)('POST /v1/logs in %s', (_, type, serializer, success) => {
  it.each([
    ['plain', {}, (bytes: Uint8Array) => bytes],
    ['gzip', { 'content-encoding': 'gzip' }, gzipSync],
  ])(
    'takes what the official serializer writes, %s, and answers it as it was logged',
    async (_name, extra, pack) => {
      await postTrace();
      const body = serializer.serializeRequest(sdkRecords())!;
      const answer = await post('/v1/logs', pack(body), { ...type, ...extra });
      expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
        200,
        type['content-type'],
        success,
      ]);
      const inTrace = {
        id: 1,
        traceId,
        spanId,
        timeUnixNano: '1763700000123456789',
        observedTimeUnixNano: '1763700000123456999',
        severityNumber: 17,
        severityText: 'ERROR',
        body: { text: 'no stock', order: 7 },
        eventName: 'order.failed',
        attributes: { sku: 'é-1', tries: [1, 2] },
        droppedAttributesCount: 0,
        flags: 1,
        serviceName: 'shop',
        resource: { 'service.name': 'shop' },
        scope: { name: 'orders', version: '1.2.3' },
      };
      const ofTrace = await get(`/api/traces/${traceId}/logs`);
      expect(isLogList(ofTrace)).toBe(true);
      expect(ofTrace).toEqual({ items: [inTrace], nextCursor: null });
      const all = await get('/api/logs');
      expect(isLogList(all)).toBe(true);
      expect(all).toEqual({
        items: [
          expect.objectContaining({ traceId: null, spanId: null, body: 'started', severityNumber: 0 }),
          inTrace,
        ],
        nextCursor: null,
      });
    },
  );

  it('stores a request that is sent again once', async () => {
    const body = serializer.serializeRequest(sdkRecords())!;
    for (let attempt = 0; attempt < 2; attempt++)
      expect((await post('/v1/logs', body, type)).status).toBe(200);
    expect(await get('/api/logs')).toMatchObject({ items: { length: 2 } });
  });

  it('takes an empty request', async () => {
    const answer = await post('/v1/logs', serializer.serializeRequest([])!, type);
    expect([answer.status, await answer.text()]).toEqual([200, success]);
  });
});

describe('POST /v1/logs', () => {
  it('keeps the good records of a partly bad request and tells about the others', async () => {
    const answer = await postLogs(
      { body: { stringValue: 'kept' } },
      { timeUnixNano: '18446744073709551615' },
      { body: 5 },
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedLogRecords: '2',
        errorMessage: expect.stringMatching(
          /^2 log records rejected; the first: resourceLogs\[0\]\.scopeLogs\[0\]\.logRecords\[1\]: timeUnixNano must lie/,
        ),
      },
    });
    expect(await get('/api/logs')).toMatchObject({ items: [{ body: 'kept' }] });
  });

  it('keeps every line that is logged again, with and without a time', async () => {
    const timed = { timeUnixNano: 7, body: { stringValue: 'A' } };
    await postLogs(timed);
    await postLogs(timed, timed);
    for (let line = 0; line < 3; line++) await postLogs({ body: { stringValue: 'tick' } });
    expect(await get('/api/logs')).toMatchObject({ items: { length: 6 } });
  });

  it('tells about rejected records in protobuf', async () => {
    const late = [0x09, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    const scope = [0x12, late.length, ...late];
    const group = [0x12, scope.length, ...scope];
    const answer = await post('/v1/logs', Uint8Array.from([0x0a, group.length, ...group]), PROTOBUF_TYPE);
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    // partial_success { rejected_log_records: 1, error_message: … }
    expect([body[0], ...body.subarray(3, 6)]).toEqual([0x0a, 0x08, 1, 0x12]);
    expect(body.toString('utf8')).toContain(
      'resourceLogs[0].scopeLogs[0].logRecords[0]: timeUnixNano must lie',
    );
  });

  it.each([
    ['broken JSON', 400, '{', JSON_TYPE],
    ['broken protobuf', 400, Uint8Array.from([0x0a, 0x7f]), PROTOBUF_TYPE],
    ['gzip that is none', 400, 'x', { ...JSON_TYPE, 'content-encoding': 'gzip' }],
    ['another content type', 415, 'x', { 'content-type': 'text/plain' }],
    ['a foreign origin', 403, '{}', { ...JSON_TYPE, origin: 'http://evil.example' }],
  ])('refuses %s with %d', async (_, status, body, headers) => {
    expect((await post('/v1/logs', body, headers)).status).toBe(status);
    expect(await get('/api/logs')).toEqual({ items: [], nextCursor: null });
  });

  it('refuses more than 64 MiB, also when they come as a small gzip', async () => {
    const large = gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, 0x20));
    expect((await post('/v1/logs', large, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(413);
  });

  it('tells the sender to try again when the records cannot be stored', async () => {
    server.logs.write = () => Promise.reject(Object.assign(new Error('disk full'), { errcode: 13 }));
    const answer = await postLogs({});
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toEqual({
      code: 14,
      message: 'The log records could not be stored: disk full',
    });
  });
});

describe('the REST interface of logs', () => {
  it('pages through the records of a trace in order of time', async () => {
    await postTrace();
    await postLogs(...[3, 1, 2].map((time) => ({ traceId, timeUnixNano: time, body: { intValue: time } })), {
      traceId: 'b'.repeat(32),
      body: { intValue: 9 },
    });
    const first = await get(`/api/traces/${traceId.toUpperCase()}/logs?limit=2`);
    if (!isLogList(first)) throw new Error('not a list of logs');
    expect(first.items.map(({ body }) => body)).toEqual([1, 2]);
    expect(await get(`/api/traces/${traceId}/logs?limit=2&cursor=${first.nextCursor}`)).toMatchObject({
      items: [{ body: 3 }],
      nextCursor: null,
    });
  });

  it('answers what was logged in some spans of a trace, page by page, and from a severity on', async () => {
    await postTrace();
    const spans = ['1', '2', '3'].map((digit) => digit.repeat(15) + 'a');
    await postLogs(
      ...[0, 1, 2, 0, 1, 2].map((which, index) => ({
        traceId,
        spanId: spans[which],
        timeUnixNano: index + 1,
        severityNumber: index < 3 ? 9 : 17,
        body: { intValue: index },
      })),
      { traceId, body: { intValue: 9 } },
    );
    const bodies = async (query: string) => {
      const list = await get(`/api/traces/${traceId}/logs?${query}`);
      return isLogList(list) ? list.items.map(({ body }) => body) : list;
    };
    expect(await bodies(`spanId=${spans[1]}`)).toEqual([1, 4]);
    expect(await bodies(`spanId=${spans[2]?.toUpperCase()}&spanId=${spans[0]}`)).toEqual([0, 2, 3, 5]);
    expect(await bodies(`spanId=${spans[0]}&minSeverity=10`)).toEqual([3]);
    expect(await bodies('minSeverity=10')).toEqual([3, 4, 5]);
    expect(await bodies(`spanId=${'f'.repeat(16)}`)).toEqual([]);
    const first = await get(`/api/traces/${traceId}/logs?spanId=${spans[0]}&spanId=${spans[1]}&limit=3`);
    if (!isLogList(first)) throw new Error('not a list of logs');
    expect(first.items.map(({ body }) => body)).toEqual([0, 1, 3]);
    expect(await bodies(`spanId=${spans[0]}&spanId=${spans[1]}&cursor=${first.nextCursor}`)).toEqual([4]);
  });

  it('searches newest first by trace and severity', async () => {
    await postLogs(
      { traceId, timeUnixNano: 1, severityNumber: 9, body: { stringValue: 'info' } },
      { traceId, timeUnixNano: 2, severityNumber: 17, body: { stringValue: 'error' } },
      { timeUnixNano: 3, severityNumber: 21, body: { stringValue: 'fatal elsewhere' } },
    );
    const bodies = async (query: string) => {
      const list = await get(`/api/logs${query}`);
      return isLogList(list) ? list.items.map(({ body }) => body) : list;
    };
    expect(await bodies('')).toEqual(['fatal elsewhere', 'error', 'info']);
    expect(await bodies('?minSeverity=17')).toEqual(['fatal elsewhere', 'error']);
    expect(await bodies(`?traceId=${traceId.toUpperCase()}&minSeverity=13`)).toEqual(['error']);
    expect(await bodies('?limit=1')).toEqual(['fatal elsewhere']);
  });

  it.each([
    ['/api/logs?limit=0', 400, 'limit must be a number from 1 to 500.'],
    ['/api/logs?limit=501', 400, 'limit must be'],
    ['/api/logs?minSeverity=0', 400, 'minSeverity must be a number from 1 to 24.'],
    ['/api/logs?minSeverity=25', 400, 'minSeverity must be'],
    ['/api/logs?minSeverity=warn', 400, 'minSeverity must be'],
    ['/api/logs?minSeverity=1&minSeverity=2', 400, 'minSeverity must be given once.'],
    ['/api/logs?traceId=xyz', 400, 'A trace id has 32 hex digits.'],
    ['/api/logs?cursor=nonsense', 400, 'cursor must be the nextCursor of an earlier answer.'],
    ['/api/traces/xyz/logs', 400, 'A trace id has 32 hex digits.'],
    [`/api/traces/${traceId}/logs`, 404, `There is no trace ${traceId}.`],
    [`/api/traces/${traceId}/logs?limit=x`, 400, 'limit must be'],
    [`/api/traces/${traceId}/logs?minSeverity=0`, 400, 'minSeverity must be'],
    [`/api/traces/${traceId}/logs?spanId=xyz`, 400, 'A span id has 16 hex digits.'],
    [
      `/api/traces/${traceId}/logs?${`spanId=${spanId}&`.repeat(11)}`,
      400,
      'spanId may be given up to 10 times.',
    ],
  ])('answers %s with problem details and %d', async (path, status, detail) => {
    const answer = await fetch(`${server.url}${path}`);
    const body: unknown = await answer.json();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(isProblemDetails(body) && body.detail).toContain(detail);
  });
});

describe('/ws/traces', () => {
  async function messages(query: string, count: number, act: () => Promise<unknown>): Promise<LiveMessage[]> {
    const received: LiveMessage[] = [];
    let wake: () => void = () => undefined;
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/traces${query}`);
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString('utf8'));
      if (!isLiveMessage(message)) throw new Error('not a live message');
      received.push(message);
      wake();
    });
    const until = async (length: number) => {
      while (received.length < length) await new Promise<void>((resolve) => (wake = resolve));
    };
    await until(1);
    await act();
    await until(count);
    socket.terminate();
    return received;
  }

  it('tells that log records of a stored trace arrived, once and in order with the traces', async () => {
    await postTrace();
    const received = await messages('', 4, async () => {
      await postLogs({ traceId, body: { stringValue: 'a' } }, { traceId, body: { stringValue: 'b' } });
      for (let attempt = 0; attempt < 2; attempt++) await postLogs({ traceId, timeUnixNano: 1 });
      await postLogs({ body: { stringValue: 'no trace' } });
      await postTrace('c'.repeat(32));
    });
    expect(received).toEqual([
      { type: 'hello', seq: 1 },
      { type: 'logs', seq: 2, traceId },
      { type: 'logs', seq: 3, traceId },
      { type: 'trace', seq: 4, trace: expect.objectContaining({ traceId: 'c'.repeat(32) }) },
    ]);
  });

  it('tells a client that resumes what was logged meanwhile', async () => {
    await postTrace();
    await postLogs({ traceId, body: { stringValue: 'a' } });
    await postTrace('c'.repeat(32));
    await postLogs({ traceId, body: { stringValue: 'b' } });
    const received = await messages('?after=1', 3, async () => undefined);
    expect(received.slice(1).map(({ type, seq }) => `${type} ${seq}`)).toEqual(['trace 3', 'logs 4']);
  });
});
