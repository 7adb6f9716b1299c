import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isPrimitiveStatsList } from '@tta/obs-protocol';
import { Session } from '../../test/session.ts';

let directory: string;
let server: RunningServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-stats-'));
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  const endMs = Date.now();
  const span = (id: number, name: string, type: string, durationMs: number, status: string) => ({
    traceId: '1'.padStart(32, '0'),
    spanId: id.toString(16).padStart(16, '0'),
    name: `primitive.${type}.execute`,
    startTimeUnixNano: `${endMs - durationMs}000000`,
    endTimeUnixNano: `${endMs}000000`,
    attributes: Object.entries({
      'primitive.name': name,
      'primitive.type': type,
      'execution.status': status,
    }).map(([key, value]) => ({ key, value: { stringValue: value } })),
  });
  const spans = [
    span(1, 'ask\u001b[31m model', 'retry', 100, 'success'),
    span(2, 'ask\u001b[31m model', 'retry', 100, 'success'),
    span(3, 'ask\u001b[31m model', 'retry', 100, 'error'),
    span(4, 'review', 'sequential', 3_000, 'success'),
    span(5, 'always fails', 'retry', 1, 'timeout'),
  ];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`the service answered ${status}`);
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function stats(...args: string[]) {
  const session = new Session({ homeDirectory: directory, columns: 100 });
  const code = await session.run('stats', '--port', String(server.port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

describe('tta-obs stats', () => {
  it('draws a table of all primitives, those with the most time in them first', async () => {
    const { code, out, err } = await stats();
    expect([code, err]).toEqual([0, '']);
    const [titles, ...lines] = out.trimEnd().split('\n');
    expect(titles).toMatch(/^primitive +type +service +calls +failed +p50 +p95 +p99 +max +total$/);
    expect(lines).toEqual([
      expect.stringMatching(/^review +sequential +shop +1 +3\.00 s +3\.00 s +3\.00 s +3\.00 s +3\.00 s$/),
      expect.stringMatching(/^ask \[31m model +retry +shop +3 +1 \(33\.3 %\) .* +100 ms +300 ms$/),
      expect.stringMatching(/^always fails +retry +shop +1 +1 \(100 %\) /),
      expect.stringMatching(/^since \d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
    ]);
    expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('prints what REST answers, or a table of Markdown', async () => {
    const { out } = await stats('--json', '--since', '7d');
    const answer: unknown = JSON.parse(out);
    if (!isPrimitiveStatsList(answer)) throw new Error('not statistics of primitives');
    expect(answer.items).toHaveLength(3);
    const markdown = await stats('--markdown');
    expect(markdown.out).toMatch(/^\| primitive \| type \| service \|.*\n\| --- \| --- \| --- \| ---: \|/);
  });

  it('knows services apart, and says when there is nothing', async () => {
    expect((await stats('--service', 'shop', '--json')).out).toContain('"review"');
    const none = await stats('--service', 'bank & co', '--since', '15m');
    expect(none.out).toMatch(/^No primitive has ended since \S+ \(--since 15m\)\.\n$/);
    expect(none.code).toBe(0);
  });

  it.each([
    ['--since', 'yesterday'],
    ['--since', '0m'],
    ['--since', '91d'],
    ['--json', '--markdown'],
  ])('refuses %s %s', async (...flags) => {
    const { code, err } = await stats(...flags);
    expect(code).toBe(2);
    expect(err).toMatch(/^tta-obs: --/);
  });
});
