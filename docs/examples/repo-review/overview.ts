import { isConventional } from './hygiene.ts';
import type { CommitList } from './history.ts';

/** The history in figures. */
export interface Overview {
  readonly root: string;
  readonly commits: number;
  readonly merges: number;
  readonly authors: number;
  readonly hasOlder: boolean;
  /** ISO dates (UTC) of the oldest and the newest commit that was read. */
  readonly from: string;
  readonly to: string;
  readonly addedLines: number;
  readonly deletedLines: number;
  /** Kind of work by Conventional Commit type, most frequent first; empty where the convention is not used. */
  readonly kindsOfWork: readonly { readonly type: string; readonly commits: number }[];
  readonly subjects: readonly string[];
  readonly notes: readonly string[];
}

export function describeHistory(history: CommitList): Overview {
  const { commits } = history;
  const times = commits.map((commit) => commit.authoredMs).filter(Number.isFinite);
  const files = commits.flatMap((commit) => commit.files);
  const types = new Map<string, number>();
  for (const { subject } of commits) {
    const type = isConventional(subject) ? /^[a-z]+/.exec(subject)?.[0] : undefined;
    if (type !== undefined) types.set(type, (types.get(type) ?? 0) + 1);
  }
  return {
    root: history.repository.root,
    commits: commits.length,
    merges: commits.filter((commit) => commit.parents.length > 1).length,
    authors: new Set(commits.map((commit) => commit.authorEmail)).size,
    hasOlder: history.hasOlder,
    from: isoDate(times.reduce((a, b) => Math.min(a, b), Infinity)),
    to: isoDate(times.reduce((a, b) => Math.max(a, b), -Infinity)),
    addedLines: files.reduce((sum, file) => sum + file.addedLines, 0),
    deletedLines: files.reduce((sum, file) => sum + file.deletedLines, 0),
    kindsOfWork: Array.from(types, ([type, count]) => ({ type, commits: count })).sort(
      (a, b) => b.commits - a.commits,
    ),
    subjects: commits.map((commit) => commit.subject),
    notes: history.notes,
  };
}

/** Commits may claim any time, also one that no calendar has. */
function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? 'unknown' : date.toISOString().slice(0, 10);
}
