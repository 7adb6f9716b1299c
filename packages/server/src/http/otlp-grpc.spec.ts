import { once } from 'node:events';
import { connect as connectHttp2, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { LiveFeed } from './live-feed.ts';
import { SparseLog } from './sparse-log.ts';
import { silentLogger } from '../logger.ts';
import type { Retention } from '../storage/retention.ts';
import type { Storage } from '../storage/storage.ts';
import { WriteHealth } from '../storage/write-health.ts';
import { Access } from './access.ts';
import type { HttpLimits } from './http-limits.ts';
import { createHttpService, type HttpService } from './http-service.ts';

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const METRICS = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

const OK = 0;
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

let service: HttpService;
let port: number;
let client: Client;
/** What the writers were given, and what they do with it. */
let written: string[];
let write: () => Promise<void>;
let logged: string[];

beforeEach(async () => {
  written = [];
  logged = [];
  write = () => Promise.resolve();
  await start();
});

afterEach(async () => {
  await stop();
});

async function start(limits: Partial<HttpLimits> = {}, token?: string): Promise<void> {
  const storage = { traces: {}, logs: {}, metrics: {} } as Storage;
  const writer = (noun: string) => {
    written.push(noun);
    return write();
  };
  const sparseLog = new SparseLog(() => 0);
  service = await createHttpService({
    storage,
    writeHealth: new WriteHealth(),
    queuedBytes: () => 0,
    retention: { limits: { maxTraces: 1, retentionHours: 1, maxBytes: 1 } } as Retention,
    feed: new LiveFeed({ store: storage.traces, logger: silentLogger, sparseLog }),
    writeSpans: () => writer('spans'),
    writeLogs: () => writer('log records'),
    writeMetrics: () => writer('metrics'),
    isRedacting: false,
    sparseLog,
    logger: { warn: () => undefined, error: (message) => void logged.push(message) },
    host: '127.0.0.1',
    access: new Access({ host: '127.0.0.1', ...(token !== undefined && { token }) }),
    version: '0',
    databasePath: '',
    uptimeMs: () => 0,
    pageDir: undefined,
    limits,
  });
  port = await service.listen(0);
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.max_send_message_length': -1,
  });
}

async function stop(): Promise<void> {
  client.close();
  await service.close();
}

async function restart(...options: Parameters<typeof start>): Promise<void> {
  await stop();
  await start(...options);
}

const field = (number: number, bytes: Uint8Array | string): Buffer => {
  const content = Buffer.from(bytes);
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
};
const nested = (item: Buffer): Buffer => field(1, field(2, field(2, item)));
/** A start (7) and an end (8) in 2025. */
const times = Buffer.alloc(18);
times.writeUInt8(0x39, 0);
times.writeBigUInt64LE(1_763_700_000_000_000_000n, 1);
times.writeUInt8(0x41, 9);
times.writeBigUInt64LE(1_763_700_000_000_000_009n, 10);
const span = (name = 'run') =>
  nested(Buffer.concat([field(1, Buffer.alloc(16, 1)), field(2, Buffer.alloc(8, 2)), field(5, name), times]));
const logRecord = nested(field(5, field(1, 'a line')));
const gauge = nested(Buffer.concat([field(1, 'level'), field(5, field(1, Buffer.from([0x20, 1])))]));

interface Reply {
  readonly code: number;
  readonly message: string;
  readonly bytes: Buffer | undefined;
}

function call(
  method: string,
  request: Buffer,
  { metadata = {}, deadlineMs }: { metadata?: Record<string, string>; deadlineMs?: number } = {},
): Promise<Reply> {
  const sent = new Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      method,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      request,
      sent,
      deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
      (error: ServiceError | null, bytes?: Buffer) =>
        resolve({ code: error?.code ?? OK, message: error?.details ?? '', bytes }),
    );
  });
}

const framed = (message: Buffer, flag = 0): Buffer => {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
};

/** A call in single frames, for what no proper client sends. */
async function rawCall(
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Record<string, string | number | undefined>> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    return await rawCallOn(session, body, headers);
  } finally {
    session.close();
  }
}

async function rawCallOn(
  session: ClientHttp2Session,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): Promise<Record<string, string | number | undefined>> {
  const stream = session.request({
    ':method': 'POST',
    ':path': TRACES,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  if (headers[':method'] !== 'GET') stream.end(body);
  let answer = {};
  stream.on('response', (responseHeaders) => (answer = { ...answer, ...responseHeaders }));
  stream.on('trailers', (trailers) => (answer = { ...answer, ...trailers }));
  stream.resume();
  await once(stream, 'close');
  return answer;
}

describe('OTLP/gRPC', () => {
  it.each([
    [TRACES, span(), 'spans'],
    [LOGS, logRecord, 'log records'],
    [METRICS, gauge, 'metrics'],
  ])('takes %s and answers with an empty message', async (method, request, stored) => {
    expect(await call(method, request)).toEqual({ code: OK, message: '', bytes: Buffer.alloc(0) });
    expect(written).toEqual([stored]);
  });

  it('takes an empty request', async () => {
    expect((await call(TRACES, Buffer.alloc(0))).code).toBe(OK);
    expect(written).toEqual([]);
  });

  it('takes gzip, and identity that says so', async () => {
    expect(await rawCall(framed(gzipSync(span()), 1), { 'grpc-encoding': 'gzip' })).toMatchObject({
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': '0',
    });
    expect(await rawCall(framed(span()), { 'grpc-encoding': 'gzip' })).toMatchObject({ 'grpc-status': '0' });
    expect(await rawCall(framed(span()), { 'grpc-encoding': 'identity' })).toMatchObject({
      'grpc-status': '0',
    });
    expect(written).toEqual(['spans', 'spans', 'spans']);
  });

  it('takes a message of 20 MiB', async () => {
    const request = Buffer.alloc(20 * 1024 * 1024);
    // One field that OTLP does not have.
    request.set([0x7a, 0xfb, 0xff, 0xff, 0x09]);
    expect((await call(TRACES, request)).code).toBe(OK);
  });

  it('tells about spans that could not be stored', async () => {
    const { code, bytes } = await call(TRACES, nested(field(5, 'no ids')));
    expect(code).toBe(OK);
    expect(bytes!.toString()).toContain('resourceSpans[0].scopeSpans[0].spans[0]: traceId');
  });

  it('takes many calls at once on one connection', async () => {
    const replies = await Promise.all(Array.from({ length: 300 }, () => call(TRACES, span())));
    expect(replies.every(({ code }) => code === OK)).toBe(true);
    expect(written).toHaveLength(300);
  });

  it('answers bad data with INVALID_ARGUMENT', async () => {
    const { code, message } = await call(TRACES, Buffer.from([0x0a, 0x7f]));
    expect(code).toBe(INVALID_ARGUMENT);
    expect(message).toContain('claims 127 bytes');
  });

  it.each<[string, Buffer, OutgoingHttpHeaders?]>([
    ['no message', Buffer.alloc(0)],
    ['half a prefix', Buffer.from([0, 0, 0])],
    ['half a message', framed(span()).subarray(0, 20)],
    ['two messages', Buffer.concat([framed(span()), framed(span())])],
    ['an unknown flag', framed(span(), 2)],
    ['a compressed message without a name for the compression', framed(gzipSync(span()), 1)],
    ['gzip that is none', framed(span(), 1), { 'grpc-encoding': 'gzip' }],
  ])('answers %s with INVALID_ARGUMENT', async (_name, body, headers = {}) => {
    expect(await rawCall(body, headers)).toMatchObject({
      ':status': 200,
      'grpc-status': String(INVALID_ARGUMENT),
    });
    expect(written).toEqual([]);
  });

  it('names the compressions that it takes to who uses another', async () => {
    expect(await rawCall(framed(deflateSync(span()), 1), { 'grpc-encoding': 'deflate' })).toMatchObject({
      'grpc-status': String(UNIMPLEMENTED),
      'grpc-accept-encoding': 'identity,gzip',
    });
  });

  it('knows no other methods', async () => {
    const { code, message } = await call(
      '/opentelemetry.proto.collector.trace.v1.TraceService/Import',
      span(),
    );
    expect(code).toBe(UNIMPLEMENTED);
    expect(message).toContain('TraceService/Import');
  });

  it.each([
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'application/grpc-web' }],
    [{ ':method': 'GET' }],
  ])('answers other HTTP/2 with 415: %j', async (headers) => {
    expect(await rawCall(Buffer.alloc(0), headers)).toMatchObject({
      ':status': 415,
      'content-type': 'text/plain; charset=utf-8',
    });
  });

  it.each([
    [
      'POST',
      '/v1/traces',
      'application/json',
      /^Over HTTP\/2 only OTLP\/gRPC .* over HTTP\/1\.1 on the same port\.\n$/,
    ],
    ['GET', '/health', undefined, /^Over HTTP\/2 only OTLP\/gRPC /],
    ['HEAD', '/health', undefined, /^$/],
  ])('tells %s %s over HTTP/2 what to use', async (method, path, type, text) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(type !== undefined && { 'content-type': type }),
    });
    if (method === 'POST') stream.end('{}');
    let answer = '';
    for await (const chunk of stream) answer += String(chunk);
    session.close();
    expect(answer).toMatch(text);
  });

  it('tells who asks over HTTP/2 without the token how to show it', async () => {
    await restart({}, 'correct-horse-battery');
    const headers = { 'content-type': 'application/json' };
    expect(await rawCall(Buffer.alloc(0), headers)).toMatchObject({
      ':status': 401,
      'www-authenticate': 'Bearer realm="tta-obs"',
    });
  });

  it('tells a foreign page nothing about what is served, with any content', async () => {
    const headers = { 'content-type': 'text/html', ':authority': 'evil.example' };
    expect(await rawCall(Buffer.alloc(0), headers)).toMatchObject({ ':status': 403 });
  });

  it('answers what is too large with RESOURCE_EXHAUSTED, also when it is compressed', async () => {
    await restart({ bodyBytes: 1_000 });
    expect((await call(TRACES, Buffer.alloc(1_001))).code).toBe(RESOURCE_EXHAUSTED);
    expect(
      await rawCall(framed(gzipSync(Buffer.alloc(1_001)), 1), { 'grpc-encoding': 'gzip' }),
    ).toMatchObject({
      'grpc-status': String(RESOURCE_EXHAUSTED),
      'grpc-message': 'The body is larger than 1000 bytes: send smaller batches.',
    });
    expect((await call(TRACES, span())).code).toBe(OK);
  });

  it('answers UNAVAILABLE, which is repeated, when it cannot store, and logs why', async () => {
    const full = Object.assign(new Error('Platte voll: 100 %, größer'), { errcode: 13 });
    write = () => Promise.reject(full);
    expect(await call(TRACES, span())).toMatchObject({
      code: UNAVAILABLE,
      message: 'The spans could not be stored: Platte voll: 100 %, größer',
    });
    expect(logged).toEqual([`Refused with 503: gRPC ${TRACES}`]);
  });

  it('answers UNAVAILABLE when there are too many requests in flight, until they are done', async () => {
    await restart({ requestsInFlight: 1 });
    let finish = () => {};
    write = () => new Promise((resolve) => (finish = resolve));
    const first = call(TRACES, span());
    while (written.length === 0) await new Promise(setImmediate);
    expect((await call(TRACES, span())).code).toBe(UNAVAILABLE);
    finish();
    expect((await first).code).toBe(OK);
    write = () => Promise.resolve();
    expect((await call(TRACES, span())).code).toBe(OK);
  });

  it('asks for the token when there is one', async () => {
    await restart({}, 'a-token-of-20-letters');
    expect((await call(TRACES, span())).code).toBe(UNAUTHENTICATED);
    const metadata = { authorization: 'Bearer a-token-of-20-letters' };
    expect((await call(TRACES, span(), { metadata })).code).toBe(OK);
  });

  it('refuses a foreign authority', async () => {
    expect(await rawCall(framed(span()), { ':authority': 'evil.example' })).toMatchObject({
      'grpc-status': String(PERMISSION_DENIED),
    });
  });

  it('gives up a call when its time is up', async () => {
    write = () => new Promise(() => undefined);
    expect(await rawCall(framed(span()), { 'grpc-timeout': '50m' })).toMatchObject({
      'grpc-status': String(DEADLINE_EXCEEDED),
    });
  });

  it('keeps no timer of a call that is done', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await call(TRACES, span());
    const before = timers();
    await Promise.all(Array.from({ length: 50 }, () => call(TRACES, span())));
    expect(timers()).toBeLessThan(before + 25);
  });

  it('does not wait for a message longer than for a whole request', async () => {
    await restart({ headersTimeoutMs: 50, requestTimeoutMs: 50 });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': TRACES,
      'content-type': 'application/grpc',
    });
    stream.write(framed(span()).subarray(0, 20));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers).toMatchObject({ 'grpc-status': String(DEADLINE_EXCEEDED) });
    session.destroy();
  });

  it('goes on when a client takes back its calls', async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    for (let index = 0; index < 50; index++) {
      const stream = session.request({
        ':method': 'POST',
        ':path': TRACES,
        'content-type': 'application/grpc',
      });
      stream.on('error', () => undefined);
      stream.write(framed(span()).subarray(0, 20));
      stream.close(8);
    }
    expect(await rawCallOn(session, framed(span()), {})).toMatchObject({ 'grpc-status': '0' });
    session.destroy();
    expect((await call(TRACES, span())).code).toBe(OK);
  });
});
