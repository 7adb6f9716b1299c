import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { otlpSink, type OtlpSink } from '../otlp-sink.ts';
import { bodyLimitBytes } from './endpoint.ts';

let sink: OtlpSink;

beforeEach(async () => {
  sink = await otlpSink();
});

afterEach(() => sink.stop());

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

async function send({
  path = '/v1/traces',
  method = 'POST',
  headers = {},
  body = '{}',
}: Sent): Promise<Response> {
  const all = { 'content-type': 'application/json', ...headers };
  const content = method === 'GET' ? {} : { body: new Uint8Array(Buffer.from(body)) };
  return fetch(`${sink.httpUrl}${path}`, { method, headers: all, ...content });
}

const gzip = { 'content-encoding': 'gzip' };

describe('the HTTP endpoint', () => {
  it.each<[string, Sent, number, object]>([
    ['another path', { path: '/v1/trace' }, 404, { code: 5, message: expect.stringContaining('/v1/traces') }],
    ['another method', { method: 'GET' }, 405, { code: 3, message: 'OTLP is sent by POST' }],
    ['a broken body', { body: '{' }, 400, { code: 3, message: expect.stringContaining('JSON') }],
    ['another message', { body: '[]' }, 400, { code: 3, message: 'the message is [] instead of an object' }],
    ['no gzip', { headers: gzip }, 400, { code: 3, message: 'the body is not gzip: incorrect header check' }],
    [
      'another compression',
      { headers: { 'content-encoding': 'br' } },
      415,
      { message: expect.stringContaining('br') },
    ],
    ['a body that is too large', { body: Buffer.alloc(bodyLimitBytes + 1, ' ') }, 413, { code: 8 }],
    [
      'one that unpacks too large',
      { headers: gzip, body: gzipSync(Buffer.alloc(bodyLimitBytes + 1, ' ')) },
      413,
      {},
    ],
  ])('refuses %s', async (_, sent, status, message) => {
    const response = await send(sent);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toMatchObject(message);
    expect(sink.requests).toEqual([]);
  });

  it('refuses another content type', async () => {
    const response = await send({ headers: { 'content-type': 'text/plain' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([415, 'application/x-protobuf']);
    expect(await response.text()).toContain('application/x-protobuf or application/json');
  });

  it('refuses protobuf that is cut off', async () => {
    const headers = { 'content-type': 'application/x-protobuf' };
    expect((await send({ headers, body: Buffer.from([0x0a, 9, 1]) })).status).toBe(400);
  });

  it.each<[string, Sent]>([
    ['a path with a slash at its end', { path: '/v1/traces/' }],
    ['a query', { path: '/v1/traces?tenant=1' }],
    ['an encoding in capitals', { headers: { 'content-encoding': 'GZIP' }, body: gzipSync('{}') }],
    ['an encoding that is none', { headers: { 'content-encoding': '' } }],
  ])('takes %s', async (_, sent) => {
    expect((await send(sent)).status).toBe(200);
    expect(sink.requests).toHaveLength(1);
  });

  it('takes a body as large as it may be', async () => {
    expect((await send({ body: '{}'.padEnd(bodyLimitBytes) })).status).toBe(200);
    expect((await send({ headers: gzip, body: gzipSync('{}'.padEnd(bodyLimitBytes)) })).status).toBe(200);
  });

  it('answers in the encoding of the request', async () => {
    sink.answer({ rejected: 2, message: 'odd' });
    const json = await send({ headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(await json.json()).toEqual({ partialSuccess: { rejectedSpans: '2', errorMessage: 'odd' } });
    const protobuf = await send({ headers: { 'content-type': 'application/x-protobuf' }, body: '' });
    expect(protobuf.headers.get('content-type')).toBe('application/x-protobuf');
    expect(Buffer.from(await protobuf.arrayBuffer())).toEqual(
      Buffer.from([0x0a, 7, 0x08, 2, 0x12, 3, ...Buffer.from('odd')]),
    );
  });

  it.each([
    [{ status: 503, retryAfterS: 2 }, 503, '2', 14],
    [{ code: 'RESOURCE_EXHAUSTED' }, 429, null, 8],
    [{ status: 418 }, 418, null, 3],
    [{ status: 599 }, 599, null, 13],
  ] as const)('fails with %j', async (answer, status, retryAfter, code) => {
    sink.answer(answer);
    const response = await send({});
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(await response.json()).toEqual({ code, message: '' });
  });

  it('keeps the headers, those of one name together', async () => {
    await send({ headers: { 'X-Tenant': 't1', authorization: 'Basic YTpi' } });
    expect(sink.requests[0]?.headers).toMatchObject({ 'x-tenant': 't1', authorization: 'Basic YTpi' });
  });

  it('ends connections on which an answer is due when the sink stops', async () => {
    sink.answer('hang');
    const unanswered = send({}).catch(String);
    await sink.received({ requests: 1 });
    await sink.stop();
    expect(await unanswered).toContain('fetch failed');
  });

  it('bears with an exporter that goes away', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const cut = request(`${sink.httpUrl}/v1/traces`, { method: 'POST', headers });
    const gone = new Promise((resolve) => cut.once('error', resolve));
    cut.write('{');
    await new Promise((resolve) => cut.once('socket', (socket) => socket.once('connect', resolve)));
    cut.destroy(new Error('gone'));
    await gone;
    expect((await send({})).status).toBe(200);
    expect(sink.requests).toHaveLength(1);
    await expect(sink.received({ spans: 1, within: 1 })).rejects.toThrow('POST /v1/traces: 400 aborted');
  });
});
