import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isTraceSummary } from '@tta/obs-protocol';
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
    expect((await traces('--markdown')).out).toMatch(/^\|   \| name \| service \|[^]+\| ✓ \| three \|/);
  });

  it('says that there are none', async () => {
    expect((await traces()).out).toBe(`The service at ${server.url} has no traces yet.\n`);
  });

  it.each([
    ['--limit', '0'],
    ['--limit', '501'],
    ['--limit', 'all'],
    ['--json', '--markdown'],
  ])('refuses %s %s', async (...flags) => {
    expect(await traces(...flags)).toMatchObject({ code: 2, err: expect.stringMatching(/^tta-obs: --/) });
  });
});
