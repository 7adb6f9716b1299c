import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleProgram } from './bundled-program.ts';
import { readSpans } from './database.ts';
import { spooledNames } from './spooled-names.ts';

/** `npm run soak` asks for more. */
const kills = Number(process.env['TTA_SOAK_KILLS'] ?? 10);

let directory: string;
let programs: Record<'service' | 'spans', string>;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-kills-'));
  const [service, spans] = await Promise.all(['service', 'spans'].map(bundleProgram));
  programs = { service: service as string, spans: spans as string };
}, 30_000);

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(Object.values(programs).map((program) => rm(program)));
  await rm(directory, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--no-warnings', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Starts a program and waits for its first line. */
async function startReady(program: string, args: readonly string[]): Promise<ChildProcess> {
  const child = start(program, args);
  for await (const _line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) return child;
  throw new Error(`${program} ended before it was ready`);
}

describe('spans on their way to the service', () => {
  it(
    `arrive once they are spooled, over ${kills} kills of programs and of the service`,
    async () => {
      const databasePath = join(directory, 'traces.db');
      const spool = join(directory, 'spool');
      const port = await freePort();
      const startService = (): Promise<ChildProcess> =>
        startReady(programs.service, [databasePath, String(port)]);
      const startProgram = (name: string): Promise<ChildProcess> =>
        startReady(programs.spans, [`http://127.0.0.1:${port}/v1/traces`, spool, name]);

      const spooled = new Set<string>();
      let service: ChildProcess | undefined;
      const clients = await Promise.all([startProgram('a0'), startProgram('b0')]);
      for (let kill = 1; kill <= kills; kill++) {
        // Every other time long enough for the spool to be drained.
        await wait(50 + ((kill * 137) % 500));
        if (kill % 3 === 0) {
          if (service) await end(service, 'SIGKILL');
          service = service ? undefined : await startService();
        } else {
          const index = kill % 2;
          await end(clients[index] as ChildProcess, 'SIGKILL');
          for (const name of spooledNames(spool)) spooled.add(name);
          clients[index] = await startProgram(`${index === 0 ? 'a' : 'b'}${kill}`);
        }
      }
      for (const client of clients) await end(client, 'SIGKILL');
      for (const name of spooledNames(spool)) spooled.add(name);
      expect(spooled.size).toBeGreaterThan(kills);

      service ??= await startService();
      const last = await startProgram('last0');
      // A segment that is being adopted has its old name in the listing and its new one on disk.
      for (let empty = 0; empty < 5; await wait(50)) {
        empty = spooledNames(spool).some((name) => !name.startsWith('last')) ? 0 : empty + 1;
      }
      await end(last, 'SIGKILL');
      await end(service, 'SIGTERM');
      const stored = new Set(readSpans(databasePath).map(({ name }) => name.replace(';', '')));
      expect([...spooled].filter((name) => !name.startsWith('last') && !stored.has(name))).toEqual([]);
    },
    60_000 + kills * 3_000,
  );
});
