import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isTraceSummary, type TraceSummary } from '@tta/obs-protocol';
import { Session } from '../../test/session.ts';

let directory: string;
let server: RunningServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-traces-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function send(...names: readonly string[]): Promise<void> {
  const spans = names.map((name, index) => ({
    traceId: (index + 1).toString(16).padStart(32, '0'),
    spanId: '1'.padStart(16, '0'),
    name,
    startTimeUnixNano: String(1_763_700_000_000_000_000 + index * 1_000_000_000),
    endTimeUnixNano: String(1_763_700_000_005_000_000 + index * 1_000_000_000),
    status: { code: index === 1 ? 2 : 0 },
  }));
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
}

async function traces(...args: string[]) {
  const session = new Session({ homeDirectory: directory, columns: 120 });
  const code = await session.run('traces', '--port', String(server.port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

describe('tta-obs traces', () => {
  it('lists the newest traces first, each with its id', async () => {
    await send('early', 'failed\u001b[2J', '');
    const { code, out } = await traces();
    expect(code).toBe(0);
    const [titles, ...lines] = out.trimEnd().split('\n');
    expect(titles).toMatch(/^ {3}name +service +started +duration +spans +failed +trace$/);
    expect(lines).toEqual([
      expect.stringMatching(/^✓ {2}\(no name\) +unknown_service +2025-11-21 04:40:02 +5\.00 ms +1 +0{31}3$/),
      expect.stringMatching(
        /^✗ {2}failed \[2J +unknown_service +2025-11-21 04:40:01 +5\.00 ms +1 +1 +0{31}2$/,
      ),
      expect.stringMatching(/^✓ {2}early +unknown_service +2025-11-21 04:40:00 +5\.00 ms +1 +0{31}1$/),
    ]);
  });

  it('lists as many as are asked for, as JSON or Markdown too', async () => {
    await send('one', 'two', 'three');
    const list = JSON.parse((await traces('--json', '--limit', '2')).out) as unknown[];
    expect([list.length, list.every(isTraceSummary)]).toEqual([2, true]);
    expect((await traces('--markdown')).out).toMatch(/^\|   \| name \| service \|[^]+\| ✓ \| `three` \|/);
  });

  it('says that there are none', async () => {
    const err = `The service at ${server.url} has no traces yet.\n`;
    expect(await traces()).toEqual({ code: 0, out: '', err });
    expect(await traces('--json')).toEqual({ code: 0, out: '[]\n', err });
  });

  it('lists what a query finds, its words joined', async () => {
    await send('one', 'two', 'three');
    const names = async (...args: string[]) =>
      (JSON.parse((await traces('--json', ...args)).out) as { name: string }[]).map(({ name }) => name);
    expect(await names('status:error')).toEqual(['two']);
    expect(await names('name:t*', 'NOT', 'status:error')).toEqual(['three']);
    expect(await names('--', '-name:t*')).toEqual(['one']);
  });

  it('shows a query that finds nothing as it was typed', async () => {
    await send('one');
    expect(await traces('AND status:Error  (duration:>90s)', '--markdown')).toEqual({
      code: 2,
      out: '',
      err: expect.stringContaining('The query cannot be understood'),
    });
    expect(await traces('status:Error  (duration:>90s) since:1h')).toEqual({
      code: 0,
      out: '',
      err: `No trace of the service at ${server.url} is found by: status:Error  (duration:>90s) since:1h\n`,
    });
  });

  it('marks what is wrong in a query, and says what may have been meant', async () => {
    expect(await traces('name:x', 'statsu:error')).toEqual({
      code: 2,
      out: '',
      err: [
        'tta-obs: The query cannot be understood: there is no field "statsu"; did you mean status?',
        '  name:x statsu:error',
        '         ^^^^^^',
        '',
      ].join('\n'),
    });
  });

  it('looks back page by page until it has as many as are asked for', async () => {
    await send(...Array.from({ length: 700 }, (_, index) => `run ${index}`));
    const list = JSON.parse((await traces('--json', '--limit', '600', 'name:run*')).out) as TraceSummary[];
    expect(new Set(list.map(({ traceId }) => traceId)).size).toBe(600);
    expect([list[0]?.name, list.at(-1)?.name]).toEqual(['run 699', 'run 100']);
    expect((JSON.parse((await traces('--json', '--limit', '1000')).out) as unknown[]).length).toBe(700);
  });

  it('finds the trace of the first digits of an id', async () => {
    await send('one', 'two');
    const session = new Session({ homeDirectory: directory });
    const trace = (id: string) => session.run('trace', '--port', String(server.port), id);
    expect(await trace('0'.repeat(31) + '2')).toBe(0);
    expect(session.stdout).toContain(' two ');
    expect(await trace('00000000')).toBe(1);
    expect(session.stderr).toContain('Several traces begin with 00000000');
    expect(await trace('ffffffff')).toBe(1);
    expect(session.stderr).toContain('has no trace ffffffff');
    expect(await trace('0000000')).toBe(2);
  });

  it.each([
    ['--limit', '0'],
    ['--limit', '10001'],
    ['--limit', 'all'],
    ['--json', '--markdown'],
  ])('refuses %s %s', async (...flags) => {
    expect(await traces(...flags)).toMatchObject({ code: 2, err: expect.stringMatching(/^tta-obs: --/) });
  });
});
