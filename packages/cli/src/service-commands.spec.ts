import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer } from '@tta/obs-server';
import { bundleOwnProgram } from '../test/own-program.ts';
import { Session as TestSession } from '../test/session.ts';

let ownProgram: readonly [string, string];
let directory: string;

beforeAll(async () => {
  ownProgram = await bundleOwnProgram();
});

afterAll(() => rmSync(ownProgram[1], { force: true }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-cli-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

class Session extends TestSession {
  constructor(env: Record<string, string> = {}) {
    super({ homeDirectory: directory, env, ownProgram });
  }
}

const database = () => join(directory, 'data', 'traces.db');
const inBackground = ['start', '--detach', '--port', '0', '--db-path'];

/** A service in the background, and where it serves. */
async function started(env: Record<string, string> = {}, flags: string[] = []) {
  const session = new Session(env);
  expect([await session.run(...inBackground, database(), ...flags), session.stderr]).toEqual([0, '']);
  const port = /page {6}http:\/\/127\.0\.0\.1:(\d+)/.exec(session.stdout)![1]!;
  const pid = Number(/process (\d+)/.exec(session.stdout)![1]);
  return { session, port, pid };
}

/** Resolves when the process, which is not our child, has ended. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('tta-obs start --detach', () => {
  it('prints where the service is when it serves, and leaves it to tta-obs stop', async () => {
    const { session, port, pid } = await started();
    expect(session.stdout).toContain(`  log       ${database()}.log\n`);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    expect(statSync(`${database()}.log`).mode & 0o777).toBe(0o600);
    const stop = new Session();
    expect(await stop.run('stop', '--port', port)).toBe(0);
    expect(stop.stdout).toBe(`Stopped the service at http://127.0.0.1:${port} (process ${pid}).\n`);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    expect(readdirSync(join(directory, 'data')).toSorted()).toEqual(['traces.db', 'traces.db.log']);
  });

  it('ends as the service does that cannot start, with its words, and leaves no log', async () => {
    writeFileSync(join(directory, 'note.txt'), 'not a database, but something that somebody wants to keep');
    const session = new Session();
    expect(await session.run(...inBackground, join(directory, 'note.txt'))).toBe(1);
    expect(session.stderr).toMatch(/^tta-obs: .*note\.txt is not a database of this service/);
    expect(existsSync(join(directory, 'note.txt.log'))).toBe(false);
  });

  it('refuses a flag that makes no sense before it starts anything', async () => {
    const session = new Session();
    expect(await session.run(...inBackground, database(), '--max-traces', 'many')).toBe(2);
    expect(session.stderr).toContain('--max-traces must be');
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  it('says where no log can be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    const session = new Session();
    expect(await session.run(...inBackground, join(directory, 'file', 'traces.db'))).toBe(1);
    expect(session.stderr).toContain('Cannot write a log beside the database');
  });

  it('shows no token to those who list processes, and stops with it or by its database', async () => {
    const token = 'only-the-user-knows';
    const { port, pid } = await started({}, ['--token', token]);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(token);
    expect(await new Session().run('status', '--port', port)).toBe(1);
    const known = new Session({ TTA_UI_TOKEN: token });
    expect(await known.run('status', '--port', port)).toBe(0);
    expect(await new Session().run('stop', '--port', port, '--db-path', database())).toBe(0);
  });

  it('begins a new log when the old one has become long', async () => {
    await (await started()).session.run('status');
    expect(await new Session().run('stop', '--port', portOf() ?? '')).toBe(0);
    const log = `${database()}.log`;
    writeFileSync(log, 'x'.repeat(5 * 1024 * 1024 + 1));
    const { port } = await started();
    expect(statSync(log).size).toBeLessThan(5_000);
    expect(statSync(`${log}.old`).size).toBe(5 * 1024 * 1024 + 1);
    await new Session().run('stop', '--port', port);
  });
});

/** The port that the log names. */
function portOf(): string | undefined {
  return /page {6}http:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(`${database()}.log`, 'utf8'))?.[1];
}

describe('tta-obs status', () => {
  it('tells where the service is, how long it is up, what it keeps and what it holds', async () => {
    const { port, pid } = await started();
    const session = new Session();
    expect(await session.run('status', '--port', port)).toBe(0);
    expect(session.stdout).toMatch(
      new RegExp(
        `^TTA observability \\S+\\n {2}page {6}http://127\\.0\\.0\\.1:${port}\\n {2}ports {5}${port}\\n` +
          ` {2}up {8}\\S+ \\S+, process ${pid}\\n {2}database {2}\\S+traces\\.db\\n` +
          ` {2}keeps {5}1000 traces, 24 h, 1 GiB, and what is pinned\\n` +
          ` {2}holds {5}0 traces, 0 spans, 0 pinned,\\n {12}0 log lines, 0 series of metrics, \\S+ KiB\\n$`,
      ),
    );
    await fetch(`http://127.0.0.1:${port}/v1/trace`, { method: 'POST', body: '' });
    const refused = new Session();
    await refused.run('status', '--port', port);
    expect(refused.stdout).toContain('  refused   1 request, 0 records: the log says why\n');
    const json = new Session();
    expect(await json.run('status', '--port', port, '--json')).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'ok', ports: [Number(port)] });
    await new Session().run('stop', '--port', port);
  });

  it('says that no service answers', async () => {
    const session = new Session();
    expect(await session.run('status', '--port', '1')).toBe(1);
    expect(session.stderr).toContain('No TTA service answers at http://127.0.0.1:1');
    const json = new Session();
    expect(await json.run('status', '--json', '--port', '1')).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({ status: 'absent', url: 'http://127.0.0.1:1' });
  });
});

describe('tta-obs status, stop and traces', () => {
  it.each(['status', 'stop', 'traces'])('%s tells what else has the port', async (command) => {
    const other = createServer((_, response) => response.writeHead(404, { server: 'shop' }).end('{}'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    const session = new Session();
    expect(await session.run(command, '--port', String(port))).toBe(1);
    expect(session.stderr).toContain(
      `No TTA service answers at http://127.0.0.1:${port}: another program has that port, and answers HTTP with 404 (shop).`,
    );
    other.close();
  });
});

describe('tta-obs stop', () => {
  it('leaves a service alone that a program of its own runs', async () => {
    const server = await startServer({ port: 0, databasePath: database() });
    const session = new Session();
    expect(await session.run('stop', '--port', String(server.port))).toBe(1);
    expect(session.stderr).toContain('was not started by "tta-obs start" on this machine');
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.close();
  });

  it('never ends a process that has the number of a service that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    const { port, pid } = await started();
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    expect(await new Session().run('stop', '--port', port)).toBe(1);
    writeFileSync(`${database()}.service`, JSON.stringify({ pid: other.pid, hostname: hostname() }));
    const run = new Session();
    const programs = run.run('run', '--port', '0', '--db-path', database(), '--', process.execPath, '-e', '');
    const [, url] = await run.printed(/page {6}(http:\S+)/);
    await run.printed(/stays up/);
    const session = new Session();
    expect(await session.run('stop', '--port', new URL(url!).port)).toBe(1);
    expect(other.exitCode).toBeNull();
    run.send('SIGINT');
    await programs;
    other.kill();
    await once(other, 'exit');
  });

  it('never ends another service than the one on the port, and says so', async () => {
    const usual = { TTA_UI_DB_PATH: database() };
    const { port, pid } = await started(usual);
    const other = await startServer({
      port: 0,
      databasePath: join(directory, 'other.db'),
      token: 'x'.repeat(16),
    });
    const session = new Session(usual);
    expect(await session.run('stop', '--port', String(other.port))).toBe(1);
    expect(session.stdout).toBe('');
    expect(session.stderr).toMatch(/wants a token: .* Or name its database with --db-path\.\n$/);
    expect(process.kill(pid, 0)).toBe(true);
    await other.close();
    expect(await new Session(usual).run('stop', '--port', port)).toBe(0);
  });

  it('takes no number from a file of another machine, or of nobody', async () => {
    const server = await startServer({ port: 0, databasePath: database() });
    const host = '127.0.0.1';
    for (const content of [
      JSON.stringify({ pid: process.pid, hostname: 'another-machine', host, ports: [server.port] }),
      JSON.stringify({ pid: -1, hostname: hostname(), host, ports: [server.port] }),
      JSON.stringify({ pid: 1, hostname: hostname(), host, ports: [server.port] }),
      JSON.stringify({ pid: process.pid, hostname: hostname() }),
      // A service of another machine may have the same path and the same port.
      JSON.stringify({ pid: process.pid, hostname: hostname(), host: '10.9.8.7', ports: [server.port] }),
      JSON.stringify({ pid: process.pid, hostname: hostname(), host, ports: [server.port + 1] }),
      'null',
      '{',
    ]) {
      writeFileSync(`${database()}.service`, content);
      expect(await new Session().run('stop', '--port', String(server.port))).toBe(1);
    }
    await server.close();
  });
});
