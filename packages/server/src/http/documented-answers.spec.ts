import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { answerOf, DocumentedService, type Ids } from '../testing/documented-service.ts';
import type { Answer } from '../testing/openapi-document.ts';

const TOKEN = 'a-token-of-26-characters-x';

/** What OTLP is sent and cannot be stored. */
const UNFIT: Readonly<Record<string, string>> = {
  '/v1/traces': '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"abc"}]}]}]}',
  '/v1/logs': '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"18446744073709551615"}]}]}]}',
  '/v1/metrics':
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a","gauge":{"dataPoints":[{"asInt":"x"}]}}]}]}]}',
};

let open: DocumentedService;
let guarded: DocumentedService;
let ids: Ids;

beforeAll(async () => {
  open = await DocumentedService.start();
  guarded = await DocumentedService.start({ token: TOKEN });
  [ids] = (await open.fill()) as [Ids];
});

afterAll(() => Promise.all([open.close(), guarded.close()]));

describe('the OpenAPI document says what is answered', () => {
  it('to whoever may not ask', async () => {
    for (const operation of open.restOperations) {
      const foreign = await open.ask(operation, { headers: { origin: 'http://evil.example' } });
      const guess = await guarded.ask(operation, { headers: { authorization: 'Bearer guessed' } });
      expect([operation.path, foreign.status, guess.status]).toEqual([operation.path, 403, 401]);
    }
  });

  it('to whoever shows the token in one of the documented ways', async () => {
    const operation = guarded.openApi.operation('get', '/api/traces');
    const page = await fetch(`${guarded.server.url}/?token=${TOKEN}`, { redirect: 'manual' });
    const [cookie = ''] = (page.headers.get('set-cookie') ?? '').split(';');
    const schemes = guarded.openApi.at('#/components/securitySchemes') as Readonly<Record<string, object>>;
    expect(schemes).toMatchObject({
      bearer: { scheme: 'bearer' },
      header: { name: 'x-tta-token' },
      cookie: { name: cookie.split('=')[0] },
    });
    for (const headers of [{ authorization: `Bearer ${TOKEN}` }, { 'x-tta-token': TOKEN }, { cookie }]) {
      expect((await guarded.ask(operation, { headers })).status).toBe(200);
    }
  });

  it('to changes that cannot be read', async () => {
    for (const operation of open.restOperations.filter(({ method }) => method !== 'get')) {
      const ofText = await open.ask(operation, { ids, headers: { 'content-type': 'text/plain' } });
      const large = await open.ask(operation, { ids, body: JSON.stringify({ a: 'a'.repeat(2000) }) });
      expect([operation.path, ofText.status, large.status]).toEqual([operation.path, 415, 413]);
    }
    const cleanUp = open.openApi.operation('post', '/api/cleanup');
    for (const body of ['{', '[]', '{"preview":1}', '{"preveiw":true}']) {
      expect([body, (await open.ask(cleanUp, { body })).status]).toEqual([body, 400]);
    }
    expect((await open.ask(cleanUp, { body: '{"preview":true}' })).status).toBe(200);
  });

  it('where the service fails', async () => {
    const failing = await DocumentedService.start();
    try {
      const fail = async (): Promise<never> => {
        throw new Error('no disk');
      };
      failing.server.store.traces = fail;
      failing.server.store.counts = fail;
      expect((await failing.ask(failing.openApi.operation('get', '/api/traces'))).status).toBe(500);
      const health = await failing.ask(failing.openApi.operation('get', '/health'));
      expect([health.status, health.mediaType]).toEqual([503, 'application/json']);
    } finally {
      await failing.close();
    }
  });

  it('to OTLP', async () => {
    const exports = open.openApi.operations.filter(({ path }) => path.startsWith('/v1/'));
    expect(exports.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/logs', '/v1/metrics']);
    for (const operation of exports) {
      const partly = await open.ask(operation, { body: UNFIT[operation.path]! });
      expect(partly.body).toMatchObject({ partialSuccess: { errorMessage: expect.any(String) } });
      const bad = await open.ask(operation, { body: '{' });
      const ofText = await open.ask(operation, { headers: { 'content-type': 'text/plain' } });
      const foreign = await open.ask(operation, { headers: { origin: 'null' } });
      const guess = await guarded.ask(operation);
      const statuses = [partly, bad, ofText, foreign, guess].map(({ status }) => status);
      expect([operation.path, ...statuses]).toEqual([operation.path, 200, 400, 415, 403, 401]);
    }
  });

  it('to a WebSocket', async () => {
    const messages = await told('?after=0&query=status:success,error', 3);
    const differences = messages.map((message) => open.openApi.differenceOfType('LiveMessage', message));
    expect(differences).toEqual([null, null, null]);
    const operation = open.openApi.operation('get', '/ws/traces');
    expect((await open.ask(operation)).status).toBe(426);
    const repeated = ['?after=1&after=2', '?query=a&query=b'];
    for (const query of ['?after=x', '?query=statsu:error', '?aftr=1', ...repeated]) {
      const refusal = await refusedUpgrade(query);
      expect([query, refusal.status, open.openApi.difference(operation, refusal)]).toEqual([
        query,
        400,
        null,
      ]);
    }
  });
});

function connect(query: string): WebSocket {
  return new WebSocket(`${open.server.url.replace('http', 'ws')}/ws/traces${query}`);
}

/** The first messages of a connection. */
function told(query: string, count: number): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const messages: unknown[] = [];
    const socket = connect(query);
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      messages.push(JSON.parse(data.toString('utf8')));
      if (messages.length !== count) return;
      socket.terminate();
      resolve(messages.slice(0, count));
    });
  });
}

function refusedUpgrade(query: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(query);
    socket.on('error', reject);
    socket.on('open', () => reject(new Error(`${query} was not refused`)));
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const headers = { 'content-type': response.headers['content-type'] ?? '' };
        resolve(answerOf(new Response(Buffer.concat(chunks), { status: response.statusCode!, headers })));
      });
    });
  });
}
