import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer, type ServerOptions } from '@tta/obs-server';
import { richTraces, traceIdOf } from '../../test/rich-traces.ts';
import { Session, type SessionOptions } from '../../test/session.ts';

let directory: string;
let servers: RunningServer[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-export-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const databasePath = join(directory, `traces-${servers.length}.db`);
  const server = await startServer({ port: 0, databasePath, ...options });
  servers.push(server);
  return server;
}

async function startWith(request: string): Promise<RunningServer> {
  const server = await start();
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body: request });
  expect(status).toBe(200);
  return server;
}

async function run(
  server: RunningServer,
  args: readonly string[],
  options: Omit<SessionOptions, 'homeDirectory'> = {},
) {
  const session = new Session({ homeDirectory: directory, ...options });
  const [command, ...rest] = args;
  const code = await session.run(command!, '--port', String(server.port), ...rest);
  return { code, out: session.stdout, err: session.stderr };
}

const path = (name: string) => join(directory, name);

describe('tta-obs export and import', () => {
  it.each(['otlp', 'jaeger', 'zipkin', 'chrome'])(
    'bring all traces by way of %s into another service, which exports the same',
    async (format) => {
      const from = await startWith(richTraces(3));
      const file = path('traces');
      const exported = await run(from, ['export', '--all', '--format', format, '--out', file]);
      expect(exported).toMatchObject({ code: 0, err: '' });
      expect(exported.out).toMatch(/^Wrote 3 traces with 6 spans to \S+ \(\S+ KiB\)\.\n$/);
      const to = await start();
      const imported = await run(to, ['import', file]);
      expect(imported).toMatchObject({ code: 0, err: '' });
      expect(imported.out).toMatch(
        /^Stored 6 spans of 3 traces from \S+ \((OTLP|Jaeger|Zipkin|Chrome .*)\)\.\n$/,
      );
      for (const again of ['otlp', format]) {
        const before = await run(from, ['export', '--all', '--format', again]);
        expect(await run(to, ['export', '--all', '--format', again])).toEqual(before);
      }
    },
  );

  it('keeps what is imported twice once', async () => {
    const from = await startWith(richTraces(2));
    const { out } = await run(from, ['export', '--all']);
    const input = [Buffer.from(out)];
    expect(await run(from, ['import', '-'], { input })).toEqual({
      code: 0,
      out: 'Stored 4 spans of 2 traces from stdin (OTLP).\n',
      err: '',
    });
    expect((await run(from, ['export', '--all'])).out).toBe(out);
  });
});

describe('tta-obs export', () => {
  it('writes one trace as OTLP, by default the newest', async () => {
    const server = await startWith(richTraces(3));
    const latest = await run(server, ['export']);
    expect(latest).toMatchObject({ code: 0, err: '' });
    expect([...latest.out.matchAll(/"name":"checkout (\d)"/g)].map((match) => match[1])).toEqual(['2']);
    const one = await run(server, ['export', traceIdOf(0)]);
    expect(JSON.parse(one.out)).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'checkout 0' }] }] }, {}],
    });
  });

  it('pages through many traces, newest first', async () => {
    const server = await startWith(richTraces(520));
    const { out } = await run(server, ['export', '--all']);
    const order = [...out.matchAll(/"name":"checkout (\d+)"/g)].map((match) => Number(match[1]));
    expect(order).toEqual(Array.from({ length: 520 }, (_, index) => 519 - index));
  });

  it('writes names and times for speedscope', async () => {
    const server = await startWith(richTraces(1));
    const { out } = await run(server, ['export', '--format', 'speedscope']);
    expect(JSON.parse(out)).toMatchObject({ shared: { frames: [{ name: 'checkout 0' }, { name: 'pay' }] } });
  });

  it('writes a file that only the user can read, and replaces none unless told to', async () => {
    const server = await startWith(richTraces(1));
    const file = path('traces.jsonl');
    expect((await run(server, ['export', '--out', file])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'mine');
    expect(await run(server, ['export', '--out', file])).toEqual({
      code: 1,
      out: '',
      err: `tta-obs: ${file} is there already: name another file, or replace it with --force.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await run(server, ['export', '--out', file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^\{"resourceSpans"/);
    expect(readdirSync(directory).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('leaves no file when it is stopped, and ends with the code of the signal', async () => {
    const server = await startWith(richTraces(3));
    const session = new Session({ homeDirectory: directory, errColumns: 80 });
    // As soon as something was read.
    Object.assign(session.terminal, { err: () => session.send('SIGINT') });
    const port = String(server.port);
    expect(await session.run('export', '--all', '--port', port, '--out', path('traces.jsonl'))).toBe(130);
    expect(session.stdout).toBe('');
    expect(readdirSync(directory).filter((name) => name.startsWith('traces.jsonl'))).toEqual([]);
  });

  it('tells on a terminal how far it is, and takes that back', async () => {
    const server = await startWith(richTraces(1));
    const { err } = await run(server, ['export', '--out', path('a')], { errColumns: 80 });
    expect(err).toBe('\r\u001b[K0 traces with 1 span read\r\u001b[K');
  });

  it('says how many traces were removed before they were read', async () => {
    const server = await startWith(richTraces(3));
    const { spans } = server.store;
    server.store.spans = (traceId, query) =>
      traceId === traceIdOf(1) ? Promise.resolve(undefined) : spans.call(server.store, traceId, query);
    const { code, out, err } = await run(server, ['export', '--all', '--format', 'zipkin']);
    expect([code, err]).toEqual([0, 'tta-obs: 1 trace was removed by retention before it could be read.\n']);
    expect((JSON.parse(out) as unknown[]).length).toBe(4);
  });

  it('says how many traces were removed while they were read, and fails', async () => {
    const server = await startWith(richTraces(3));
    const { spans } = server.store;
    server.store.spans = async (traceId, query) => {
      if (traceId !== traceIdOf(1)) return spans.call(server.store, traceId, query);
      const page = await spans.call(server.store, traceId, { limit: 1 });
      return query.cursor === undefined ? page : undefined;
    };
    const { code, out, err } = await run(server, ['export', '--all', '--format', 'zipkin']);
    expect([code, err]).toEqual([
      1,
      'tta-obs: 1 trace was removed by retention while being read: a part is missing.\n',
    ]);
    expect((JSON.parse(out) as unknown[]).length).toBe(5);
  });

  it('says nothing when nobody reads on before the first trace', async () => {
    const server = await startWith(richTraces(3));
    const session = new Session({ homeDirectory: directory });
    session.pipeOut = async (parts) => {
      for await (const part of parts) return session.terminal.out(part);
    };
    const port = String(server.port);
    expect(await session.run('export', '--all', '--format', 'zipkin', '--port', port)).toBe(0);
    expect(session.stderr).toBe('');
  });

  it('says that there are no traces, or not this one', async () => {
    const server = await start();
    expect(await run(server, ['export', '--all'])).toEqual({
      code: 0,
      out: '',
      err: `tta-obs: The service at ${server.url} has no traces yet.\n`,
    });
    const latest = await run(server, ['export', '--out', path('none')]);
    expect(latest).toMatchObject({ code: 1, err: expect.stringContaining('has no traces yet') });
    const one = await run(server, ['export', traceIdOf(0), '--out', path('none')]);
    expect(one).toMatchObject({ code: 1, err: expect.stringContaining(`has no trace ${traceIdOf(0)}`) });
    expect(existsSync(path('none'))).toBe(false);
  });

  it.each([
    [['--format', 'jeager'], 'Did you mean "jaeger"?'],
    [['--format', 'csv'], '--format must be one of otlp, jaeger, zipkin, chrome, speedscope, but is "csv".'],
    [['--all', 'latest'], 'Give either --all or "latest".'],
    [['--force'], '--force replaces a file: name it with --out.'],
    [['xyz'], '"xyz" is not a trace id'],
  ])('refuses %j', async (args, message) => {
    const session = new Session({ homeDirectory: directory });
    expect(await session.run('export', ...args)).toBe(2);
    expect(session.stderr).toContain(message);
  });

  it('says where it cannot write', async () => {
    const server = await startWith(richTraces(1));
    const { code, err } = await run(server, ['export', '--out', path('no/folder')]);
    expect([code, err]).toEqual([
      1,
      `tta-obs: There is no folder ${path('no')}: make it first, or name another file.\n`,
    ]);
    const folder = await run(server, ['export', '--force', '--out', directory]);
    expect(folder).toMatchObject({
      code: 1,
      err: `tta-obs: ${directory} is no file: name another with --out.\n`,
    });
  });
});

describe('tta-obs import', () => {
  const lines = (...traces: readonly string[]) => traces.map((each) => `${each}\n`).join('');

  it('unpacks what is gzipped', async () => {
    const server = await start();
    writeFileSync(path('a.gz'), gzipSync(richTraces(2)));
    expect(await run(server, ['import', path('a.gz')])).toMatchObject({ code: 0, err: '' });
    expect((await server.store.counts()).spanCount).toBe(4);
  });

  it('tells which line is damaged, and stores the rest', async () => {
    const server = await start();
    writeFileSync(
      path('a'),
      lines(richTraces(1), '{"resourceSpans": [', '{"resourceLogs": []}', richTraces(2)),
    );
    const { code, out, err } = await run(server, ['import', path('a')]);
    expect([code, out]).toEqual([
      1,
      `Stored 6 spans of 2 traces from ${path('a')} (OTLP); 1 part was left out.\n`,
    ]);
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^tta-obs: \S+: line 2 was left out: \S/),
      expect.stringMatching(/^tta-obs: \S+: lines that hold no traces were skipped: 1 of logs$/),
      '',
    ]);
    expect((await server.store.counts()).spanCount).toBe(4);
  });

  it('stores what came before the end of a file that breaks off, packed or not', async () => {
    const server = await start();
    const from = await startWith(richTraces(40));
    const zipkin = (await run(from, ['export', '--all', '--format', 'zipkin'])).out;
    writeFileSync(path('a'), zipkin.slice(0, -500));
    const plain = await run(server, ['import', path('a')]);
    expect(plain).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^Stored 7\d spans .*; 1 part was left out\.\n$/),
    });
    expect(plain.err).toMatch(/^tta-obs: \S+: .*span 7\d.*\n$/);
    const packed = gzipSync(zipkin);
    writeFileSync(path('b.gz'), packed.subarray(0, packed.length - 20));
    const unpacked = await run(server, ['import', path('b.gz')]);
    expect(unpacked.code).toBe(1);
    expect(unpacked.err).toContain(
      `it cannot be read beyond byte ${packed.length - 20} (unexpected end of file); what`,
    );
  });

  it('tells ten problems of a file and counts the others', async () => {
    const server = await start();
    writeFileSync(path('a'), `${JSON.stringify(JSON.parse(richTraces(1)), null, 2)}\n`);
    const { code, out, err } = await run(server, ['import', path('a')]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^Stored 0 spans of 0 traces .*: each request has to be on one line, as jq -c \. writes it\.\n$/,
    );
    expect(err.split('\n')).toHaveLength(12);
    expect(err).toMatch(/: and \d+ more of that kind\n$/);
  });

  it('goes on with the next file when one cannot be read', async () => {
    const server = await start();
    writeFileSync(path('empty'), '');
    writeFileSync(path('notes.txt'), 'nothing of ours');
    writeFileSync(path('scope'), '{"$schema":"https://www.speedscope.app/file-format-schema.json"}');
    writeFileSync(path('good'), richTraces(1));
    const names = ['missing', 'empty', 'notes.txt', 'scope', 'good'];
    const { code, out, err } = await run(server, ['import', ...names.map(path), directory]);
    expect([code, out]).toEqual([1, `Stored 2 spans of 1 trace from ${path('good')} (OTLP).\n`]);
    expect(err.split('\n')).toEqual([
      `tta-obs: ${path('missing')} is not there.`,
      `tta-obs: ${path('empty')} is empty: nothing was imported.`,
      `tta-obs: ${path('notes.txt')} is not in a format that is known: name it with --format, or see tta-obs import --help.`,
      `tta-obs: ${path('scope')} is for speedscope, which has names and times alone: export the traces again with --format otlp.`,
      `tta-obs: ${directory} is a folder: name the files in it.`,
      '',
    ]);
  });

  it.each([
    [richTraces(1), 'jaeger', 'Jaeger: it looks like OTLP, so leave out --format'],
    [richTraces(1), 'chrome', 'Chrome trace events: it looks like OTLP, so leave out --format'],
    ['{"some":"thing"}\n', 'jaeger', 'Jaeger'],
  ])('says that %# is not in the format that is named', async (content, format, told) => {
    const server = await start();
    writeFileSync(path('a'), content);
    const { code, err } = await run(server, ['import', '--format', format, path('a')]);
    expect(code).toBe(1);
    expect(err).toContain(`tta-obs: ${path('a')}: nothing in it is a span of ${told}\n`);
  });

  it('advises to put each request on a line only where one is on several', async () => {
    const server = await start();
    const request = richTraces(1).trim();
    writeFileSync(path('deep'), `{"resourceSpans":${'['.repeat(2000)}${']'.repeat(2000)}}\n`);
    writeFileSync(path('cut'), gzipSync(request.slice(0, -9)).subarray(0, 60));
    for (const name of ['deep', 'cut']) {
      const { code, out, err } = await run(server, ['import', '--format', 'otlp', path(name)]);
      expect([code, out, err]).not.toEqual([0, expect.anything(), '']);
      expect(out).not.toContain('jq');
    }
  });

  it('reads a file in the format that is named', async () => {
    const server = await start();
    writeFileSync(path('a'), '{"data":[]}');
    const { code, out } = await run(server, ['import', '--format', 'jaeger', path('a')]);
    expect([code, out]).toEqual([0, `Stored 0 spans of 0 traces from ${path('a')} (Jaeger).\n`]);
    const wrong = await run(server, ['import', '--format', 'speedscope', path('a')]);
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be one of otlp, jaeger, zipkin, chrome'),
    });
  });

  it('says when the service will not keep all of it', async () => {
    const server = await start({ maxTraces: 2 });
    const { code, err } = await run(server, ['import', '-'], { input: [Buffer.from(richTraces(3))] });
    expect([code, err]).toEqual([
      0,
      'tta-obs: The service keeps 2 traces, and these are 3: start it with --max-traces 3 to keep them all.\n',
    ]);
  });

  it('shows a token to a service that wants one, and says so without', async () => {
    const token = 'a-token-of-the-user';
    const server = await start({ token });
    const input = [Buffer.from(richTraces(1))];
    expect((await run(server, ['import', '-'], { input })).err).toContain('wants a token');
    expect((await run(server, ['import', '-'], { input, env: { TTA_UI_TOKEN: token } })).code).toBe(0);
  });

  it('says that no service runs', async () => {
    const server = await start();
    await server.close();
    servers = [];
    expect(await run(server, ['import', '-'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No TTA service'),
    });
  });
});
