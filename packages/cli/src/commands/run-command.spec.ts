import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startServer } from '@tta/obs-server';
import { Session } from '../../test/session.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tta-run-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A program that sends so many runs, each of which has called a model; those that are named have failed. */
function program(count: number, failures: Readonly<Record<number, string>>): string[] {
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId: (index + 1).toString(16).padStart(8, '0').padEnd(32, '0'),
    spanId: '1'.padStart(16, '0'),
    name: `job ${index + 1}`,
    startTimeUnixNano: `${1_763_700_000_000 + index * 1000}000000`,
    endTimeUnixNano: `${1_763_700_000_005 + index * 1000}000000`,
    ...(failures[index + 1] !== undefined && { status: { code: 2, message: failures[index + 1] } }),
    attributes: [
      { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
      { key: 'gen_ai.provider.name', value: { stringValue: 'openai' } },
      { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4.1-mini' } },
      { key: 'gen_ai.usage.input_tokens', value: { intValue: '1000' } },
      { key: 'gen_ai.usage.output_tokens', value: { intValue: '100' } },
    ],
  }));
  const file = join(directory, 'program.mjs');
  writeFileSync(
    file,
    `const answer = await fetch(process.env.TTA_UI_ENDPOINT + '/v1/traces', {
       method: 'POST', headers: { 'content-type': 'application/json' },
       body: ${JSON.stringify(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))} });
     if (answer.status !== 200) process.exit(99);`,
  );
  return [process.execPath, file];
}

async function run(...command: readonly string[]): Promise<string> {
  const session = new Session({ homeDirectory: directory, columns: 80 });
  const flags = ['--exit', '--port', '0', '--db-path', join(directory, 'traces.db')];
  expect(await session.run('run', ...flags, '--', ...command)).toBe(0);
  return session.stdout;
}

it('ends with what all runs came to, and the first error of each that failed', async () => {
  const out = await run(...program(6, { 2: 'no \u001b[2Jstock', 6: 'out of luck' }));
  expect(out).toMatch(/job 4 [^]+job 5 [^]+job 6 /);
  const end = out.slice(out.indexOf('6 runs'));
  expect(end.split('\n')).toEqual([
    '6 runs, 2 failed · 6000→600 tokens · ≈ $0.0034 estimated',
    '✗ 00000006  5.00 ms  job 6  out of luck',
    '✗ 00000002  5.00 ms  job 2  no  [2Jstock',
    'and 3 earlier traces: tta-obs start shows them',
    '',
    '',
  ]);
});

it('leaves to the tree of a single run what it came to', async () => {
  const out = await run(...program(1, { 1: 'out of luck' }));
  expect(out).toMatch(/✗ error · [^]+1000→100 tokens[^]+✗ ✦ job 1 +llm gpt-4\.1-mini {2}out of luck/);
  expect(out).not.toContain('1 run');
});

it('runs the program where the service that takes its traces is of another version', async () => {
  const ours = await startServer({ port: 0, databasePath: join(directory, 'ours.db') });
  const health = await (await fetch(`${ours.url}/health`)).text();
  await ours.close();
  const older = createServer(({ url }, response) =>
    response.end(url === '/health' ? health : '{"items":[{"traceId":"1"}],"nextCursor":null}'),
  ).listen(0, '127.0.0.1');
  await once(older, 'listening');
  const { port } = older.address() as AddressInfo;
  const session = new Session({ homeDirectory: directory });
  const exit = [process.execPath, '-e', 'process.exit(7)'];
  expect(await session.run('run', '--port', String(port), '--', ...exit)).toBe(7);
  expect(session.stderr).toContain('is of another version than this program: stop it with "tta-obs stop"');
  older.close();
});
