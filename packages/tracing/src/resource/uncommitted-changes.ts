import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { type Clock, systemClock } from '@tta/obs-context';
import type { GitCheckout } from './git-checkout.ts';

/** A working tree that takes longer to compare stays without an answer. */
const limitMs = 1_000;

/**
 * Settings by which a repository names programs that compare files (`filter.*.clean`), further files with
 * settings, or another repository to fetch from while files are compared. Nothing turns all of them off.
 */
const namesPrograms = String.raw`^(filter|include|includeif)\.|\.promisor$|\.partialclone`;

/**
 * Whether tracked files of a working tree differ from its commit. Asks git, without a shell, without the
 * configuration of the user and the system, and with everything turned off that could start a program; git
 * itself refuses a repository that belongs to somebody else. The process does not wait for the answer.
 *
 * What the configuration of a repository says is none of the program's wishes, and only git knows which
 * configuration it will read. So git is asked first, in the same words, for what cannot be turned off, and for
 * the repository that it finds: when it is another than `checkout`, nothing is compared.
 *
 * @param searchPath - Where git is looked for, as in `PATH`; relative folders in it are passed over.
 * @returns `undefined` when the repository names programs, and when git is absent, finds another repository,
 * refuses, fails or takes longer than a second. Never rejects.
 */
export async function hasUncommittedChanges(
  checkout: Pick<GitCheckout, 'root' | 'gitDirectory'>,
  searchPath: string,
  clock: Clock = systemClock,
): Promise<boolean | undefined> {
  // Starting a process takes milliseconds, which the start of the program need not wait for.
  await new Promise<void>((resolve) => clock.timer(0, resolve));
  const limit = new AbortController();
  const cancelLimit = clock.timer(limitMs, () => limit.abort());
  try {
    const program = programIn(searchPath, process.platform === 'win32' ? 'git.exe' : 'git');
    return program === undefined ? undefined : await compare(program, checkout, limit.signal);
  } catch {
    return undefined;
  } finally {
    cancelLimit();
    limit.abort();
  }
}

async function compare(
  program: string,
  checkout: Pick<GitCheckout, 'root' | 'gitDirectory'>,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const root = realpathSync.native(checkout.root);
  const found = [realpathSync.native(checkout.gitDirectory), root];
  // In bytes: two names that are not UTF-8 may be one text.
  const expected = Buffer.from(found.map((path) => `${path.replaceAll(sep, '/')}\n`).join(''));
  const git = { program, root, signal };
  const [location, settings] = await Promise.all([
    run(git, ['rev-parse', '--absolute-git-dir', '--show-toplevel'], expected.length + 1),
    run(git, ['config', '--includes', '--name-only', '--get-regexp', namesPrograms], 1),
  ]);
  if (location.code !== 0 || !location.output.equals(expected)) return undefined;
  // Git's way to say that there are none.
  if (settings.code !== 1 || settings.output.length > 0) return undefined;
  const changes = ['status', '--porcelain', '--untracked-files=no', '--ignore-submodules=all'];
  // One line is enough to know.
  const { code, output } = await run(git, changes, 1);
  return output.length > 0 ? true : code === 0 ? false : undefined;
}

interface Git {
  readonly program: string;
  readonly root: string;
  readonly signal: AbortSignal;
}

/** What it wrote, and how it ended; `code` is absent when it was stopped at `enoughBytes`. Rejects when it cannot run. */
function run(
  { program, root, signal }: Git,
  command: readonly string[],
  enoughBytes: number,
): Promise<{ readonly code?: number | null; readonly output: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...settingsFor(root), ...command], {
      env: environment(root, program),
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
      signal,
      killSignal: 'SIGKILL',
    });
    let output = Buffer.alloc(0);
    child.on('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    child.stdout.on('data', (chunk: Buffer) => {
      output = Buffer.concat([output, chunk]);
      if (output.length < enoughBytes) return;
      child.kill('SIGKILL');
      resolve({ output });
    });
    child.unref();
    (child.stdout as Socket).unref();
  });
}

function settingsFor(root: string): string[] {
  const settings = [
    // Git before 2.36 would take "false" for the name of a program.
    'core.fsmonitor=',
    `core.hooksPath=${devNull}`,
    `core.attributesFile=${devNull}`,
    'safe.bareRepository=explicit',
    'protocol.allow=never',
    'submodule.recurse=false',
  ].flatMap((setting) => ['-c', setting]);
  return ['--no-pager', '--no-optional-locks', '--no-replace-objects', ...settings, '-C', root];
}

/** Nothing of ours: `GIT_DIR` of a hook around us would lead elsewhere, and keys are none of git's business. */
function environment(root: string, program: string): Record<string, string> {
  return {
    PATH: dirname(program),
    LC_ALL: 'C',
    GIT_CEILING_DIRECTORIES: dirname(root),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** By its full path: Windows would look into the current folder first, which may be the repository. */
function programIn(searchPath: string, name: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, name))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
