import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SloStatus, StatisticsSnapshot } from '@tta/obs-metrics';
import { isLogList, type LogRecord } from '@tta/obs-protocol';
import { type RunningServer, startServer } from '@tta/obs-server';
import { bundleProgram } from './bundled-program.ts';
import { readSpans } from './database.ts';

const run = promisify(execFile);
/** Not whole in any file, so that no scanner takes it for one that was lost. */
const secret = ['ghp', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3hJ6'].join('_');

let directory: string;
let server: RunningServer;
let program: string;
let printed: { readonly metrics: StatisticsSnapshot; readonly slos: readonly SloStatus[] };
let errorLines: readonly Record<string, unknown>[];
let errorText: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-shop-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  program = await bundleProgram('shop');
  const { PATH = '' } = process.env;
  const { stdout, stderr } = await run(process.execPath, [program, secret], {
    env: { PATH, HOME: directory, XDG_DATA_HOME: directory, TTA_UI_ENDPOINT: server.url },
  });
  printed = JSON.parse(stdout);
  errorText = stderr;
  errorLines = stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}, 30_000);

afterAll(async () => {
  await server.close();
  await rm(program);
  await rm(directory, { recursive: true });
});

async function logRecords(): Promise<readonly LogRecord[]> {
  const answer: unknown = await (await fetch(`${server.url}/api/logs?limit=500`)).json();
  if (!isLogList(answer)) throw new Error(`no log records: ${JSON.stringify(answer)}`);
  return answer.items;
}

describe('a program that logs', () => {
  it('prints its warnings with the ids of trace, run, user and request', () => {
    const thanks = errorLines.filter(({ message }) => String(message).startsWith('thanked'));
    expect(thanks).toHaveLength(3);
    expect(thanks[1]).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/^thanked for order 2 with \[redacted/),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      correlation_id: 'c-2',
      workflow_name: 'order',
      session_id: 's-1',
      user_id: 'u-1',
      request_id: 'r-2',
    });
    expect(new Set(thanks.map(({ trace_id: id }) => id)).size).toBe(3);
    expect(errorLines.filter(({ message }) => message === 'paid')).toEqual([]);
  });

  it('prints which error a retry answered', () => {
    expect(errorLines.filter(({ message }) => message === 'pay: retry')).toEqual([
      expect.objectContaining({
        'error.type': 'ECONNRESET',
        'error.message': 'the bank hung up',
        'error.category': 'network',
        correlation_id: 'c-1',
      }),
    ]);
  });

  it('finds its lines in the service, on the spans that they were written in', async () => {
    const records = await logRecords();
    const paid = records.filter(({ body }) => body === 'paid');
    expect(paid.map(({ attributes }) => attributes['order']).sort()).toEqual([1, 2, 3]);
    expect(paid[0]).toMatchObject({ serviceName: 'shop', severityNumber: 9 });
    expect(paid[0]?.attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' });
    const ofTrace: unknown = await (await fetch(`${server.url}/api/traces/${paid[0]?.traceId}/logs`)).json();
    expect(isLogList(ofTrace) && ofTrace.items.map(({ spanId, body }) => [spanId, body])).toContainEqual([
      paid[0]?.spanId,
      'paid',
    ]);
    expect(records.filter(({ body }) => body === 'closing')).toEqual([
      expect.objectContaining({ traceId: null, attributes: expect.objectContaining({ till: 7 }) }),
    ]);
  });

  it('lets a secret out nowhere', async () => {
    expect(errorText).not.toContain(secret);
    expect(JSON.stringify(await logRecords())).not.toContain(secret);
    for (const file of await readdir(directory)) {
      const content = await readFile(join(directory, file)).catch(() => Buffer.alloc(0));
      expect({ file, holds: content.includes(secret) }).toEqual({ file, holds: false });
    }
  });
});

describe('the figures of a program', () => {
  const figuresOf = (name: string): StatisticsSnapshot['primitives'][number] | undefined =>
    printed.metrics.primitives.find((primitive) => primitive.name === name && primitive.type === 'lambda');

  it('count executions, failures and costs once', () => {
    expect(figuresOf('pay')).toMatchObject({
      executions: { success: 3, error: 1, timeout: 0, cancelled: 0, suspended: 0 },
      errors: expect.objectContaining({ network: 1 }),
      inFlight: 0,
      costUsd: 0,
    });
    expect(figuresOf('thank')).toMatchObject({ costUsd: 1, latency: expect.objectContaining({ count: 3 }) });
    expect(printed.metrics.primitives.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBe(1);
  });

  it('say what the process used while nothing else ran', () => {
    const { executions = 0, inexact } = figuresOf('thank')?.processUse ?? {};
    expect({ executions, inexact }).toEqual({ executions: 3, inexact: 0 });
  });

  it('judge each run by its objectives', () => {
    const figures = printed.slos.map(({ slo, good, bad, compliance }) => ({
      name: slo.name,
      good,
      bad,
      compliance,
    }));
    expect(figures).toEqual([
      { name: 'orders-succeed', good: 3, bad: 0, compliance: 1 },
      { name: 'orders-are-cheap', good: 2, bad: 1, compliance: 2 / 3 },
    ]);
  });

  it('stand on the spans of the service, too', async () => {
    await server.close();
    const spans = readSpans(join(directory, 'traces.db'));
    const thanks = spans.filter(
      ({ name, attributes }) => name.endsWith('execute') && attributes['primitive.name'] === 'thank',
    );
    expect(thanks.map(({ attributes }) => attributes['cost.usd'])).toEqual([0.25, 0.25, 0.5]);
    expect(thanks.map(({ attributes }) => attributes['execution.concurrent'])).toEqual([1, 1, 1]);
  });
});
