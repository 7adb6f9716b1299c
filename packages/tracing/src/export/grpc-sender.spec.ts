import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { createServer as createHttpServer } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { type Certificates, makeCertificates } from '../../test/certificates.ts';
import { GrpcDestination } from '../../test/grpc-destination.ts';
import { until } from '../../test/receiver.ts';
import { createSender } from './create-sender.ts';
import type { OtlpEndpoint } from './destination.ts';
import type { Sender, SendOutcome } from './sender.ts';

const body = Buffer.from('spans, as bytes');
const generous = 30_000;
const taken = 'taken, 0 rejected: undefined';

const open: { stop: (() => unknown)[]; senders: Sender<Uint8Array>[] } = { stop: [], senders: [] };

afterEach(async () => {
  for (const sender of open.senders.splice(0)) sender.abort();
  for (const stop of open.stop.splice(0)) await stop();
});

function senderTo(url: string, options: Partial<OtlpEndpoint> = {}, clock = systemClock) {
  const sender = createSender({ name: 'here', url, protocol: 'grpc', ...options }, 'traces', clock);
  open.senders.push(sender);
  return sender;
}

async function started(destination: GrpcDestination, port?: number): Promise<string> {
  open.stop.push(() => destination.kill());
  return destination.start(port);
}

/** The outcome as it reads in a table. */
function told(outcome: SendOutcome): string {
  if (outcome.kind === 'taken') return `taken, ${outcome.rejected} rejected: ${outcome.message}`;
  return outcome.kind === 'refused'
    ? `refused: ${outcome.error.message}`
    : `later (${outcome.afterMs}): ${outcome.error.message}`;
}

function only<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`${values.length} instead of one`);
  return value;
}

/** A protobuf field that holds bytes. */
const field = (number: number, bytes: string | readonly number[]): number[] => [
  number * 8 + 2,
  bytes.length,
  ...Buffer.from(bytes as string),
];
/** google.rpc.Status with a RetryInfo of 2.5 s among its details. */
const retryInfo = [
  ...field(3, field(1, 'type.googleapis.com/google.rpc.DebugInfo')),
  ...field(3, [
    ...field(1, 'type.googleapis.com/google.rpc.RetryInfo'),
    ...field(2, field(1, [8, 2, 16, 0x80, 0xca, 0xb5, 0xee, 0x01])),
  ]),
];

function metadataWith(details: readonly number[]): Metadata {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(details));
  return metadata;
}

describe('the sender for gRPC', () => {
  it('calls Export with the body, its metadata and its limit', async () => {
    const destination = new GrpcDestination();
    const url = await started(destination);
    const headers = { 'X-Key': 'k-1', 'x-id-bin': 'raw bytes', 'grpc-status': '7', 'Content-Length': '1' };
    const before = Date.now();
    expect(told(await senderTo(`${url}/ignored`, { headers }).send(body, generous))).toBe(taken);
    const call = only(destination.calls);
    expect(call.body).toEqual(body);
    expect(call.metadata.get('x-key')).toEqual(['k-1']);
    expect(call.metadata.get('x-id-bin')).toEqual([Buffer.from('raw bytes')]);
    expect(call.metadata.get('user-agent')).toEqual(['tta-obs']);
    expect(call.metadata.get('grpc-status')).toEqual([]);
    expect(call.deadlineMs).toBeGreaterThan(before);
    expect(call.deadlineMs).toBeLessThanOrEqual(Date.now() + generous);
  });

  it('compresses the message when it is asked to', async () => {
    const large = Buffer.alloc(100_000, 'span ');
    const destination = new GrpcDestination();
    const sender = senderTo(await started(destination), { compression: 'gzip' });
    expect(told(await sender.send(large, generous))).toBe(taken);
    expect(only(destination.calls).body).toEqual(large);
    const raw = await rawServer((stream) => stream.respond({}, { endStream: true }));
    await senderTo(raw.url, { compression: 'gzip' }).send(large, generous);
    const { headers, body: sent } = only(raw.received);
    expect(headers['grpc-encoding']).toBe('gzip');
    expect(sent.readUInt8(0)).toBe(1);
    expect(sent.readUInt32BE(1)).toBe(sent.length - 5);
    expect(sent.length).toBeLessThan(large.length / 10);
    expect(gunzipSync(sent.subarray(5))).toEqual(large);
  });

  it('sends what gRPC over HTTP/2 asks for', async () => {
    const raw = await rawServer((stream) => stream.respond({ 'grpc-status': '0' }, { endStream: true }));
    const sender = senderTo(raw.url.replace('//', '//me:secret@'));
    await sender.send(body, 1_500.2);
    const { headers, body: sent } = only(raw.received);
    expect(headers).toMatchObject({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
    });
    expect(headers['grpc-timeout']).toMatch(/^1[45]\d\dm$/);
    expect(headers['grpc-encoding']).toBeUndefined();
    expect(sent).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 0, body.length]), body]));
  });

  it('reads a partial success', async () => {
    const answer = Buffer.from(field(1, [8, 2, ...field(2, 'too old')]));
    const url = await started(new GrpcDestination((_call, done) => done(null, answer)));
    expect(told(await senderTo(url).send(body, generous))).toBe('taken, 2 rejected: too old');
  });

  it.each([
    ['CANCELLED', 'later'],
    ['UNKNOWN', 'refused'],
    ['INVALID_ARGUMENT', 'refused'],
    ['DEADLINE_EXCEEDED', 'later'],
    ['NOT_FOUND', 'refused'],
    ['ALREADY_EXISTS', 'refused'],
    ['PERMISSION_DENIED', 'refused'],
    ['RESOURCE_EXHAUSTED', 'refused'],
    ['FAILED_PRECONDITION', 'refused'],
    ['ABORTED', 'later'],
    ['OUT_OF_RANGE', 'later'],
    ['UNIMPLEMENTED', 'refused'],
    ['INTERNAL', 'refused'],
    ['UNAVAILABLE', 'later'],
    ['DATA_LOSS', 'later'],
    ['UNAUTHENTICATED', 'refused'],
  ] as const)('understands %s', async (name, kind) => {
    const url = await started(
      new GrpcDestination((_call, done) => done({ code: status[name], details: 'nicht möglich, 100 %' })),
    );
    const outcome = await senderTo(url).send(body, generous);
    const kindTold = kind === 'later' ? 'later (undefined)' : kind;
    expect(told(outcome)).toBe(`${kindTold}: ${name}: nicht möglich, 100 %`);
  });

  it.each([
    ['RESOURCE_EXHAUSTED', 'later (2500): RESOURCE_EXHAUSTED: busy'],
    ['UNAVAILABLE', 'later (2500): UNAVAILABLE: busy'],
    ['INVALID_ARGUMENT', 'refused: INVALID_ARGUMENT: busy'],
  ] as const)('waits after %s as long as RetryInfo says', async (name, expected) => {
    const metadata = metadataWith(retryInfo);
    const url = await started(
      new GrpcDestination((_call, done) => done({ code: status[name], details: 'busy', metadata })),
    );
    expect(told(await senderTo(url).send(body, generous))).toBe(expected);
  });

  it.each([
    ['other details', field(3, field(1, 'type.googleapis.com/google.rpc.DebugInfo'))],
    ['details that cannot be read', [0x1a, 0x70]],
  ])('takes RESOURCE_EXHAUSTED with %s for final', async (_name, details) => {
    const error = { code: status.RESOURCE_EXHAUSTED, details: '', metadata: metadataWith(details) };
    const url = await started(new GrpcDestination((_call, done) => done(error)));
    expect(told(await senderTo(url).send(body, generous))).toBe('refused: RESOURCE_EXHAUSTED');
  });

  it('uses one connection, and makes a new one when the destination has come back', async () => {
    const first = new GrpcDestination();
    const url = await started(first);
    const sender = senderTo(url);
    for (let i = 0; i < 2; i++) expect(told(await sender.send(body, generous))).toBe(taken);
    await first.stop();
    expect(told(await sender.send(body, generous))).toMatch(/^later \(undefined\): connect ECONNREFUSED/);
    const second = new GrpcDestination();
    await started(second, Number(new URL(url).port));
    expect(told(await sender.send(body, generous))).toBe(taken);
    expect([first.calls.length, second.calls.length]).toEqual([2, 1]);
  });

  it('says later when the destination dies during the call', async () => {
    const destination = new GrpcDestination(() => destination.kill());
    const outcome = await senderTo(await started(destination)).send(body, generous);
    expect(outcome).toMatchObject({ kind: 'later', afterMs: undefined });
  });

  it('gives up at the limit, and makes the next call on a new connection', async () => {
    const clock = new ManualClock();
    let isStuck = true;
    const raw = await rawServer((stream) => {
      if (!isStuck) stream.respond({ 'grpc-status': '0' }, { endStream: true });
    });
    const sender = senderTo(raw.url, {}, clock);
    const outcome = sender.send(body, 500);
    await until(() => raw.received.length === 1);
    await clock.advance(500);
    expect(told(await outcome)).toBe('later (undefined): no answer within 500 ms');
    isStuck = false;
    expect(told(await sender.send(body, 500))).toBe(taken);
    expect(raw.sessions()).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at once what is under way, and whatever comes later, when it is aborted', async () => {
    const destination = new GrpcDestination(() => undefined);
    const sender = senderTo(await started(destination));
    const outcomes = [sender.send(body, generous), sender.send(body, generous)];
    await until(() => destination.calls.length === 2);
    sender.abort();
    outcomes.push(sender.send(body, generous));
    for (const outcome of outcomes)
      expect(told(await outcome)).toBe('later (undefined): given up at shutdown');
    expect(destination.calls).toHaveLength(2);
  });

  it('refuses what HTTP/2 cannot carry', async () => {
    const url = await started(new GrpcDestination());
    const outcome = await senderTo(url, { headers: { connection: 'close' } }).send(body, generous);
    expect(told(outcome)).toMatch(/^refused: .*connection/);
  });

  it('shows no credentials that the destination echoes', async () => {
    const error = { code: status.UNAUTHENTICATED, details: 'bad key tok-12345678!' };
    const url = await started(new GrpcDestination((_call, done) => done(error)));
    const headers = { authorization: 'Bearer tok-12345678' };
    const outcome = await senderTo(url, { headers }).send(body, generous);
    expect(told(outcome)).toBe('refused: UNAUTHENTICATED: bad key …!');
  });

  it('shows neither the header made of the user name and password, nor one in base64', async () => {
    const url = await started(
      new GrpcDestination(({ metadata }, done) => {
        const [id = ''] = metadata.get('x-id-bin');
        const details = `bad ${String(metadata.get('authorization')[0])} or ${Buffer.from(id).toString('base64')}`;
        done({ code: status.UNAUTHENTICATED, details });
      }),
    );
    const headers = { 'x-id-bin': 'tok-12345678' };
    const sender = senderTo(url.replace('//', '//me:pass-word@'), { headers });
    expect(told(await sender.send(body, generous))).toBe('refused: UNAUTHENTICATED: bad … or …');
  });

  it('sends as before when it is to finish', async () => {
    const sender = senderTo(await started(new GrpcDestination()));
    sender.finish();
    for (let i = 0; i < 2; i++) expect(told(await sender.send(body, generous))).toBe(taken);
  });

  it.each([
    ['before anything was sent', false],
    ['after something was sent', true],
  ])('sends nothing after it was aborted %s, also when it is to finish', async (_name, isUsed) => {
    const destination = new GrpcDestination();
    const clock = new ManualClock();
    const sender = senderTo(await started(destination), { compression: 'gzip' }, clock);
    if (isUsed) await sender.send(body, generous);
    sender.abort();
    sender.abort();
    sender.finish();
    for (let i = 0; i < 2; i++)
      expect(told(await sender.send(body, generous))).toBe('later (undefined): given up at shutdown');
    expect(destination.calls).toHaveLength(isUsed ? 1 : 0);
    expect(clock.pendingTimers).toBe(0);
  });
});

interface RawCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP/2 server that answers as it is told. */
async function rawServer(answer: (stream: ServerHttp2Stream, session: Http2Session) => void) {
  const received: RawCall[] = [];
  const sessions = new Set<Http2Session>();
  const server: Http2Server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => {
      received.push({ headers, body: Buffer.concat(chunks) });
      if (stream.session) answer(stream, stream.session);
    });
  });
  return {
    url: `http://127.0.0.1:${await portOf(server, sessions)}`,
    received,
    sessions: () => sessions.size,
    openSessions: () => [...sessions].filter(({ destroyed }) => !destroyed).length,
  };
}

async function portOf(
  server: Http2Server | TcpServer,
  sessions: Iterable<Http2Session> = [],
): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.stop.push(async () => {
    for (const session of sessions) session.destroy();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

const grpc = { ':status': 200, 'content-type': 'application/grpc' };
const partial = Buffer.from(field(1, [8, 2]));
/** The same with a field before it that nobody knows. */
const padded = (length: number): Buffer => {
  const rest = length - 4 - partial.length;
  return Buffer.concat([
    Buffer.from([0x7a, (rest & 0x7f) | 0x80, ((rest >> 7) & 0x7f) | 0x80, rest >> 14]),
    Buffer.alloc(rest),
    partial,
  ]);
};
const frame = (message: Buffer, flag = 0): Buffer =>
  Buffer.concat([Buffer.from([flag, 0, 0, message.length >> 8, message.length & 0xff]), message]);

function http2Frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A server that speaks HTTP/2 by hand, from when the call has arrived. */
async function frameServer(answer: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    let isAnswered = false;
    socket.on('error', () => undefined);
    socket.write(http2Frame(4, 0, 0, Buffer.alloc(0)));
    socket.on('data', (bytes: Buffer) => {
      if (isAnswered || !bytes.includes(body)) return;
      isAnswered = true;
      answer(socket);
    });
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

/** Headers without compression of their names and values (RFC 7541, section 6.2.2). */
const literal = (name: string, value: string): Buffer =>
  Buffer.from(`\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`);
const hint = literal(':status', '103');
const endless = Buffer.concat(Array.from({ length: 100 }, () => literal('x-more', 'x'.repeat(100))));

/** Headers, a body and trailers with the status OK. */
function respondInFull(stream: ServerHttp2Stream, headers: object, message: Buffer): void {
  stream.respond({ ...grpc, ...headers }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(message);
}

describe('the sender for gRPC with an unusual answer', () => {
  it.each<[string, (stream: ServerHttp2Stream, session: Http2Session) => void, unknown]>([
    [
      'trailers alone',
      (s) => s.respond({ ...grpc, 'grpc-status': '3', 'grpc-message': 'no%20way' }, { endStream: true }),
      'refused: INVALID_ARGUMENT: no way',
    ],
    [
      'a message that is not percent-encoded',
      (s) => s.respond({ ...grpc, 'grpc-status': '3', 'grpc-message': '100%' }, { endStream: true }),
      'refused: INVALID_ARGUMENT: 100%',
    ],
    [
      'an unknown code',
      (s) => s.respond({ ...grpc, 'grpc-status': '99' }, { endStream: true }),
      'refused: status 99',
    ],
    ['success without a message', (s) => respondInFull(s, {}, Buffer.alloc(0)), taken],
    [
      'a compressed message',
      (s) => respondInFull(s, { 'grpc-encoding': 'gzip' }, frame(gzipSync(partial), 1)),
      'taken, 2 rejected: undefined',
    ],
    [
      'a message compressed otherwise',
      (s) => respondInFull(s, { 'grpc-encoding': 'zstd' }, frame(gzipSync(partial), 1)),
      taken,
    ],
    [
      'a message that is not what it says',
      (s) => respondInFull(s, { 'grpc-encoding': 'gzip' }, frame(partial, 1)),
      taken,
    ],
    ['a message that is cut short', (s) => respondInFull(s, {}, frame(partial).subarray(0, 7)), taken],
    [
      'more than 64 KiB',
      (s) => respondInFull(s, {}, Buffer.concat([frame(partial), Buffer.alloc(2 ** 16)])),
      taken,
    ],
    [
      'a message that is more than 64 KiB when it is decompressed',
      (s) => respondInFull(s, { 'grpc-encoding': 'gzip' }, frame(gzipSync(padded(2 ** 16 + 1)), 1)),
      taken,
    ],
    [
      'a message that is 64 KiB when it is decompressed',
      (s) => respondInFull(s, { 'grpc-encoding': 'gzip' }, frame(gzipSync(padded(2 ** 16)), 1)),
      'taken, 2 rejected: undefined',
    ],
    [
      'no status',
      (s) => s.respond(grpc, { endStream: true }),
      'later (undefined): the answer ended without a status',
    ],
    [
      'a page',
      (s) => {
        s.respond({ ':status': 200, 'content-type': 'text/html' });
        s.end('<html>');
      },
      'refused: 200 OK with text/html: there is no gRPC service at this address',
    ],
    [
      '404',
      (s) => s.respond({ ':status': 404 }, { endStream: true }),
      'refused: 404 Not Found with nothing: there is no gRPC service at this address',
    ],
    [
      '599',
      (s) => s.respond({ ':status': 599 }, { endStream: true }),
      'refused: 599 with nothing: there is no gRPC service at this address',
    ],
    [
      '429',
      (s) => s.respond({ ':status': 429 }, { endStream: true }),
      'later (undefined): 429 Too Many Requests',
    ],
    ['502', (s) => s.respond({ ':status': 502 }, { endStream: true }), 'later (undefined): 502 Bad Gateway'],
    [
      '503',
      (s) => s.respond({ ':status': 503 }, { endStream: true }),
      'later (undefined): 503 Service Unavailable',
    ],
    [
      '504',
      (s) => s.respond({ ':status': 504 }, { endStream: true }),
      'later (undefined): 504 Gateway Timeout',
    ],
    [
      'a reset of the call',
      (s) => s.close(7),
      expect.stringMatching(/^later \(undefined\): .*REFUSED_STREAM/),
    ],
    [
      'a reset after its headers',
      (s) => {
        s.respond(grpc);
        setImmediate(() => s.close(2));
      },
      expect.stringMatching(/^later/),
    ],
    ['the end of the connection', (_s, session) => session.destroy(), expect.stringMatching(/^later/)],
    ['GOAWAY with an error', (_s, session) => session.goaway(1), expect.stringMatching(/^later/)],
  ])('understands %s', async (_name, answer, expected) => {
    const raw = await rawServer(answer);
    const text = told(await senderTo(raw.url).send(body, generous));
    expect(text).toEqual(expected);
  });

  it('calls again at once when the destination had closed the idle connection', async () => {
    let calls = 0;
    const raw = await rawServer((stream, session) => {
      calls++;
      // The second call on a connection is not answered, as if it had crossed with its end.
      if (calls === 2) session.destroy();
      else stream.respond({ ...grpc, 'grpc-status': '0' }, { endStream: true });
    });
    const sender = senderTo(raw.url);
    await sender.send(body, generous);
    expect(told(await sender.send(body, generous))).toBe(taken);
    expect([calls, raw.sessions()]).toEqual([3, 2]);
  });

  it('does not call again at once when the destination refuses the call alone', async () => {
    let calls = 0;
    const raw = await rawServer((stream) => {
      if (++calls === 1) stream.respond({ ...grpc, 'grpc-status': '0' }, { endStream: true });
      else stream.close(7);
    });
    const sender = senderTo(raw.url);
    await sender.send(body, generous);
    expect(told(await sender.send(body, generous))).toMatch(/^later .*REFUSED_STREAM/);
    expect([calls, raw.sessions()]).toEqual([2, 1]);
  });

  it('leaves a connection that the destination is about to close', async () => {
    const raw = await rawServer((stream, session) => {
      stream.respond({ ...grpc, 'grpc-status': '0' }, { endStream: true });
      session.close();
    });
    const sender = senderTo(raw.url);
    for (let i = 0; i < 3; i++) expect(told(await sender.send(body, generous))).toBe(taken);
    expect(raw.sessions()).toBe(3);
  });

  it('takes the answer that comes after GOAWAY, and calls on a new connection meanwhile', async () => {
    const answers: (() => void)[] = [];
    const raw = await rawServer((stream, session) => {
      const answer = (): void => stream.respond({ ...grpc, 'grpc-status': '0' }, { endStream: true });
      if (raw.received.length > 1) return answer();
      session.goaway(0, 2 ** 31 - 1);
      answers.push(answer);
    });
    const clock = new ManualClock();
    const sender = senderTo(raw.url, {}, clock);
    const first = sender.send(body, generous);
    await until(() => answers.length === 1);
    while (raw.sessions() < 2) expect(told(await sender.send(body, generous))).toBe(taken);
    answers[0]?.();
    expect(told(await first)).toBe(taken);
    expect(clock.pendingTimers).toBe(0);
    await until(() => raw.openSessions() === 1);
  });

  it('says later at once when GOAWAY tells that the call is not looked at', async () => {
    const clock = new ManualClock();
    let client: Socket | undefined;
    const url = await frameServer((socket) => {
      client = socket;
      socket.write(http2Frame(7, 0, 0, Buffer.alloc(8)));
    });
    const outcome = await senderTo(url, {}, clock).send(body, generous);
    expect(told(outcome)).toMatch(/^later \(undefined\): .*REFUSED_STREAM/);
    await until(() => client?.destroyed === true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at the limit, or when it is aborted, what no answer comes to after GOAWAY', async () => {
    const clock = new ManualClock();
    const raw = await rawServer((_stream, session) => session.goaway(0, 2 ** 31 - 1));
    const sender = senderTo(raw.url, {}, clock);
    const late = sender.send(body, 500);
    await until(() => raw.received.length === 1);
    await clock.advance(500);
    expect(told(await late)).toBe('later (undefined): no answer within 500 ms');
    const aborted = [sender.send(body, 500), sender.send(body, 500)];
    await until(() => raw.received.length === 3);
    sender.abort();
    for (const outcome of aborted)
      expect(told(await outcome)).toBe('later (undefined): given up at shutdown');
    await until(() => raw.openSessions() === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each<[string, (stream: ServerHttp2Stream, i: number) => void]>([
    ['its hints', (s) => s.additionalHeaders({ ':status': 103 })],
    [
      'its body',
      (s, i) => {
        if (i === 0) s.respond(grpc);
        s.write('x');
      },
    ],
  ])('gives up at the limit when the destination lets %s drip', async (_name, drop) => {
    const clock = new ManualClock();
    const streams: ServerHttp2Stream[] = [];
    const raw = await rawServer((stream) => void streams.push(stream));
    const outcome = senderTo(raw.url, {}, clock).send(body, 10_000);
    await until(() => streams.length === 1);
    for (let i = 0; i < 10; i++) {
      for (const stream of streams) drop(stream, i);
      await new Promise(setImmediate);
      await clock.advance(1_000);
    }
    expect(told(await outcome)).toBe('later (undefined): no answer within 10000 ms');
    await until(() => raw.openSessions() === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['headers in one block', 9],
    ['blocks of headers', 1],
  ])('does not read endless %s', async (_name, nextType) => {
    const clock = new ManualClock();
    let client: Socket | undefined;
    const url = await frameServer((socket) => {
      client = socket;
      const flood = (): void => {
        while (!socket.destroyed && socket.write(http2Frame(nextType, nextType === 9 ? 0 : 4, 1, endless)));
      };
      socket.on('drain', flood);
      socket.write(http2Frame(1, nextType === 9 ? 0 : 4, 1, hint));
      flood();
    });
    const outcome = await senderTo(url, {}, clock).send(body, generous);
    expect(told(outcome)).toMatch(/^later \(undefined\): /);
    await until(() => client?.destroyed === true);
    expect(clock.pendingTimers).toBe(0);
  });

  const noGrpc = 'Protocol error; is there a gRPC service at this address?';
  it.each([
    [
      'closes the connection',
      () => createTcpServer((socket) => void socket.destroy()),
      'the connection was closed without an answer',
    ],
    ['speaks HTTP/1 alone', () => createHttpServer((_request, response) => void response.end()), noGrpc],
    [
      'speaks another language',
      () => createTcpServer((socket) => void socket.resume().end('hello, who is there?\r\n')),
      noGrpc,
    ],
  ])('says later when the destination %s', async (_name, server, reason) => {
    const outcome = await senderTo(`http://127.0.0.1:${await portOf(server())}`).send(body, generous);
    expect(told(outcome)).toBe(`later (undefined): ${reason}`);
  });
});

describe('the sender for gRPC over TLS', () => {
  let certificates: Certificates;
  beforeAll(() => void (certificates = makeCertificates()));

  function secure(asksForCertificate: boolean): Promise<string> {
    const { ca, server: pair } = certificates;
    return started(new GrpcDestination(undefined, { ca, pair, asksForCertificate }));
  }

  it('trusts the authority that it is given, and no unknown one', async () => {
    const url = await secure(false);
    const { ca } = certificates;
    expect(told(await senderTo(url, { tls: { ca } }).send(body, generous))).toBe(taken);
    expect(told(await senderTo(url).send(body, generous))).toMatch(/^later \(undefined\): .*certificate/);
  });

  it('presents its own certificate', async () => {
    const url = await secure(true);
    const { ca, client } = certificates;
    expect(told(await senderTo(url, { tls: { ca, ...client } }).send(body, generous))).toBe(taken);
    expect(told(await senderTo(url, { tls: { ca } }).send(body, generous))).toMatch(/^later/);
  });
});
