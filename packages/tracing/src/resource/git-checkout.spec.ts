import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GitRepository, temporaryFolder } from '../../test/git-repository.ts';
import { findGitCheckout } from './git-checkout.ts';

const id = 'a'.repeat(40);

describe('findGitCheckout', () => {
  let repository: GitRepository;
  const folders: string[] = [];

  beforeEach(() => {
    repository = new GitRepository();
    repository.write('file', '1');
  });

  afterEach(() => {
    repository.remove();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function folder(): string {
    const path = temporaryFolder();
    folders.push(path);
    return path;
  }

  /** Files that look like a repository, written by hand. */
  function plant(head: string, files: Readonly<Record<string, string>> = {}): string {
    const root = folder();
    for (const name of ['objects', 'refs/heads']) mkdirSync(join(root, '.git', name), { recursive: true });
    writeFileSync(join(root, '.git/HEAD'), head);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, '.git', name), text);
    return root;
  }

  it('finds branch, commit and remote from a folder inside', () => {
    const revision = repository.commit();
    repository.git('remote', 'add', 'upstream', 'https://other.test/x.git');
    repository.git('remote', 'add', 'origin', 'https://me:secret@git.acme.test/shop.git');
    mkdirSync(join(repository.root, 'a/b'), { recursive: true });
    expect(findGitCheckout(join(repository.root, 'a/b'))).toEqual({
      root: repository.root,
      gitDirectory: join(repository.root, '.git'),
      branch: 'main',
      revision,
      repositoryUrl: 'https://git.acme.test/shop',
    });
  });

  it('finds the commit of a branch that git has packed, also one with a slash', () => {
    const revision = repository.commit();
    repository.git('checkout', '--quiet', '-b', 'feature/filter');
    repository.git('pack-refs', '--all');
    expect(findGitCheckout(repository.root)).toMatchObject({ branch: 'feature/filter', revision });
  });

  it('finds the commit without a branch when none is checked out', () => {
    const revision = repository.commit();
    repository.git('checkout', '--quiet', '--detach');
    expect(findGitCheckout(repository.root)).toMatchObject({ branch: undefined, revision });
  });

  it('knows the branch before the first commit', () => {
    expect(findGitCheckout(repository.root)).toMatchObject({ branch: 'main', revision: undefined });
  });

  it('follows the file that a worktree has in place of the folder', () => {
    const revision = repository.commit();
    repository.git('remote', 'add', 'origin', 'git@git.acme.test:shop.git');
    const worktree = join(folder(), 'tree');
    repository.git('worktree', 'add', '--quiet', '-b', 'topic', worktree);
    expect(findGitCheckout(worktree)).toEqual({
      root: worktree,
      gitDirectory: join(repository.root, '.git/worktrees/tree'),
      branch: 'topic',
      revision,
      repositoryUrl: 'https://git.acme.test/shop',
    });
  });

  it('knows the commit id of a repository with SHA-256', () => {
    const root = plant(`${'b'.repeat(64)}\n`);
    expect(findGitCheckout(root)?.revision).toBe('b'.repeat(64));
  });

  it('takes spaces at the end of a pointer for a part of the name, as git does', () => {
    const root = plant('ref: refs/heads/main\n');
    renameSync(join(root, '.git'), join(root, 'git '));
    writeFileSync(join(root, '.git'), 'gitdir: git \r\n');
    expect(findGitCheckout(root)?.gitDirectory).toBe(join(root, 'git '));
    writeFileSync(join(root, '.git'), 'gitdir: git  \n');
    expect(findGitCheckout(root)).toBeUndefined();
  });

  it.each([
    ['that is too long to read', `../common${'\n'.repeat(5_000)}`],
    ['that would name a machine on Windows', '//machine/share'],
    ['that is empty', ''],
    ['to a folder with a space at the end', '../common '],
  ])('finds none where a pointer to what worktrees share is one %s', (_, pointer) => {
    const root = plant('ref: refs/heads/main\n', { commondir: pointer });
    for (const name of ['objects', 'refs']) mkdirSync(join(root, 'common', name), { recursive: true });
    expect(findGitCheckout(root)).toBeUndefined();
    writeFileSync(join(root, '.git/commondir'), '../common\n');
    expect(findGitCheckout(root)?.branch).toBe('main');
  });

  it.each([
    ['an empty HEAD', '', undefined],
    ['a HEAD that is no commit', 'deadbeef\n', undefined],
    ['a HEAD that leaves the folder', 'ref: refs/../../secret\n', undefined],
    ['a reference that is no commit', 'ref: refs/heads/odd\n', 'odd'],
    ['a reference that is kept elsewhere', 'ref: refs/heads/.invalid\n', undefined],
    ['a tag', 'ref: refs/tags/v1\n', undefined],
  ])('leaves out what it cannot know: %s', (_, head, branch) => {
    const root = plant(head, { 'refs/heads/odd': 'ref: refs/heads/main\n' });
    writeFileSync(join(root, 'secret'), id);
    expect(findGitCheckout(root)).toEqual({
      root,
      gitDirectory: join(root, '.git'),
      branch,
      revision: undefined,
      repositoryUrl: undefined,
    });
  });

  it('reads no named pipe and no huge file in place of one', () => {
    const root = plant('ref: refs/heads/main\n', { config: '' });
    const path = join(root, '.git/refs/heads/main');
    execFileSync('mkfifo', [path]);
    expect(findGitCheckout(root)?.revision).toBeUndefined();
    rmSync(path);
    writeFileSync(path, `${id}${' '.repeat(10_000)}`);
    expect(findGitCheckout(root)?.revision).toBeUndefined();
    writeFileSync(path, id);
    expect(findGitCheckout(root)?.revision).toBe(id);
  });

  it.each([
    ['an empty folder', (root: string) => mkdirSync(join(root, '.git'))],
    ['a file that points nowhere', (root: string) => writeFileSync(join(root, '.git'), 'gitdir: nowhere')],
    ['a file of another kind', (root: string) => writeFileSync(join(root, '.git'), 'hello')],
    [
      'a file that points to a machine',
      (root: string) => writeFileSync(join(root, '.git'), 'gitdir: \\\\x\\y'),
    ],
    ['a link to itself', (root: string) => symlinkSync('.git', join(root, '.git'))],
  ])('finds none in %s named .git', (_, make) => {
    const root = folder();
    make(root);
    expect(findGitCheckout(root)).toBeUndefined();
  });

  it('follows no pointer that would name a machine on Windows', () => {
    repository.commit();
    const root = folder();
    for (const [start, found] of [
      ['', true],
      ['/', false],
    ] as const) {
      writeFileSync(join(root, '.git'), `gitdir: ${start}${join(repository.root, '.git')}`);
      expect(findGitCheckout(root) !== undefined).toBe(found);
    }
  });

  it.each(['\0', '/nonexistent/folder', '/dev/null/x'])('finds none from %j', (path) => {
    expect(findGitCheckout(path)).toBeUndefined();
  });

  it('throws for no HEAD, configuration or list of references', () => {
    const root = plant('');
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '[remote "origin"]\nurl',
        '[remote "origin"]\nurl=',
        'ref: refs/heads/\0',
        `${id} refs/heads/main\n`,
      ),
    );
    fc.assert(
      fc.property(text, text, text, (head, config, packed) => {
        writeFileSync(join(root, '.git/HEAD'), head);
        writeFileSync(join(root, '.git/config'), config);
        writeFileSync(join(root, '.git/packed-refs'), packed);
        findGitCheckout(root);
      }),
      { numRuns: 50 },
    );
  });
});
