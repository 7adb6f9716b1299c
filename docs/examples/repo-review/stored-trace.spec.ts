import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { initializeObservability } from '@tta/obs';
import { isSpanDetail, isTraceDocument, isTraceList } from '@tta/obs-protocol';
import { startServer, type RunningServer } from '@tta/obs-server';
import type { ModelOptions } from './model.ts';
import { completion, PlantedModelServer, type PlannedAnswer } from './planted-model-server.ts';
import { PlantedRepository } from './planted-repository.ts';
import { openRepository } from './repository.ts';
import type { Review } from './review.ts';
import { repoReview } from './workflow.ts';

interface StoredSpan {
  readonly spanId: string;
  readonly name: string;
  readonly status: string;
  /** Name of the parent, `null` for the root. */
  readonly parent: string | null;
}

let directory: string;
let service: RunningServer;
let repository: PlantedRepository;
let modelServer: PlantedModelServer | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repo-review-service-'));
  service = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  repository = new PlantedRepository();
  repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
});

afterEach(async () => {
  await modelServer?.stop();
  await service.close();
  repository.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the workflow with a model that answers as planned; the service has stored its trace afterwards. */
async function reviewWithModel(...answers: PlannedAnswer[]): Promise<Review> {
  modelServer = new PlantedModelServer(...answers);
  const baseUrl = await modelServer.start();
  return review({
    name: 'small-model',
    baseUrl,
    apiKey: 'a-key-to-keep',
    attemptLimitMs: 2_000,
    retryBaseMs: 1,
  });
}

async function review(model?: ModelOptions): Promise<Review> {
  const observability = initializeObservability({
    serviceName: 'repo-review',
    ttaUiEndpoint: service.url,
    spoolDirectory: false,
    logLevel: 'silent',
  });
  try {
    const opened = await openRepository(repository.directory);
    return await repoReview(model === undefined ? {} : { model }).execute(
      { repository: opened, maxCommits: 10 },
      { workflowName: 'repo-review' },
    );
  } finally {
    await observability.shutdown();
  }
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${service.url}${path}`)).json();
}

/** The only trace that the service has stored. */
async function storedTrace(): Promise<{ readonly traceId: string; readonly spans: readonly StoredSpan[] }> {
  const list = await get('/api/traces');
  if (!isTraceList(list) || list.items.length !== 1) throw new Error('not one trace');
  const traceId = list.items[0]?.traceId ?? '';
  const trace = await get(`/api/traces/${traceId}`);
  if (!isTraceDocument(trace)) throw new Error('not a trace');
  const { spanId, name, status, parentIndex } = trace.spans;
  const spans = name.map((spanName, index) => ({
    spanId: spanId[index] ?? '',
    name: spanName,
    status: status[index] ?? '',
    parent: name[parentIndex[index] ?? -1] ?? null,
  }));
  return { traceId, spans };
}

describe('the trace of a review in the service', () => {
  it('holds every attempt, the time-out and the fallback of a model that fails', async () => {
    const { summary } = await reviewWithModel(
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 500 },
      {},
    );

    expect(modelServer?.requests).toHaveLength(3);
    expect(summary).toMatchObject({
      source: 'tf-idf',
      note: expect.stringMatching(
        /^small-model at 127\.0\.0\.1:\d+ gave no answer; this summary was made here instead\.$/,
      ),
    });

    const { spans } = await storedTrace();
    expect(
      spans
        .filter(({ name }) => /\.(?:fallback|retry|timeout)\./.test(name))
        .map(({ name, status, parent }) => [name, status, parent])
        .sort(),
    ).toEqual([
      ['primitive.fallback.execute', 'success', 'primitive.sequential.step_1'],
      ['primitive.fallback.fallback_1', 'success', 'primitive.fallback.execute'],
      ['primitive.fallback.primary', 'timeout', 'primitive.fallback.execute'],
      ['primitive.retry.attempt_1', 'error', 'primitive.retry.execute'],
      ['primitive.retry.attempt_2', 'error', 'primitive.retry.execute'],
      ['primitive.retry.attempt_3', 'timeout', 'primitive.retry.execute'],
      ['primitive.retry.execute', 'timeout', 'primitive.fallback.primary'],
      ['primitive.timeout.execute', 'error', 'primitive.retry.attempt_1'],
      ['primitive.timeout.execute', 'error', 'primitive.retry.attempt_2'],
      ['primitive.timeout.execute', 'timeout', 'primitive.retry.attempt_3'],
    ]);
  });

  it('tells the category and the message of what each attempt failed with', async () => {
    await reviewWithModel({ status: 429, headers: { 'retry-after': '0' } }, { status: 500 }, {});

    const { spans, traceId } = await storedTrace();
    const attempts = spans.filter(({ name }) => name.startsWith('primitive.retry.attempt_'));
    const details = await Promise.all(
      attempts.map(({ spanId }) => get(`/api/traces/${traceId}/spans/${spanId}`)),
    );

    expect(details.map((detail) => isSpanDetail(detail) && detail.attributes)).toEqual([
      expect.objectContaining({
        'error.category': 'rate_limit',
        'error.message': expect.stringMatching(/ answered 429$/),
      }),
      expect.objectContaining({
        'error.category': 'transient',
        'error.message': expect.stringMatching(/ answered 500$/),
      }),
      expect.objectContaining({ 'error.category': 'timeout' }),
    ]);
  });

  it('holds model and tokens of an answer, but neither the key nor what was said', async () => {
    const { summary } = await reviewWithModel({
      status: 200,
      body: completion('All is calm here.', {
        id: 'answer-1',
        model: 'small-model-2026',
        usage: { prompt_tokens: 321, completion_tokens: 12 },
      }),
    });
    expect(summary).toEqual({ text: 'All is calm here.', source: 'small-model' });

    const { spans, traceId } = await storedTrace();
    const details = await Promise.all(
      spans.map(({ spanId }) => get(`/api/traces/${traceId}/spans/${spanId}`)),
    );

    const asked = details
      .filter(isSpanDetail)
      .find(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat');
    expect(asked?.attributes).toMatchObject({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'small-model',
      'gen_ai.response.model': 'small-model-2026',
      'gen_ai.response.id': 'answer-1',
      'gen_ai.usage.input_tokens': 321,
      'gen_ai.usage.output_tokens': 12,
      'server.address': '127.0.0.1',
    });
    expect(JSON.stringify(details)).not.toMatch(/a-key-to-keep|All is calm here/);
  });

  it('is one trace of the workflow without a failed span when no model is asked', async () => {
    await review();

    const { spans, traceId } = await storedTrace();
    expect(spans.filter(({ status }) => status !== 'success')).toEqual([]);
    expect(spans.filter(({ parent }) => parent === null).map(({ name }) => name)).toEqual([
      'primitive.sequential.execute',
    ]);
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['primitive.parallel.branch_churn', 'primitive.parallel.branch_risks']),
    );
    const details = await Promise.all(
      spans.map(({ spanId }) => get(`/api/traces/${traceId}/spans/${spanId}`)),
    );
    expect(JSON.stringify(details)).not.toMatch(/greet by name|main\.js|Ada/);
  });
});
