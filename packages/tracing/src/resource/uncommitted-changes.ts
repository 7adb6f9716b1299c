import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { devNull } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { type Clock, systemClock } from '@tta/obs-context';

/** A working tree that takes longer to compare stays without an answer. */
const limitMs = 1_000;

/**
 * Whether tracked files of a working tree differ from its commit. Asks git, without a shell, without the
 * configuration of the user and the system, and with everything turned off that could start a program; git
 * itself refuses a repository that belongs to somebody else. The process does not wait for the answer.
 *
 * For repositories whose own configuration names no programs alone: `namesNoPrograms` of the checkout.
 *
 * @param searchPath - Where git is looked for, as in `PATH`; relative folders in it are passed over.
 * @returns `undefined` when git is absent, refuses, fails or takes longer than a second. Never rejects.
 */
export async function hasUncommittedChanges(
  root: string,
  searchPath: string,
  clock: Clock = systemClock,
): Promise<boolean | undefined> {
  // Starting a process takes milliseconds, which the start of the program need not wait for.
  await new Promise<void>((resolve) => clock.timer(0, resolve));
  const git = programIn(searchPath, process.platform === 'win32' ? 'git.exe' : 'git');
  return git === undefined ? undefined : compare(git, root, clock).catch(() => undefined);
}

function compare(git: string, root: string, clock: Clock): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const child = spawn(git, argumentsFor(root), {
      env: environment(root, git),
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const answer = (changes: boolean | undefined): void => {
      cancelLimit();
      child.kill('SIGKILL');
      resolve(changes);
    };
    const cancelLimit = clock.timer(limitMs, () => answer(undefined));
    child.once('error', () => answer(undefined));
    child.once('close', (code) => answer(code === 0 ? false : undefined));
    // One line is enough to know.
    child.stdout.once('data', () => answer(true));
    child.unref();
    (child.stdout as Socket).unref();
  });
}

function argumentsFor(root: string): string[] {
  const settings = [
    // Git before 2.36 would take "false" for the name of a program.
    'core.fsmonitor=',
    `core.hooksPath=${devNull}`,
    `core.attributesFile=${devNull}`,
    'safe.bareRepository=explicit',
    'protocol.allow=never',
    'submodule.recurse=false',
  ].flatMap((setting) => ['-c', setting]);
  const status = ['status', '--porcelain', '--untracked-files=no', '--ignore-submodules=all'];
  return ['--no-pager', '--no-optional-locks', '--no-replace-objects', ...settings, '-C', root, ...status];
}

/** Nothing of ours: `GIT_DIR` of a hook around us would lead elsewhere, and keys are none of git's business. */
function environment(root: string, git: string): Record<string, string> {
  return {
    PATH: dirname(git),
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
