import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ServiceClient } from './service-client.ts';

const ID = 'a'.repeat(32);
/** What is answered to everything else. */
const OTHER = 'other';
const HEALTH = {
  status: 'ok',
  problem: null,
  version: '0.1.0',
  uptimeMs: 1,
  ports: [],
  databasePath: '/traces.db',
  queuedBytes: 0,
  retention: { maxTraces: 1, retentionHours: 1, maxBytes: 1 },
  stored: null,
  refused: { requestCount: 0, recordCount: 0 },
};

let other: Server | undefined;

afterEach(() => {
  other?.close();
  other = undefined;
});

/** A client of a program that answers everything alike. */
async function clientOf(status: number, body: string, headers: Record<string, string> = {}) {
  other = createServer((_, answer) => answer.writeHead(status, headers).end(body)).listen(0, '127.0.0.1');
  await new Promise((resolve) => other!.once('listening', resolve));
  return new ServiceClient({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
}

/** A client of a program that answers so by address, what has no answer with 404. */
async function clientOfAnswers(answers: Readonly<Record<string, object>>) {
  other = createServer(({ url }, answer) => {
    const body = answers[url ?? ''] ?? answers[OTHER];
    answer.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => other!.once('listening', resolve));
  return new ServiceClient({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
}

describe('ServiceClient', () => {
  it.each<[string, (client: ServiceClient) => Promise<unknown>]>([
    ['a trace', (client) => client.trace(ID)],
    ['the latest trace', (client) => client.trace('latest')],
    ['logs', (client) => client.logsWithoutTrace(ID)],
    ['a preview', (client) => client.cleanUp(true)],
    ['a pin', (client) => client.pin(ID, true)],
  ])('takes another program for none of ours when it asks for %s', async (_, ask) => {
    for (const [status, body] of [
      [200, '{"items":[1]}'],
      [200, 'hello'],
      [500, '{}'],
    ] as const) {
      const client = await clientOf(status, body);
      await expect(ask(client)).rejects.toThrow(`No TTA service answers at ${client.url}`);
      other!.close();
    }
  });

  it.each<[string, (client: ServiceClient) => Promise<unknown>]>([
    ['a trace', (client) => client.trace(ID)],
    ['traces', (client) => client.newestTraces()],
    ['a preview', (client) => client.cleanUp(true)],
    ['a pin', (client) => client.pin(ID, true)],
  ])(
    'says of a service of another version that it has to be replaced, when it asks for %s',
    async (_, ask) => {
      const client = await clientOfAnswers({ '/health': HEALTH, [OTHER]: { items: [{ traceId: ID }] } });
      await expect(ask(client)).rejects.toThrow(
        `The service at ${client.url} is of another version than this program: stop it with "tta-obs stop", and start`,
      );
    },
  );

  it('does not take a part of a trace that is removed meanwhile for all of it', async () => {
    const path = `/api/traces/${ID}/spans?limit=500`;
    const client = await clientOfAnswers({ [path]: { items: [], nextCursor: 'next' } });
    const read = async () => {
      for await (const page of client.spans(ID)) expect(page).toEqual([]);
    };
    await expect(read()).rejects.toThrow('The trace was removed while it was read');
  });

  it('hands on what the service says, without what would steer the terminal', async () => {
    const detail = 'no\u001b[31m room';
    const problem = JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503, detail });
    const client = await clientOf(503, problem);
    await expect(client.cleanUp(false)).rejects.toThrow(`${client.url} answered 503: no [31m room`);
  });

  it('says the title when there is no detail', async () => {
    const client = await clientOf(503, '{"type":"about:blank","title":"Unavailable","status":503}');
    await expect(client.pin(ID, false)).rejects.toThrow('answered 503: Unavailable');
  });

  it('shows its token to nobody who does not ask for it as our service does', async () => {
    const shown: (string | undefined)[] = [];
    const ours = { 'www-authenticate': 'Bearer realm="tta-obs"' };
    let headers: Record<string, string> = {};
    other = createServer(({ headers: { authorization } }, answer) => {
      shown.push(authorization);
      answer.writeHead(authorization === undefined ? 401 : 404, headers).end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => other!.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const client = new ServiceClient({ host: '127.0.0.1', port, token: 'x'.repeat(16) });
    expect(await client.probe()).toBeUndefined();
    await expect(client.trace(ID)).rejects.toThrow('No TTA service answers');
    expect(shown.filter((authorization) => authorization !== undefined)).toEqual([]);
    shown.length = 0;
    headers = ours;
    expect(await client.trace(ID)).toBeUndefined();
    expect(await client.pin(ID, true)).toBeUndefined();
    expect(shown).toEqual([undefined, `Bearer ${'x'.repeat(16)}`, `Bearer ${'x'.repeat(16)}`]);
  });

  it('sends traces as they are given, and tells what the service said', async () => {
    const received: string[] = [];
    other = createServer((request, answer) => {
      request.on('data', (chunk: Buffer) => received.push(chunk.toString()));
      request.on('end', () => {
        if (received.length > 1) answer.end('{}');
        else answer.writeHead(503, { 'retry-after': '2' }).end('{"code":14,"message":"the queue is full"}');
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => other!.once('listening', resolve));
    const client = new ServiceClient({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
    const request = '{"resourceSpans": []}';
    expect(await client.sendTraces(request)).toMatchObject({
      kind: 'busy',
      message: 'the queue is full',
      retryAfterMs: 2000,
    });
    expect(await client.sendTraces(request)).toMatchObject({ kind: 'taken', rejectedCount: 0 });
    expect(received).toEqual([request, request]);
  });

  it('takes what answers traces with something else than JSON for no service', async () => {
    const client = await clientOf(200, 'hello');
    await expect(client.sendTraces('{}')).rejects.toThrow(`No TTA service answers at ${client.url}`);
  });

  it('finds a service only where ours answers', async () => {
    expect(await (await clientOf(200, '{}')).probe()).toBeUndefined();
    other!.close();
    expect(await (await clientOf(401, '{}')).probe()).toBeUndefined();
    other!.close();
    const ours = { 'www-authenticate': 'Bearer realm="tta-obs"' };
    expect(await (await clientOf(401, '{}', ours)).probe()).toBe('locked');
  });
});
