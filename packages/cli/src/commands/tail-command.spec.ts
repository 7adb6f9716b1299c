import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isLiveMessage, type LiveChange } from '@tta/obs-protocol';
import { startServer, type RunningServer } from '@tta/obs-server';
import { Session } from '../../test/session.ts';

let directory: string;
let server: RunningServer;
const tails: { readonly session: Session; readonly ended: Promise<number> }[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-tail-'));
  server = await start();
});

afterEach(async () => {
  for (const { session } of tails) session.send('SIGINT');
  await Promise.all(tails.splice(0).map(({ ended }) => ended));
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const TOKEN = 'correct-horse-battery';

function start(options: { readonly port?: number; readonly token?: string } = {}): Promise<RunningServer> {
  return startServer({ port: 0, databasePath: join(directory, 'traces.db'), ...options });
}

const traceId = (trace: number) => trace.toString(16).padStart(32, '0');

async function send(trace: number, fields: object = {}, id = 1): Promise<void> {
  const startNs = 1_763_700_000_000_000_000n + BigInt(trace) * 1_000_000_000n;
  const span = {
    traceId: traceId(trace),
    spanId: id.toString(16).padStart(16, '0'),
    ...(id > 1 && { parentSpanId: '1'.padStart(16, '0') }),
    name: `job ${trace}`,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + 5_000_000n),
    ...fields,
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  expect((await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
}

function sessionWith(env: Record<string, string> = {}): Session {
  return new Session({ homeDirectory: directory, columns: 80, env });
}

async function failed(...args: string[]) {
  const session = sessionWith();
  const code = await session.run('tail', '--port', String(server.port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

/** One that is connected. */
async function follow(args: readonly string[] = [], env: Record<string, string> = {}) {
  const session = sessionWith(env);
  const ended = session.run('tail', '--port', String(server.port), ...args);
  tails.push({ session, ended });
  while (!session.stderr.includes('Follows')) await setImmediate();
  return { session, ended };
}

/** How many lines it has printed, once it has. */
async function lines(session: Session, count: number): Promise<readonly string[]> {
  const [all] = await session.printed(new RegExp(`^(.*\\n){${count}}`));
  return all.trimEnd().split('\n');
}

const line = (mark: string, trace: number, facts = '') =>
  expect.stringMatching(
    new RegExp(
      `^${mark} 04:40:0${trace}Z {5}5\\.00 ms  unknown_service   job ${trace}  ${facts}${traceId(trace)}$`,
    ),
  );

describe('tta-obs tail', () => {
  it('prints a line for each trace as it comes, and ends with Ctrl-C', async () => {
    await send(1);
    const { session, ended } = await follow();
    await send(2);
    await send(3, { status: { code: 2, message: 'no' } });
    expect(await lines(session, 2)).toEqual([line('✓', 2), line('✗', 3, 'error  ')]);
    session.send('SIGINT');
    expect(await ended).toBe(0);
    expect(session.stderr).toBe(`tta-obs: Follows ${server.url} until Ctrl-C.\n`);
  });

  it('prints a trace again when its root arrives and when its end changes, and not for what it does meanwhile', async () => {
    const { session } = await follow();
    await send(1, {}, 2);
    await send(1, { endTimeUnixNano: '1763700001004000000' }, 3);
    await send(1);
    await send(1, {}, 4);
    await send(1, { endTimeUnixNano: '1763700003500000000', status: { code: 2 } }, 5);
    await send(2);
    const printed = await lines(session, 4);
    expect(printed).toEqual([
      line('…', 1, 'running  '),
      line('✓', 1),
      expect.stringMatching(/^✓ 04:40:01Z {6}2\.50 s {2}unknown_service {3}job 1/),
      line('✓', 2),
    ]);
  });

  it('tells what a trace used and cost', async () => {
    const { session } = await follow();
    const attribute = (key: string, value: object) => ({ key, value });
    await send(1, {
      attributes: [
        attribute('gen_ai.operation.name', { stringValue: 'chat' }),
        attribute('gen_ai.request.model', { stringValue: 'my-model' }),
        attribute('gen_ai.usage.input_tokens', { intValue: 1204 }),
        attribute('gen_ai.usage.output_tokens', { intValue: 350 }),
        attribute('gen_ai.usage.cost', { doubleValue: 0.25 }),
      ],
    });
    expect(await lines(session, 1)).toEqual([expect.stringContaining('  1204→350 tokens  $0.25  ')]);
  });

  it('prints the traces that a query finds, each from the moment it does', async () => {
    const { session } = await follow(['status:error', 'name:job*']);
    await send(1);
    await send(2, { status: { code: 2 } });
    // Before the other is found as well: a query is asked of what is stored when its turn comes.
    expect(await lines(session, 1)).toHaveLength(1);
    await send(1, { status: { code: 2 } }, 2);
    expect((await lines(session, 2)).map((printed) => printed.slice(-1))).toEqual(['2', '1']);
  });

  it('takes a query that begins with a dash behind "--"', async () => {
    const { session } = await follow(['--', '-status:error']);
    await send(1, { status: { code: 2 } });
    await send(2);
    expect(await lines(session, 1)).toEqual([line('✓', 2)]);
  });

  it('goes on by itself when the service is started again, without a gap or a line twice, and says so once', async () => {
    const { session } = await follow();
    await send(1);
    await lines(session, 1);
    const { port } = server;
    await server.close();
    while (!session.stderr.includes('gone')) await setImmediate();
    server = await start({ port });
    await send(2);
    await send(3);
    expect(await lines(session, 3)).toEqual([line('✓', 1), line('✓', 2), line('✓', 3)]);
    expect(session.stderr.match(/has gone/g)).toHaveLength(1);
  });

  it('prints each change as JSON, also that a trace is found no more', async () => {
    const session = sessionWith();
    const ended = session.run('tail', '--port', String(server.port), '--json', 'trace.errors:0');
    tails.push({ session, ended });
    // It says nothing on stderr: the first line tells that it follows.
    for (let id = 1; session.stdout === ''; id++) await send(1, {}, id);
    await send(2);
    await session.printed(/"name":"job 2"/);
    await send(2, { status: { code: 2 } }, 2);
    await session.printed(new RegExp(`"unmatched".*${traceId(2)}`));
    await send(3, { status: { code: 2 } });
    await send(4);
    await session.printed(/"name":"job 4"/);
    const changes = session.stdout
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(changes.every(isLiveMessage)).toBe(true);
    const found = (changes as LiveChange[]).flatMap((change) =>
      change.type === 'trace' ? [change.trace.traceId] : [],
    );
    expect(new Set(found)).toEqual(new Set([traceId(1), traceId(2), traceId(4)]));
    expect(session.stderr).toBe('');
  });

  it('ends after as many lines as are wanted', async () => {
    const { session, ended } = await follow(['--limit', '2']);
    for (const trace of [1, 2, 3]) await send(trace);
    expect(await ended).toBe(0);
    expect(session.stdout.trimEnd().split('\n')).toEqual([line('✓', 1), line('✓', 2)]);
  });

  it('lets no name steer the terminal', async () => {
    const { session } = await follow();
    await send(1, { name: 'evil\u001b[2J\u202ename' });
    expect((await lines(session, 1))[0]).toContain('  evil [2J name  ');
  });

  it('shows where a query is wrong, and what may have been meant', async () => {
    expect(await failed('duration:>2s statsu:error')).toEqual({
      code: 2,
      out: '',
      err:
        'tta-obs: The query cannot be understood: there is no field "statsu"; did you mean status?\n' +
        '  duration:>2s statsu:error\n' +
        '               ^^^^^^\n',
    });
  });

  it('shows of a long query the part that is wrong', async () => {
    const { err } = await failed(`${'a '.repeat(60)}statsu:x ${'b '.repeat(60)}`);
    const [, text, marks] = err.split('\n');
    expect(text!.length).toBeLessThanOrEqual(80);
    expect(text!.slice(marks!.indexOf('^'), marks!.lastIndexOf('^') + 1)).toBe('statsu');
  });

  it.each(['0', '-1', 'all', '1.5'])('refuses --limit=%s', async (limit) => {
    expect(await failed(`--limit=${limit}`)).toMatchObject({
      code: 2,
      err: `tta-obs: --limit must be a whole number from 1 on, but is "${limit}".\n`,
    });
  });

  it('needs a service at first', async () => {
    const { port } = server;
    await server.close();
    expect(await failed()).toMatchObject({
      code: 1,
      err: expect.stringContaining(`No TTA service answers at`),
    });
    server = await start({ port });
  });

  it('shows the token that a service wants, and says when it is another one', async () => {
    await server.close();
    server = await start({ token: TOKEN });
    const { session } = await follow([], { TTA_UI_TOKEN: TOKEN });
    await send(1);
    expect(await lines(session, 1)).toEqual([line('✓', 1)]);
    expect(await failed('--token', 'another-token-than-that')).toMatchObject({
      code: 1,
      err: expect.stringContaining('wants another token'),
    });
  });
});
