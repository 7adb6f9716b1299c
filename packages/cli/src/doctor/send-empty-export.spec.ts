import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite } from '../../test/doctor-site.ts';
import { OTLP_PROTOCOLS } from './otlp-destination.ts';
import { reasonOf, sendEmptyExport } from './send-empty-export.ts';

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

const sent = (address: string, headers: Readonly<Record<string, string>> = {}) => ({
  url: new URL(address),
  signal: 'traces' as const,
  headers,
});

describe('sendEmptyExport', () => {
  it.each(OTLP_PROTOCOLS)('is taken by the service, and stores nothing: %s', async (protocol) => {
    const { url, store } = await site.service();
    expect(await sendEmptyExport(sent(`${url}/v1/traces`), protocol)).toMatchObject({ isAccepted: true });
    expect(await store.counts()).toMatchObject({ traceCount: 0 });
  });

  it.each(OTLP_PROTOCOLS)('tells why it was refused: %s', async (protocol) => {
    const { url } = await site.service({ token: 't'.repeat(16) });
    const { isAccepted, isReached, told } = await sendEmptyExport(sent(`${url}/v1/traces`), protocol);
    expect({ isAccepted, isReached }).toEqual({ isAccepted: false, isReached: true });
    expect(told).toMatch(protocol === 'grpc' ? /^answered gRPC status 16: \w.* / : /^answered 401: \w.* /);
    // Nothing of the encoding is left.
    expect(told).toMatch(/^[\x20-\x7e]+…?$/);
  });

  it('tells nothing that a terminal would act on', async () => {
    const port = await site.httpPort((_request, response) =>
      response.writeHead(500, { 'content-type': 'text/plain' }).end('a\u001b[31mb\n'.repeat(100)),
    );
    const { told } = await sendEmptyExport(sent(`http://127.0.0.1:${port}/`), 'http/json');
    expect(told).toMatch(/^answered 500: a \[31mb a .*…$/);
    expect(told.length).toBeLessThanOrEqual(160);
  });

  it.each(OTLP_PROTOCOLS)('fails with a reason where no HTTP is spoken: %s', async (protocol) => {
    const server = createServer(
      (socket) => void socket.on('error', () => undefined).end('hello\r\n', () => socket.destroy()),
    );
    const port = await site.listen(server);
    const result = await sendEmptyExport(sent(`http://127.0.0.1:${port}/`), protocol);
    expect(result).toMatchObject({ isAccepted: false, isReached: false });
    expect(result.told).not.toBe('');
  });

  it.each(OTLP_PROTOCOLS)('fails with a reason for headers that cannot be sent: %s', async (protocol) => {
    const { url } = await site.service();
    const headers = { connection: 'upgrade', 'transfer-encoding': 'chunked', te: 'x' };
    const result = await sendEmptyExport(sent(`${url}/v1/traces`, headers), protocol);
    expect(result).toMatchObject({ isAccepted: false });
    expect(result.told).not.toBe('');
  });
});

describe('reasonOf', () => {
  it.each([
    [new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }), 'connect ECONNREFUSED'],
    [new AggregateError([new Error('first'), new Error('second')]), 'first'],
    [Object.assign(new Error('aborted'), { name: 'TimeoutError' }), 'no answer in time'],
    [Object.assign(new Error(''), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [new Error(''), 'no answer'],
  ])('of %s is %s', (error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });
});
