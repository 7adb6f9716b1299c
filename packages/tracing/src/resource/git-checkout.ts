import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { browserUrl } from './browser-url.ts';

/** The state of a git working tree, read from its files; git is not started for it. */
export interface GitCheckout {
  /** Root of the working tree. */
  readonly root: string;
  /** `undefined` when no branch is checked out. */
  readonly branch: string | undefined;
  /** Full id of the commit; `undefined` before the first one. */
  readonly revision: string | undefined;
  /** Where the remote `origin` is seen in a browser, without credentials. */
  readonly repositoryUrl: string | undefined;
  /**
   * Whether git may compare files here. Its configuration can name programs that do so (`filter.*.clean`),
   * also by including other files or by fetching what a partial clone left out, and no setting turns all of
   * them off. What such a configuration says is none of the program's wishes.
   */
  readonly namesNoPrograms: boolean;
}

const limitBytes = { small: 4_096, config: 262_144, packedRefs: 16_777_216 };
const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const mayNamePrograms = /\[(?:filter|include|includeif)\b|promisor|partialclone/i;

/**
 * The checkout that a folder lies in, if it lies in one. Also understands worktrees and submodules, whose
 * `.git` is a file. Whatever is missing or odd is left out; it never throws.
 */
export function findGitCheckout(directory: string): GitCheckout | undefined {
  try {
    for (let root = resolve(directory); ; root = dirname(root)) {
      const checkout = readCheckout(root);
      if (checkout || dirname(root) === root) return checkout;
    }
  } catch {
    // No right to look, a loop of links, a path that is none: as good as no checkout.
    return undefined;
  }
}

function readCheckout(root: string): GitCheckout | undefined {
  const own = gitDirectory(root);
  if (own === undefined) return undefined;
  const common = pointedTo(own, readText(join(own, 'commondir'), limitBytes.small)?.trim()) ?? own;
  const head = readText(join(own, 'HEAD'), limitBytes.small)?.trim();
  // As git tells a repository from a folder that happens to have the name.
  if (head === undefined || !isDirectory(join(common, 'objects')) || !isDirectory(join(common, 'refs'))) {
    return undefined;
  }
  const ref = referenceIn(head);
  const config = readText(join(common, 'config'), limitBytes.config);
  const ownConfig = readText(join(own, 'config.worktree'), limitBytes.config);
  const remote = originUrl(config ?? '');
  return {
    root,
    branch: ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined,
    revision: ref === undefined ? asCommitId(head) : revisionOf(common, ref),
    repositoryUrl: remote === undefined ? undefined : browserUrl(remote),
    namesNoPrograms:
      config !== undefined &&
      !mayNamePrograms.test(config) &&
      (ownConfig === undefined ? !exists(join(own, 'config.worktree')) : !mayNamePrograms.test(ownConfig)),
  };
}

/** The folder, or the one that a file of this name points to. */
function gitDirectory(root: string): string | undefined {
  const path = join(root, '.git');
  if (isDirectory(path)) return path;
  const pointer = readText(path, limitBytes.small)?.trim();
  return pointer?.startsWith('gitdir: ') ? pointedTo(root, pointer.slice('gitdir: '.length)) : undefined;
}

function pointedTo(from: string, path: string | undefined): string | undefined {
  // On Windows a path that starts so names another machine, which is not asked.
  return path === undefined || path === '' || /^[\\/]{2}/.test(path) ? undefined : resolve(from, path);
}

/** The full name of the reference that `HEAD` names. */
function referenceIn(head: string): string | undefined {
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  // The last one stands in for the branch where a "reftable" holds it, which is no text.
  return ref?.includes('..') || ref === 'refs/heads/.invalid' ? undefined : ref;
}

function revisionOf(directory: string, ref: string): string | undefined {
  const loose = asCommitId(readText(join(directory, ref), limitBytes.small)?.trim());
  if (loose !== undefined) return loose;
  const packed = readText(join(directory, 'packed-refs'), limitBytes.packedRefs) ?? '';
  const end = packed.indexOf(` ${ref}\n`);
  return end === -1 ? undefined : asCommitId(packed.slice(packed.lastIndexOf('\n', end) + 1, end));
}

function asCommitId(text: string | undefined): string | undefined {
  return text !== undefined && commitId.test(text) ? text : undefined;
}

function originUrl(config: string): string | undefined {
  let isOrigin = false;
  for (const line of config.split('\n')) {
    const text = line.trim();
    if (text.startsWith('[')) isOrigin = text === '[remote "origin"]';
    else if (isOrigin) {
      const [key = '', ...value] = text.split('=');
      if (key.trim().toLowerCase() === 'url') return value.join('=').trim().replaceAll('"', '');
    }
  }
  return undefined;
}

/** `undefined` for what is no plain file, is larger than it should be, or cannot be read. */
function readText(path: string, atMostBytes: number): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  // A named pipe in its place would never end.
  return stats?.isFile() && stats.size <= atMostBytes ? readFileSync(path, 'utf8') : undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
