import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer, type ServerOptions } from '@tta/obs-server';
import { Session, type SessionOptions } from '../test/session.ts';

const TOKEN = 'a-token-of-the-user';

let directory: string;
let server: RunningServer | undefined;
/** Where nothing listens, so that no service of the machine is asked. */
let freePort: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-keeping-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  freePort = String((probe.address() as AddressInfo).port);
  await new Promise((resolve) => probe.close(resolve));
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

const database = () => join(directory, 'traces.db');
const hex = (value: number, digits = 32) => value.toString(16).padStart(digits, '0');

/** @param previews - Nothing is removed before so many previews. */
async function start(options: Partial<ServerOptions> = {}, previews = 0): Promise<RunningServer> {
  server = await startServer({ port: 0, databasePath: database(), ...options });
  holdRetention(server.store, previews);
  return server;
}

/** Keeps the background from removing before a spec does: until that many previews were asked for. */
function holdRetention(store: RunningServer['store'], previews: number): void {
  const { prune, previewPrune } = store;
  let left = previews;
  store.prune = (limits) => (left > 0 ? Promise.resolve(false) : prune(limits));
  store.previewPrune = async (limits) => {
    const preview = await previewPrune(limits);
    left--;
    return preview;
  };
}

async function send({ url, token }: RunningServer, count: number, text = ''): Promise<void> {
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: hex(index + 1),
    spanId: hex(1, 16),
    name: `job ${index + 1}`,
    attributes: [{ key: 'text', value: { stringValue: text } }],
    startTimeUnixNano: String(1_763_700_000_000_000_000 + index * 1_000_000_000),
    endTimeUnixNano: String(1_763_700_000_005_000_000 + index * 1_000_000_000),
  }));
  const { status } = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  });
  expect(status).toBe(200);
}

/** A user of the service that runs, or of the file when none does. */
function user(options: Omit<SessionOptions, 'homeDirectory'> = {}): Session {
  const port = server === undefined ? freePort : String(server.port);
  const env = { TTA_UI_PORT: port, TTA_UI_DB_PATH: database(), ...options.env };
  return new Session({ ...options, homeDirectory: directory, env });
}

/** Leaves a file with traces and no service. */
async function leaveFile(count: number): Promise<void> {
  await send(await start(), count);
  await server!.close();
  server = undefined;
}

describe('tta-obs cleanup', () => {
  it('shows what the service would remove, and removes nothing', async () => {
    const { store } = await start({ maxTraces: 2 }, 2);
    await send(server!, 14);
    const session = user();
    expect(await session.run('cleanup', '--preview')).toBe(0);
    expect(session.stdout).toMatch(
      /^Over the limits \(2 traces, 24 h, 1 GiB\) in \S+traces\.db: 12 traces with 12 spans, about \S+ KiB\n/,
    );
    expect(session.stdout).toContain(
      'started from 2025-11-21T04:40:00Z to 2025-11-21T04:40:11Z, in this order:',
    );
    expect(session.stdout.split('\n').slice(2, 14)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `  ${hex(index + 1)}`),
      '  and 2 more',
      '',
    ]);
    expect((await store.counts()).traceCount).toBe(14);
  });

  it('asks before it removes', async () => {
    const { store } = await start({ maxTraces: 1 }, 5);
    await send(server!, 3);
    for (const answer of [[], [''], ['no'], ['yesterday']]) {
      const session = user({ isInteractive: true, answers: answer });
      expect(await session.run('cleanup')).toBe(1);
      expect(session.stderr).toMatch(
        /Over the limits .+\n[^]+Remove them from \S+traces\.db\? \[y\/N\] Nothing was removed\.\n$/,
      );
      expect(session.stdout).toBe('');
    }
    expect((await store.counts()).traceCount).toBe(3);
    const session = user({ isInteractive: true, answers: ['y'] });
    expect(await session.run('cleanup')).toBe(0);
    expect(session.stdout).toMatch(/^Removed 2 traces with 2 spans, about \S+ (Ki)?B\.\n$/);
    expect((await store.counts()).traceCount).toBe(1);
  });

  it('removes without asking with --yes, and tells it as JSON', async () => {
    const { store } = await start({ maxTraces: 1 }, 1);
    await send(server!, 2);
    const session = user();
    expect(await session.run('cleanup', '--yes', '--json')).toBe(0);
    expect(JSON.parse(session.stdout)).toMatchObject({ traceCount: 1, spanCount: 1, traceIds: [hex(1)] });
    expect((await store.counts()).traceCount).toBe(1);
    const again = user();
    expect(await again.run('cleanup', '--yes')).toBe(0);
    expect(again.stdout).toBe(`No trace in ${database()} is over the limits (1 trace, 24 h, 1 GiB).\n`);
  });

  it('does nothing where nobody can be asked', async () => {
    const { store } = await start({ maxTraces: 1 }, 1);
    await send(server!, 2);
    const session = user();
    expect(await session.run('cleanup')).toBe(2);
    expect(session.stderr).toBe(
      'tta-obs: Nobody can be asked here: add --yes to remove, or --preview to look.\n',
    );
    expect((await store.counts()).traceCount).toBe(2);
  });

  it('works on the file when no service runs, with the limits of the settings', async () => {
    await leaveFile(3);
    const preview = user({ env: { TTA_UI_MAX_TRACES: '1' } });
    expect(await preview.run('cleanup', '--preview', '--json')).toBe(0);
    expect(JSON.parse(preview.stdout)).toMatchObject({ traceCount: 2, traceIds: [hex(1), hex(2)] });
    const removal = user({ env: { TTA_UI_MAX_TRACES: '1' } });
    expect(await removal.run('cleanup', '--yes')).toBe(0);
    expect(removal.stdout).toContain('Removed 2 traces');
    expect(existsSync(`${database()}-wal`)).toBe(false);
    await start();
    expect((await server!.store.counts()).traceCount).toBe(1);
  });

  it('takes the file that is named, whatever service runs', async () => {
    await leaveFile(3);
    const named = database();
    await start({ databasePath: join(directory, 'other.db') });
    const session = user({ env: { TTA_UI_MAX_TRACES: '2' } });
    expect(await session.run('cleanup', '--yes', '--db-path', named)).toBe(0);
    expect(session.stdout).toContain('Removed 1 trace with 1 span, about');
  });

  it('takes the file that a variable names, and no service that happens to run', async () => {
    await start({ databasePath: join(directory, 'other.db'), maxTraces: 1 }, 1);
    await send(server!, 2);
    const none = user();
    expect(await none.run('cleanup', '--preview', '--json')).toBe(1);
    expect(none.stderr).toBe(
      `tta-obs: There is no database ${database()}, and no service keeps it: nothing to clean up.\n`,
    );
    expect((await server!.store.counts()).traceCount).toBe(2);
    const byFlag = user();
    expect(await byFlag.run('cleanup', '--preview', '--port', String(server!.port))).toBe(0);
    expect(byFlag.stdout).toContain(`in ${join(directory, 'other.db')}: 1 trace with 1 span`);
  });

  it('works on a file of its own though a service with a token has the port', async () => {
    await leaveFile(3);
    await start({ databasePath: join(directory, 'other.db'), token: TOKEN });
    const session = user({ env: { TTA_UI_MAX_TRACES: '2' } });
    expect(await session.run('cleanup', '--yes', '--db-path', database())).toBe(0);
    expect(session.stdout).toContain('Removed 1 trace with 1 span');
  });

  it('finds its service by a file that is named by a link, and says when that keeps another', async () => {
    await start({ maxTraces: 1 }, 1);
    await send(server!, 2);
    const link = join(directory, 'link.db');
    symlinkSync(database(), link);
    const session = user();
    expect(await session.run('cleanup', '--yes', '--db-path', link)).toBe(0);
    expect(session.stdout).toContain('Removed 1 trace');
    const other = user();
    const flags = ['--port', String(server!.port), '--db-path', join(directory, 'other.db')];
    expect(await other.run('cleanup', '--preview', ...flags)).toBe(1);
    expect(other.stderr).toBe(
      `tta-obs: The service at ${server!.url} keeps ${database()}, not ${join(directory, 'other.db')}: name one of them.\n`,
    );
  });

  it('says that the file belongs to a service that it was not told of', async () => {
    await start();
    const session = user({ env: { TTA_UI_PORT: freePort } });
    expect(await session.run('cleanup', '--preview')).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: ${database()} belongs to a service that runs: name its port with --port.\n`,
    );
  });

  it('makes no file, and does not take a file for the service that was named', async () => {
    const session = user();
    expect(await session.run('cleanup', '--preview')).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: There is no database ${database()}, and no service keeps it: nothing to clean up.\n`,
    );
    expect(existsSync(database())).toBe(false);
    await leaveFile(1);
    const named = user();
    expect(await named.run('cleanup', '--preview', '--port', freePort)).toBe(1);
    expect(named.stderr).toContain(`No TTA service answers at http://127.0.0.1:${freePort}`);
  });

  it('says that a file is none of ours', async () => {
    writeFileSync(database(), 'a letter to a friend '.repeat(100));
    const session = user();
    expect(await session.run('cleanup', '--preview')).toBe(1);
    expect(session.stderr).toContain(`${database()} is not a database of this service`);
  });

  it('changes nothing in a file that it shows, also when that is older or damaged', async () => {
    await leaveFile(3);
    const preview = async () => {
      const before = readFileSync(database());
      const session = user({ env: { TTA_UI_MAX_TRACES: '1' } });
      const code = await session.run('cleanup', '--preview');
      expect(readFileSync(database()).equals(before)).toBe(true);
      expect(readdirSync(directory).filter((name) => name.includes('.db'))).toEqual(['traces.db']);
      return [code, session.stdout + session.stderr] as const;
    };
    expect(await preview()).toEqual([0, expect.stringContaining('2 traces with 2 spans')]);
    const file = readFileSync(database());
    // Where SQLite keeps user_version: https://sqlite.org/fileformat2.html#user_version_number
    const version = file.readUInt32BE(60);
    for (const [other, message] of [
      [1, 'is of an older version (schema 1,'],
      [version + 1, `was written by a newer version (schema ${version + 1},`],
    ] as const) {
      file.writeUInt32BE(other, 60);
      writeFileSync(database(), file);
      expect(await preview()).toEqual([1, expect.stringContaining(message)]);
    }
    file.fill(7, 8192 * 2, 8192 * 5);
    writeFileSync(database(), file);
    expect(await preview()).toEqual([
      1,
      expect.stringMatching(/^tta-obs: \S+traces\.db is damaged \(.+\): .+\n$/),
    ]);
  });

  it('shows the token, and says when it is not the right one', async () => {
    await start({ token: TOKEN, maxTraces: 1 }, 1);
    await send(server!, 2);
    const right = user({ env: { TTA_UI_TOKEN: TOKEN } });
    expect(await right.run('cleanup', '--yes')).toBe(0);
    expect(right.stdout).toContain('Removed 1 trace');
    const none = user();
    expect(await none.run('cleanup', '--preview')).toBe(1);
    expect(none.stderr).toBe(
      `tta-obs: The service at ${server!.url} wants a token: give it with TTA_UI_TOKEN, in the settings file, or with --token.\n`,
    );
    const wrong = user({ env: { TTA_UI_TOKEN: 'not-the-right-token' } });
    expect(await wrong.run('cleanup', '--preview')).toBe(1);
    expect(wrong.stderr).toBe(
      `tta-obs: The service at ${server!.url} wants another token: take the one from the address that it printed at its start.\n`,
    );
  });
});

describe('tta-obs pin and unpin', () => {
  it('pins a trace, and lets it go again', async () => {
    const { store } = await start();
    await send(server!, 2);
    const pinning = user();
    expect(await pinning.run('pin', hex(1).toUpperCase())).toBe(0);
    expect(pinning.stdout).toBe(`Pinned ${hex(1)}: 1 trace is kept from removal by age and number.\n`);
    expect(pinning.stderr).toBe('');
    const latest = user();
    expect(await latest.run('pin', 'latest')).toBe(0);
    expect(latest.stdout).toContain(`Pinned ${hex(2)}: 2 traces are kept`);
    const unpinning = user();
    expect(await unpinning.run('unpin', hex(2))).toBe(0);
    expect(unpinning.stdout).toContain(`Unpinned ${hex(2)}: 1 trace is kept`);
    expect((await store.trace(hex(1)))?.summary.isPinned).toBe(true);
    expect((await store.trace(hex(2)))?.summary.isPinned).toBe(false);
  });

  it('pins in no service that keeps another database than the configured one, unless it is named', async () => {
    await start({ databasePath: join(directory, 'other.db') });
    await send(server!, 1);
    const session = user();
    expect(await session.run('pin', 'latest')).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: The service at ${server!.url} keeps ${join(directory, 'other.db')}, not ${database()}: name it with --port if you mean it.\n`,
    );
    expect((await server!.store.trace(hex(1)))?.summary.isPinned).toBe(false);
    expect(await user().run('pin', 'latest', '--port', String(server!.port))).toBe(0);
  });

  it('warns when pinned traces take more than their half', async () => {
    await start({ maxBytes: 1_000_000 }, 1);
    await send(server!, 1, 'x'.repeat(600_000));
    const session = user();
    expect(await session.run('pin', 'latest')).toBe(0);
    expect(session.stderr).toBe(
      'tta-obs: Pinned traces take more than half of what the database may hold: only the 0 newest are kept, unpin some or raise --max-bytes.\n',
    );
  });

  it('says that there is no such trace, none at all, no service, or another token', async () => {
    await start({ token: TOKEN });
    const env = { TTA_UI_TOKEN: TOKEN };
    const unknown = user({ env });
    expect(await unknown.run('pin', hex(7))).toBe(1);
    expect(unknown.stderr).toContain(`has no trace ${hex(7)}: it may have been removed by retention.\n`);
    const none = user({ env });
    expect(await none.run('unpin', 'latest')).toBe(1);
    expect(none.stderr).toContain('has no traces yet');
    const locked = user();
    expect(await locked.run('pin', 'latest')).toBe(1);
    expect(locked.stderr).toContain('wants a token');
    await server!.close();
    const gone = user({ env });
    expect(await gone.run('pin', hex(1))).toBe(1);
    expect(gone.stderr).toContain('No TTA service answers');
  });

  it('follows nobody to another address with its token', async () => {
    let asked = 0;
    const other = createServer((_, answer) => {
      asked++;
      answer.end('{}');
    }).listen(0, '127.0.0.1');
    const mover = createServer((_, answer) => {
      const { port } = other.address() as AddressInfo;
      answer.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => mover.once('listening', resolve));
    const port = String((mover.address() as AddressInfo).port);
    const session = user({ env: { TTA_UI_PORT: port, TTA_UI_TOKEN: TOKEN } });
    expect(await session.run('pin', hex(1))).toBe(1);
    expect(session.stderr).toContain('No TTA service answers');
    expect(asked).toBe(0);
    mover.close();
    other.close();
  });
});

describe('tta-obs backup', () => {
  const copy = () => join(directory, 'copy.db');

  it('copies the database of a running service into a file of its own', async () => {
    await send(await start(), 3);
    const session = user();
    expect(await session.run('backup', copy())).toBe(0);
    expect(session.stdout).toMatch(/^Copied \S+traces\.db to \S+copy\.db \(\S+ KiB\)\.\n$/);
    expect(session.stderr).toBe('');
    expect(statSync(copy()).mode & 0o777).toBe(0o600);
    await server!.close();
    await start({ databasePath: copy() });
    expect((await server!.store.counts()).traceCount).toBe(3);
  });

  it('copies what the service keeps that the port names, and not another database', async () => {
    await start({ databasePath: join(directory, 'elsewhere.db') });
    await send(server!, 2);
    const session = user();
    expect(await session.run('backup', copy(), '--port', String(server!.port))).toBe(0);
    expect(session.stdout).toMatch(/^Copied \S+elsewhere\.db to /);
    await server!.close();
    await start({ databasePath: copy() });
    expect((await server!.store.counts()).traceCount).toBe(2);
  });

  it('asks for the token of a service, or the name of its database', async () => {
    await start({ token: 'x'.repeat(16) });
    const session = user();
    const flags = ['--port', String(server!.port)];
    expect(await session.run('backup', copy(), ...flags)).toBe(1);
    expect(session.stderr).toContain('wants a token');
    expect(await user().run('backup', copy(), ...flags, '--db-path', database())).toBe(0);
    const nobody = user();
    expect(await nobody.run('backup', `${copy()}.2`, '--port', '1')).toBe(1);
    expect(nobody.stderr).toContain('No TTA service answers');
  });

  it('makes no folder', async () => {
    await leaveFile(1);
    const session = user();
    expect(await session.run('backup', join(directory, 'bakcups', 'deep', 'copy.db'))).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: There is no folder ${join(directory, 'bakcups', 'deep')}: make it first, or name another file.\n`,
    );
    expect(existsSync(join(directory, 'bakcups'))).toBe(false);
  });

  it('overwrites nothing', async () => {
    await leaveFile(1);
    const there = join(directory, 'letter.txt');
    writeFileSync(there, 'a letter');
    const session = user();
    expect(await session.run('backup', there)).toBe(1);
    expect(session.stderr).toBe(
      `tta-obs: ${there} is there already, and nothing is overwritten: name another file.\n`,
    );
    expect(statSync(there).size).toBe(8);
    expect(await user().run('backup', database())).toBe(1);
  });

  it('says that there is no database, or none of ours', async () => {
    const none = user();
    expect(await none.run('backup', copy())).toBe(1);
    expect(none.stderr).toBe(`tta-obs: There is no database ${database()}: name another with --db-path.\n`);
    writeFileSync(database(), 'a letter to a friend '.repeat(100));
    const session = user();
    expect(await session.run('backup', copy())).toBe(1);
    expect(session.stderr).toMatch(/^tta-obs: The backup .+ could not be written: .+\n$/);
    expect(existsSync(copy())).toBe(false);
  });
});
