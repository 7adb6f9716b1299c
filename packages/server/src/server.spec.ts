import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  isHealth,
  isLiveMessage,
  isProblemDetails,
  isSpanDetail,
  isSpanDetailList,
  isTraceDocument,
  isTraceList,
  type LiveMessage,
  type TraceSummary,
} from '@tta/obs-protocol';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from './server.ts';
import type { ServerOptions } from './server-options.ts';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-server-'));
  server = await start();
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  return startServer({ port: 0, databasePath: join(directory, 'traces.db'), ...options });
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function spanJson(trace: number, id: number, fields: object = {}) {
  const startNs = 1_763_700_000_000_000_000n + BigInt(trace * 1_000_000_000 + id * 1_000_000);
  return {
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    ...(id > 1 && { parentSpanId: hex(1, 16) }),
    name: `span ${id}`,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + 5_000_000n),
    ...fields,
  };
}

function exportJson(...spans: object[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

function post(
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`)).json();
}

/** Messages of a live connection, in the order of their arrival. */
class LiveClient {
  readonly messages: LiveMessage[] = [];
  readonly socket: WebSocket;
  #wake: () => void = () => undefined;

  constructor(query = '', headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/traces${query}`, { headers });
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      const message: unknown = JSON.parse(text);
      if (!isLiveMessage(message)) throw new Error(`not a live message: ${text}`);
      this.messages.push(message);
      this.#wake();
    });
  }

  async received(count: number): Promise<readonly LiveMessage[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.messages;
  }

  closed(): Promise<number> {
    return new Promise((resolve) => this.socket.once('close', resolve));
  }
}

describe('POST /v1/traces', () => {
  it('answers after the commit, and the trace can be read at once', async () => {
    const answer = await post(exportJson(spanJson(1, 1), spanJson(1, 2)));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({});
    const trace = await get(`/api/traces/${hex(1, 32)}`);
    expect(isTraceDocument(trace) && trace.summary.spanCount).toBe(2);
  });

  it('takes gzip, and answers protobuf with protobuf', async () => {
    const gzip = await post(gzipSync(exportJson(spanJson(1, 1))), { 'content-encoding': 'gzip' });
    expect(gzip.status).toBe(200);
    const empty = await post(new Uint8Array(), { 'content-type': 'application/x-protobuf' });
    expect(empty.status).toBe(200);
    expect(empty.headers.get('content-type')).toBe('application/x-protobuf');
    expect((await empty.arrayBuffer()).byteLength).toBe(0);
    expect((await server.store.counts()).spanCount).toBe(1);
  });

  it('keeps the good spans of a partly bad batch and tells about the others', async () => {
    const answer = await post(exportJson(spanJson(1, 1), spanJson(1, 2, { spanId: '0'.repeat(16) })));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: expect.stringContaining('spans[1]: spanId must be'),
      },
    });
    expect((await server.store.counts()).spanCount).toBe(1);
  });

  it('tells about rejected spans in protobuf', async () => {
    const span = [0x0a, 2, 1, 1];
    const scope = [0x12, span.length, ...span, 0x12, span.length, ...span];
    const group = [0x12, scope.length, ...scope];
    const answer = await post(Uint8Array.from([0x0a, group.length, ...group]), {
      'content-type': 'application/x-protobuf',
    });
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect([...body.subarray(0, 1)]).toEqual([0x0a]);
    expect(body.toString('utf8')).toContain(
      '2 spans rejected; the first: resourceSpans[0].scopeSpans[0].spans[0]: traceId',
    );
  });

  it.each([
    ['broken JSON', 400, 3, '{', {}],
    ['gzip that is none', 400, 3, 'plain text', { 'content-encoding': 'gzip' }],
    ['another content type', 415, 12, 'x', { 'content-type': 'text/plain' }],
    ['another content encoding', 415, 12, 'x', { 'content-encoding': 'br' }],
    ['a foreign origin', 403, 7, '{}', { origin: 'http://evil.example' }],
  ])('refuses %s with %d', async (_, status, code, body, headers) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    const told = (await answer.json()) as {
      code?: number;
      status?: number;
      message?: string;
      detail?: string;
    };
    expect(told.code ?? told.status).toBe(told.code === undefined ? status : code);
    expect(told.message ?? told.detail).toMatch(/\w{3,}/);
  });

  it('takes a span without a start from its end, and warns the sender in its encoding', async () => {
    const late = spanJson(1, 2, { startTimeUnixNano: undefined });
    const answer = await post(exportJson(spanJson(1, 1), late));
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '0',
        errorMessage: expect.stringMatching(/^1 spans .* span 0000000000000002 has no start/),
      },
    });
    const trace = await get(`/api/traces/${hex(1, 32)}`);
    expect(isTraceDocument(trace) && trace.summary.durationMs).toBe(6);
  });

  it('takes a span without times for one that happens as it arrives', async () => {
    const before = Date.now();
    const span = [0x0a, 16, ...Buffer.alloc(16, 1), 0x12, 8, ...Buffer.alloc(8, 2)];
    const scope = [0x12, span.length, ...span];
    const group = [0x12, scope.length, ...scope];
    const answer = await post(Uint8Array.from([0x0a, group.length, ...group]), {
      'content-type': 'application/x-protobuf',
    });
    const body = Buffer.from(await answer.arrayBuffer());
    // partial_success (1), with a length of two bytes, holds nothing but its error_message (2).
    expect([body[0], body[3]]).toEqual([0x0a, 0x12]);
    expect(body.toString('utf8')).toContain('has no times and got that of its arrival');
    const trace = await get(`/api/traces/${'01'.repeat(16)}`);
    if (!isTraceDocument(trace)) throw new Error('no trace');
    expect(trace.summary.startTimeMs).toBeGreaterThanOrEqual(before);
    expect(trace.summary.startTimeMs).toBeLessThanOrEqual(Date.now());
    expect(trace.summary.durationMs).toBe(0);
  });

  it('tells of what was rejected before it warns', async () => {
    const bad = spanJson(1, 2, { spanId: '' });
    const answer = await post(exportJson(bad, bad, spanJson(1, 1, { endTimeUnixNano: '0' })));
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '2',
        errorMessage: expect.stringMatching(
          /^2 spans rejected; the first: .* is ""; 1 spans were stored .* no end/,
        ),
      },
    });
  });

  it('refuses broken protobuf with a google.rpc.Status in protobuf', async () => {
    const answer = await post(Uint8Array.from([0x0a, 0x7f]), { 'content-type': 'application/x-protobuf' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
    const body = Buffer.from(await answer.arrayBuffer());
    expect([...body.subarray(0, 3)]).toEqual([0x08, 3, 0x12]);
    expect(body.toString('utf8')).toContain('claims 127 bytes');
  });

  it('refuses more than 64 MiB, also when they come as a small gzip', async () => {
    const large = Buffer.alloc(64 * 1024 * 1024 + 1, 0x20);
    expect((await post(gzipSync(large), { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post(large)).status).toBe(413);
    expect((await post(exportJson(spanJson(1, 1)))).status).toBe(200);
  });

  it('tells the sender to try again when the spans cannot be stored', async () => {
    server.store.write = () => Promise.reject(Object.assign(new Error('disk full'), { errcode: 13 }));
    const answer = await post(exportJson(spanJson(1, 1)));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toEqual({ code: 14, message: 'The spans could not be stored: disk full' });
  });

  it('tells the sender not to repeat what can never be stored', async () => {
    server.store.write = () => Promise.reject(new Error('string or blob too big'));
    const answer = await post(exportJson(spanJson(1, 1)));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([500, null]);
    expect(await answer.json()).toMatchObject({ code: 13 });
    expect(await get('/health')).toMatchObject({ status: 'ok', problem: null });
  });
});

describe('REST', () => {
  it('reports its health', async () => {
    await post(exportJson(spanJson(1, 1), spanJson(2, 1)));
    const health = await get('/health');
    expect(isHealth(health)).toBe(true);
    expect(health).toMatchObject({
      status: 'ok',
      problem: null,
      ports: [server.port],
      databasePath: join(directory, 'traces.db'),
      queuedBytes: 0,
      retention: { maxTraces: 1000, retentionHours: 24, maxBytes: 1024 ** 3 },
      stored: { traceCount: 2, spanCount: 2, pinnedCount: 0 },
    });
  });

  it('lists the newest 50 of 1000 traces and shows one of them', async () => {
    for (let batch = 0; batch < 10; batch++) {
      const spans = Array.from({ length: 100 }, (_, index) => batch * 100 + index + 1).flatMap((trace) => [
        spanJson(trace, 1),
        spanJson(trace, 2),
      ]);
      expect((await post(exportJson(...spans))).status).toBe(200);
    }
    const list = await get('/api/traces');
    if (!isTraceList(list)) throw new Error('not a list');
    expect(list.items.map((trace) => trace.traceId)).toEqual(
      Array.from({ length: 50 }, (_, index) => hex(1000 - index, 32)),
    );
    const next = await get(`/api/traces?limit=2&cursor=${list.nextCursor}`);
    expect(isTraceList(next) && next.items.map((trace) => trace.traceId)).toEqual([
      hex(950, 32),
      hex(949, 32),
    ]);
    const trace = await get(`/api/traces/${hex(777, 32).toUpperCase()}`);
    expect(isTraceDocument(trace) && trace.spans.name).toEqual(['span 1', 'span 2']);
    const detail = await get(`/api/traces/${hex(777, 32)}/spans/${hex(2, 16)}`);
    expect(isSpanDetail(detail) && detail.parentSpanId).toBe(hex(1, 16));
    const first = await get(`/api/traces/${hex(777, 32)}/spans?limit=1`);
    if (!isSpanDetailList(first)) throw new Error('not a list of spans');
    const rest = await get(`/api/traces/${hex(777, 32)}/spans?cursor=${first.nextCursor}`);
    expect(rest).toEqual({ items: [detail], nextCursor: null });
  });

  it.each([
    ['/api/traces?limit=0', 400],
    ['/api/traces?limit=501', 400],
    ['/api/traces?limit=1&limit=2', 400],
    ['/api/traces?cursor=nonsense', 400],
    ['/api/traces?cursor=1-1&cursor=2-2', 400],
    ['/api/traces/xyz', 400],
    [`/api/traces/${'a'.repeat(32)}`, 404],
    [`/api/traces/${'a'.repeat(32)}/spans/xyz`, 400],
    [`/api/traces/xyz/spans/${'a'.repeat(16)}`, 400],
    ['/api/traces/xyz/spans', 400],
    [`/api/traces/${'a'.repeat(32)}/spans`, 404],
    [`/api/traces/${'a'.repeat(32)}/spans/${'a'.repeat(16)}`, 404],
    ['/api/nothing', 404],
    ['/ws/traces', 426],
    ['/%zz', 400],
  ])('answers %s with problem details and %d', async (path, status) => {
    const answer = await fetch(`${server.url}${path}`);
    const body: unknown = await answer.json();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(isProblemDetails(body) && body.status).toBe(status);
  });
});

describe('reach', () => {
  /** fetch does not let a program choose its Host. */
  function statusFor(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { port: server.port, host: '127.0.0.1', path: '/health', headers },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      request.on('error', reject).end();
    });
  }

  it.each([
    ['a loopback name', { host: 'localhost:1234' }, 200],
    ['a loopback address', { host: '127.0.0.1' }, 200],
    ['the IPv6 loopback', { host: '[::1]:8765' }, 200],
    ['another name', { host: 'evil.example' }, 403],
    ['a name that begins like ours', { host: 'localhost.evil.example' }, 403],
    ['no proper host', { host: 'a b' }, 403],
    ['its own page', { host: 'localhost:5', origin: 'http://localhost:5' }, 200],
    ['a page of another port', { host: 'localhost:5', origin: 'http://localhost:6' }, 403],
    ['a page without origin', { host: 'localhost:5', origin: 'null' }, 403],
  ])('answers %s accordingly', async (_, headers, status) => {
    expect(await statusFor(headers)).toBe(status);
  });

  it('refuses a WebSocket from another page, to another address or from nowhere', async () => {
    const statusOf = (client: LiveClient) =>
      new Promise((resolve) =>
        client.socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode)),
      );
    expect(await statusOf(new LiveClient('', { origin: 'http://evil.example' }))).toBe(403);
    expect(await statusOf(new LiveClient('', { host: 'evil.example' }))).toBe(403);
    expect(await statusOf(new LiveClient('/more'))).toBe(404);
    expect(await statusOf(new LiveClient('?after=x'))).toBe(400);
  });
});

describe('/ws/traces', () => {
  it('greets with the newest seq and pushes each change once', async () => {
    await post(exportJson(spanJson(1, 1)));
    const client = new LiveClient();
    expect(await client.received(1)).toEqual([{ type: 'hello', seq: 1 }]);
    await post(exportJson(spanJson(1, 2), spanJson(2, 1)));
    await post(exportJson(spanJson(1, 2)));
    await post(exportJson(spanJson(3, 1)));
    const [, ...changes] = await client.received(4);
    expect(changes.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(changes[0]).toMatchObject({ type: 'trace', trace: { traceId: hex(1, 32), spanCount: 2 } });
  });

  it('resumes after a seq without gap and without repetition while changes go on', async () => {
    for (let trace = 1; trace <= 5; trace++) await post(exportJson(spanJson(trace, 1)));
    const client = new LiveClient('?after=2');
    for (let trace = 6; trace <= 15; trace++) await post(exportJson(spanJson(trace, 1)));
    const [hello, ...changes] = await client.received(14);
    expect(hello!.type).toBe('hello');
    expect(changes.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('starts over for a client that knows more than the database', async () => {
    await post(exportJson(spanJson(1, 1)));
    const client = new LiveClient('?after=99');
    expect((await client.received(2)).map(({ type, seq }) => `${type} ${seq}`)).toEqual([
      'hello 1',
      'trace 1',
    ]);
  });

  it('cuts off a client that does not read, with a code, and lets it resume', async () => {
    const slow = new LiveClient();
    await slow.received(1);
    slow.socket.pause();
    const name = 'n'.repeat(400_000);
    for (let trace = 1; trace <= 40; trace++) {
      expect((await post(exportJson(spanJson(trace, 1, { name })))).status).toBe(200);
    }
    const closed = slow.closed();
    slow.socket.resume();
    expect(await closed).toBe(1013);
    const last = slow.messages.at(-1)!.seq;
    expect(last).toBeLessThan(40);
    const again = new LiveClient(`?after=${last}`);
    expect((await again.received(2))[1]!.seq).toBe(last + 1);
    again.socket.terminate();
  });

  it('says goodbye when the service stops', async () => {
    const client = new LiveClient();
    await client.received(1);
    const closed = client.closed();
    await server.close();
    expect(await closed).toBe(1001);
  });
});

describe('startServer', () => {
  it('stops although the peer of a refused upgrade keeps its half open', async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      `GET /nope HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /);
    await server.close();
    socket.destroy();
  });

  it('tells listeners about committed traces until they unsubscribe', async () => {
    const seen: TraceSummary[] = [];
    const unsubscribe = server.onTrace((trace) => void seen.push(trace));
    await post(exportJson(spanJson(1, 1)));
    unsubscribe();
    await post(exportJson(spanJson(2, 1)));
    expect(seen.map((trace) => trace.traceId)).toEqual([hex(1, 32)]);
  });

  it('answers 200 also when a listener throws: the spans are stored', async () => {
    server.onTrace(() => {
      throw new Error('a bug of the listener');
    });
    expect((await post(exportJson(spanJson(1, 1)))).status).toBe(200);
  });

  it('keeps traces over a restart', async () => {
    await post(exportJson(spanJson(1, 1)));
    await server.close();
    server = await start();
    expect((await server.store.counts()).traceCount).toBe(1);
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    await expect(startServer({ port, databasePath: join(directory, 'b.db') })).rejects.toMatchObject({
      code: 'OBS_ERR_PORT_TAKEN',
      message: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    });
    other.close();
  });

  it.each(['192.0.2.1', 'no-such-host.invalid'])('cannot listen on %s', async (host) => {
    await expect(startServer({ host, port: 0, databasePath: join(directory, 'b.db') })).rejects.toMatchObject(
      { code: 'OBS_ERR_HOST_UNKNOWN' },
    );
  });

  it('asks for a token of its own making when others can reach it, and for none when they cannot', async () => {
    expect(server.token).toBeUndefined();
    await server.close();
    server = await start({ host: '0.0.0.0' });
    expect(server.token).toMatch(/^[\w-]{43}$/);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const headers = { 'x-tta-token': server.token! };
    expect((await fetch(`${server.url}/health`)).status).toBe(401);
    expect((await fetch(`${server.url}/health`, { headers })).status).toBe(200);
  });

  it('says that a token is too short, and leaves no database behind', async () => {
    const databasePath = join(directory, 'b.db');
    await expect(startServer({ port: 0, databasePath, token: 'short' })).rejects.toMatchObject({
      code: 'OBS_ERR_TOKEN',
    });
    expect(existsSync(databasePath)).toBe(false);
  });

  it('listens on the ports of OTLP too, and says which of them is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as { port: number }).port;
    const said: string[] = [];
    await server.close();
    server = await start({
      otlpPorts: [taken],
      logger: { warn: (message) => void said.push(message), error: () => undefined },
    });
    expect(said).toEqual([`Port ${taken} is taken: what is sent there does not arrive here.`]);
    other.close();
    await once(other, 'close');
    await server.close();
    server = await start({ otlpPorts: [taken] });
    const answer = await fetch(`http://127.0.0.1:${taken}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: exportJson(spanJson(1, 1)),
    });
    expect(answer.status).toBe(200);
    expect((await server.store.counts()).spanCount).toBe(1);
  });
});

describe('the page', () => {
  it('says how to come to a page when there is none', async () => {
    const answer = await fetch(server.url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(await answer.text()).toMatch(
      /^This service was started without its page: "tta-obs start" .* \/health/,
    );
    await server.close();
    server = await start({ pageDir: directory });
    const unbuilt = await fetch(server.url);
    expect(unbuilt.status).toBe(404);
    expect(await unbuilt.text()).toContain(`${join(directory, 'index.html')} is missing: build @tta/obs-web`);
  });

  it('serves the built page with a strict policy, and nothing outside its folder', async () => {
    const pageDir = join(directory, 'page');
    mkdirSync(join(pageDir, 'assets'), { recursive: true });
    writeFileSync(join(pageDir, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(pageDir, 'assets', 'main-1a2b.js'), 'export {};');
    writeFileSync(join(directory, 'secret.json'), '{}');
    await server.close();
    server = await start({ pageDir });
    const index = await fetch(server.url);
    expect(await index.text()).toContain('<title>page</title>');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    expect(index.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    const script = await fetch(`${server.url}/assets/main-1a2b.js`);
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(script.headers.get('cache-control')).toContain('immutable');
    for (const path of [
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/..%5csecret.json',
      '/missing.js',
    ]) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(404);
    }
  });
});
