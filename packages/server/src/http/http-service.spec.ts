import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect as connectHttp2, constants as http2Constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ServiceLogger } from '../logger.ts';
import type { Retention } from '../storage/retention.ts';
import type { Storage } from '../storage/storage.ts';
import { WriteHealth } from '../storage/write-health.ts';
import { Access } from './access.ts';
import type { HttpLimits } from './http-limits.ts';
import { createHttpService, type HttpService } from './http-service.ts';
import { LiveFeed } from './live-feed.ts';
import { SparseLog } from './sparse-log.ts';

const TOKEN = 'correct-horse-battery';
const EMPTY_JSON_EXPORT = post('/v1/traces', '{}');
/** More than the buffers of a connection take. */
const LARGE_BYTES = 32 * 1024 * 1024;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

let service: HttpService | undefined;
let port: number;
let said: string[];
/** What storing does. */
let write: () => Promise<void>;
let newestSeq: () => Promise<number>;

async function start(
  limits: Partial<HttpLimits> = {},
  token?: string,
  host = '127.0.0.1',
): Promise<HttpService> {
  said = [];
  write = () => Promise.resolve();
  newestSeq = async () => 7;
  const logger: ServiceLogger = {
    warn: (message) => void said.push(message),
    error: (message) => void said.push(message),
  };
  const sparseLog = new SparseLog(() => 0);
  const store = {
    counts: async () => ({ traceCount: 0, spanCount: 0 }),
    traces: async () => ({ items: 'x'.repeat(LARGE_BYTES), nextCursor: null }),
    pins: async () => ({ pinnedCount: 0, exemptCount: 0 }),
    newestSeq: () => newestSeq(),
    changesAfter: async () => [],
  };
  const usage = async () => ({ fileBytes: 0, usedBytes: 0 });
  const logs = { counts: async () => ({ logRecordCount: 0 }) };
  const metrics = { counts: async () => ({ metricSeriesCount: 0, dataPointCount: 0 }) };
  const storage = { traces: store, logs, metrics, usage } as unknown as Storage;
  service = await createHttpService({
    storage,
    writeHealth: new WriteHealth(),
    queuedBytes: () => 0,
    retention: { limits: { maxTraces: 1, retentionHours: 1, maxBytes: 1 } } as Retention,
    feed: new LiveFeed({ store: storage.traces, logger, sparseLog }),
    writeSpans: () => write(),
    writeLogs: () => write(),
    writeMetrics: () => write(),
    isRedacting: false,
    logger,
    sparseLog,
    host,
    access: new Access({ host, ...(token !== undefined && { token }) }),
    version: '0',
    databasePath: '',
    uptimeMs: () => 0,
    pageDir: undefined,
    limits: { closeTimeoutMs: 200, ...limits },
  });
  port = await service.listen(0);
  return service;
}

afterEach(async () => {
  await service?.close();
  service = undefined;
});

function post(path: string, body: string, headers = 'content-type: application/json\r\n'): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}

/** One more span than nothing, so that something is stored. */
const ONE_SPAN = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab'.repeat(16), spanId: 'ab'.repeat(8) }] }] }],
});

async function connected(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that is answered until the service ends the connection. */
async function ended(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await closed(socket);
  return text;
}

/** Not `once`, which rejects when the connection is reset. */
function closed(socket: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => socket.once('close', resolve));
}

async function answerTo(...parts: (string | Uint8Array)[]): Promise<string> {
  const socket = await connected();
  const answer = ended(socket);
  for (const part of parts) {
    socket.write(part);
    await turn();
  }
  return answer;
}

/** Lets what was written arrive. */
async function turn(): Promise<void> {
  for (let index = 0; index < 3; index++) await new Promise(setImmediate);
}

/** Reads until `count` answers have begun. */
async function answers(socket: Socket, count: number): Promise<string> {
  let text = '';
  while (text.split('HTTP/1.1 ').length <= count) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text += chunk.toString('latin1');
  }
  return text;
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });

async function isWell(): Promise<boolean> {
  return (await get('/health')).status === 200;
}

/** A frame of HTTP/2 (RFC 9113 §4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
const SETTINGS = frame(4, 0, 0);

/** Headers as literals without indexing (RFC 7541 §6.2.2). */
function headerBlock(headers: Record<string, string>): Buffer {
  const fields = Object.entries({ ':scheme': 'http', ':authority': 'localhost', ...headers });
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

describe('one port', () => {
  it('tells the protocols apart, however their first bytes arrive', async () => {
    await start();
    for (const cut of [1, 2, 3, 5]) {
      const http1 = await connected();
      http1.setNoDelay(true);
      http1.write(EMPTY_JSON_EXPORT.slice(0, cut));
      await turn();
      http1.write(EMPTY_JSON_EXPORT.slice(cut));
      expect(await answers(http1, 1)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      http1.destroy();
      const http2 = await connected();
      http2.setNoDelay(true);
      http2.write(PREFACE.slice(0, cut));
      await turn();
      http2.write(Buffer.concat([Buffer.from(PREFACE.slice(cut)), SETTINGS]));
      const [settings] = (await once(http2, 'data')) as [Buffer];
      expect(settings[3]).toBe(4);
      http2.destroy();
    }
  });

  it('answers requests that were sent at once, in their order, on one connection', async () => {
    await start();
    const socket = await connected();
    socket.write(EMPTY_JSON_EXPORT + post('/v1/nothing', '{}') + EMPTY_JSON_EXPORT);
    const text = await answers(socket, 3);
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200', '404', '200']);
    socket.destroy();
  });

  it.each(['h2c', 'TLS/1.2', 'h2c, websocket'])(
    'ignores that a request wants to change to %s, however often',
    async (protocol) => {
      await start();
      const socket = await connected();
      const upgrade = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n`;
      const question = EMPTY_JSON_EXPORT.replace('host', `${upgrade}host`);
      for (let index = 0; index < 12; index++) {
        socket.write(question.slice(0, -1));
        await turn();
        socket.write(question.slice(-1));
        expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n\{\}$/s);
      }
      socket.destroy();
    },
  );

  it('keeps what a request that wants to change the protocol says of its connection', async () => {
    await start();
    const headers = 'connection: Upgrade, close\r\nupgrade: h2c\r\nhost';
    expect(await answerTo(EMPTY_JSON_EXPORT.replace('host', headers))).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*connection: close/is,
    );
  });

  it('cuts off who wants to change the protocol behind a question that is not answered', async () => {
    await start();
    write = () => new Promise(() => undefined);
    const upgrade = EMPTY_JSON_EXPORT.replace('host', 'connection: Upgrade\r\nupgrade: h2c\r\nhost');
    expect(await answerTo(post('/v1/traces', ONE_SPAN) + upgrade)).toBe('');
  });

  it('takes addresses as they are sent through a proxy, and the name in them for the host', async () => {
    await start();
    const absolute = (path: string, body: string) =>
      post(path, body).replace('\r\nhost', '\r\nconnection: close\r\nhost');
    expect(await answerTo(absolute('http://localhost/v1/traces?a=b', '{}'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerTo(absolute('HTTP://127.0.0.1', '{}'))).toMatch(/^HTTP\/1\.1 404 .*POST \/:/s);
    expect(await answerTo(absolute('http://evil.example/v1/traces', '{}'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await answerTo(absolute('*', '{}'))).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('listens on more ports, and says which it cannot have', async () => {
    const { listen, listenWhereFree } = await start();
    const first = port;
    port = await listen(0);
    expect(port).not.toBe(first);
    expect(await isWell()).toBe(true);
    await listenWhereFree([first]);
    expect(said).toEqual([`Port ${first} is taken: what is sent there does not arrive here.`]);
    await listenWhereFree([70_000]);
    expect(said[1]).toMatch(/^Port 70000 cannot be had \(/);
  });

  it('listens on all addresses of localhost', async () => {
    await start({}, undefined, 'localhost');
    expect(await isWell()).toBe(true);
  });
});

describe('POST /v1/traces', () => {
  it('refuses a declared length over the limit without waiting for the body', async () => {
    await start({ bodyBytes: 1_000 });
    const socket = await connected();
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1001\r\n\r\n',
    );
    expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 413 .*"code":8/s);
    socket.write(' '.repeat(1_001) + EMPTY_JSON_EXPORT);
    expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('cuts off who goes on sending what was refused', async () => {
    await start({ bodyBytes: 1_000 });
    const socket = await connected();
    const text = ended(socket);
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const pump = setInterval(() => socket.write(`200\r\n${' '.repeat(512)}\r\n`), 1);
    expect(await text).toMatch(/^HTTP\/1\.1 413 /);
    clearInterval(pump);
    expect(await isWell()).toBe(true);
  });

  it.each(['deflate', 'zstd', 'br'])('refuses %s, and says what is taken', async (encoding) => {
    await start();
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: '{}',
    });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toEqual({
      code: 12,
      message: `Content-Encoding "${encoding}" is not taken: send gzip or no encoding.`,
    });
  });

  it('takes a content type with parameters, a query, and an encoding that changes nothing', async () => {
    await start();
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces?source=spec`, {
      method: 'POST',
      headers: { 'content-type': 'Application/JSON; charset=utf-8', 'content-encoding': 'identity' },
      body: '{}',
    });
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
  });

  it.each(['/v1/traces/', '/v1/metrics/?a=b', '/v1/logs/'])('takes one slash behind %s', async (path) => {
    await start();
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
  });

  it.each([
    ['POST', '/'],
    ['POST', '/v1'],
    ['POST', '/v1/'],
    ['POST', '/v1/trace'],
    ['POST', '/v1/traces//'],
    ['POST', '/v1/traces/v1/traces'],
    ['PUT', '/v1/log'],
  ])(
    'answers %s %s, where a sender with a wrong endpoint ends up, with what is right',
    async (method, path) => {
      await start({}, TOKEN);
      const send = (headers: Record<string, string>) =>
        fetch(`http://127.0.0.1:${port}${path}?q`, { method, headers });
      const bearer = { authorization: `Bearer ${TOKEN}` };
      const json = await send({ ...bearer, 'content-type': 'application/json' });
      expect([json.status, json.headers.get('content-type')]).toEqual([404, 'application/json']);
      expect(await json.json()).toEqual({
        code: 12,
        message: `There is no ${method} ${path}: OTLP traces go to /v1/traces, metrics to /v1/metrics, logs to /v1/logs.`,
      });
      const protobuf = await send({ ...bearer, 'content-type': 'application/x-protobuf' });
      expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([
        404,
        'application/x-protobuf',
      ]);
      expect([...new Uint8Array(await protobuf.arrayBuffer())].slice(0, 2)).toEqual([0x08, 12]);
      expect((await send({ 'content-type': 'application/json' })).status).toBe(401);
    },
  );

  it('leaves what is not meant for OTLP to others', async () => {
    await start();
    expect((await get('/')).headers.get('content-type')).toContain('text/plain');
    expect((await get('/v10')).headers.get('content-type')).toContain('application/problem+json');
  });

  it('is the only method there', async () => {
    await start();
    const answer = await get('/v1/traces');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('takes small requests while large ones come slowly', async () => {
    await start({ bytesInFlight: 3 * 1024 * 1024, slowUploadMs: 60_000 });
    const slow = await Promise.all([connected(), connected()]);
    for (const socket of slow) {
      socket.write(post('/v1/traces', ' '.repeat(2 * 1024 * 1024)).slice(0, -1));
    }
    // Each is answered once what came before it was read; the second of the large ones has no room.
    const text = await Promise.race(slow.map((socket) => answers(socket, 1)));
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(await answerTo(EMPTY_JSON_EXPORT.replace('\r\nhost', '\r\nconnection: close\r\nhost'))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    const large = await connected();
    large.write(post('/v1/traces', ' '.repeat(2 * 1024 * 1024)));
    expect(await answers(large, 1)).toMatch(/^HTTP\/1\.1 503 /);
    for (const socket of [...slow, large]) socket.destroy();
  });

  it('ends the upload that has gone on for longest when there is no room for another', async () => {
    await start({ bytesInFlight: 1_000, smallBytesInFlight: 0, slowUploadMs: 0 });
    const slow = await connected();
    slow.write(post('/v1/traces', ' '.repeat(600)).slice(0, -1));
    await isWell();
    expect(
      await answerTo(
        post('/v1/traces', '{}'.padEnd(600), 'content-type: application/json\r\nconnection: close\r\n'),
      ),
    ).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answers(slow, 1)).toMatch(/^HTTP\/1\.1 503 /);
    slow.destroy();
  });

  it('tells the sender to come back when too much is in flight, and takes it then', async () => {
    await start({ bytesInFlight: 1_000, smallBytesInFlight: 0 });
    let finish: (() => void) | undefined;
    write = () => new Promise((resolve) => (finish = resolve));
    const body = ONE_SPAN.padEnd(600);
    const first = await connected();
    first.write(post('/v1/traces', body));
    while (finish === undefined) await turn();
    const second = await connected();
    second.write(post('/v1/traces', body));
    expect(await answers(second, 1)).toMatch(/^HTTP\/1\.1 503 .*retry-after: 1\r\n/s);
    const done = answers(first, 1);
    finish();
    expect(await done).toMatch(/^HTTP\/1\.1 200 /);
    write = () => Promise.resolve();
    second.write(post('/v1/traces', body));
    expect(await answers(second, 1)).toMatch(/^HTTP\/1\.1 200 /);
    first.destroy();
    second.destroy();
  });
});

describe('what is refused', () => {
  const send = (path: string, headers: Record<string, string>, body = '{}') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };

  it('is counted, and said without query, token and body', async () => {
    await start({ bodyBytes: 1_000 }, TOKEN);
    const good = { ...json, authorization: `Bearer ${TOKEN}` };
    await send('/v1/trace?token=secret', good);
    await send('/v1/traces', { ...good, 'content-type': 'text/plain' });
    await send('/v1/traces', good, '{ "password": ');
    await send('/v1/logs', { ...good, 'x-tta-token': 'nonsense-of-a-client', authorization: '' });
    await send('/v1/metrics', good, 'x'.repeat(1_001));
    await send('/v1/traces', { ...good, origin: 'http://evil.example' });
    await send('/v1/traces', good, ONE_SPAN.replace('ab', 'xy'));
    write = () => Promise.reject(new Error('disk full'));
    await send('/v1/traces', good, ONE_SPAN);
    const health = (await (await get('/health', good)).json()) as { refused: unknown };
    expect(health.refused).toEqual({ requestCount: 7, recordCount: 1 });
    expect(said).toEqual([
      'Refused with 404: POST /v1/trace',
      'Refused with 415: POST /v1/traces',
      'Refused with 400: POST /v1/traces',
      'Refused with 401: POST /v1/logs',
      'Refused with 413: POST /v1/metrics',
      'Refused with 403: POST /v1/traces',
      'Left out 1 spans that cannot be stored; the answer says why',
      // Its cause is handed over beside it.
      'Refused with 500: POST /v1/traces',
    ]);
  });

  it('is no question without the token, or whether the service runs by another name', async () => {
    await start({}, TOKEN);
    expect((await get('/health')).status).toBe(401);
    const byOtherName = 'GET /health HTTP/1.1\r\nhost: other.example\r\nconnection: close\r\n\r\n';
    expect(await answerTo(byOtherName)).toContain('HTTP/1.1 403');
    const health = (await (await get('/health', { 'x-tta-token': TOKEN })).json()) as { refused: unknown };
    expect(health.refused).toEqual({ requestCount: 0, recordCount: 0 });
    expect(said).toEqual([]);
  });

  it('is counted of WebSockets and malformed addresses, but not of questions for what is not there', async () => {
    await start();
    const foreign = 'host: evil.example\r\nconnection: close\r\n\r\n';
    await answerTo(`GET /api/%zz HTTP/1.1\r\n${foreign}`);
    await answerTo(
      `GET /ws/traces HTTP/1.1\r\nupgrade: websocket\r\nhost: evil.example\r\nconnection: upgrade\r\n\r\n`,
    );
    await get('/favicon.ico');
    await fetch(`http://127.0.0.1:${port}/nothing`, { method: 'HEAD' });
    await get('/api/traces?limit=0');
    const health = (await (await get('/health')).json()) as { refused: unknown };
    expect(health.refused).toEqual({ requestCount: 2, recordCount: 0 });
    expect(said).toEqual(['Refused with 403: GET /api/%zz']);
  });
});

describe('other paths', () => {
  it('logs once a minute that questions fail', async () => {
    await start();
    for (let index = 0; index < 3; index++) expect((await get('/api/logs')).status).toBe(500);
    expect(said).toEqual(['GET /api/logs failed']);
  });

  it('refuses an address that cannot be decoded with the headers of all other answers', async () => {
    await start({}, TOKEN);
    expect((await get('/api/%zz')).status).toBe(401);
    const answer = await get('/api/%zz', { authorization: `Bearer ${TOKEN}` });
    expect(answer.status).toBe(400);
    const health = await get('/health', { authorization: `Bearer ${TOKEN}` });
    for (const name of ['content-security-policy', 'x-content-type-options', 'cache-control']) {
      expect(answer.headers.get(name)).toBe(health.headers.get(name));
    }
    expect(
      await answerTo('GET /api/%zz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('answers an unknown one with 404 before it reads the body', async () => {
    await start();
    const socket = await connected();
    socket.write('POST /intake/v2/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000000\r\n\r\n');
    expect(await answers(socket, 1)).toMatch(/^HTTP\/1\.1 404 /);
    socket.destroy();
  });

  it('answers a method that an address does not have with 404, with any content', async () => {
    await start();
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/traces/${'1'.repeat(32)}`, {
        method: 'DELETE',
        headers,
      });
      expect([answer.status, await answer.text()]).toEqual([
        404,
        expect.stringContaining('There is no DELETE /api/traces/'),
      ]);
    }
  });

  it('takes changes as JSON only, which a form of another site cannot send', async () => {
    await start();
    const status = async (method: string, headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${port}/api/cleanup`, { method, headers })).status;
    expect(await status('POST', {})).toBe(415);
    expect(await status('POST', { 'content-type': 'text/plain' })).toBe(415);
    expect(await status('POST', { 'content-type': 'application/json' })).toBe(400);
  });
});

describe('hostile clients', () => {
  it.each([
    ['says nothing', ''],
    ['says one letter', 'P'],
    ['stops within the headers', 'POST /v1/traces HTTP/1.1\r\nhost: loc'],
    ['stops within the preface of HTTP/2', 'PRI * HT'],
    ['stops after the preface of HTTP/2', PREFACE],
  ])('ends the connection of a client that %s', async (_, bytes) => {
    await start({ headersTimeoutMs: 50, idleTimeoutMs: 50 });
    const text = await answerTo(bytes);
    expect(text).not.toContain(' 200 ');
    expect(await isWell()).toBe(true);
  });

  it('tells a client that does not finish its request that it took too long', async () => {
    await start({ headersTimeoutMs: 500, requestTimeoutMs: 500 });
    const half = post('/v1/traces', ' '.repeat(100)).slice(0, -50);
    expect(await answerTo(half)).toMatch(/^HTTP\/1\.1 408 .*"detail":"The request took too long\."/s);
  });

  it('ends an idle connection', async () => {
    await start({ idleTimeoutMs: 50 });
    expect(await answerTo(EMPTY_JSON_EXPORT)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['no HTTP', 'hello there\r\n\r\n', 400],
    ['the begin of TLS', Buffer.from('16030100c8010000c40303', 'hex'), 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
    ['headers of 20 KiB', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers %s with problem details and ends the connection', async (_, bytes, status) => {
    await start();
    const text = await answerTo(bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const body: unknown = JSON.parse(text.slice(text.indexOf('\r\n\r\n')));
    expect(body).toMatchObject({ status });
  });

  it('answers an address that is too long', async () => {
    await start();
    const answer = await get(`/api/traces/${'a'.repeat(200)}`);
    expect(answer.status).toBe(414);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('refuses one connection too many, says so once, and takes it when another has ended', async () => {
    await start({ connections: 2 });
    write = () => new Promise(() => undefined);
    const open = [await connected(), await connected()];
    for (const socket of open) socket.write(post('/v1/traces', ONE_SPAN));
    await turn();
    expect(await answerTo('')).toMatch(/^(HTTP\/1\.1 503 |$)/);
    expect(await answerTo('')).toMatch(/^(HTTP\/1\.1 503 |$)/);
    expect(said).toEqual(['2 connections are in use: more are refused for now.']);
    for (const socket of open) socket.destroy();
    // It takes a moment until the service has seen that.
    let text = '';
    while (!text.includes(' 200 '))
      text = await answerTo(EMPTY_JSON_EXPORT.replace('host', 'connection: close\r\nhost'));
  });

  it('closes the connection that is idle for longest for a new one', async () => {
    await start({ connections: 4 });
    let finish = () => {};
    write = () => new Promise((resolve) => (finish = resolve));
    const busy = await connected();
    busy.write(post('/v1/traces', ONE_SPAN));
    const feed = new WebSocket(`ws://127.0.0.1:${port}/ws/traces`);
    await once(feed, 'message');
    const first = await connected();
    const second = await connected();
    for (const socket of [second, first]) {
      socket.write(EMPTY_JSON_EXPORT);
      await answers(socket, 1);
    }
    // Of HTTP/2, on which a call was made and is done.
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    const sessionEnd = closed(session);
    await closed(second);
    const stream = session.request({ ':path': '/' });
    stream.resume();
    await once(stream, 'close');
    const third = await connected();
    await closed(first);
    const fourth = await connected();
    await sessionEnd;
    const ofTheFourth = ['Refused with 415: GET /'];
    expect([busy.destroyed, feed.readyState, said]).toEqual([false, WebSocket.OPEN, ofTheFourth]);
    const done = answers(busy, 1);
    finish();
    expect(await done).toMatch(/^HTTP\/1\.1 200 /);
    feed.terminate();
    for (const socket of [busy, third, fourth]) socket.destroy();
  });

  it('cuts off a client that does not read its answer', async () => {
    await start({ connections: 1, idleTimeoutMs: 100 });
    const socket = await connected();
    socket.pause();
    socket.write('GET /api/traces HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const text = () => answerTo(EMPTY_JSON_EXPORT.replace('host', 'connection: close\r\nhost'));
    while (!(await text()).includes(' 200 ')) await turn();
    expect(socket.bytesRead).toBeLessThan(LARGE_BYTES);
    socket.destroy();
  });

  it('waits with a client for an answer that takes longer than a connection may be idle', async () => {
    await start({ idleTimeoutMs: 30 });
    let finish = () => {};
    write = () => new Promise((resolve) => (finish = resolve));
    const socket = await connected();
    const answer = ended(socket);
    socket.write(post('/v1/traces', ONE_SPAN));
    // Another connection comes, and is ended for being idle.
    await answerTo(EMPTY_JSON_EXPORT);
    finish();
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('forgets connections of HTTP/2 that their clients have ended', async () => {
    await start({ connections: 1 });
    for (let index = 0; index < 5; index++) {
      const socket = await connected();
      socket.end(Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
      expect(await ended(socket)).not.toContain('503');
    }
  });

  it.each([
    ['pings', frame(6, 0, 0, Buffer.alloc(8)), 200_000],
    ['settings', SETTINGS, 200_000],
    ['frames without content', frame(0, 0, 1), 50_000],
    ['unknown frames', frame(0x42, 0, 0, Buffer.alloc(100)), 20_000],
  ])('survives a flood of %s that are never read', async (_, bytes, count) => {
    await start({ idleTimeoutMs: 300 });
    const socket = await connected();
    socket.pause();
    socket.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
    socket.write(Buffer.concat(Array.from({ length: count }, () => bytes)));
    for (let index = 0; index < 20; index++) expect(await isWell()).toBe(true);
    socket.destroy();
  });

  it.each([
    ['text/html', http2Constants.NGHTTP2_CANCEL],
    ['text/html', http2Constants.NGHTTP2_INTERNAL_ERROR],
    ['text/html', http2Constants.NGHTTP2_NO_ERROR],
    ['application/grpc', http2Constants.NGHTTP2_CANCEL],
    ['application/grpc', http2Constants.NGHTTP2_INTERNAL_ERROR],
  ])('survives a request over HTTP/2 of %s that is taken back with it: code %d', async (type, code) => {
    await start();
    const socket = await connected();
    const reset = Buffer.from([0, 0, 0, code]);
    socket.write(
      Buffer.concat([
        Buffer.from(PREFACE),
        SETTINGS,
        frame(1, 4, 1, headerBlock({ ':method': 'POST', ':path': '/', 'content-type': type })),
        frame(3, 0, 1, reset),
      ]),
    );
    for (let index = 0; index < 5; index++) expect(await isWell()).toBe(true);
    socket.destroy();
  });

  it('ends a session that opens calls and takes them back as fast as it can', async () => {
    await start();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    const gone = closed(session);
    const pump = setInterval(() => {
      for (let index = 0; index < 200 && !session.destroyed && !session.closed; index++) {
        const stream = session.request({
          ':method': 'POST',
          ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
          'content-type': 'application/grpc',
        });
        stream.on('error', () => undefined);
        stream.close(http2Constants.NGHTTP2_CANCEL);
      }
    }, 1);
    await gone;
    clearInterval(pump);
    expect(await isWell()).toBe(true);
  });
});

describe('/ws/traces', () => {
  const opened = () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/traces`);
    socket.on('error', () => undefined);
    return socket;
  };

  it('serves 250 clients, also when more come at the same time', async () => {
    await start();
    let greet = () => {};
    const mayGreet = new Promise<void>((resolve) => (greet = resolve));
    newestSeq = async () => {
      await mayGreet;
      return 7;
    };
    let helloCount = 0;
    const refused: number[] = [];
    const sockets = Array.from({ length: 260 }, opened);
    const told = sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('message', () => {
            helloCount++;
            resolve();
          });
          socket.once('close', (code) => {
            refused.push(code);
            resolve();
          });
        }),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    greet();
    await Promise.all(told);
    expect([helloCount, refused]).toEqual([250, Array.from({ length: 10 }, () => 1013)]);
    for (const socket of sockets) socket.terminate();
  });

  it('logs once a minute that clients cannot be served', async () => {
    await start();
    newestSeq = async () => {
      throw new Error('no storage');
    };
    for (let index = 0; index < 3; index++) await closed(opened());
    expect(said).toEqual(['A live client could not be served']);
  });
});

describe('a token', () => {
  const bearer = { authorization: `Bearer ${TOKEN}` };

  it('is asked for by REST, with the scheme that is expected', async () => {
    await start({}, TOKEN);
    const answer = await get('/health');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="tta-obs"']);
    expect((await get('/health', bearer)).status).toBe(200);
    expect((await get('/health', { 'x-tta-token': TOKEN })).status).toBe(200);
    expect((await get('/nothing')).status).toBe(401);
  });

  it('is asked for by OTLP, in the encoding of the request', async () => {
    await start({}, TOKEN);
    const send = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers });
    const json = await send({ 'content-type': 'application/json' });
    expect([json.status, json.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="tta-obs"']);
    expect(await json.json()).toMatchObject({ code: 16 });
    const protobuf = await send({ 'content-type': 'application/x-protobuf' });
    expect([...new Uint8Array(await protobuf.arrayBuffer())].slice(0, 2)).toEqual([0x08, 16]);
    expect((await send({ 'content-type': 'application/x-protobuf', ...bearer })).status).toBe(200);
  });

  it('becomes a cookie, and leaves the address of the page', async () => {
    await start({}, TOKEN);
    expect((await get('/')).status).toBe(401);
    expect((await get('/?token=correct-horse-batterx')).status).toBe(401);
    expect((await get(`/?token=${TOKEN}&token=${TOKEN}`)).status).toBe(401);
    expect((await get(`/health?token=${TOKEN}`)).status).toBe(401);
    const answer = await get(`/?token=${TOKEN}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    expect((await get('/health', { cookie: cookie.split(';')[0]! })).status).toBe(200);
  });

  it('is asked for by the page in words, without a script and without repeating what was sent', async () => {
    await start({}, TOKEN);
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const answer = await get('/?from=<script>', { accept });
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      401,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await answer.text();
    expect(text).toContain('/?token=');
    expect(text).not.toMatch(/<script|style|correct-horse|href|src=/);
    const wrong = await get('/?token=correct-horse-batterx', { accept });
    expect([wrong.status, await wrong.text()]).toEqual([401, expect.stringContaining('is not the one of')]);
    for (const [path, wanted] of [
      ['/', '*/*'],
      ['/', 'application/json, text/html-not'],
      ['/api/traces', accept],
    ] as const) {
      const type = (await get(path, { accept: wanted })).headers.get('content-type');
      expect([path, type]).toEqual([path, 'application/problem+json; charset=utf-8']);
    }
    expect((await get('/health', { accept, ...bearer })).status).toBe(200);
  });

  it('is taken under any name of the host, and nothing else is', async () => {
    await start({}, TOKEN);
    const answerTo = (path: string) =>
      new Promise<[number | undefined, IncomingHttpHeaders]>((resolve, reject) => {
        httpRequest({ host: '127.0.0.1', port, path, headers: { host: 'vm.local' } }, (answer) => {
          answer.resume();
          resolve([answer.statusCode, answer.headers]);
        })
          .on('error', reject)
          .end();
      });
    const right = await answerTo(`/?token=${TOKEN}`);
    expect([right[0], right[1]['set-cookie']]).toEqual([303, [expect.stringMatching(/^tta-token=/)]]);
    const wrong = await answerTo(`/?token=${TOKEN}x`);
    expect([wrong[0], wrong[1]['set-cookie']]).toEqual([403, undefined]);
  });

  it('is asked for by the WebSocket, which a page opens with its cookie', async () => {
    await start({}, TOKEN);
    const [cookie] = (await get(`/?token=${TOKEN}`)).headers.get('set-cookie')!.split(';');
    const open = (headers: Record<string, string>) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/traces`, { headers });
        socket.once('unexpected-response', (_, answer) => {
          resolve(answer.statusCode);
          answer.destroy();
        });
        socket.once('message', (data: Buffer) => {
          resolve(JSON.parse(data.toString()));
          socket.terminate();
        });
      });
    expect(await open({})).toBe(401);
    expect(await open({ cookie: 'tta-token=x' })).toBe(401);
    expect(await open({ cookie: cookie! })).toEqual({ type: 'hello', seq: 7 });
    expect(await open(bearer)).toEqual({ type: 'hello', seq: 7 });
  });
});

describe('close', () => {
  it('ends silent and idle connections at once', async () => {
    const { close } = await start({ closeTimeoutMs: 60_000 });
    const silent = ended(await connected());
    const idle = await connected();
    idle.write(EMPTY_JSON_EXPORT);
    await answers(idle, 1);
    await close();
    await Promise.all([silent, idle.closed || closed(idle)]);
    await expect(isWell()).rejects.toThrow();
  });

  it('tells clients of HTTP/2 to go away', async () => {
    const { close } = await start();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    await once(session, 'remoteSettings');
    const told = once(session, 'goaway');
    await close();
    const [code] = (await told) as [number];
    expect(code).toBe(http2Constants.NGHTTP2_NO_ERROR);
    session.destroy();
  });

  it('lets a request in flight end, and then its connection', async () => {
    const { close } = await start({ closeTimeoutMs: 60_000 });
    let finish = () => {};
    let isWriting = false;
    write = () => {
      isWriting = true;
      return new Promise((resolve) => (finish = resolve));
    };
    const agent = new Agent({ keepAlive: true });
    const status = new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          agent,
          port,
          host: '127.0.0.1',
          path: '/v1/traces',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      request.on('error', reject).end(ONE_SPAN);
    });
    while (!isWriting) await turn();
    const stopped = close();
    for (let index = 0; index < 10; index++) await turn();
    finish();
    expect(await status).toBe(200);
    await stopped;
    agent.destroy();
  });

  it('cuts off what does not end', async () => {
    const { close } = await start({ closeTimeoutMs: 50 });
    write = () => new Promise(() => undefined);
    const socket = await connected();
    const text = ended(socket);
    socket.write(post('/v1/traces', ONE_SPAN));
    const half = await connected();
    half.write('POST /v1/traces HTTP/1.1\r\n');
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => undefined);
    const stream = session.request({ ':method': 'POST', 'content-type': 'application/grpc' });
    stream.on('error', () => undefined);
    stream.write('x');
    await once(session, 'connect');
    await close();
    expect(await text).toBe('');
    session.destroy();
  });
});
