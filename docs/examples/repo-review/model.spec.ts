import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import { type RunningServer, startServer } from '@tta/obs-server';
import { openRepository } from './repository.ts';
import { PlantedRepository } from './planted-repository.ts';
import { repoReview } from './workflow.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const KEY = 'key-of-this-spec';
let repository: PlantedRepository;
let models: Server;
let answers: Answer[];
let requests: { headers: IncomingMessage['headers']; url: string | undefined; body: string }[];

beforeEach(async () => {
  answers = [];
  requests = [];
  models = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      requests.push({ headers: request.headers, url: request.url, body });
      (answers.shift() ?? hang)(request, response, body);
    });
  });
  await new Promise<void>((resolve) => models.listen(0, '127.0.0.1', resolve));
  repository = new PlantedRepository();
  repository.commit('feat: keep words in a list', {
    'src/words.js': 'export const words = ["alpha", "beta"];\n',
  });
  repository.commit('feat: count the words of a page', {
    'src/count.js': 'export const countWords = (page) => page.split(" ");\n',
  });
});

afterEach(async () => {
  repository.remove();
  models.closeAllConnections();
  await new Promise((resolve) => models.close(resolve));
});

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end('{}');
const hang: Answer = () => undefined;
const say =
  (content: string): Answer =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        id: 'answer-1',
        model: 'small-2026',
        choices: [{ message: { content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 321, completion_tokens: 45 },
      }),
    );

function workflow(announced: string[] = []) {
  return repoReview({
    model: {
      name: 'small',
      baseUrl: new URL(`http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`),
      apiKey: KEY,
      attemptLimitMs: 200,
      retryBaseMs: 1,
    },
    announce: (line) => announced.push(`${line} (after ${requests.length} requests)`),
  });
}

async function request() {
  return { repository: await openRepository(repository.directory), maxCommits: 10 };
}

describe('repoReview with a model', () => {
  it('prints what the model says, without what a terminal would obey', async () => {
    answers = [say('Words \u001b[31mred\u001b[0m and\u0007 counted.\r\nThat is all.')];

    const { summary } = await workflow().execute(await request());

    expect(summary).toEqual({ text: 'Words red and counted.\nThat is all.', source: 'small' });
  });

  it('says which host gets how many bytes before it sends any', async () => {
    const announced: string[] = [];
    answers = [say('ok')];

    await workflow(announced).execute(await request());

    const { port } = models.address() as AddressInfo;
    const bytes = Buffer.byteLength(requests[0]?.body ?? '').toLocaleString('en-US');
    expect(announced).toEqual([
      expect.stringContaining(`sends ${bytes} bytes to 127.0.0.1:${port}, not encrypted`),
    ]);
    expect(announced[0]).toContain('(after 0 requests)');
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('sends no code and no secret', async () => {
    const token = ['ghp', 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0i'].join('_');
    repository.commit(`fix: take ${token} out of the program`, { 'src/words.js': `const t = "${token}";\n` });
    answers = [say('ok')];

    await workflow().execute(await request());

    expect(requests[0]?.body).toContain('[GitHub token removed]');
    expect(requests[0]?.body).not.toContain(token);
    expect(requests[0]?.body).not.toContain('page.split');
  });

  it('does not retry a wrong key, and sums up here instead', async () => {
    answers = [status(401)];

    const { summary } = await workflow().execute(await request());

    expect(requests).toHaveLength(1);
    expect(summary).toMatchObject({ source: 'tf-idf', note: expect.stringContaining('gave no answer') });
  });

  it('follows no redirect to a host that was not announced', async () => {
    let elsewhere = 0;
    const other = createServer((_, response) => {
      elsewhere += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const redirect = status(307, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` });
    answers = [redirect, redirect, redirect];
    try {
      const { summary } = await workflow().execute(await request());
      expect([summary.source, elsewhere]).toEqual(['tf-idf', 0]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('leaves retry, timeout and fallback spans in the database when the model refuses, fails and hangs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'repo-review-db-'));
    let service: RunningServer | undefined;
    try {
      service = await startServer({ port: 0, databasePath: join(folder, 'traces.db') });
      const observability = initializeObservability({
        serviceName: 'repo-review',
        ttaUiEndpoint: service.url,
        spoolDirectory: false,
        logLevel: 'silent',
      });
      answers = [status(429, { 'retry-after': '0' }), status(500), hang, say('never asked')];

      const outcome = await workflow().tryExecute(await request(), { workflowName: 'repo-review' });
      await observability.shutdown();

      expect(outcome).toMatchObject({ ok: true, value: { summary: { source: 'tf-idf' } } });
      expect(requests).toHaveLength(3);
      const trace = await service.store.trace(outcome.traceId ?? '');
      expect(trace?.summary).toMatchObject({
        name: 'repo-review',
        serviceName: 'repo-review',
        status: 'success',
      });
      const { name = [], status: states = [], parentIndex = [] } = trace?.spans ?? {};
      const spans = name.map((text, index) => `${text} ${states[index]}`);
      expect(spans).toEqual(
        expect.arrayContaining([
          'primitive.fallback.primary timeout',
          'primitive.retry.attempt_1 error',
          'primitive.retry.attempt_2 error',
          'primitive.retry.attempt_3 timeout',
          'primitive.timeout.execute timeout',
          'primitive.fallback.fallback_1 success',
          'primitive.parallel.branch_risks success',
          'primitive.sequential.step_0 success',
        ]),
      );
      const attempt = name.indexOf('primitive.retry.attempt_1');
      expect(name[parentIndex[attempt] ?? -1]).toBe('primitive.retry.execute');
      expect(parentIndex.filter((parent) => parent === -1)).toHaveLength(1);

      const asked = name.findIndex(
        (text, index) => text === 'primitive.lambda.execute' && states[index] === 'error',
      );
      const span = await service.store.span(outcome.traceId ?? '', trace?.spans.spanId[asked] ?? '');
      expect(span?.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'small',
        'workflow.name': 'repo-review',
      });
    } finally {
      await service?.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
