import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runGit } from './git.ts';
import { openRepository } from './repository.ts';
import { PlantedRepository } from './planted-repository.ts';
import { repoReview } from './workflow.ts';

let repository: PlantedRepository;
beforeEach(() => {
  repository = new PlantedRepository();
});
afterEach(() => repository.remove());

describe('runGit', () => {
  it('runs nothing that a hostile repository names', async () => {
    const mark = join(repository.directory, '.git', 'it-ran');
    const trap = join(repository.directory, '.git', 'trap');
    writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`, { mode: 0o755 });
    repository.commit('feat: add ordinary files', {
      'a.txt': 'one\n',
      'package.json': '{"dependencies":{"left":"1.0.0"}}',
      '--output=x': 'named like an option\n',
    });
    repository.commit('feat: change them with attributes', {
      '.gitattributes': '*.txt diff=trap filter=trap\n*.json diff=trap\n',
      'a.txt': 'two\n',
      'package.json': '{"dependencies":{"left":"2.0.0"}}',
      '--output=x': 'still named like an option\n',
    });
    for (const key of [
      'core.fsmonitor',
      'core.pager',
      'core.editor',
      'core.sshCommand',
      'core.askPass',
      'pager.log',
      'diff.external',
      'diff.trap.command',
      'diff.trap.textconv',
      'filter.trap.smudge',
      'filter.trap.clean',
      'gpg.program',
      'credential.helper',
    ]) {
      repository.git('config', key, trap);
    }
    repository.git('config', 'log.showSignature', 'true');
    repository.git('config', 'alias.log', `!${trap}`);
    repository.git('config', 'alias.rev-parse', `!${trap}`);
    repository.git('config', 'diff.relative', 'true');
    repository.git('config', 'diff.noprefix', 'true');
    repository.git('config', 'color.ui', 'always');
    repository.git('config', 'core.hooksPath', join(repository.directory, 'hooks'));
    for (const hook of ['post-index-change', 'reference-transaction', 'post-checkout', 'pre-auto-gc']) {
      repository.write(`hooks/${hook}`, `#!/bin/sh\necho hook >> '${mark}'\n`);
    }

    const review = await repoReview().execute({
      repository: await openRepository(repository.directory),
      maxCommits: 10,
    });

    expect(existsSync(mark)).toBe(false);
    expect(existsSync(join(repository.directory, 'x'))).toBe(false);
    expect(review.churn.map(({ file, commits }) => [file, commits])).toEqual(
      expect.arrayContaining([
        ['--output=x', 2],
        ['a.txt', 2],
      ]),
    );
    expect(review.dependencies).toEqual(
      expect.arrayContaining([expect.objectContaining({ change: 'bumped', to: '2.0.0' })]),
    );
    // The trap itself is sound: a plain git falls into it.
    repository.git('--no-pager', 'log', '-p', '--ext-diff');
    expect(existsSync(mark)).toBe(true);
  });

  it('does not let a partial clone name a program that would fetch what is missing', async () => {
    const mark = join(repository.directory, 'it-ran');
    repository.commit('feat: add a file', { 'a.txt': 'one\n' });
    const blob = repository.git('rev-parse', 'HEAD:a.txt').trim();
    repository.commit('feat: change the file', { 'a.txt': 'two\n' });
    repository.git('config', 'remote.origin.url', `ext::sh -c "touch% ${mark}"`);
    repository.git('config', 'remote.origin.promisor', 'true');
    repository.git('config', 'extensions.partialClone', 'origin');
    repository.git('config', 'core.repositoryFormatVersion', '1');
    repository.git('config', 'protocol.ext.allow', 'always');
    rmSync(join(repository.directory, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));

    const opened = await openRepository(repository.directory);
    const run = repoReview().execute({ repository: opened, maxCommits: 10 });

    await expect(run).rejects.toThrow(
      /git has not all objects of this repository .* nothing is fetched for you/,
    );
    expect(existsSync(mark)).toBe(false);
  });

  it('stops at the limit of bytes and says so', async () => {
    repository.commit('feat: add a file', { 'a.txt': 'x'.repeat(100_000) });

    const result = await runGit({
      directory: repository.directory,
      args: ['show', 'HEAD:a.txt'],
      limitBytes: 1000,
    });

    expect([result.cut, result.stdout.length]).toEqual(['bytes', 1000]);
  });

  it('stops at the limit of time and says so', async () => {
    // A pipe that nobody writes into: git waits for it until it is killed.
    execFileSync('bash', ['-c', 'mkfifo pipe'], { cwd: repository.directory });

    const result = await runGit({
      directory: repository.directory,
      args: ['hash-object', 'pipe'],
      limitMs: 50,
    });

    expect([result.cut, result.exitCode]).toEqual(['time', -1]);
  });

  it('kills git and rejects with the reason when the signal aborts', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const run = runGit({
      directory: repository.directory,
      args: ['cat-file', '--batch'],
      signal: abort.signal,
    });
    abort.abort(reason);

    await expect(run).rejects.toBe(reason);
  });

  it('passes no variable of ours on', async () => {
    process.env['GIT_DIR'] = '/nowhere';
    try {
      const result = await runGit({
        directory: repository.directory,
        args: ['rev-parse', '--is-inside-work-tree'],
      });
      expect(result.stdout.toString()).toBe('true\n');
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});
