import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build, type BuildOptions } from 'esbuild';
import { startServer } from './server.ts';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
// One level below the package, like src and dist: the service reads ../package.json.
const buildDirectory = join(packageDirectory, 'out-tsc');
const bundle = join(buildDirectory, 'killed-service.mjs');
const ROUNDS = 10;

let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-kill-'));
  mkdirSync(buildDirectory, { recursive: true });
  const options: BuildOptions = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
  };
  await build({
    ...options,
    stdin: {
      contents: `
        import { startServer } from './src/server.ts';
        const server = await startServer({ port: 0, databasePath: process.argv[2] });
        console.log(server.url);`,
      resolveDir: packageDirectory,
    },
    outfile: bundle,
  });
  await build({
    ...options,
    entryPoints: [join(packageDirectory, 'src/thread/storage-thread.ts')],
    // Where the service looks for the program of its threads: beside itself.
    outfile: join(buildDirectory, 'storage-thread.js'),
  });
}, 30_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(bundle, { force: true });
});

async function startChild(databasePath: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--no-warnings', bundle, databasePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  for await (const line of createInterface({ input: child.stdout })) return { child, url: line };
  throw new Error('the service ended before it was ready');
}

function batch(firstSpan: number): string {
  const spans = Array.from({ length: 20 }, (_, index) => ({
    traceId: (firstSpan + 1).toString(16).padStart(32, '0'),
    spanId: (firstSpan + index + 1).toString(16).padStart(16, '0'),
    name: 'span',
    startTimeUnixNano: '1763700000000000000',
    endTimeUnixNano: '1763700001000000000',
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

function logBatch(firstSpan: number): string {
  const logRecords = Array.from({ length: 20 }, (_, index) => ({
    traceId: (firstSpan + 1).toString(16).padStart(32, '0'),
    timeUnixNano: '1763700000000000000',
    body: { intValue: index },
  }));
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

async function send(url: string, body: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
}

describe('a service that is killed under load', () => {
  it('loses no span and no log record that it has answered 200 for', async () => {
    const databasePath = join(directory, 'traces.db');
    const acknowledged = new Set<string>();
    let nextSpan = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { child, url } = await startChild(databasePath);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      const sender = async (): Promise<void> => {
        for (;;) {
          const first = nextSpan;
          nextSpan += 20;
          try {
            await send(`${url}/v1/traces`, batch(first));
            await send(`${url}/v1/logs`, logBatch(first));
          } catch {
            return;
          }
          acknowledged.add((first + 1).toString(16).padStart(32, '0'));
          if (acknowledged.size >= (round + 1) * 30) child.kill('SIGKILL');
        }
      };
      await Promise.all([sender(), sender(), sender()]);
      await exited;
    }
    const server = await startServer({ port: 0, databasePath });
    for (const traceId of acknowledged) {
      expect((await server.store.trace(traceId))?.summary.spanCount).toBe(20);
      const logged = await server.logs.ofTrace(traceId, { limit: 50 });
      expect(logged?.items.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(ROUNDS * 30);
    await server.close();
  }, 120_000);
});
