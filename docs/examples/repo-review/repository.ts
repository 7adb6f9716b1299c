import { readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gitComplaint, type GitResult, runGit } from './git.ts';
import { ReviewError } from './review-error.ts';
import { visibleText } from './visible-text.ts';

/** A repository that was found to be readable and to have commits. */
export interface Repository {
  /** Where git runs: the folder that was named, with symbolic links resolved. */
  readonly directory: string;
  /** The folder that paths in the history are relative to. */
  readonly root: string;
  /** Commits at the edge of a shallow clone: their parents are not here, so their difference means nothing. */
  readonly shallowEdge: ReadonlySet<string>;
}

/** Checks that `path` is a git repository with commits. Throws a {@link ReviewError} that says what to do. */
export async function openRepository(path: string, signal?: AbortSignal): Promise<Repository> {
  const shown = visibleText(resolve(path));
  const directory = await existingDirectory(path, shown);
  const call = (...args: readonly string[]): Promise<GitResult> =>
    runGit({ directory, args, limitMs: 10_000, ...(signal === undefined ? {} : { signal }) });

  const gitDirectory = await call('rev-parse', '--absolute-git-dir');
  if (gitDirectory.exitCode !== 0) throw openFailure(gitDirectory, shown);
  const head = await call('rev-parse', '--verify', '--quiet', '--end-of-options', 'HEAD^{commit}');
  if (head.exitCode !== 0) {
    throw new ReviewError(
      `${shown} has no commits on its current branch; commit something first, or check out a branch`,
    );
  }
  const top = await call('rev-parse', '--show-toplevel');
  const gitPath = withoutLineEnd(gitDirectory.stdout);
  return {
    directory,
    // A bare repository has no top level; paths are then given to git from the repository itself.
    root: top.exitCode === 0 ? withoutLineEnd(top.stdout) : gitPath,
    shallowEdge: await readShallowEdge(gitPath),
  };
}

async function existingDirectory(path: string, shown: string): Promise<string> {
  let directory: string;
  try {
    directory = await realpath(path);
    if ((await stat(directory)).isDirectory()) return directory;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ReviewError(`${shown} ${reason}; give the path of a git repository`, 1, { cause: error });
  }
  throw new ReviewError(`${shown} is not a directory; give the path of a git repository`);
}

function openFailure(result: GitResult, shown: string): ReviewError {
  if (result.stderr.includes('dubious ownership')) {
    return new ReviewError(
      `${shown} lies in a repository of another user; give the root of that repository to review it`,
    );
  }
  if (result.stderr.includes('not a git repository')) {
    return new ReviewError(`${shown} is not in a git repository; give the path of one`);
  }
  return new ReviewError(`git cannot read ${shown}: ${visibleText(gitComplaint(result.stderr))}`);
}

async function readShallowEdge(gitDirectory: string): Promise<ReadonlySet<string>> {
  try {
    const text = await readFile(join(gitDirectory, 'shallow'), 'utf8');
    return new Set(text.split('\n').filter((line) => line !== ''));
  } catch {
    return new Set();
  }
}

function withoutLineEnd(output: Buffer): string {
  return output.toString('utf8').replace(/\r?\n$/, '');
}
