import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '@tta/obs-server';
import { bundleProgram } from './bundled-program.ts';
import { readSpans } from './database.ts';

const run = promisify(execFile);

let directory: string;
let server: RunningServer;
let program: string;
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-suspended-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  program = await bundleProgram('refund');
}, 30_000);

afterAll(async () => {
  await server.close();
  await rm(program);
  await rm(directory, { recursive: true });
});

/** Runs the program once, to its end. @returns The last thing that it said. */
async function inProcess(...given: readonly string[]): Promise<string> {
  const { PATH = '' } = process.env;
  const { stdout } = await run(process.execPath, [program, ...given], {
    env: {
      PATH,
      HOME: directory,
      XDG_DATA_HOME: directory,
      TTA_UI_ENDPOINT: server.url,
      LOG_LEVEL: 'silent',
    },
  });
  return stdout.trim();
}

/** A folder for a run that has been begun by a process which has ended. */
async function begun(expiresInMs = 60_000): Promise<string> {
  const folder = join(directory, `run-${count++}`);
  await mkdir(folder);
  expect(await inProcess('begin', folder, String(expiresInMs))).toBe('Pay back 30 €?');
  return folder;
}

const done = async (folder: string): Promise<string[]> =>
  (await readFile(join(folder, 'done'), 'utf8')).trim().split('\n');

describe('a run that waits for a person and goes on in another process', () => {
  it.each<[string, object, string, string[]]>([
    ['approved', { kind: 'continue', by: 'ada' }, 'paid 30', ['look up', 'pay 30']],
    ['edited', { kind: 'edit', input: 12 }, 'paid 12', ['look up', 'pay 12']],
    ['refused', { kind: 'quit', reason: 'fraud' }, 'OBS_ERR_APPROVAL_REFUSED', ['look up']],
    ['skipped', { kind: 'skip' }, 'kept 30', ['look up']],
    ['edited to what is not valid', { kind: 'edit', input: -1 }, 'OBS_ERR_INVALID_DECISION', ['look up']],
  ])('is %s', async (_, decision, said, effects) => {
    const folder = await begun();
    expect(await inProcess('resume', folder, JSON.stringify(decision))).toBe(said);
    expect(await done(folder)).toEqual(effects);
  });

  it('has expired', async () => {
    const folder = await begun(1);
    expect(await inProcess('resume', folder, '{"kind":"continue"}')).toBe('OBS_ERR_APPROVAL_EXPIRED');
    expect(await done(folder)).toEqual(['look up']);
  });

  it('is handed on to somebody else, in a process more, and is one trace all the same', async () => {
    const folder = await begun();
    expect(await inProcess('resume', folder, '{"kind":"escalate","to":"head of sales"}')).toBe(
      'Pay back 30 €? head of sales',
    );
    expect(await inProcess('resume', folder, '{"kind":"continue"}')).toBe('paid 30');
    expect(await done(folder)).toEqual(['look up', 'pay 30']);

    const { items } = (await (await fetch(`${server.url}/api/traces`)).json()) as {
      items: {
        readonly traceId: string;
        readonly name: string;
        readonly status: string;
        readonly errorCount: number;
      }[];
    };
    const [latest] = items;
    expect(latest).toMatchObject({ name: 'refund', status: 'success', errorCount: 0 });
    const databasePath = server.databasePath;
    await server.close();
    const spans = readSpans(databasePath).filter(({ traceId }) => traceId === latest?.traceId);
    const parts = spans.filter(({ name }) => name.startsWith('primitive.resumable.'));
    expect(parts.map(({ name, service, status, statusCode }) => [service, name, status, statusCode])).toEqual(
      [
        ['refund begin', 'primitive.resumable.execute', 'suspended', 0],
        ['refund resume', 'primitive.resumable.resume', 'suspended', 0],
        ['refund resume', 'primitive.resumable.resume', 'success', 0],
      ],
    );
    const [first, second, third] = parts;
    expect([first?.parentSpanId, second?.parentSpanId, third?.parentSpanId]).toEqual([
      null,
      first?.spanId,
      second?.spanId,
    ]);
    expect(third?.links).toMatchObject([
      { spanId: second?.spanId, attributes: { 'link.type': 'resumed_from' } },
    ]);
    for (const { attributes } of spans) expect(attributes).toMatchObject({ 'workflow.id': 'refund-1' });
  });
});
