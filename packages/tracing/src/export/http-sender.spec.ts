import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { type Certificates, makeCertificates } from '../../test/certificates.ts';
import { until } from '../../test/receiver.ts';
import { createSender } from './create-sender.ts';
import type { OtlpEndpoint } from './destination.ts';
import type { Sender, SendOutcome } from './sender.ts';

const body = Buffer.from('spans, as bytes');
const generous = 30_000;

interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

const open: { servers: (Server | TcpServer | Http2Server)[]; senders: Sender<Uint8Array>[] } = {
  servers: [],
  senders: [],
};

afterEach(async () => {
  for (const sender of open.senders.splice(0)) sender.abort();
  for (const server of open.servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function portOf(server: Server | TcpServer): Promise<number> {
  open.servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** A destination that answers as it is told, and what it has received. */
async function destinationThat(
  answer: (response: ServerResponse, received: Received) => void,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => void read(request, response, received, answer));
  return { url: `http://127.0.0.1:${await portOf(server)}/v1/traces`, received };
}

async function read(
  request: IncomingMessage,
  response: ServerResponse,
  received: Received[],
  answer: (response: ServerResponse, received: Received) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const all = { request, body: Buffer.concat(chunks) };
  received.push(all);
  answer(response, all);
}

function senderTo(url: string, options: Partial<OtlpEndpoint> = {}, clock = systemClock) {
  const sender = createSender({ name: 'here', url, ...options }, 'traces', clock);
  open.senders.push(sender);
  return sender;
}

/** One request to a destination that answers so. */
async function outcomeOf(
  status: number,
  headers: Record<string, string>,
  answer: string | Buffer = '',
  options: Partial<OtlpEndpoint> = {},
  clock = systemClock,
): Promise<SendOutcome> {
  const { url } = await destinationThat((response) => response.writeHead(status, headers).end(answer));
  return senderTo(url, options, clock).send(body, generous);
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

const taken = 'taken, 0 rejected: undefined';
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-more\r\n\r\n';
const protobuf = { 'content-type': 'application/x-protobuf' };
const json = { 'content-type': 'application/json; charset=utf-8' };
/** A protobuf field that holds bytes. */
const field = (number: number, bytes: string | readonly number[]): number[] => [
  number * 8 + 2,
  bytes.length,
  ...Buffer.from(bytes as string),
];

describe('the sender for http/protobuf and http/json', () => {
  it.each([
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json'],
  ] as const)('posts the body as it is by %s', async (protocol, contentType) => {
    const { url, received } = await destinationThat((response) => response.end());
    const sender = senderTo(`${url}?tenant=a`, { protocol, headers: { 'X-Key': 'k-1' } });
    expect(told(await sender.send(body, generous))).toBe(taken);
    const { request, body: sent } = only(received);
    expect(sent).toEqual(body);
    expect(`${request.method} ${request.url}`).toBe('POST /v1/traces?tenant=a');
    expect(request.headers).toMatchObject({
      'content-type': contentType,
      'content-length': String(body.length),
      'user-agent': 'tta-obs',
      'x-key': 'k-1',
    });
    expect(request.headers['content-encoding']).toBeUndefined();
  });

  it('compresses the body when it is asked to', async () => {
    const large = Buffer.alloc(100_000, 'span ');
    const { url, received } = await destinationThat((response) => response.end());
    await senderTo(url, { compression: 'gzip' }).send(large, generous);
    const { request, body: sent } = only(received);
    expect(request.headers['content-encoding']).toBe('gzip');
    expect(sent.length).toBeLessThan(large.length / 10);
    expect(gunzipSync(sent)).toEqual(large);
  });

  it('lets no header of the user contradict the body', async () => {
    const { url, received } = await destinationThat((response) => response.end());
    const headers = { 'Content-Type': 'text/plain', 'CONTENT-LENGTH': '1', 'User-Agent': 'mine' };
    await senderTo(url, { headers }).send(body, generous);
    expect(received[0]?.body).toEqual(body);
    expect(received[0]?.request.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'user-agent': 'mine',
    });
  });

  it('authenticates with the user name and password of the address', async () => {
    const { url, received } = await destinationThat((response) => response.end());
    await senderTo(url.replace('//', '//me:p%40ss@')).send(body, generous);
    const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(received[0]?.request.headers.authorization).toBe(expected);
  });

  it('refuses a header that HTTP does not allow here', async () => {
    const { url, received } = await destinationThat((response) => response.end());
    const outcome = await senderTo(url, { headers: { trailer: 'x-checksum' } }).send(body, generous);
    expect(told(outcome)).toMatch(/^refused: Trailers are invalid/);
    expect(received).toEqual([]);
  });

  it('uses one connection for requests that follow each other', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await destinationThat((response, { request }) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const sender = senderTo(url);
    for (let i = 0; i < 3; i++) await sender.send(body, generous);
    expect(ports.size).toBe(1);
  });

  it.each([
    [200, taken],
    [202, taken],
    [204, taken],
    [304, 'refused: 304 Not Modified'],
    [400, 'refused: 400 Bad Request'],
    [401, 'refused: 401 Unauthorized'],
    [404, 'refused: 404 Not Found'],
    [408, 'refused: 408 Request Timeout'],
    [413, 'refused: 413 Payload Too Large'],
    [429, 'later (undefined): 429 Too Many Requests'],
    [500, 'refused: 500 Internal Server Error'],
    [501, 'refused: 501 Not Implemented'],
    [502, 'later (undefined): 502 Bad Gateway'],
    [503, 'later (undefined): 503 Service Unavailable'],
    [504, 'later (undefined): 504 Gateway Timeout'],
    [599, 'refused: 599 unknown'],
  ])('understands the answer %i', async (status, expected) => {
    expect(told(await outcomeOf(status, {}))).toBe(expected);
  });

  it.each([301, 302, 303, 307, 308])(
    'does not follow the redirect %i and says where it leads',
    async (status) => {
      const elsewhere = await destinationThat((response) => response.end());
      const outcome = await outcomeOf(status, { location: elsewhere.url });
      expect(told(outcome)).toMatch(
        new RegExp(`^refused: ${status} .*: redirects are not followed; if ${elsewhere.url} is right`),
      );
      expect(elsewhere.received).toEqual([]);
    },
  );

  it.each([
    ['protobuf', protobuf, Buffer.from([8, 3, ...field(2, 'no such\r\n  tenant')])],
    ['JSON', json, JSON.stringify({ code: 3, message: 'no such\r\n  tenant' })],
  ])('tells in one line what an error in %s says', async (_name, headers, answer) => {
    expect(told(await outcomeOf(400, headers, answer))).toBe('refused: 400 Bad Request: no such tenant');
  });

  it.each([
    ['no protobuf', protobuf, 'a page'],
    ['protobuf that is cut short', protobuf, Buffer.from([0x12, 0x70])],
    ['a status without a message', protobuf, Buffer.from([8, 3])],
    ['no JSON', json, '<html>'],
    ['JSON that is no status', json, 'null'],
    ['JSON with another message', json, '{"message":{}}'],
    ['a page', { 'content-type': 'text/html' }, '<html>'],
  ])('tells the status alone when the answer is %s', async (_name, headers, answer) => {
    expect(told(await outcomeOf(400, headers, answer))).toBe('refused: 400 Bad Request');
  });

  it('cuts a long message', async () => {
    const outcome = await outcomeOf(400, json, JSON.stringify({ message: 'x'.repeat(5000) }));
    expect(told(outcome)).toHaveLength('refused: '.length + 300);
  });

  it.each([
    ['protobuf', protobuf, Buffer.from(field(1, [8, 2, ...field(2, 'too old')])), 2, 'too old'],
    ['JSON', json, '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}', 2, 'too old'],
    ['JSON with a number', json, '{"partialSuccess":{"rejectedSpans":2}}', 2, undefined],
    ['a warning', json, '{"partialSuccess":{"errorMessage":"slow down"}}', 0, 'slow down'],
    ['a negative number', json, '{"partialSuccess":{"rejectedSpans":-1}}', 0, undefined],
    ['no number', json, '{"partialSuccess":{"rejectedSpans":"all","errorMessage":7}}', 0, undefined],
    ['an empty message', protobuf, Buffer.from([10, 0]), 0, undefined],
    ['no partial success', json, '{}', 0, undefined],
    ['none in JSON', json, '{"partialSuccess":null}', 0, undefined],
    ['JSON that is no object', json, 'null', 0, undefined],
    ['unreadable protobuf', protobuf, Buffer.from([0xff]), 0, undefined],
    [
      'another encoding',
      { 'content-type': 'text/plain' },
      '{"partialSuccess":{"rejectedSpans":2}}',
      0,
      undefined,
    ],
    ['no encoding', {}, 'ok', 0, undefined],
  ])('reads a success with %s', async (_name, headers, answer, rejected, message) => {
    expect(await outcomeOf(200, headers as Record<string, string>, answer)).toEqual({
      kind: 'taken',
      rejected,
      message,
    });
  });

  it('gives Retry-After on in milliseconds, a date against the date of the answer', async () => {
    const seconds = await outcomeOf(429, { 'retry-after': '7' });
    expect(seconds).toMatchObject({ kind: 'later', afterMs: 7_000 });
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
    const headers = { 'retry-after': 'Sun, 06 Nov 1994 08:49:40 GMT', date };
    expect(await outcomeOf(503, headers)).toMatchObject({ kind: 'later', afterMs: 3_000 });
  });

  it('compares the date of Retry-After with its clock when the answer has no date', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const { url } = await destinationThat((response) => {
      response.sendDate = false;
      response.writeHead(503, { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }).end();
    });
    expect(await senderTo(url, {}, clock).send(body, generous)).toMatchObject({ afterMs: 9_000 });
    await until(() => clock.pendingTimers === 0);
  });

  it('reads at most 64 KiB of an answer, and believes the status alone when it is larger', async () => {
    const padded = (answer: object, length: number) => JSON.stringify(answer).padEnd(length, ' ');
    const error = { message: 'no such tenant' };
    const partial = { partialSuccess: { rejectedSpans: 2 } };
    const most = 64 * 1024;
    const told400 = 'refused: 400 Bad Request';
    expect(told(await outcomeOf(400, json, padded(error, most)))).toBe(`${told400}: no such tenant`);
    expect(told(await outcomeOf(400, json, padded(error, most + 1)))).toBe(told400);
    expect(told(await outcomeOf(200, json, padded(partial, most)))).toBe('taken, 2 rejected: undefined');
    expect(told(await outcomeOf(200, json, padded(partial, most + 1)))).toBe(taken);
  });

  it('does not read an endless answer to its end', async () => {
    let isClosed = false;
    const { url } = await destinationThat((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 16)));
      };
      response.on('drain', more).on('close', () => (isClosed = true));
      more();
    });
    expect(told(await senderTo(url).send(body, generous))).toBe(taken);
    await until(() => isClosed);
  });
});

describe('the sender over HTTP with a bare answer', () => {
  it.each([
    ['400', 'refused: 400 Bad Request'],
    ['599', 'refused: 599'],
  ])('names the status %s that the destination does not name', async (status, expected) => {
    const server = createTcpServer((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 ${status} \r\ncontent-length: 0\r\n\r\n`));
    });
    const outcome = await senderTo(`http://127.0.0.1:${await portOf(server)}/`).send(body, generous);
    expect(told(outcome)).toBe(expected);
  });
});

describe('the sender over HTTP without an answer', () => {
  it('says later when nobody listens', async () => {
    const server = createTcpServer();
    const port = await portOf(server);
    await new Promise((resolve) => open.servers.pop()?.close(resolve));
    const outcome = await senderTo(`http://me:pass-word@127.0.0.1:${port}/`).send(body, generous);
    expect(told(outcome)).toBe(`later (undefined): connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it.each([
    ['hangs up', '', /socket hang up/],
    ['hangs up in the head of its answer', 'HTTP/1.1 200 OK\r\ncontent-le', /socket hang up/],
    ['hangs up in the body of its answer', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', /aborted/],
    ['speaks another language', 'hello, who is there?\r\n', /Parse Error/],
    [
      'changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      /the connection was closed without an answer/,
    ],
  ])('says later when the destination %s', async (_name, answer, message) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(answer));
    });
    const outcome = await senderTo(`http://127.0.0.1:${await portOf(server)}/`).send(body, generous);
    expect(outcome).toMatchObject({ kind: 'later', afterMs: undefined });
    expect(told(outcome)).toMatch(message);
  });

  it.each([
    ['does not answer', () => undefined],
    ['does not finish its answer', (response: ServerResponse) => void response.writeHead(200).write('half')],
  ])('gives up at the limit when the destination %s', async (_name, answer) => {
    const clock = new ManualClock();
    let closed = 0;
    const { url, received } = await destinationThat((response) => {
      response.once('close', () => closed++);
      answer(response);
    });
    const outcome = senderTo(url, {}, clock).send(body, 500);
    await until(() => received.length === 1);
    await clock.advance(500);
    expect(told(await outcome)).toBe('later (undefined): no answer within 500 ms');
    await until(() => closed === 1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends again at once when the destination had closed the idle connection', async () => {
    let requests = 0;
    const { url } = await destinationThat((response, { request }) => {
      requests++;
      // The second request on a connection is not answered, as if it had crossed with its end.
      if (requests === 2) request.socket.destroy();
      else response.end();
    });
    const sender = senderTo(url);
    await sender.send(body, generous);
    expect(told(await sender.send(body, generous))).toBe(taken);
    expect(requests).toBe(3);
  });

  it.each([
    ['its headers', (i: number) => (i === 0 ? 'HTTP/1.1 200 OK\r\nx-drip: ' : 'x')],
    ['hints', () => 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['its body', (i: number) => (i === 0 ? 'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n' : 'x')],
    ['its trailers', (i: number) => (i === 0 ? `${chunked}0\r\n` : 'x-drip: 1\r\n')],
  ])('gives up at the limit when the destination lets %s drip', async (_name, drop) => {
    const clock = new ManualClock();
    let client: Socket | undefined;
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => (client = socket));
    });
    const outcome = senderTo(`http://127.0.0.1:${await portOf(server)}/`, {}, clock).send(body, 10_000);
    await until(() => client !== undefined);
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => client?.write(drop(i), resolve));
      await clock.advance(1_000);
    }
    expect(told(await outcome)).toBe('later (undefined): no answer within 10000 ms');
    await until(() => client?.destroyed === true);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', 'x-more: and more\r\n', /Header overflow/],
    ['trailers', `${chunked}0\r\n`, 'x-more: and more\r\n', /aborted|Header overflow/],
  ])('does not read endless %s', async (_name, begin, more, reason) => {
    const clock = new ManualClock();
    let client: Socket | undefined;
    const server = createTcpServer((socket) => {
      client = socket;
      const flood = (): void => {
        while (!socket.destroyed && socket.write(more.repeat(100)));
      };
      socket.on('error', () => undefined).on('drain', flood);
      socket.once('data', () => {
        socket.write(begin);
        flood();
      });
    });
    const outcome = senderTo(`http://127.0.0.1:${await portOf(server)}/`, {}, clock).send(body, generous);
    expect(told(await outcome)).toMatch(reason);
    await until(() => client?.destroyed === true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sends as before when it is to finish', async () => {
    const { url } = await destinationThat((response) => response.end());
    const sender = senderTo(url);
    sender.finish();
    for (let i = 0; i < 2; i++) expect(told(await sender.send(body, generous))).toBe(taken);
  });

  it.each([
    ['before anything was sent', false],
    ['after something was sent', true],
  ])('sends nothing after it was aborted %s, also when it is to finish', async (_name, isUsed) => {
    const { url, received } = await destinationThat((response) => response.end());
    const clock = new ManualClock();
    const sender = senderTo(url, { compression: 'gzip' }, clock);
    if (isUsed) await sender.send(body, generous);
    await until(() => clock.pendingTimers === 0);
    sender.abort();
    sender.abort();
    sender.finish();
    for (let i = 0; i < 2; i++)
      expect(told(await sender.send(body, generous))).toBe('later (undefined): given up at shutdown');
    expect(received).toHaveLength(isUsed ? 1 : 0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up at once what is under way, and whatever comes later, when it is aborted', async () => {
    const { url, received } = await destinationThat((response) => void response.writeHead(200).write('half'));
    const sender = senderTo(url);
    const outcomes = [sender.send(body, generous), sender.send(body, generous)];
    await until(() => received.length === 2);
    sender.abort();
    outcomes.push(sender.send(body, generous));
    for (const outcome of outcomes)
      expect(told(await outcome)).toBe('later (undefined): given up at shutdown');
    expect(received).toHaveLength(2);
  });
});

describe('what the messages of a sender show', () => {
  const token = 'tok-12345678';

  it.each([
    ['a header', (url: string) => [url, { authorization: `Bearer ${token}` }] as const],
    ['the password of the address', (url: string) => [url.replace('//', `//me:${token}@`), {}] as const],
    ['a value in the query', (url: string) => [`${url}?tenant=a&key=${token}`, {}] as const],
  ])('is not %s, also where the destination echoes it', async (_name, optionsFor) => {
    const answers = [
      [400, json, JSON.stringify({ message: `bad key ${token}!` })],
      [302, { location: `https://else.test/?key=${token}` }, ''],
      [200, json, JSON.stringify({ partialSuccess: { errorMessage: `old key ${token}!` } })],
    ] as const;
    const messages: string[] = [];
    for (const [status, headers, answer] of answers) {
      const { url } = await destinationThat((response) => response.writeHead(status, headers).end(answer));
      const [address, sent] = optionsFor(url);
      messages.push(told(await senderTo(address, { headers: sent }).send(body, generous)));
    }
    expect(messages.join('\n')).not.toContain(token);
    expect(messages[0]).toBe('refused: 400 Bad Request: bad key …!');
    expect(messages[2]).toBe('taken, 0 rejected: old key …!');
  });

  it('is not the header made of the user name and password, nor the query, as they are sent', async () => {
    const { url } = await destinationThat((response, { request }) => {
      const { headers, url: path } = request;
      const message = `bad login ${headers.authorization ?? ''} at ${path ?? ''}`;
      response.writeHead(400, json).end(JSON.stringify({ message }));
    });
    const address = `${url.replace('//', `//me:${token}@`)}?key=a%2F${token}`;
    expect(told(await senderTo(address).send(body, generous))).toBe(
      'refused: 400 Bad Request: bad login … at /v1/traces…',
    );
  });

  it.each([
    ['http://me:pass-word@else.test:81/v2?key=q-12345678#there', 'http://else.test:81/v2'],
    ['/v2?key=q-12345678', 'http://127.0.0.1:PORT/v2'],
    ['http://[', 'its address'],
  ])('is of the redirect to %s neither user nor query', async (location, shown) => {
    const { url } = await destinationThat((response) => response.writeHead(307, { location }).end());
    const expected = shown.replace('PORT', new URL(url).port);
    expect(told(await senderTo(`${url}?key=other`).send(body, generous))).toBe(
      'refused: 307 Temporary Redirect: redirects are not followed; ' +
        `if ${expected} is right, make it the address`,
    );
  });
});

describe('the sender over TLS', () => {
  let certificates: Certificates;
  beforeAll(() => void (certificates = makeCertificates()));

  async function secureUrl(options: { requestCert?: boolean; rejectUnauthorized?: boolean } = {}) {
    const { ca, server: pair } = certificates;
    const server = createHttpsServer({ ca, ...pair, ...options }, (request, response) => {
      request.resume();
      response.end();
    });
    return `https://127.0.0.1:${await portOf(server)}/v1/traces`;
  }

  it('trusts the authority that it is given', async () => {
    const outcome = await senderTo(await secureUrl(), { tls: { ca: certificates.ca } }).send(body, generous);
    expect(told(outcome)).toBe(taken);
  });

  it('uses one connection for requests that follow each other', async () => {
    const url = await secureUrl();
    let connections = 0;
    open.servers.at(-1)?.on('connection', () => connections++);
    const sender = senderTo(url, { tls: { ca: certificates.ca } });
    for (let i = 0; i < 3; i++) expect(told(await sender.send(body, generous))).toBe(taken);
    expect(connections).toBe(1);
  });

  it('trusts no unknown authority', async () => {
    const outcome = await senderTo(await secureUrl()).send(body, generous);
    expect(told(outcome)).toMatch(/^later \(undefined\): .*certificate/);
  });

  it('presents its own certificate', async () => {
    const url = await secureUrl({ requestCert: true, rejectUnauthorized: true });
    const { ca, client } = certificates;
    expect(told(await senderTo(url, { tls: { ca, ...client } }).send(body, generous))).toBe(taken);
    expect(told(await senderTo(url, { tls: { ca } }).send(body, generous))).toMatch(/^later/);
  });
});

describe('a port that speaks something else', () => {
  it('is told from one that is down: that of gRPC', async () => {
    const server = createHttp2Server();
    open.servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
    expect(told(await senderTo(url).send(body, generous))).toMatch(/is that the port of gRPC\?$/);
  });

  it('is told from one that is down: http in place of https', async () => {
    const { url } = await destinationThat((response) => response.end());
    const outcome = await senderTo(url.replace('http:', 'https:')).send(body, generous);
    expect(told(outcome)).toContain('there is no https at this address; is it http?');
  });
});
