import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../server.ts';
import {
  OpenApiDocument,
  type Answer,
  type DocumentedOperation,
  type DocumentedParameter,
} from '../testing/openapi-document.ts';
import { sampleExports } from '../testing/sample-exports.ts';

const TOKEN = 'a token of 26 characters'.replaceAll(' ', '-');
/** Of parameters that have to be given. */
const EXAMPLES: Readonly<Record<string, string>> = {
  text: 'primitive',
  name: 'metric',
  field: 'service',
  baseline: '1.0.0',
};

/** What OTLP is sent and cannot be stored. */
const UNFIT: Readonly<Record<string, string>> = {
  '/v1/traces': '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"abc"}]}]}]}',
  '/v1/logs': '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"18446744073709551615"}]}]}]}',
  '/v1/metrics':
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a","gauge":{"dataPoints":[{"asInt":"x"}]}}]}]}]}',
};

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

const NOWHERE: Ids = { traceId: 'd'.repeat(32), spanId: 'd'.repeat(16) };

let directory: string;
let full: RunningServer;
let empty: RunningServer;
let guarded: RunningServer;
let openApi: OpenApiDocument;
/** One of each stored trace. */
let spans: readonly Ids[];
const routes: string[] = [];

function start(name: string, token?: string): Promise<RunningServer> {
  const databasePath = join(directory, `${name}.db`);
  return startServer({ port: 0, databasePath, ...(token !== undefined && { token }) });
}

/** Notes what fastify is told to answer. */
function noteRoutes(message: unknown): void {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-openapi-'));
  subscribe('fastify.initialization', noteRoutes);
  full = await start('full');
  unsubscribe('fastify.initialization', noteRoutes);
  empty = await start('empty');
  guarded = await start('guarded', TOKEN);
  openApi = new OpenApiDocument(
    (await (await fetch(`${full.url}/api/openapi.json`)).json()) as object as never,
  );
  for (const { path, body } of sampleExports(Date.now())) {
    const answer = await post(path, body);
    const difference = openApi.difference(openApi.operation('post', path), answer);
    if (answer.status !== 200 || difference !== null) throw new Error(`${path}: ${difference}`);
  }
  const list = (await ask(full, '/api/traces')).body as { readonly items: readonly Ids[] };
  spans = await Promise.all(
    list.items.map(async ({ traceId }) => {
      const answer = await ask(full, `/api/traces/${traceId}/spans?limit=1`);
      return (answer.body as { readonly items: readonly Ids[] }).items[0]!;
    }),
  );
});

afterAll(async () => {
  await Promise.all([full, empty, guarded].map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function answerOf(response: Response): Promise<Answer> {
  const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
  const text = await response.text();
  return { status: response.status, mediaType, body: text === '' ? undefined : JSON.parse(text) };
}

async function ask(server: RunningServer, address: string, init: RequestInit = {}): Promise<Answer> {
  return answerOf(await fetch(`${server.url}${address}`, init));
}

function post(path: string, body: string): Promise<Answer> {
  return ask(full, path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

interface Question {
  readonly query?: string;
  readonly ids?: Ids;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a change. */
  readonly body?: string;
}

/** Asks as the document says, and holds the answer against it. */
async function hold(
  server: RunningServer,
  operation: DocumentedOperation,
  { query = '', ids = NOWHERE, headers = {}, body = '{}' }: Question = {},
): Promise<Answer> {
  const path = operation.path.replace('{traceId}', ids.traceId).replace('{spanId}', ids.spanId);
  const change = { headers: { 'content-type': 'application/json', ...headers }, body };
  const answer = await ask(server, `${path}${query}`, {
    method: operation.method.toUpperCase(),
    ...(operation.method === 'get' ? { headers } : change),
  });
  const difference = openApi.difference(operation, answer);
  if (difference !== null) throw new Error(`${operation.method} ${path}${query}: ${difference}`);
  return answer;
}

/** Everything that is asked with HTTP alone. */
function restOperations(): readonly DocumentedOperation[] {
  return openApi.operations.filter(({ path }) => !path.startsWith('/v1/') && !path.startsWith('/ws/'));
}

function queryOf({ parameters }: DocumentedOperation): readonly DocumentedParameter[] {
  return parameters.filter((parameter) => parameter.in === 'query');
}

/** With the parameters that have to be given, other than `except`, and `more`. */
function queryWith(operation: DocumentedOperation, more: readonly [string, string][], except = '') {
  const required = queryOf(operation).filter(({ name, required }) => required === true && name !== except);
  const given = required.filter(({ name }) => !more.some(([other]) => other === name));
  const pairs = [...given.map(({ name }): [string, string] => [name, EXAMPLES[name]!]), ...more];
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

function isCursor({ name }: DocumentedParameter): boolean {
  return name === 'cursor';
}

interface OnePage {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

async function page(operation: DocumentedOperation, ids: Ids, cursor?: string): Promise<OnePage> {
  const position: [string, string][] = cursor === undefined ? [] : [['cursor', cursor]];
  const query = queryWith(operation, [['limit', '1'], ...position]);
  return (await hold(full, operation, { query, ids })).body as OnePage;
}

function detailOf({ body }: Answer): string {
  return (body as { readonly detail: string }).detail;
}

describe('the OpenAPI document of the running service', () => {
  it('has every route, and no other', () => {
    const documented = openApi.operations
      .filter(({ path }) => !path.startsWith('/v1/'))
      .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
    // The page is no part of it.
    const answered = routes.filter((route) => !route.startsWith('HEAD ') && !/^GET \/\*?$/.test(route));
    expect(answered.toSorted()).toEqual(documented.toSorted());
  });

  it('points to nothing that is not in it, and names every operation once', () => {
    const references = [...JSON.stringify(openApi.document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, to]) => to!,
    );
    expect(references.filter((reference) => openApi.at(reference) === undefined)).toEqual([]);
    const ids = [...JSON.stringify(openApi.document).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(openApi.operations.length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says what is answered where everything is stored', async () => {
    for (const operation of restOperations()) {
      const query = queryWith(operation, []);
      const answers: Answer[] = [];
      for (const ids of operation.path.includes('{') ? spans : [spans[0]!]) {
        answers.push(await hold(full, operation, { query, ids }));
      }
      expect([operation.path, ...new Set(answers.map(({ status }) => status))]).toEqual([
        operation.path,
        200,
      ]);
      const items = answers.flatMap(
        ({ body }) => (body as { readonly items?: readonly unknown[] }).items ?? body,
      );
      expect([operation.path, items]).not.toEqual([operation.path, []]);
    }
  });

  it('says what is answered where nothing is stored', async () => {
    for (const operation of restOperations()) {
      const { status } = await hold(empty, operation, { query: queryWith(operation, []) });
      expect([operation.path, status]).toEqual([operation.path, 404 in operation.responses ? 404 : 200]);
    }
  });

  it('names cursors with which one gets from page to page', async () => {
    for (const operation of restOperations().filter(({ parameters }) => parameters.some(isCursor))) {
      const turned: unknown[] = [];
      for (const ids of operation.path.includes('{') ? spans : [spans[0]!]) {
        const first = await page(operation, ids);
        if (first.nextCursor !== null) turned.push([first, await page(operation, ids, first.nextCursor)]);
      }
      const other = { items: [expect.anything()] };
      expect([operation.path, turned]).not.toEqual([operation.path, []]);
      for (const pages of turned)
        expect([operation.path, pages]).toMatchObject([operation.path, [other, other]]);
    }
  });

  it('says what is answered to each value of a parameter that has few, and to the ends of a range', async () => {
    for (const [operation, { name, schema }] of parameters()) {
      const { enum: values = [], minimum, maximum } = schema as Partial<Record<string, never>>;
      // A window of time is checked as one.
      const ends = /^(since|until)Ms$/.test(name)
        ? []
        : [minimum, maximum].filter((end) => end !== undefined);
      for (const value of [...(values as string[]), ...ends]) {
        const query = queryWith(operation, [[name, String(value)]]);
        expect([query, (await hold(full, operation, { query, ids: spans[0]! })).status]).toEqual([
          query,
          200,
        ]);
      }
    }
  });

  it('names only parameters that are read: values that it does not allow are refused', async () => {
    for (const [operation, parameter] of parameters()) {
      for (const values of wrongValues(parameter)) {
        const query = queryWith(
          operation,
          values.map((value): [string, string] => [parameter.name, value]),
          parameter.name,
        );
        const answer = await hold(full, operation, { query, ids: spans[0]! });
        expect([operation.path, query, answer.status]).toEqual([operation.path, query, 400]);
        const subject = parameter.name.replace('Id', ' id');
        expect(detailOf(answer)).toMatch(new RegExp(`\\b(${parameter.name}|${subject})\\b`));
      }
    }
  });

  it('names all parameters: others are refused, with the one that was meant', async () => {
    for (const operation of restOperations()) {
      const query = queryWith(operation, [['nonsense', '1']]);
      const answer = await hold(full, operation, { query, ids: spans[0]! });
      expect([operation.path, answer.status]).toEqual([operation.path, 400]);
      const names = queryOf(operation).map(({ name }) => name);
      const taken = names.length === 0 ? '. None is taken.' : `: it takes ${names.join(', ')}.`;
      expect(detailOf(answer)).toBe(`There is no parameter "nonsense" here${taken}`);
    }
    const misspelt = await ask(full, '/api/logs?limit=2&minSeverty=9');
    expect(detailOf(misspelt)).toBe('There is no parameter "minSeverty" here; did you mean minSeverity?');
    expect((await fetch(`${full.url}/api/logs?minSeverty=9`, { method: 'HEAD' })).status).toBe(400);
  });

  it('says what is wrong with a query', async () => {
    const answer = await hold(full, openApi.operation('get', '/api/traces'), {
      query: '?query=statsu:error',
    });
    expect(answer.status).toBe(400);
    expect(openApi.differenceOfType('QueryProblemDetails', answer.body)).toBeNull();
  });

  it('says what is answered to ids that make no sense', async () => {
    for (const operation of restOperations().filter(({ path }) => path.includes('{'))) {
      const answer = await hold(full, operation, { ids: { traceId: 'x', spanId: 'y' } });
      expect([operation.path, answer.status]).toEqual([operation.path, 400]);
    }
  });

  it('says what is answered to whoever may not ask', async () => {
    for (const operation of restOperations()) {
      const query = queryWith(operation, []);
      const headers = { origin: 'http://evil.example' };
      const answers = [
        await hold(guarded, operation, { query }),
        await hold(full, operation, { query, headers }),
      ];
      expect([operation.path, ...answers.map(({ status }) => status)]).toEqual([operation.path, 401, 403]);
      const shown = await hold(guarded, operation, { query, headers: { authorization: `Bearer ${TOKEN}` } });
      expect([operation.path, [200, 404].includes(shown.status)]).toEqual([operation.path, true]);
    }
  });

  it('says what is answered to changes that cannot be read', async () => {
    for (const operation of restOperations().filter(({ method }) => method !== 'get')) {
      const ofText = await hold(full, operation, {
        ids: spans[0]!,
        headers: { 'content-type': 'text/plain' },
      });
      const large = await hold(full, operation, {
        ids: spans[0]!,
        body: JSON.stringify({ a: 'a'.repeat(2000) }),
      });
      expect([operation.path, ofText.status, large.status]).toEqual([operation.path, 415, 413]);
    }
    const cleanUp = openApi.operation('post', '/api/cleanup');
    for (const body of ['{', '[]', '{"preview":1}', '{"preveiw":true}']) {
      expect([body, (await hold(full, cleanUp, { body })).status]).toEqual([body, 400]);
    }
    expect((await hold(full, cleanUp, { body: '{"preview":true}' })).status).toBe(200);
  });

  it('says what is answered where the service fails', async () => {
    const failing = await start('failing');
    try {
      const fail = async (): Promise<never> => {
        throw new Error('no disk');
      };
      failing.store.traces = fail;
      failing.store.counts = fail;
      expect((await hold(failing, openApi.operation('get', '/api/traces'))).status).toBe(500);
      const health = await hold(failing, openApi.operation('get', '/health'));
      expect([health.status, health.mediaType]).toEqual([503, 'application/json']);
    } finally {
      await failing.close();
    }
  });

  it('says what OTLP is answered', async () => {
    const paths = openApi.operations.filter(({ path }) => path.startsWith('/v1/'));
    expect(paths.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/logs', '/v1/metrics']);
    for (const operation of paths) {
      const partly = await hold(full, operation, { body: UNFIT[operation.path]! });
      expect([operation.path, partly.status]).toEqual([operation.path, 200]);
      expect(partly.body).toMatchObject({ partialSuccess: { errorMessage: expect.any(String) } });
      const refused = await hold(full, operation, { body: '{' });
      const ofText = await hold(full, operation, { headers: { 'content-type': 'text/plain' } });
      const foreign = await hold(full, operation, { headers: { origin: 'null' } });
      const guessed = await hold(guarded, operation);
      const statuses = [refused, ofText, foreign, guessed].map(({ status }) => status);
      expect([operation.path, ...statuses]).toEqual([operation.path, 400, 415, 403, 401]);
    }
  });

  it('says what a WebSocket is told', async () => {
    const operation = openApi.operation('get', '/ws/traces');
    expect((await hold(full, operation)).status).toBe(426);
    const messages = await told('?after=0&query=status:success,error', 3);
    expect(messages.map((message) => openApi.differenceOfType('LiveMessage', message))).toEqual([
      null,
      null,
      null,
    ]);
    for (const query of [
      '?after=x',
      '?query=statsu:error',
      '?after=1&after=2',
      '?query=a&query=b',
      '?aftr=1',
    ]) {
      const refusal = await refusedUpgrade(query);
      expect([query, refusal.status, openApi.difference(operation, refusal)]).toEqual([query, 400, null]);
    }
  });

  it('misses no field: with one more or one less, an answer is another', async () => {
    const operation = openApi.operation('get', '/api/traces');
    const answer = await hold(full, operation);
    const [first] = (answer.body as { readonly items: readonly Record<string, unknown>[] }).items;
    const { status: _, ...less } = first!;
    for (const item of [{ ...first, surprise: 1 }, less, { ...first, startTimeMs: 'noon' }]) {
      const changed = { ...answer, body: { items: [item], nextCursor: null } };
      expect(openApi.difference(operation, changed)).toMatch(/surprise|status|startTimeMs/);
    }
  });
});

function parameters(): readonly (readonly [DocumentedOperation, DocumentedParameter])[] {
  return restOperations().flatMap((operation) =>
    queryOf(operation).map((parameter) => [operation, parameter] as const),
  );
}

/** Lists of values that a parameter may not have together. */
function wrongValues({ name, required, schema }: DocumentedParameter): readonly (readonly string[])[] {
  if (schema.type === 'array') {
    const { items, maxItems } = schema as unknown as {
      readonly items: DocumentedParameter['schema'];
      readonly maxItems: number;
    };
    const tooMany = Array.from({ length: maxItems + 1 }, () => 'd'.repeat(16));
    return [
      tooMany,
      ...wrongValues({ name, in: 'query', schema: items }).filter(({ length }) => length === 1),
    ];
  }
  const {
    minimum,
    maximum,
    minLength,
    maxLength,
    pattern,
    enum: values,
  } = schema as Partial<Record<string, never>>;
  const wrong: string[] = [];
  if (schema.type === 'integer') wrong.push('x', '1.5', String(minimum! - 1), String(maximum! + 1));
  if (values !== undefined || pattern !== undefined || name === 'cursor') wrong.push('!');
  if (minLength !== undefined) wrong.push('');
  if (maxLength !== undefined) wrong.push('a'.repeat(maxLength + 1));
  if (name === 'query') wrong.push('statsu:error');
  const twice = EXAMPLES[name] ?? '1';
  return [...wrong.map((value) => [value]), [twice, twice], ...(required === true ? [[]] : [])];
}

/** The first messages of a connection. */
function told(query: string, count: number): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const messages: unknown[] = [];
    const socket = new WebSocket(`${full.url.replace('http', 'ws')}/ws/traces${query}`);
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
    const socket = new WebSocket(`${full.url.replace('http', 'ws')}/ws/traces${query}`);
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
