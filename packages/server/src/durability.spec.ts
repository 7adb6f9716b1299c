import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { startServer } from './server.ts';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
// One level below the package, like src and dist: the service reads ../package.json.
const buildDirectory = join(packageDirectory, 'out-tsc');
const bundle = join(buildDirectory, 'killed-service.mjs');
const ROUNDS = 5;

let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-kill-'));
  mkdirSync(buildDirectory, { recursive: true });
  await build({
    stdin: {
      contents: `
        import { startServer } from './src/server.ts';
        const server = await startServer({ port: 0, databasePath: process.argv[2] });
        console.log(server.url);`,
      resolveDir: packageDirectory,
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tta/source'],
    external: ['fastify', 'libsql', 'ws'],
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

describe('a service that is killed under load', () => {
  it('loses no span that it has answered 200 for', async () => {
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
            const answer = await fetch(`${url}/v1/traces`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: batch(first),
            });
            if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
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
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(ROUNDS * 30);
    await server.close();
  }, 60_000);
});
