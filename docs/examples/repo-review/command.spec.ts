import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '@tta/obs-server';
import { reviewCommand } from './command.ts';
import { completion, PlantedModelServer } from './planted-model-server.ts';
import { PlantedRepository } from './planted-repository.ts';
import type { Review } from './review.ts';

class Captured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

const environment = { ...process.env };
let directory: string;
let service: RunningServer;
let repository: PlantedRepository;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repo-review-command-'));
  service = await startServer({ port: 0, databasePath: join(directory, 'traces.db') });
  process.env['TTA_UI_ENDPOINT'] = service.url;
  process.env['XDG_DATA_HOME'] = directory;
  repository = new PlantedRepository();
});

afterEach(async () => {
  process.env = { ...environment };
  await service.close();
  repository.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  signal = new AbortController().signal,
) {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const exitCode = await reviewCommand({ args, env, stdout, stderr, signal });
  const { traceCount } = await service.store.counts();
  return { exitCode, stdout: stdout.text, stderr: stderr.text, traceCount };
}

describe('reviewCommand', () => {
  it('prints the review to standard output and progress to standard error, and leaves one trace', async () => {
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });

    const { exitCode, stdout, stderr, traceCount } = await run([repository.directory]);

    expect(stderr).toBe('reading commits\nreading the lines of 1 commit\nsumming up\n');
    expect(stdout).toMatch(/^Review of .*\nall 1 commit, 2026-01-01 to 2026-01-01, 1 author, \+1 −0 lines\n/);
    expect(stdout).toContain('\nFindings\n  none: ');
    expect(stdout).not.toContain('\u001b');
    expect([exitCode, traceCount]).toEqual([0, 1]);
  });

  it('prints the review as JSON', async () => {
    repository.commit('wip', { 'bell\u0007.txt': 'one\n' });

    const { exitCode, stdout } = await run(['--json', repository.directory]);

    const review = JSON.parse(stdout) as Review;
    expect(review.churn).toMatchObject([{ file: 'bell\u0007.txt', commits: 1 }]);
    expect(review.hygiene).toMatchObject([{ kind: 'unfinished (WIP, fixup)' }]);
    expect(stdout).not.toContain('\u0007');
    expect(exitCode).toBe(0);
  });

  it('shows control characters of the repository instead of sending them to the terminal', async () => {
    repository.commit('wip \u001b[31mred \u202e reversed', {
      'a\u001b]0;title\u0007.bin': Buffer.from([0, 1, 2]),
    });

    const { stdout } = await run([repository.directory]);

    expect(stdout).toContain(String.raw`a\x1b]0;title\x07.bin`);
    expect(stdout).toContain(String.raw`wip \x1b[31mred \u202e reversed`);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('reviews a repository without a work tree, and one behind a symbolic link', async () => {
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
    const bare = join(directory, 'bare.git');
    repository.git('clone', '--quiet', '--bare', repository.directory, bare);
    const link = join(directory, 'link');
    symlinkSync(repository.directory, link);

    expect([await run([bare]), await run([link])]).toMatchObject([
      { exitCode: 0, stdout: expect.stringContaining(`bare.git\nall 1 commit,`) },
      { exitCode: 0, stdout: expect.stringContaining(`Review of `) },
    ]);
  });

  it('says what it sends to a model before the review, and never the key', async () => {
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
    const model = new PlantedModelServer({ status: 200, body: completion('All is calm.') });
    const baseUrl = await model.start();
    try {
      const { exitCode, stdout, stderr } = await run(['--model', 'small', repository.directory], {
        OPENAI_API_KEY: 'a-key-to-keep',
        OPENAI_BASE_URL: baseUrl.href,
      });

      expect(stderr).toMatch(new RegExp(`^sends \\d+ bytes to ${baseUrl.host}, not encrypted: `, 'm'));
      expect(stdout).toMatch(/\nSummary \(by small\)\n {2}All is calm\.\n$/);
      expect(`${stdout}${stderr}`).not.toContain('a-key-to-keep');
      expect(exitCode).toBe(0);
    } finally {
      await model.stop();
    }
  });

  it('prints its help', async () => {
    expect(await run(['--help'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Reviews the history of a git repository\.\n/),
      stderr: '',
      traceCount: 0,
    });
  });

  it.each<[string, () => string[], number, RegExp]>([
    [
      'a folder without a repository',
      () => [directory],
      1,
      /is not in a git repository; give the path of one/,
    ],
    [
      'a missing path',
      () => [join(directory, 'gone')],
      1,
      /gone does not exist; give the path of a git repository/,
    ],
    [
      'a file',
      () => [join(directory, 'file')],
      1,
      /file is not a directory; give the path of a git repository/,
    ],
    ['a path through a file', () => [join(directory, 'file', 'x')], 1, /cannot be read; give the path/],
    [
      'a repository without commits',
      () => [repository.directory],
      1,
      /has no commits on its current branch; commit/,
    ],
    ['a broken repository', () => [join(directory, 'broken')], 1, /^error: .*broken/],
    ['an unknown option', () => ['--colour'], 2, /--colour.* \(--help shows how\)/],
    ['a model without a key', () => ['--model', 'm'], 2, /--model needs OPENAI_API_KEY/],
    ['a path with control characters', () => ['a\u001b[2J'], 1, /a\\x1b\[2J does not exist/],
  ])('refuses %s with one line, and runs no workflow', async (_, args, expectedCode, message) => {
    writeFileSync(join(directory, 'file'), '');
    repository.git('clone', '--quiet', repository.directory, join(directory, 'broken'));
    writeFileSync(join(directory, 'broken', '.git', 'config'), '[core\n');

    const { exitCode, stdout, stderr, traceCount } = await run(args());

    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect([exitCode, stdout, traceCount]).toEqual([expectedCode, '', 0]);
  });

  it('says what to do where git is not installed', async () => {
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
    const path = process.env['PATH'];
    process.env['PATH'] = directory;
    try {
      expect(await run([repository.directory])).toMatchObject({
        exitCode: 1,
        stderr: 'error: git was not found on PATH; install git (https://git-scm.com) and run this again\n',
        traceCount: 0,
      });
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('ends with 130 and one line when it is interrupted', async () => {
    repository.commit('feat: greet by name', { 'src/main.js': 'console.log("hello");\n' });
    expect(await run([repository.directory], {}, AbortSignal.abort(new Error('interrupted')))).toMatchObject({
      exitCode: 130,
      stdout: '',
      stderr: 'error: interrupted\n',
    });
  });
});
