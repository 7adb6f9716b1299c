import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { Session as TestSession } from '../test/session.ts';
import { processSurroundings } from './process.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-cli-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** At home in the folder of the spec. */
class Session extends TestSession {
  constructor(env: Record<string, string> = {}) {
    super({ homeDirectory: directory, env });
  }
}

const database = () => join(directory, 'traces.db');
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function exportOf(traces: number): string {
  const spans = Array.from({ length: traces }, (_, index) => ({
    traceId: hex(index + 1, 32),
    spanId: hex(1, 16),
    name: `job ${index + 1}`,
    startTimeUnixNano: String(1_763_700_000_000_000_000 + index * 1_000_000_000),
    endTimeUnixNano: String(1_763_700_000_005_000_000 + index * 1_000_000_000),
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

/** A program that sends traces to the service that its environment names, and ends as it is told. */
function program(traces: number, ending = ''): string[] {
  const file = join(directory, 'program.mjs');
  writeFileSync(
    file,
    `const answer = await fetch(process.env.TTA_UI_ENDPOINT + '/v1/traces', {
       method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(exportOf(traces))} });
     if (answer.status !== 200) process.exit(99);
     ${ending}`,
  );
  return [process.execPath, file];
}

describe('tta-obs run', () => {
  const run = (session: Session, flags: string[], command: string[]) =>
    session.run('run', '--port', '0', '--db-path', database(), ...flags, '--', ...command);

  it('prints the traces that the program left, and ends with its code', async () => {
    const session = new Session();
    expect(await run(session, ['--exit'], program(1, 'process.exit(3)'))).toBe(3);
    expect(session.stdout).toMatch(
      /^TTA observability \S+\n {2}page {6}http:\S+\n {2}OTLP {6}http:\S+\n {2}database {2}\S+traces\.db \(\S+ KiB\)\n {2}keeps {5}1000 traces, 24 h, 1 GiB, and what is pinned\n\n/,
    );
    expect(session.stdout).toMatch(
      /✓ success · 5\.00 ms · 1 span · unknown_service[^]+\n✓ · job 1 +5\.00 ms\n/,
    );
    // The page ends with the service.
    expect(session.stdout).not.toContain('/#/');
    expect(session.stderr).toBe('');
  });

  it('gives the token to the program', async () => {
    const session = new Session({ TTA_UI_TOKEN: 'x'.repeat(16) });
    const code = 'process.exit(process.env.TTA_UI_TOKEN.length)';
    expect(await run(session, ['--exit'], [process.execPath, '-e', code])).toBe(16);
    const made = ['--exit', '--host', '0.0.0.0'];
    expect(await run(new Session(), made, [process.execPath, '-e', code])).toBe(43);
  });

  it('prints the three newest traces and counts the others', async () => {
    const session = new Session();
    expect(await run(session, ['--exit'], program(5))).toBe(0);
    expect([...session.stdout.matchAll(/job (\d)/g)].map((match) => match[1])).toEqual(['3', '4', '5']);
    expect(session.stdout).toContain('and 2 earlier traces: tta-obs start shows them');
  });

  it('stays up until Ctrl-C without --exit', async () => {
    const session = new Session();
    const ended = run(session, [], program(1));
    const [, url] = await session.printed(/stays up at (http:\S+)/);
    expect(session.stdout).toContain(`${url}/#/traces/${hex(1, 32)}\n`);
    expect((await fetch(`${url}/api/traces/${hex(1, 32)}`)).status).toBe(200);
    session.send('SIGINT');
    session.send('SIGINT');
    expect(await ended).toBe(0);
    expect(session.exitedWith).toBeUndefined();
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('ends at once with the code of a program that failed and left no trace', async () => {
    expect(await run(new Session(), [], [process.execPath, '-e', 'process.exit(7)'])).toBe(7);
  });

  it('says so when a program left no trace', async () => {
    const session = new Session();
    expect(await run(session, ['--exit'], [process.execPath, '-e', ''])).toBe(0);
    expect(session.stdout).toContain('The command left no trace');
  });

  it('says so when the user sends OpenTelemetry somewhere else', async () => {
    const session = new Session({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(await run(session, ['--exit'], [process.execPath, '-e', ''])).toBe(0);
    expect(session.stdout).toContain('no trace here: OTEL_EXPORTER_OTLP_ENDPOINT is set');
  });

  it('reports to a service that runs already, prints what came since, and leaves it running', async () => {
    const server = await startServer({ port: 0, databasePath: database() });
    const port = String(server.port);
    const first = new Session();
    expect(await first.run('run', '--port', port, '--', ...program(1, 'process.exit(3)'))).toBe(3);
    expect(first.stdout).toMatch(/^Reports to the service at http:\S+\.\n\n\n✓ success [^]+\n✓ · job 1 /);
    const second = new Session();
    const silent = [process.execPath, '-e', ''];
    expect(await second.run('run', '--port', port, '--max-traces', '5', '--', ...silent)).toBe(0);
    expect(second.stdout).toContain('The command left no trace');
    expect(second.stderr).toContain('its own settings hold');
    const third = new Session();
    expect(await third.run('run', '--port', port, '--', ...program(5))).toBe(0);
    expect([...third.stdout.matchAll(/job (\d)/g)].map((match) => match[1])).toEqual(['3', '4', '5']);
    const other = new Session();
    const flags = ['--port', port, '--db-path', join(directory, 'other.db')];
    expect(await other.run('run', ...flags, '--', ...silent)).toBe(1);
    expect(other.stderr).toContain('A TTA service already runs at');
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.close();
  });

  it('reports to a service with a token when it knows it, and says so when not', async () => {
    const token = 'x'.repeat(20);
    const server = await startServer({ port: 0, databasePath: database(), token });
    const port = String(server.port);
    const code = 'process.exit(process.env.OTEL_EXPORTER_OTLP_HEADERS.length)';
    const known = new Session({ TTA_UI_TOKEN: token });
    expect(await known.run('run', '--port', port, '--', process.execPath, '-e', code)).toBe(43);
    const unknown = new Session();
    expect(await unknown.run('run', '--port', port, '--', process.execPath, '-e', code)).toBe(1);
    expect(unknown.stderr).toContain('wants a token');
    await server.close();
  });

  it.each([
    ['no-such-program', 127, 'no-such-program: command not found.'],
    ['.', 126, '. could not be run'],
  ])('answers for the program %s with %d', async (name, code, message) => {
    const session = new Session();
    expect(await run(session, [], [name])).toBe(code);
    expect(session.stderr).toContain(message);
  });

  it('says how a file is run that is not executable', async () => {
    const file = join(directory, 'own.mjs');
    writeFileSync(file, '', { mode: 0o600 });
    const session = new Session();
    expect(await run(session, [], [file])).toBe(126);
    expect(session.stderr).toContain(`${file} is not executable: chmod +x ${file}, or node ${file}.`);
  });

  it('passes a signal on to the program and stops with it', async () => {
    const session = new Session();
    const ready = join(directory, 'ready');
    const ended = run(
      session,
      [],
      [
        process.execPath,
        '-e',
        `require('node:fs').writeFileSync(${JSON.stringify(ready)}, ''); setInterval(() => {}, 1000)`,
      ],
    );
    const { existsSync } = await import('node:fs');
    while (!existsSync(ready)) await new Promise((resolve) => setImmediate(resolve));
    session.send('SIGTERM');
    expect(await ended).toBe(143);
  });
});

describe('tta-obs start', () => {
  it('prints page and database, serves, and leaves one file when it is stopped', async () => {
    const session = new Session({ XDG_DATA_HOME: join(directory, 'data'), TTA_UI_PORT: '0' });
    const ended = session.run('start');
    const [, url] = await session.printed(/page {6}(http:\S+)/);
    expect(session.stdout).toContain(`database  ${join(directory, 'data', 'tta-obs', 'traces.db')}`);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    session.send('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('says that a TTA service runs there already', async () => {
    const server = await startServer({ port: 0, databasePath: database() });
    const session = new Session();
    const other = join(directory, 'other.db');
    expect(await session.run('start', '--port', String(server.port), '--db-path', other)).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: A TTA service already runs at ${server.url} (database ${database()}): use it, stop it, or start another with --port N --db-path FILE.\n`,
    );
    await server.close();
  });

  it('says that another program has the port, and shows it no token', async () => {
    const shown = new Set<string | undefined>();
    const other = createServer(({ headers: { authorization } }, answer) => {
      shown.add(authorization);
      answer.writeHead(401, { 'www-authenticate': 'Bearer realm="another"' }).end('hello');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const session = new Session({ TTA_UI_TOKEN: 'x'.repeat(16) });
    expect(await session.run('start', '--port', String(port), '--db-path', database())).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: Port ${port} on 127.0.0.1 is taken: stop the program that uses it, or choose another with --port.\n`,
    );
    expect([...shown]).toEqual([undefined]);
    other.close();
  });

  it('makes a token for other machines, prints it once, and takes no request without it', async () => {
    const session = new Session({ TTA_UI_HOST: '0.0.0.0' });
    const ended = session.run('start', '--port', '0', '--db-path', database());
    const [, url, token] = await session.printed(/page {6}(http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S+)\n/);
    await session.printed(
      /network {3}port \d+ on every address of this machine(?:, as http:\/\/[\d.]+:\d+)?\n[^]+token {5}in that address, new with each start; programs: TTA_UI_TOKEN, or\n {12}OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>\n/,
    );
    expect(session.stdout.split(token!)).toHaveLength(2);
    expect((await fetch(`${url}/health`)).status).toBe(401);
    const client = new Session({ TTA_UI_TOKEN: token!, TTA_UI_PORT: new URL(url!).port });
    expect(await client.run('trace')).toBe(1);
    expect(client.stderr).toContain('has no traces yet');
    session.send('SIGINT');
    expect(await ended).toBe(0);
    expect(session.stderr).toBe('');
  });

  it('never prints a token that it was given', async () => {
    const token = 'a-token-of-the-user';
    const session = new Session({ TTA_UI_TOKEN: token });
    const ended = session.run('start', '--port', '0', '--db-path', database());
    const [, url] = await session.printed(/page {6}(http:\S+)\n/);
    await session.printed(/token {5}as given; open the page .+\n/);
    expect((await fetch(`${url}/health`)).status).toBe(401);
    session.send('SIGINT');
    await ended;
    expect(session.stdout + session.stderr).not.toContain(token);
  });

  it('says which OTLP ports it got, and which are taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port: taken } = other.address() as AddressInfo;
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const session = new Session();
    const flags = ['--port', '0', '--otlp-ports', `${taken},${port},${port}`];
    const ended = session.run('start', '--db-path', database(), ...flags);
    const [, own] = await session.printed(/page {6}(http:\S+)\n/);
    await session.printed(/Ctrl-C/);
    expect(session.stdout).toContain(`  OTLP      ${own}, http://127.0.0.1:${port}\n`);
    expect(session.stderr).toBe(
      `tta-obs: Port ${taken} is taken: what is sent there does not arrive here.\n`,
    );
    session.send('SIGINT');
    await ended;
    other.close();
  });

  it('says that a service with a token runs there already', async () => {
    const server = await startServer({ port: 0, databasePath: database(), token: 'x'.repeat(16) });
    const session = new Session();
    const other = join(directory, 'other.db');
    expect(await session.run('start', '--port', String(server.port), '--db-path', other)).toBe(1);
    expect(session.stderr).toContain(`A TTA service already runs at ${server.url} (with a token)`);
    await server.close();
  });

  it('reads the settings file and lets it be overruled', async () => {
    const config = join(directory, 'service.json');
    writeFileSync(config, '{ "port": 0, "dbPath": "mine.db", "maxTraces": 7, "maxBytes": "2GiB" }');
    const session = new Session({ TTA_UI_CONFIG: config });
    const ended = session.run('start', '--max-traces', '1');
    await session.printed(/Ctrl-C/);
    expect(session.stdout).toContain(`database  ${join(directory, 'mine.db')} (`);
    expect(session.stdout).toContain('keeps     1 trace, 24 h, 2 GiB');
    session.send('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('tta-obs trace', () => {
  let server: RunningServer;

  beforeEach(async () => {
    server = await startServer({ port: 0, databasePath: database() });
  });

  afterEach(() => server.close());

  it('prints the latest trace and a trace by its id', async () => {
    await fetch(`${server.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: exportOf(2),
    });
    const latest = new Session();
    expect(await latest.run('trace', '--port', String(server.port))).toBe(0);
    expect(latest.stdout).toMatch(/\n✓ · job 2 /);
    const first = new Session({ TTA_UI_PORT: String(server.port) });
    expect(await first.run('trace', hex(1, 32))).toBe(0);
    expect(first.stdout).toContain(`${server.url}/#/traces/${hex(1, 32)}`);
  });

  const post = (path: string, body: string) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  const logsOf = (...logRecords: object[]) =>
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });

  it('prints what was logged in a trace with --logs, and not without', async () => {
    await post('/v1/traces', exportOf(1));
    const at = (offsetMs: number) => String(1_763_700_000_000_000_000n + BigInt(offsetMs * 1e6));
    const traceId = hex(1, 32);
    const error = { traceId, timeUnixNano: at(4.25), severityNumber: 17, body: { stringValue: 'no stock' } };
    const info = { traceId, timeUnixNano: at(1.5), severityNumber: 9, body: { stringValue: 'begun' } };
    await post('/v1/logs', logsOf(error, info, { body: { stringValue: 'not of this trace' } }));
    const session = new Session();
    expect(await session.run('trace', '--logs', '--port', String(server.port))).toBe(0);
    expect(session.stdout).toMatch(
      /\n✓ · job 1 +5\.00 ms\n\n\+1\.50 ms {2}info {3}begun\n\+4\.25 ms {2}error {2}no stock\n\nhttp:/,
    );
    const without = new Session();
    await without.run('trace', '--port', String(server.port));
    expect(without.stdout).not.toContain('begun');
  });

  it('prints more log lines than one page holds, each once and in order', async () => {
    await post('/v1/traces', exportOf(1));
    const records = Array.from({ length: 1201 }, (_, index) => ({
      traceId: hex(1, 32),
      timeUnixNano: String(1_763_700_000_000_000_000n + BigInt(index)),
      body: { stringValue: `line ${index}` },
    }));
    await post('/v1/logs', logsOf(...records));
    const session = new Session();
    await session.run('trace', '--logs', '--port', String(server.port));
    const printed = [...session.stdout.matchAll(/line (\d+)\n/g)].map((match) => Number(match[1]));
    expect(printed).toEqual(records.map((_, index) => index));
  });

  it('prints with --logs what was logged in a trace without spans', async () => {
    const traceId = hex(7, 32);
    const records = Array.from({ length: 1100 }, (_, index) => ({
      traceId,
      timeUnixNano: String(1_763_700_000_000_000_000n + BigInt(index) * 1_000_000n),
      body: { stringValue: `line ${index}` },
    }));
    await post('/v1/logs', logsOf(...records));
    const session = new Session();
    expect(await session.run('trace', traceId, '--logs', '--port', String(server.port))).toBe(0);
    expect(session.stdout).toMatch(/^no spans of this trace\n\n\+0\.00 ms {9}line 0\n/);
    const printed = [...session.stdout.matchAll(/line (\d+)\n/g)].map((match) => Number(match[1]));
    expect(printed).toEqual(records.map((_, index) => index));
    const without = new Session();
    expect(await without.run('trace', traceId, '--port', String(server.port))).toBe(1);
    const unknown = new Session();
    expect(await unknown.run('trace', hex(8, 32), '--logs', '--port', String(server.port))).toBe(1);
    expect(unknown.stderr).toContain('has no trace');
  });

  it('says that the service is too old for --logs', async () => {
    await post('/v1/traces', exportOf(1));
    const old = createServer((request, answer) => {
      const isKnown = !/\/logs/.test(request.url ?? '');
      fetch(`${server.url}${request.url}`).then(async (found) => {
        answer.statusCode = isKnown ? found.status : 404;
        answer.end(isKnown ? await found.text() : '{}');
      }, answer.destroy.bind(answer));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => old.once('listening', resolve));
    const session = new Session();
    const { port } = old.address() as AddressInfo;
    expect(await session.run('trace', '--logs', '--port', String(port))).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: The service at http://127.0.0.1:${port} is of an older version that keeps no logs: stop it, and start this one with "tta-obs start".\n`,
    );
    old.closeAllConnections();
    old.close();
  });

  it('says that nothing was logged', async () => {
    await post('/v1/traces', exportOf(1));
    const session = new Session();
    expect(await session.run('trace', '--logs', '--port', String(server.port))).toBe(0);
    expect(session.stdout).toContain('\nno log lines\nhttp:');
  });

  it.each([
    ['latest', 'has no traces yet'],
    ['f'.repeat(32), `has no trace ${'f'.repeat(32)}`],
  ])('says that there is no trace %s', async (id, message) => {
    const session = new Session();
    expect(await session.run('trace', id, '--port', String(server.port))).toBe(1);
    expect(session.stderr).toContain(message);
  });

  it('says that no service answers', async () => {
    await server.close();
    const session = new Session();
    expect(await session.run('trace', '--port', String(server.port))).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: No TTA service answers at ${server.url}: start it with "tta-obs start", or name its port with --port.\n`,
    );
  });

  it('says what the service says when it cannot answer', async () => {
    await post('/v1/traces', exportOf(1));
    server.logs.ofTrace = () => Promise.reject(new Error('disk I/O error'));
    const session = new Session();
    expect(await session.run('trace', '--logs', '--port', String(server.port))).toBe(1);
    expect(session.stderr).toMatch(/^tta-obs: The service at http:\S+ answered 500: The service failed.+\n$/);
  });

  it('takes the answer of another program for no service', async () => {
    const other = createServer((_, answer) => answer.end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const session = new Session();
    expect(await session.run('trace', '--port', String((other.address() as AddressInfo).port))).toBe(1);
    expect(session.stderr).toContain('No TTA service answers');
    other.close();
  });
});

describe('tta-obs', () => {
  it.each([[''], ['start'], ['run'], ['trace'], ['pin'], ['unpin'], ['cleanup'], ['backup']])(
    'documents exit codes of %s within 80 columns',
    async (...command) => {
      const session = new Session();
      expect(await session.run(...command.filter((name) => name !== ''), '--help')).toBe(0);
      expect(session.stdout).toContain('Exit codes');
      expect(session.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it('prints its version', async () => {
    const session = new Session();
    expect(await session.run('--version')).toBe(0);
    expect(session.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('ends with 2 and one line for a wrong command line', async () => {
    const session = new Session();
    expect(await session.run('strat')).toBe(2);
    expect(session.stderr).toBe(
      'tta-obs: Unknown command "strat". Did you mean "start"? See tta-obs --help.\n',
    );
  });

  it('sees of its process what a command needs', () => {
    const surroundings = processSurroundings(process);
    expect(surroundings.env).toBe(process.env);
    expect(surroundings.terminal.columns).toBeGreaterThan(0);
    const before = process.listenerCount('SIGTERM');
    const unsubscribe = surroundings.onSignal(() => undefined);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    unsubscribe();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
