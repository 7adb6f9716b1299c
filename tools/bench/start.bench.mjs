import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentMiB } from './ingest/process-usage.mjs';
import { median } from './interleave.mjs';

export const title = 'Start of the local service';

const cli = fileURLToPath(new URL('../../packages/cli/bin/tta-obs.js', import.meta.url));
const spawns = 9;
const restMs = 60_000;
const giveUpMs = 20_000;

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the service on an empty file and waits for its first 200. */
async function startService(directory) {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [cli, 'start', '--port', String(port), '--db-path', join(directory, `${port}.db`)],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (;;) {
    const ok = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return { child, ms: performance.now() - startedAt };
    if (child.exitCode !== null) throw new Error(`the service ended with code ${child.exitCode}`);
    if (performance.now() - startedAt > giveUpMs) throw new Error('the service did not answer');
    await wait(2);
  }
}

async function stop(child) {
  child.kill('SIGTERM');
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

/** Spawn → first 200, and the memory at rest a minute later. Memory is read where /proc is there to read. */
export async function run({ progress }) {
  const directory = mkdtempSync(join(tmpdir(), 'tta-bench-'));
  try {
    const times = [];
    for (let i = 0; i < spawns; i++) {
      const { child, ms } = await startService(directory);
      times.push(ms);
      await stop(child);
    }
    const rows = [
      { figure: 'spawn → first 200, median', value: `${Math.round(median(times))} ms` },
      { figure: `spawn → first 200, slowest of ${spawns}`, value: `${Math.round(Math.max(...times))} ms` },
    ];
    const goals = [{ goal: 'spawn → first 200', value: Math.max(...times), limit: 1000, unit: 'ms' }];
    if (process.platform === 'linux') {
      progress(`resting for ${restMs / 1000} s before the memory is read`);
      const { child } = await startService(directory);
      await wait(restMs);
      const memory = residentMiB(child.pid);
      await stop(child);
      rows.push({ figure: 'resident memory after 60 s', value: `${memory.toFixed(1)} MiB` });
      goals.push({ goal: 'resident memory after 60 s', value: memory, limit: 150, unit: 'MiB' });
    }
    return { rows, goals };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
