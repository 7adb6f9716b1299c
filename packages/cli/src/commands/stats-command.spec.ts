import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isErrorGroupList, isPrimitiveStatsList, isSessionList, isUsageReport } from '@tta/obs-protocol';
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
  return statsAt(undefined, ...args);
}

/** @param columns - Of the terminal; piped without. */
async function statsAt(columns: number | undefined, ...args: string[]) {
  const session = new Session({ homeDirectory: directory, ...(columns !== undefined && { columns }) });
  Object.assign(session.terminal, { isOutTerminal: columns !== undefined });
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
  });

  it.each([
    [120, /^primitive +type +service +calls +failed +p50 +p95 +p99 +max +total$/],
    [80, /^primitive +type +service +calls +failed +p50 +p95$/],
    [60, /^primitive +service +calls +failed +p50 +p95$/],
    [44, /^primitive +calls +failed +p95$/],
  ])('leaves columns out before it cuts names, at %d columns', async (columns, titles) => {
    const lines = (await statsAt(columns)).out.trimEnd().split('\n');
    expect(lines[0]).toMatch(titles);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.join('\n')).toContain('ask [31m model');
  });

  it('prints what REST answers, or a table of Markdown', async () => {
    const { out } = await stats('--json', '--since', '7d');
    const answer: unknown = JSON.parse(out);
    if (!isPrimitiveStatsList(answer)) throw new Error('not statistics of primitives');
    expect(answer.items).toHaveLength(3);
    const markdown = await stats('--markdown');
    expect(markdown.out).toMatch(/^\| primitive \| type \| service \|.*\n\| --- \| --- \| --- \| ---: \|/);
    expect(markdown.out).toContain('| `ask [31m model` | `retry` | `shop` | 3 |');
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

describe('tta-obs stats --by', () => {
  beforeAll(async () => {
    const endMs = Date.now();
    const call = (id: number, attributes: Readonly<Record<string, string | number>>, failure?: string) => ({
      traceId: (id + 16).toString(16).padStart(32, '0'),
      spanId: (id + 16).toString(16).padStart(16, '0'),
      name: 'chat',
      kind: 3,
      startTimeUnixNano: `${endMs - 50}000000`,
      endTimeUnixNano: `${endMs}000000`,
      attributes: Object.entries({ 'gen_ai.operation.name': 'chat', ...attributes }).map(([key, value]) => ({
        key,
        value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
      })),
      ...(failure !== undefined && { status: { code: 2, message: failure } }),
    });
    const used = { 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 100 };
    const openai = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4.1-mini', ...used };
    const spans = [
      call(1, { ...openai, 'session.id': 's-1\u001b[2J', 'user.id': 'ada' }),
      call(2, { ...openai, 'session.id': 's-1\u001b[2J' }),
      call(3, { 'gen_ai.provider.name': 'nobody', 'gen_ai.request.model': 'home-made', ...used }),
      call(4, { 'gen_ai.provider.name': 'openai', 'error.type': 'RateLimited' }, '429 slow down'),
    ];
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'chat' } }] };
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${server.url}/v1/traces`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`the service answered ${status}`);
  });

  it('model tells calls, tokens and cost of each, and of all', async () => {
    const { code, out } = await stats('--by', 'model');
    const [titles, ...lines] = out.trimEnd().split('\n');
    expect([code, titles]).toEqual([
      0,
      expect.stringMatching(/^model +provider +calls +failed +in +cached +out +cost$/),
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^gpt-4\.1-mini +openai +2 +2000 +200 +≈ \$0\.0011$/),
      ...[lines[1], lines[2]].map(() =>
        expect.stringMatching(/^(home-made +nobody .* unpriced|\(not told\) +openai .*)$/),
      ),
      'in all 4 calls, 3000→300 tokens, ≈ $0.0011 estimated, 1 call unpriced',
      expect.stringMatching(/^since \S+Z$/),
    ]);
  });

  it.each([
    ['provider', /^openai +3 +1 \(33\.3 %\) +2000 /m],
    ['service', /^chat +4 +1 \(25\.0 %\) +3000 /m],
    ['day', /^\d{4}-\d\d-\d\d +4 +1 \(25\.0 %\) +3000 /m],
    ['session', /^s-1 \[2J +ada +chat +2 +2 +2000 +200 +≈ \$0\.0011 +\d{4}-\d\d-\d\d \d\d:\d\dZ$/m],
    ['error', /^RateLimited: 429 slow down +chat +1 +\d{4}-\d\d-\d\d \d\d:\d\dZ +00000000$/m],
  ])('%s tells them so', async (by, line) => {
    expect((await stats('--by', by)).out).toMatch(line);
    expect((await stats('--by', by, '--markdown')).out).toMatch(/^\| \w+ \|.*\n\| --- \|/);
  });

  it.each(['model', 'provider', 'service', 'day', 'session', 'error'])(
    '%s fits a terminal of 60 columns',
    async (by) => {
      const lines = (await statsAt(60, '--by', by)).out.split('\n');
      const table = lines.filter((line) => !/^(in all|since|the newest|tta-obs) /.test(line));
      expect(table.filter((line) => line.length > 60)).toEqual([]);
    },
  );

  it('prints what REST answers', async () => {
    expect(isUsageReport(JSON.parse((await stats('--by', 'provider', '--json')).out))).toBe(true);
    expect(isSessionList(JSON.parse((await stats('--by', 'session', '--json')).out))).toBe(true);
    expect(isErrorGroupList(JSON.parse((await stats('--by', 'error', '--json')).out))).toBe(true);
  });

  it('says when there is nothing', async () => {
    const none = async (by: string) => (await stats('--by', by, '--service', 'bank & co')).out;
    expect(await none('model')).toMatch(/^No call of a model has ended since \S+ \(--since 24h\)\.\n$/);
    expect(await none('error')).toBe('Nothing has failed in the last 24h.\n');
  });

  it.each([
    [['--by', 'modle'], 'did you mean "model"?'],
    [['--by', 'colour'], 'give one of primitive, model, provider'],
    [['--by', 'session', '--since', '1h'], 'leave out --since and --service'],
  ])('refuses %j', async (flags, message) => {
    expect(await stats(...flags)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });
});
