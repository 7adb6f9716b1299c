import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '@tta/obs-server';
import { bundleProgram } from './bundled-program.ts';
import { readSpans, type StoredSpan } from './database.ts';

const run = promisify(execFile);

let directory: string;
let server: RunningServer;
let programs: Record<'front' | 'middle' | 'tool', string>;
let middle: ChildProcess | undefined;
let middleEnded: Promise<unknown> | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-three-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  const [front, second, tool] = await Promise.all(['front', 'middle', 'tool'].map(bundleProgram));
  programs = { front: front as string, middle: second as string, tool: tool as string };
}, 30_000);

afterAll(async () => {
  middle?.kill();
  await server.close();
  await Promise.all(Object.values(programs).map((program) => rm(program)));
  await rm(directory, { recursive: true });
});

function settings(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, HOME: directory, XDG_DATA_HOME: directory, TTA_UI_ENDPOINT: server.url, ...extra };
}

async function startMiddle(): Promise<string> {
  middle = spawn(process.execPath, [programs.middle, programs.tool], {
    env: settings(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  middleEnded = once(middle, 'exit');
  for await (const line of createInterface({ input: middle.stdout as NodeJS.ReadableStream })) return line;
  throw new Error('the second process ended before it was ready');
}

function parentNames(spans: readonly StoredSpan[]): Record<string, string | undefined> {
  const labelOf = (span: StoredSpan): string =>
    `${span.service}: ${String(span.attributes['primitive.name'] ?? span.attributes['step.name'])} ${span.name}`;
  return Object.fromEntries(
    spans.map((span) => {
      const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
      return [labelOf(span), parent && labelOf(parent)];
    }),
  );
}

describe('a trace that crosses three processes over HTTP, the environment and message headers', () => {
  it('is one tree in the database, and only the baggage that may travel does', async () => {
    const { stdout } = await run(process.execPath, [programs.front, await startMiddle()], {
      env: settings(),
    });
    await middleEnded;
    expect(stdout).toBe('BECAUSE ACME AND UNDEFINED\n');

    const databasePath = server.databasePath;
    await server.close();
    const spans = readSpans(databasePath);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(parentNames(spans)).toEqual({
      'front: ask primitive.lambda.execute': undefined,
      'middle: sequential primitive.sequential.execute': 'front: ask primitive.lambda.execute',
      'middle: start tool primitive.sequential.step_0': 'middle: sequential primitive.sequential.execute',
      'middle: start tool primitive.lambda.execute': 'middle: start tool primitive.sequential.step_0',
      'tool: answer primitive.lambda.execute': 'middle: start tool primitive.lambda.execute',
      'middle: consume primitive.lambda.execute': 'tool: answer primitive.lambda.execute',
    });
  }, 30_000);
});
