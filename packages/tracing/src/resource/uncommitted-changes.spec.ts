import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@tta/obs-context/manual';
import { GitRepository, temporaryFolder } from '../../test/git-repository.ts';
import { findGitCheckout } from './git-checkout.ts';
import { hasUncommittedChanges } from './uncommitted-changes.ts';

const folder = process.cwd();
const searchPath = process.env['PATH'] ?? '';
const git = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

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

  /** As the resource asks. */
  async function isDirty(directory = repository.root): Promise<boolean | undefined> {
    const checkout = findGitCheckout(directory);
    if (!checkout) throw new Error(`${directory} is no checkout`);
    return hasUncommittedChanges(checkout, searchPath);
  }

  /** As above, by a search path of ours. */
  function ask(path: string, clock?: ManualClock): Promise<boolean | undefined> {
    const { root } = repository;
    return hasUncommittedChanges({ root, gitDirectory: join(root, '.git') }, path, clock);
  }

  /** So that git has to compare the contents. */
  function ageFile(): void {
    utimesSync(join(repository.root, 'file'), 1, 1);
  }

  it('tells a changed file from an untouched tree and from files that git does not know', async () => {
    expect(await isDirty()).toBe(false);
    repository.write('unknown', 'x');
    expect(await isDirty()).toBe(false);
    ageFile();
    expect(await isDirty()).toBe(false);
    repository.write('file', 'after');
    expect(await isDirty()).toBe(true);
  });

  it('tells a change that is staged', async () => {
    repository.write('new', 'x');
    repository.git('add', 'new');
    expect(await isDirty()).toBe(true);
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
    expect(await isDirty()).toBe(false);
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
    expect(await isDirty()).toBe(false);
    expect(existsSync(mark)).toBe(false);
  });

  describe('with a repository that names a filter', () => {
    /** The configuration, and what runs when git obeys it. */
    function filter(): { config: string; mark: string } {
      const { command, mark } = trap();
      repository.write('.gitattributes', '* filter=trap\n');
      repository.git('add', '.gitattributes');
      repository.commit();
      ageFile();
      return { config: `[filter "trap"]\n\tclean = '${command}'\n`, mark };
    }

    it.each([
      ['in its configuration', (config: string) => appendFileSync(inside('.git/config'), config)],
      [
        'by sections on one line',
        (config: string) =>
          appendFileSync(
            inside('.git/config'),
            config.replace('[filter', '[core][FILTER').replace('\n\t', '\n'),
          ),
      ],
      [
        'in the old notation',
        (config: string) => appendFileSync(inside('.git/config'), config.replace(' "trap"', '.trap')),
      ],
      [
        'in a file that it includes',
        (config: string) => {
          writeFileSync(inside('.git/more'), config);
          appendFileSync(inside('.git/config'), '[include]\n\tpath = more\n');
        },
      ],
      [
        'in a file that it includes on a condition',
        (config: string) => {
          writeFileSync(inside('.git/more'), config);
          appendFileSync(inside('.git/config'), '[includeIf "gitdir:/"]\n\tpath = more\n');
        },
      ],
      [
        'in the configuration of the worktree',
        (config: string) => {
          repository.git('config', 'extensions.worktreeConfig', 'true');
          writeFileSync(inside('.git/config.worktree'), config);
        },
      ],
      [
        'in a long configuration',
        (config: string) => appendFileSync(inside('.git/config'), `# ${'x'.repeat(300_000)}\n${config}`),
      ],
      [
        'behind a pointer with a space at its end',
        (config: string) => pointTo(Buffer.from('real '), 'real', config),
      ],
      [
        'behind a pointer that is not UTF-8',
        (config: string) => pointTo(Buffer.from('real\xff', 'latin1'), 'real\ufffd', config),
      ],
      [
        'behind a shared folder with a space at its end',
        (config: string) => {
          share('../common ', config);
          cpSync(inside('common '), inside('common'), { recursive: true });
          writeFileSync(inside('common/config'), '');
        },
      ],
      [
        'behind a long pointer to a shared folder',
        (config: string) => {
          share('../common', config);
          appendFileSync(inside('own/commondir'), '\n'.repeat(5_000));
        },
      ],
      [
        'behind a pointer to a shared folder with two slashes',
        (config: string) => {
          share('../common', config);
          writeFileSync(inside('own/commondir'), `/${inside('common')}`);
        },
      ],
    ])('compares nothing when it does so %s', async (_, plant) => {
      const { config, mark } = filter();
      plant(config);
      // What git finds is the repository, and asked as anybody asks it, it runs the filter.
      repository.git('status', '--porcelain');
      expect(existsSync(mark)).toBe(true);
      rmSync(mark);
      ageFile();
      const { root } = repository;
      const candidates = ['.git', 'real', 'real ', 'own'].map((name) => ({
        root,
        gitDirectory: inside(name),
      }));
      for (const checkout of [findGitCheckout(root) ?? { root, gitDirectory: root }, ...candidates]) {
        expect(await hasUncommittedChanges(checkout, searchPath)).toBeUndefined();
      }
      expect(existsSync(mark)).toBe(false);
    });

    it('compares nothing when that is around a broken one, reached by a link', async () => {
      const { config, mark } = filter();
      appendFileSync(inside('.git/config'), config);
      for (const name of ['objects', 'refs']) mkdirSync(inside(`inner/.git/${name}`), { recursive: true });
      writeFileSync(inside('inner/.git/HEAD'), 'garbage');
      const link = join(tools, 'link');
      symlinkSync(inside('inner'), link);
      expect(findGitCheckout(link)?.root).toBe(link);
      expect(await isDirty(link)).toBeUndefined();
      expect(existsSync(mark)).toBe(false);
    });

    it('compares another one that has it as a submodule', async () => {
      const { config, mark } = filter();
      const outer = new GitRepository();
      try {
        outer.git(
          '-c',
          'protocol.file.allow=always',
          'submodule',
          '--quiet',
          'add',
          repository.root,
          'inner',
        );
        outer.commit();
        appendFileSync(join(outer.root, '.git/modules/inner/config'), config);
        utimesSync(join(outer.root, 'inner/file'), 1, 1);
        expect(await isDirty(outer.root)).toBe(false);
        expect(await isDirty(join(outer.root, 'inner'))).toBeUndefined();
        expect(existsSync(mark)).toBe(false);
      } finally {
        outer.remove();
      }
    });

    it('compares it when the tree alone names one, and the configuration says nothing of it', async () => {
      filter();
      expect(await isDirty()).toBe(false);
    });

    function inside(path: string): string {
      return join(repository.root, path);
    }

    /** Git reads `name`, which has the filter; `lookalike` is as it was. */
    function pointTo(name: Buffer, lookalike: string, config: string): void {
      const real = Buffer.concat([Buffer.from(`${repository.root}/`), name]);
      cpSync(inside('.git'), inside(lookalike), { recursive: true });
      renameSync(inside('.git'), real);
      appendFileSync(Buffer.concat([real, Buffer.from('/config')]), config);
      writeFileSync(inside('.git'), Buffer.concat([Buffer.from('gitdir: '), name, Buffer.from('\n')]));
    }

    /** A folder of its own and one that it shares, which has the filter. */
    function share(pointer: string, config: string): void {
      mkdirSync(inside('own'));
      for (const name of ['HEAD', 'index', 'config']) cpSync(inside(`.git/${name}`), inside(`own/${name}`));
      for (const name of ['objects', 'refs']) mkdirSync(inside(`own/${name}`));
      renameSync(inside('.git'), join(inside('own'), pointer));
      appendFileSync(join(inside('own'), pointer, 'config'), config);
      writeFileSync(inside('own/commondir'), pointer);
      writeFileSync(inside('.git'), 'gitdir: own\n');
    }
  });

  it.each([
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialCloneFilter', 'blob:none'],
    ['extensions.partialClone', 'origin'],
    ['include.path', 'elsewhere'],
    ['includeIf.gitdir:/nonexistent/.path', 'elsewhere'],
  ])(
    'compares nothing where it is told to fetch files or to read settings elsewhere: %s',
    async (setting, value) => {
      repository.git('config', setting, value);
      expect(await isDirty()).toBeUndefined();
    },
  );

  it('compares no other tree than the one it was asked for', async () => {
    repository.git('config', 'core.worktree', tools);
    expect(await isDirty()).toBeUndefined();
  });

  it('compares no other repository than the one whose commit is shown', async () => {
    mkdirSync(join(repository.root, 'inner'));
    const { root } = repository;
    for (const checkout of [
      { root: join(root, 'inner'), gitDirectory: join(root, '.git') },
      { root, gitDirectory: tools },
      { root: '/nonexistent', gitDirectory: tools },
    ]) {
      expect(await hasUncommittedChanges(checkout, searchPath)).toBeUndefined();
    }
  });

  it('compares no repository whose name is only the same as a text', async () => {
    const real = Buffer.from(`${repository.root}/real\xff`, 'latin1');
    cpSync(join(repository.root, '.git'), join(repository.root, 'real\ufffd'), { recursive: true });
    renameSync(join(repository.root, '.git'), real);
    writeFileSync(join(repository.root, '.git'), Buffer.from('gitdir: real\xff\n', 'latin1'));
    expect(findGitCheckout(repository.root)?.gitDirectory).toBe(join(repository.root, 'real\ufffd'));
    expect(await isDirty()).toBeUndefined();
  });

  it('has no answer when git does not say what the configuration names', async () => {
    const script = `#!/bin/sh\ncase "$*" in *get-regexp*) exit 128 ;; esac\nexec '${git}' "$@"\n`;
    writeFileSync(join(tools, 'git'), script, { mode: 0o700 });
    expect(await isDirty()).toBe(false);
    expect(await ask(tools)).toBeUndefined();
  });

  it('compares a tree that was reached by a link', async () => {
    const link = join(tools, 'link');
    symlinkSync(repository.root, link);
    expect(await isDirty(link)).toBe(false);
  });

  it('compares a worktree', async () => {
    const worktree = join(tools, 'tree');
    repository.git('worktree', 'add', '--quiet', '-b', 'topic', worktree);
    expect(await isDirty(worktree)).toBe(false);
    writeFileSync(join(worktree, 'file'), 'after');
    expect(await isDirty(worktree)).toBe(true);
    expect(await isDirty()).toBe(false);
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
    expect(await ask(searchPath)).toBeUndefined();
    const { root } = repository;
    expect(await hasUncommittedChanges({ root, gitDirectory: root }, searchPath)).toBeUndefined();
    expect(existsSync(mark)).toBe(false);
  });

  it('has no answer outside of a repository', async () => {
    expect(await hasUncommittedChanges({ root: tools, gitDirectory: tools }, searchPath)).toBeUndefined();
  });

  it('has no answer without git, and looks for it neither in the tree nor in the current folder', async () => {
    const { command, mark } = trap();
    writeFileSync(join(repository.root, 'git'), `#!/bin/sh\nexec ${command}\n`, { mode: 0o700 });
    mkdirSync(join(tools, 'git'));
    process.chdir(repository.root);
    for (const path of ['', '.', `.${delimiter}relative`, '/nonexistent', tools]) {
      expect(await ask(path)).toBeUndefined();
    }
    expect(existsSync(mark)).toBe(false);
  });

  it('has no answer when git cannot be started', async () => {
    writeFileSync(join(tools, 'git'), '#!/nonexistent/interpreter\n', { mode: 0o700 });
    expect(await ask(tools)).toBeUndefined();
    expect(await hasUncommittedChanges({ root: '\0', gitDirectory: '' }, searchPath)).toBeUndefined();
  });

  it('gives up on a git that does not end', async () => {
    writeFileSync(join(tools, 'git'), '#!/bin/sh\nexec /bin/sleep 60\n', { mode: 0o700 });
    const clock = new ManualClock();
    const answer = ask(tools, clock);
    await clock.advance(1_000);
    expect(await answer).toBeUndefined();
  });

  it('starts no git that sees our environment', async () => {
    const script = `#!/bin/sh\nexport >> '${join(tools, 'seen')}'\nexec '${git}' "$@"\n`;
    writeFileSync(join(tools, 'git'), script, { mode: 0o700 });
    process.env['GIT_DIR'] = '/elsewhere';
    process.env['OPENAI_API_KEY'] = 'sk-secret';
    try {
      expect(await ask(tools)).toBe(false);
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['OPENAI_API_KEY'];
    }
    const seen = readFileSync(join(tools, 'seen'), 'utf8');
    expect(seen).toContain('GIT_CONFIG_NOSYSTEM');
    expect(seen).not.toMatch(/GIT_DIR|OPENAI_API_KEY|HOME/);
  });
});
