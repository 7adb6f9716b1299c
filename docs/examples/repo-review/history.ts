import { DIFF_SAFETY, gitComplaint, runGit } from './git.ts';
import type { Repository } from './repository.ts';
import { ReviewError } from './review-error.ts';
import { visibleText } from './visible-text.ts';

export type FileStatus = 'added' | 'copied' | 'deleted' | 'modified' | 'renamed' | 'retyped';

/** What one commit did to one file. */
export interface FileChange {
  /** Path after the commit, relative to the root of the repository, with `/`. */
  readonly path: string;
  /** Path before the commit, when it was renamed or copied. */
  readonly previousPath?: string;
  readonly status: FileStatus;
  readonly addedLines: number;
  readonly deletedLines: number;
  /** Git counted no lines: binary, or hidden by an attribute such as `-diff`. */
  readonly isBinary: boolean;
  readonly isSubmodule: boolean;
  /** Object ids of the contents; all zeros where there is none. */
  readonly blobBefore: string;
  readonly blobAfter: string;
}

export interface Commit {
  readonly sha: string;
  /** The first twelve characters: unambiguous also in very large repositories. */
  readonly shortSha: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly authorEmail: string;
  /** When the author wrote it, in milliseconds since 1970. */
  readonly authoredMs: number;
  readonly subject: string;
  readonly body: string;
  /** Empty for merges: each change counts once, in the commit that made it. */
  readonly files: readonly FileChange[];
}

/** The commits of a repository, newest first, and what was left out. */
export interface CommitList {
  readonly repository: Repository;
  readonly commits: readonly Commit[];
  /** Whether there are commits older than the last one here. */
  readonly hasOlder: boolean;
  /** What was not read, in words for the reader. */
  readonly notes: readonly string[];
}

export interface HistoryRequest {
  readonly repository: Repository;
  /** How many of the newest commits to read. */
  readonly maxCommits: number;
}

const FIELDS = '%H%x00%P%x00%aN%x00%aE%x00%at%x00%B%x00';

/** Reads the newest commits of the current branch and the files that each changed. */
export async function listCommits(
  request: HistoryRequest,
  scope: { readonly signal: AbortSignal },
): Promise<CommitList> {
  const { repository, maxCommits } = request;
  const result = await runGit({
    directory: repository.directory,
    args: [
      'log',
      '-z',
      `--format=${FIELDS}`,
      '--raw',
      '--numstat',
      '--no-abbrev',
      ...DIFF_SAFETY,
      `--max-count=${maxCommits + 1}`,
      '--end-of-options',
      'HEAD',
      '--',
    ],
    signal: scope.signal,
    limitBytes: 128 * 1024 * 1024,
  });
  if (result.cut === undefined && result.exitCode !== 0) throw readFailure(result.stderr);

  const parsed = parseHistory(result.stdout.toString('utf8'));
  const commits = parsed.slice(0, maxCommits).map((commit) => withoutEdge(commit, repository.shallowEdge));
  const edges = commits.filter((commit) => repository.shallowEdge.has(commit.sha)).length;
  return {
    repository,
    commits,
    hasOlder: parsed.length > maxCommits || result.cut !== undefined || edges > 0,
    notes: [
      ...(result.cut === undefined
        ? []
        : [`The list of commits was cut after ${commits.length} (${limitReached(result.cut)}).`]),
      ...(edges === 0 ? [] : ['The clone is shallow: its oldest commit here is read without its changes.']),
    ],
  };
}

/** The error of a `git log` that failed half-way. */
export function readFailure(stderr: string): ReviewError {
  const complaint = visibleText(gitComplaint(stderr));
  const isPartial = /unable to read|could not fetch|promisor|missing|bad object/.test(stderr);
  return new ReviewError(
    isPartial
      ? `git has not all objects of this repository (${complaint}); complete it with "git fetch --refetch --no-filter", nothing is fetched for you`
      : `git could not read the history: ${complaint}`,
  );
}

/** Which limit of one git call was reached, in words. */
export function limitReached(cut: 'bytes' | 'time'): string {
  return cut === 'bytes' ? 'limit of bytes reached' : 'limit of time reached';
}

function withoutEdge(commit: Commit, edge: ReadonlySet<string>): Commit {
  return edge.has(commit.sha) ? { ...commit, files: [] } : commit;
}

/**
 * Parses `git log -z --raw --numstat` with the fields above. Every token is taken by its place, so no name or
 * message can pose as another token: neither can hold a NUL. A last commit that was cut off is dropped.
 */
export function parseHistory(output: string): Commit[] {
  const tokens = output.split('\0');
  // The text after the last NUL is no token: nothing, or half of one.
  const end = tokens.length - 1;
  const commits: Commit[] = [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';

  while (at < end) {
    if (tokens[at] === '' || tokens[at] === '\n') {
      at += 1;
      continue;
    }
    if (at + 6 > end) break;
    const sha = next().replace(/^\n+/, '');
    const header = [next(), next(), next(), next(), next()] as const;
    const entries: RawEntry[] = [];
    if (tokens[at] === '') at += 1;
    while (at < end && /^\n?:/.test(tokens[at] ?? '')) {
      const [blobs, status] = parseRaw(next());
      const first = next();
      entries.push({
        ...blobs,
        status,
        path: status === 'R' || status === 'C' ? next() : first,
        previousPath: first,
      });
    }
    const counts = new Map<string, LineCounts>();
    while (at < end && NUMSTAT.test(tokens[at] ?? '')) {
      const match = NUMSTAT.exec(next());
      let path = match?.[3] ?? '';
      if (path === '') {
        at += 1;
        path = next();
      }
      counts.set(path, { added: match?.[1] ?? '0', deleted: match?.[2] ?? '0' });
    }
    const isWhole = at <= end && entries.every((entry) => counts.has(entry.path) || entry.status === 'U');
    if (!isWhole && at >= end) break;
    commits.push(commitOf(sha, header, entries, counts));
  }
  return commits;
}

const NUMSTAT = /^\n?(\d+|-)\t(\d+|-)\t([^]*)$/;

interface LineCounts {
  readonly added: string;
  readonly deleted: string;
}

interface RawEntry {
  readonly modes: string;
  readonly before: string;
  readonly after: string;
  readonly status: string;
  readonly path: string;
  readonly previousPath: string;
}

function parseRaw(token: string): [Pick<RawEntry, 'modes' | 'before' | 'after'>, string] {
  const [modeBefore = '', modeAfter = '', before = '', after = '', status = ''] = token
    .replace(/^\n?:/, '')
    .split(' ');
  return [{ modes: `${modeBefore} ${modeAfter}`, before, after }, status.charAt(0)];
}

const STATUS: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  C: 'copied',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'retyped',
};

function commitOf(
  sha: string,
  [parents, author, authorEmail, time, message]: readonly [string, string, string, string, string],
  entries: readonly RawEntry[],
  counts: ReadonlyMap<string, LineCounts>,
): Commit {
  const [subject = '', ...body] = message.replaceAll('\r\n', '\n').split('\n');
  return {
    sha,
    shortSha: sha.slice(0, 12),
    parents: parents === '' ? [] : parents.split(' '),
    author,
    authorEmail,
    authoredMs: Number(time) * 1000,
    subject: subject.trim(),
    body: body.join('\n').trim(),
    files: entries.map((entry) => {
      const { added, deleted } = counts.get(entry.path) ?? { added: '0', deleted: '0' };
      return {
        path: entry.path,
        ...(entry.previousPath === entry.path ? {} : { previousPath: entry.previousPath }),
        status: STATUS[entry.status] ?? 'modified',
        addedLines: added === '-' ? 0 : Number(added),
        deletedLines: deleted === '-' ? 0 : Number(deleted),
        isBinary: added === '-',
        isSubmodule: entry.modes.includes('160000'),
        blobBefore: entry.before,
        blobAfter: entry.after,
      };
    }),
  };
}
