import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { isPrimitiveComparison } from '@tta/obs-protocol';
import { Session } from '../../test/session.ts';

let directory: string;
let repository: string;
let server: RunningServer;
let empty: RunningServer;
/** The first commit, and the second. */
let commits: readonly string[];
let traces = 0;

interface Executions {
  readonly durationMs: number;
  readonly count?: number;
  readonly failures?: number;
  readonly costUsd?: number;
}

/** Each of them ended a moment ago, and the later ones are a little longer. */
async function send(
  to: RunningServer,
  resource: Readonly<Record<string, string | boolean>>,
  primitives: Readonly<Record<string, Executions>>,
): Promise<void> {
  traces++;
  const endMs = Date.now() - 1_000 + traces;
  const attributesOf = (values: Readonly<Record<string, string | number | boolean>>) =>
    Object.entries(values).map(([key, value]) => ({
      key,
      value:
        typeof value === 'string'
          ? { stringValue: value }
          : typeof value === 'number'
            ? { doubleValue: value }
            : { boolValue: value },
    }));
  const spans = Object.entries(primitives).flatMap(
    ([name, { durationMs, count = 60, failures = 0, costUsd }], nth) =>
      Array.from({ length: count }, (_, at) => ({
        traceId: String(traces).padStart(32, '0'),
        spanId: (1_000 * (nth + 1) + at).toString(16).padStart(16, '0'),
        name: 'primitive.retry.execute',
        startTimeUnixNano: `${endMs * 1_000 - durationMs * 1_000 - at * 100}000`,
        endTimeUnixNano: `${endMs}000000`,
        attributes: attributesOf({
          'primitive.name': name,
          'primitive.type': name === 'review' ? 'review' : 'retry',
          'execution.status': at < failures ? 'error' : 'success',
          ...(costUsd !== undefined && { 'cost.usd': costUsd }),
        }),
      })),
  );
  const body = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'shop', ...resource }) },
        scopeSpans: [{ spans }],
      },
    ],
  });
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(`${to.url}/v1/traces`, { method: 'POST', headers, body });
  if (status !== 200) throw new Error(`the service answered ${status}`);
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: repository,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tta-compare-'));
  repository = mkdtempSync(join(directory, 'repository-'));
  git('init', '-q', '-b', 'main');
  commits = ['one', 'two'].map((text) => {
    writeFileSync(join(repository, 'file'), text);
    git('add', 'file');
    git('commit', '-qm', text);
    return git('rev-parse', 'HEAD');
  });
  git('tag', 'v1', commits[0]!);
  git('commit', '-qm', 'never run', '--allow-empty');
  server = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  empty = await startServer({ port: 0, databasePath: join(directory, 'empty.db') });
  const [one, two] = commits;
  await send(
    server,
    { 'service.version': '1.0.0', 'vcs.ref.head.revision': one! },
    {
      'ask\u001b[31m model': { durationMs: 120, costUsd: 0.25 },
      review: { durationMs: 100, failures: 1 },
      'load page': { durationMs: 90 },
      steady: { durationMs: 20 },
      rare: { durationMs: 20, count: 3 },
      gone: { durationMs: 5 },
    },
  );
  await send(
    server,
    { 'service.version': '1.1.0', 'vcs.ref.head.revision': two! },
    {
      'ask\u001b[31m model': { durationMs: 180, costUsd: 0.5 },
      review: { durationMs: 100, failures: 15 },
      'load page': { durationMs: 45 },
      steady: { durationMs: 20 },
      rare: { durationMs: 900, count: 3 },
      'come | new': { durationMs: 5 },
    },
  );
  await send(
    server,
    { 'vcs.ref.head.revision': two!, 'tta.vcs.dirty': true },
    { review: { durationMs: 300 } },
  );
});

afterAll(async () => {
  await Promise.all([server.close(), empty.close()]);
  rmSync(directory, { recursive: true, force: true });
});

async function compare(
  args: readonly string[],
  { port = server.port, isCheckout = true, columns = 100 } = {},
) {
  const env = { GIT_DIR: isCheckout ? join(repository, '.git') : join(directory, 'nowhere') };
  const session = new Session({ homeDirectory: directory, columns, env });
  const code = await session.run('compare', '--port', String(port), ...args);
  return { code, out: session.stdout, err: session.stderr };
}

const versions = ['--baseline', '1.0.0', '--candidate', '1.1.0'];

describe('tta-obs compare', () => {
  it('tells what got worse, largest change first, then what got better, then how much did neither', async () => {
    const { code, out, err } = await compare(versions);
    expect([code, err]).toEqual([0, '']);
    expect(out.replace(/since \S+Z/, 'since then').replaceAll(/p = 0\.\d{3}/g, 'p = …'))
      .toMatchInlineSnapshot(`
      "1.0.0 (303 executions) → 1.1.0 (303 executions), since then

      ▲ review
          fails more: 1.7 % failed → 25 % (×15), 1 of 60 → 15 of 60, p < 0.001
      ▲ ask [31m model (retry)
          slower: p50 122 ms → 185 ms (+52 %), p95 126 ms → 185 ms, p < 0.001
          dearer: $0.25 a call → $0.50 (+100 %), p < 0.001

      ▼ load page (retry)
          faster: p50 92.3 ms → 48.0 ms (−48 %), p95 95.9 ms → 50.9 ms, p < 0.001

      1 primitive without a significant change.
      1 primitive ran too rarely in one of the versions to tell.
      Only in 1.1.0: come | new.
      No more there: gone.

      p: how often chance alone shows as much. Largest change first.
      "
    `);
  });

  it('says which commits git refs are, and compares with what ran last', async () => {
    const [one, two] = commits.map((commit) => commit.slice(0, 10));
    const tag = await compare(['--baseline', 'v1']);
    expect(tag.out).toMatch(
      new RegExp(`^v1 = ${one} \\(\\d+ executions\\) → ${two}-dirty \\(60 executions\\), since `),
    );
    const both = await compare(['--baseline', 'HEAD~2', '--candidate', 'main~1']);
    expect(both.out).toMatch(new RegExp(`^HEAD~2 = ${one} \\(.*\\) → main~1 = ${two} \\(`));
    expect(both.out).toContain('▲ review');
    const changes = await compare(['--baseline', 'main~1', '--candidate', 'main~1-dirty']);
    expect(changes.out).toContain(`→ main~1-dirty = ${two}-dirty (60 executions)`);
    expect(changes.out).toMatch(/slower: p50 10\d ms → 30\d ms \(\+\d+ %\), p95 .*, p < 0\.001/);
  });

  it('takes a version for one, whatever git calls so, and the beginning of a commit without git', async () => {
    git('tag', '1.1.0', commits[0]!);
    expect((await compare(versions)).out).toMatch(/^1\.0\.0 \(.*\) → 1\.1\.0 \(/);
    const { out } = await compare(['--baseline', commits[0]!.slice(0, 8)], { isCheckout: false });
    expect(out).toContain(commits[0]!.slice(0, 10));
  });

  it('ends with 3 when something is what --fail-on names', async () => {
    expect((await compare([...versions, '--fail-on', 'slower'])).code).toBe(3);
    expect((await compare([...versions, '--fail-on', 'dearer,errors'])).code).toBe(3);
    const dirty = ['--baseline', 'main~1', '--candidate', 'main~1-dirty'];
    expect((await compare([...dirty, '--fail-on', 'dearer,errors'])).code).toBe(0);
  });

  it('prints what REST answers, or a table for a pull request', async () => {
    const { out } = await compare([...versions, '--json', '--since', '1h', '--service', 'shop']);
    const answer: unknown = JSON.parse(out);
    if (!isPrimitiveComparison(answer)) throw new Error('no comparison');
    expect(answer.items).toHaveLength(5);
    const markdown = (await compare([...versions, '--markdown'])).out.split('\n');
    expect(markdown).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^`1\.0\.0` \(\d+ executions\) → `1\.1\.0` \(\d+ executions\), since /),
        '| primitive | type | service | change | before | after | by | confidence |',
        '| `ask [31m model` | `retry` | `shop` | **dearer** | $0.25 a call | $0.50 | +100 % | p < 0.001 |',
        'Only in `1.1.0`: `come | new`.  ',
      ]),
    );
  });

  it('lists what is known when a version is not', async () => {
    const known = `Known, newest first: ${commits[1]!.slice(0, 10)}-dirty, 1.1.0, ${commits[1]!.slice(0, 10)}, 1.0.0, ${commits[0]!.slice(0, 10)}.`;
    expect(await compare(['--baseline', '0.9'])).toEqual({
      code: 1,
      out: '',
      err: `tta-obs: --baseline: no primitive has run in 0.9, which is no commit here either. ${known}\n`,
    });
    const head = await compare(['--baseline', '1.0.0', '--candidate', 'HEAD']);
    expect([head.code, head.err]).toEqual([
      1,
      `tta-obs: --candidate: no primitive has run in HEAD (commit ${git('rev-parse', 'HEAD').slice(0, 10)}). ${known}\n`,
    ]);
  });

  it('says what to do when there is nothing to compare', async () => {
    const { port } = empty;
    const at = (...args: string[]) => compare(['--baseline', 'main', ...args], { port });
    expect(await at()).toMatchObject({
      code: 1,
      err: expect.stringContaining('No primitive of a service has run'),
    });
    await send(empty, {}, { ask: { durationMs: 1 } });
    expect((await at()).err).toMatch(
      /^tta-obs: Nothing tells which version of a service has run: set serviceVersion/,
    );
    expect((await at('--service', 'bank')).err).toBe(
      'tta-obs: No primitive of a service "bank" has run within 90 days, but of: shop.\n',
    );
    await send(empty, { 'service.version': '7' }, { ask: { durationMs: 1 } });
    const alone = await compare(['--baseline', '7'], { port });
    expect([alone.code, alone.err]).toEqual([
      1,
      'tta-obs: Nothing but 7 has run: run another version of the same service, or name what to compare with --candidate.\n',
    ]);
  });

  it('says so when the service is of a version that does not compare', async () => {
    const old = createServer((_, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ type: 'about:blank', title: 'Not found', status: 404 }));
    });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    const { code, err } = await compare(versions, { port: (old.address() as AddressInfo).port });
    old.close();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/is of an older version that does not compare: stop it/),
    ]);
  });

  it.each([
    [[], /--baseline is missing/],
    [['--baseline=-x'], /--baseline must be a version or a commit, but is "-x"/],
    [['--baseline', '1.0.0', '--candidate=--help'], /--candidate must be a version or a commit/],
    [['--baseline', '1.0.0', '--candidate', '1.0.0'], /are both 1\.0\.0: name two versions/],
    [[...versions, '--fail-on', 'slow'], /--fail-on takes slower, dearer and errors, .* not "slow"/],
    [[...versions, '--since', '1y'], /--since must be a time/],
    [[...versions, '--json', '--markdown'], /are two formats/],
  ])('refuses %j', async (args, problem) => {
    const { code, out, err } = await compare(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(problem);
  });
});
