import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '@tta/obs-server';
import { reviewCommand } from './command.ts';
import { PlantedRepository } from './planted-repository.ts';

let folder: string;
let service: RunningServer;
let repository: PlantedRepository;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repo-review-command-'));
  service = await startServer({ port: 0, databasePath: join(folder, 'db', 'traces.db') });
  process.env['TTA_UI_ENDPOINT'] = service.url;
});
afterAll(async () => {
  delete process.env['TTA_UI_ENDPOINT'];
  await service.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  repository = new PlantedRepository();
});
afterEach(() => repository.remove());

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  signal = new AbortController().signal,
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exitCode = await reviewCommand({ args, env, stdout, stderr, signal });
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString('utf8') ?? '';
  return { exitCode, stdout: text(stdout), stderr: text(stderr) };
}

async function traces(): Promise<number> {
  return ((await (await fetch(`${service.url}/api/traces`)).json()) as { items: unknown[] }).items.length;
}

describe('reviewCommand', () => {
  it('prints the review on standard output and progress on standard error, and leaves one trace', async () => {
    repository.commit('feat: begin', { 'a.txt': 'a\n' });
    const before = await traces();

    const { exitCode, stdout, stderr } = await run([repository.directory]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'none: no secrets, no added binaries, no lone lock files, no very large commits',
    );
    expect(stdout).toContain('all 1 commit,');
    expect(stderr).toContain('reading commits\nreading the lines of 1 commits\nsumming up\n');
    expect(await traces()).toBe(before + 1);
  });

  it('shows control characters of the repository instead of sending them to the terminal', async () => {
    repository.commit('wip \u001b[31mred \u202e reversed', {
      'a\u001b]0;title\u0007.bin': Buffer.from([0, 1, 2]),
    });

    const { stdout } = await run([repository.directory]);

    expect(stdout).toContain('a\\x1b]0;title\\x07.bin');
    expect(stdout).toContain('wip \\x1b[31mred \\u202e reversed');
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('prints JSON when it is asked to', async () => {
    repository.commit('feat: begin', { 'a.txt': 'a\n' });

    const { stdout } = await run(['--json', '--commits', '1', repository.directory]);

    expect(JSON.parse(stdout)).toMatchObject({
      overview: { commits: 1 },
      risks: [],
      summary: { source: 'tf-idf' },
    });
  });

  it('answers bad input with one line and leaves no trace', async () => {
    await writeFile(join(folder, 'file'), '');
    const before = await traces();
    const cases: [string[], number, RegExp][] = [
      [[join(folder, 'absent')], 1, /^error: .*absent does not exist; give the path of a git repository\n$/],
      [[join(folder, 'file')], 1, /^error: .*file is not a directory; .*\n$/],
      [[folder], 1, /^error: .* is not in a git repository; .*\n$/],
      [[repository.directory], 1, /^error: .* has no commits on its current branch; .*\n$/],
      [['--bogus'], 2, /^error: Unknown option '--bogus' \(--help shows how\)\n$/],
      [['a', 'b'], 2, /^error: one path at most, but got 2 .*\n$/],
      [['--commits', 'many'], 2, /^error: --commits takes a number from 1 to 10000 .*\n$/],
      [['--model', 'small'], 2, /^error: --model needs OPENAI_API_KEY; .*\n$/],
    ];
    for (const [args, exitCode, line] of cases) {
      const result = await run(args);
      expect([result.exitCode, result.stdout]).toEqual([exitCode, '']);
      expect(result.stderr).toMatch(line);
    }
    expect(await traces()).toBe(before);
  });

  it('refuses addresses of a model that hide where the text goes, and never prints the key', async () => {
    for (const OPENAI_BASE_URL of ['file:///etc/passwd', 'https://user:pass@host/v1', 'nonsense']) {
      const { exitCode, stderr } = await run(['--model', 'small'], {
        OPENAI_API_KEY: 'key-value',
        OPENAI_BASE_URL,
      });
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^error: OPENAI_BASE_URL [^\n]*\n$/)]);
      expect(stderr).not.toContain('key-value');
    }
  });

  it('ends with status 130 when it is interrupted', async () => {
    repository.commit('feat: begin', { 'a.txt': 'a\n' });
    const abort = new AbortController();
    abort.abort(new Error('interrupted'));

    expect(await run([repository.directory], {}, abort.signal)).toMatchObject({
      exitCode: 130,
      stderr: 'error: interrupted\n',
    });
  });

  it('explains itself', async () => {
    expect(await run(['--help'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('--commits N'),
    });
  });
});
