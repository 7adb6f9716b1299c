import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { browserUrl } from './browser-url.ts';

/** The state of a git working tree, read from its files; git is not started for it. */
export interface GitCheckout {
  /** Root of the working tree. */
  readonly root: string;
  /** Where its `HEAD` and its index are: `.git`, or what a file of this name points to. */
  readonly gitDirectory: string;
  /** `undefined` when no branch is checked out. */
  readonly branch: string | undefined;
  /** Full id of the commit; `undefined` before the first one. */
  readonly revision: string | undefined;
  /** Where the remote `origin` is seen in a browser, without credentials. */
  readonly repositoryUrl: string | undefined;
}

const limitBytes = { small: 4_096, config: 262_144, packedRefs: 16_777_216 };
const commitId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

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
  const common = commonDirectory(own);
  const head = readText(join(own, 'HEAD'), limitBytes.small)?.trim();
  if (common === undefined || head === undefined) return undefined;
  // As git tells a repository from a folder that happens to have the name.
  if (!isDirectory(join(common, 'objects')) || !isDirectory(join(common, 'refs'))) return undefined;
  const ref = referenceIn(head);
  const remote = originUrl(readText(join(common, 'config'), limitBytes.config) ?? '');
  return {
    root,
    gitDirectory: own,
    branch: ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined,
    revision: ref === undefined ? asCommitId(head) : revisionOf(common, ref),
    repositoryUrl: remote === undefined ? undefined : browserUrl(remote),
  };
}

/** The folder, or the one that a file of this name points to. */
function gitDirectory(root: string): string | undefined {
  const path = join(root, '.git');
  if (isDirectory(path)) return path;
  const pointer = readPointer(path);
  return pointer?.startsWith('gitdir: ') ? pointedTo(root, pointer.slice('gitdir: '.length)) : undefined;
}

/** What a worktree shares with others is in another folder; `undefined` where that cannot be told. */
function commonDirectory(own: string): string | undefined {
  const path = join(own, 'commondir');
  return exists(path) ? pointedTo(own, readPointer(path)) : own;
}

/** Git itself takes spaces at the end for a part of the name. */
function readPointer(path: string): string | undefined {
  return readText(path, limitBytes.small)?.replace(/[\r\n]+$/, '');
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
