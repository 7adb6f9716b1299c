import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { initializeObservability, type Observability } from '@tta/obs';
import { fallback, lambda, named, parallel, retry, sequential, timeout } from '@tta/obs-primitives';
import { type RunningServer, startServer } from '@tta/obs-server';
import { readSpans, type StoredSpan } from './database.ts';

let directory: string;
let server: RunningServer;
let obs: Observability;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-end-to-end-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  obs = initializeObservability({
    serviceName: 'end-to-end',
    ttaUiEndpoint: server.url,
    spoolDirectory: false,
    logLevel: 'silent',
  });
});

afterEach(async () => {
  await obs.shutdown();
  await server.close();
  await rm(directory, { recursive: true });
});

/** Everything that the file holds once the service has let go of it. */
async function spansInFile(): Promise<StoredSpan[]> {
  await obs.shutdown();
  await server.close();
  return readSpans(server.databasePath);
}

function one(rows: readonly StoredSpan[], name: string, label?: string): StoredSpan {
  const found = rows.filter(
    (row) => row.name === name && (label === undefined || row.attributes['primitive.name'] === label),
  );
  if (found.length !== 1)
    throw new Error(`${found.length} spans ${name} among ${rows.map((row) => row.name).join(', ')}`);
  return found[0] as StoredSpan;
}

describe('a run over HTTP', () => {
  it('leaves the span tree of the requirement in the file', async () => {
    const workflow = sequential(
      lambda('processor', async (text: string) => text.trim()),
      lambda('validator', (text) => text.length > 0),
    );
    expect(
      await workflow.execute(' x ', { workflowName: 'demo', agentType: 'writer', tags: { team: 'a' } }),
    ).toBe(true);

    const rows = await spansInFile();
    expect(rows).toHaveLength(5);
    expect(new Set(rows.map((row) => row.traceId)).size).toBe(1);
    const root = one(rows, 'primitive.sequential.execute');
    const first = one(rows, 'primitive.sequential.step_0');
    const second = one(rows, 'primitive.sequential.step_1');
    const processor = one(rows, 'primitive.lambda.execute', 'processor');
    const validator = one(rows, 'primitive.lambda.execute', 'validator');
    expect([root, first, processor, second, validator].map((row) => row.parentSpanId)).toEqual([
      null,
      root.spanId,
      first.spanId,
      root.spanId,
      second.spanId,
    ]);
    expect(second.links).toEqual([
      expect.objectContaining({ spanId: first.spanId, attributes: { 'link.type': 'previous_step' } }),
    ]);
    expect(root.attributes).toMatchObject({
      'primitive.name': 'sequential',
      'primitive.type': 'sequential',
      'primitive.action': 'execute',
      'workflow.name': 'demo',
      'agent.type': 'writer',
      'tag.team': 'a',
      'execution.status': 'success',
      'execution.duration_ms': expect.any(Number),
    });
    expect(first.attributes).toMatchObject({
      'step.index': 0,
      'step.name': 'processor',
      'step.primitive_type': 'lambda',
      'step.total_steps': 2,
      'execution.status': 'success',
    });
    expect(second.attributes).toMatchObject({ 'step.index': 1, 'step.name': 'validator' });
    expect(processor.attributes).toMatchObject({ 'primitive.name': 'processor', 'primitive.type': 'lambda' });
    expect(validator.attributes).toMatchObject({ 'primitive.name': 'validator' });
    expect(rows.every((row) => row.status === 'success' && row.statusCode === 0)).toBe(true);
  });

  it('tells retries, time limits, fallbacks and branches apart in the file', async () => {
    let calls = 0;
    const unsteady = lambda('unsteady', () => {
      if (++calls < 3) throw Object.assign(new Error('not now'), { status: 503 });
      return 'there';
    });
    const hanging = lambda('hanging', (_: unknown, { signal }) => {
      return new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    });
    const workflow = named(
      'mixed',
      parallel({
        persistent: retry(unsteady, { baseMs: 1 }),
        prudent: fallback(
          timeout(hanging, { ms: 20 }),
          lambda('local', () => 'here'),
        ),
      }),
    );
    expect(await workflow.execute(undefined)).toEqual({ persistent: 'there', prudent: 'here' });

    const rows = await spansInFile();
    const parentOf = (row: StoredSpan): string | undefined =>
      rows.find(({ spanId }) => spanId === row.parentSpanId)?.name;
    expect(parentOf(one(rows, 'primitive.retry.execute'))).toBe('primitive.parallel.branch_persistent');
    expect([1, 2, 3].map((attempt) => one(rows, `primitive.retry.attempt_${attempt}`).status)).toEqual([
      'error',
      'error',
      'success',
    ]);
    expect(one(rows, 'primitive.timeout.execute')).toMatchObject({ status: 'timeout', statusCode: 2 });
    expect(parentOf(one(rows, 'primitive.timeout.execute'))).toBe('primitive.fallback.primary');
    expect(one(rows, 'primitive.lambda.execute', 'hanging')).toMatchObject({
      status: 'cancelled',
      statusCode: 0,
    });
    expect(one(rows, 'primitive.fallback.fallback_1').status).toBe('success');
    expect(one(rows, 'primitive.parallel.execute', 'mixed')).toMatchObject({
      status: 'success',
      statusCode: 0,
    });
  });

  it('leaves all spans of 200 runs at once, none twice', async () => {
    const chain = sequential(
      (n: number) => n + 1,
      async (n) => n * 2,
      (n) => `${n}`,
    );
    await Promise.all(Array.from({ length: 200 }, (_, n) => chain.execute(n)));
    const rows = await spansInFile();
    expect(rows).toHaveLength(200 * 7);
    expect(new Set(rows.map((row) => row.spanId)).size).toBe(200 * 7);
    expect(new Set(rows.map((row) => row.traceId)).size).toBe(200);
    expect(obs.counts().size).toBe(1);
    expect([...obs.counts().values()]).toEqual([{ exported: 200 * 7, spooled: 0, dropped: 0 }]);
  });
});
