import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { GitRepository, temporaryFolder } from '../../test/git-repository.ts';
import { findGitCheckout } from './git-checkout.ts';
import { hasUncommittedChanges } from './uncommitted-changes.ts';

const folder = process.cwd();
const searchPath = process.env['PATH'] ?? '';

describe('hasUncommittedChanges', () => {
  let repository: GitRepository;
  let tools: string;

  beforeEach(() => {
    repository = new GitRepository();
    repository.write('file', 'before');
    repository.commit();
    tools = temporaryFolder();
  });

  afterEach(() => {
    process.chdir(folder);
    repository.remove();
    rmSync(tools, { recursive: true, force: true });
  });

  /** A program that leaves a mark when somebody runs it. */
  function trap(): { command: string; mark: string } {
    const [command, mark] = [join(tools, 'trap'), join(tools, 'mark')];
    writeFileSync(command, `#!/bin/sh\n: > '${mark}'\nexec /bin/cat\n`);
    chmodSync(command, 0o700);
    return { command, mark };
  }

  /** So that git has to compare the contents. */
  function ageFile(): void {
    utimesSync(join(repository.root, 'file'), 1, 1);
  }

  it('tells a changed file from an untouched tree and from files that git does not know', async () => {
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(false);
    repository.write('unknown', 'x');
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(false);
    ageFile();
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(false);
    repository.write('file', 'after');
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(true);
  });

  it('tells a change that is staged', async () => {
    repository.write('new', 'x');
    repository.git('add', 'new');
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(true);
  });

  it.each([
    'core.fsmonitor',
    'core.pager',
    'diff.external',
    'core.editor',
    'core.sshCommand',
    'alias.status',
  ])('does not run the program that the repository names by %s', async (setting) => {
    const { command, mark } = trap();
    repository.git('config', setting, setting === 'alias.status' ? `!${command}` : command);
    ageFile();
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(false);
    expect(existsSync(mark)).toBe(false);
  });

  it('does not run the hooks of the repository', async () => {
    const { command, mark } = trap();
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction']) {
      mkdirSync(join(repository.root, '.git/hooks'), { recursive: true });
      writeFileSync(join(repository.root, '.git/hooks', hook), `#!/bin/sh\nexec ${command}\n`, {
        mode: 0o700,
      });
    }
    ageFile();
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBe(false);
    expect(existsSync(mark)).toBe(false);
  });

  it('would run a filter, which is why a checkout that names one is not compared', async () => {
    const { command, mark } = trap();
    repository.git('config', 'filter.trap.clean', command);
    repository.write('.gitattributes', '* filter=trap\n');
    ageFile();
    expect(findGitCheckout(repository.root)?.namesNoPrograms).toBe(false);
    await hasUncommittedChanges(repository.root, searchPath);
    expect(existsSync(mark)).toBe(true);
  });

  it('does not take a bare repository in the tree for the tree', async () => {
    const { command, mark } = trap();
    rmSync(join(repository.root, '.git'), { recursive: true });
    repository.git('init', '--quiet', '--bare', '.');
    for (const [key, value] of [
      ['core.bare', 'false'],
      ['core.worktree', '.'],
      ['core.fsmonitor', command],
      ['filter.trap.clean', command],
    ] as const) {
      repository.git('config', '--file', 'config', key, value);
    }
    expect(await hasUncommittedChanges(repository.root, searchPath)).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });

  it('has no answer outside of a repository', async () => {
    expect(await hasUncommittedChanges(tools, searchPath)).toBeUndefined();
  });

  it('has no answer without git, and looks for it neither in the tree nor in the current folder', async () => {
    const { command, mark } = trap();
    writeFileSync(join(repository.root, 'git'), `#!/bin/sh\nexec ${command}\n`, { mode: 0o700 });
    mkdirSync(join(tools, 'git'));
    process.chdir(repository.root);
    for (const path of ['', '.', `.${delimiter}relative`, '/nonexistent', tools]) {
      expect(await hasUncommittedChanges(repository.root, path)).toBeUndefined();
    }
    expect(existsSync(mark)).toBe(false);
  });

  it('has no answer when git cannot be started', async () => {
    writeFileSync(join(tools, 'git'), '#!/nonexistent/interpreter\n', { mode: 0o700 });
    expect(await hasUncommittedChanges(repository.root, tools)).toBeUndefined();
    expect(await hasUncommittedChanges('\0', searchPath)).toBeUndefined();
  });

  it('gives up on a git that does not end', async () => {
    writeFileSync(join(tools, 'git'), '#!/bin/sh\nexec /bin/sleep 60\n', { mode: 0o700 });
    const clock = new ManualClock();
    const answer = hasUncommittedChanges(repository.root, tools, clock);
    await clock.advance(1_000);
    expect(await answer).toBeUndefined();
  });

  it('starts no git that sees our environment', async () => {
    writeFileSync(join(tools, 'git'), `#!/bin/sh\nexport > '${join(tools, 'seen')}'\n`, { mode: 0o700 });
    process.env['GIT_DIR'] = '/elsewhere';
    process.env['OPENAI_API_KEY'] = 'sk-secret';
    try {
      expect(await hasUncommittedChanges(repository.root, tools)).toBe(false);
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['OPENAI_API_KEY'];
    }
    const seen = readFileSync(join(tools, 'seen'), 'utf8');
    expect(seen).toContain('GIT_CONFIG_NOSYSTEM');
    expect(seen).not.toMatch(/GIT_DIR|OPENAI_API_KEY|HOME/);
  });
});
