import type { AddedLine } from './added-lines.ts';
import type { Blob, History } from './blobs.ts';
import type { Commit, FileChange } from './history.ts';

const NOTHING = '0'.repeat(40);

/** A change of one file as git would tell it, for specs. */
export function plantedFile(fields: Partial<FileChange> = {}): FileChange {
  return {
    path: 'src/main.ts',
    status: 'modified',
    addedLines: 1,
    deletedLines: 1,
    isBinary: false,
    isSubmodule: false,
    blobBefore: NOTHING,
    blobAfter: NOTHING,
    ...fields,
  };
}

let planted = 0;

/** A commit with an id of its own. */
export function plantedCommit(fields: Partial<Commit> = {}): Commit {
  planted += 1;
  const sha = planted.toString(16).padStart(12, '0').padEnd(40, 'c');
  return {
    sha,
    shortSha: sha.slice(0, 12),
    parents: ['b'.repeat(40)],
    author: 'Ada',
    authorEmail: 'ada@localhost',
    authoredMs: Date.UTC(2026, 0, 1),
    subject: 'feat: greet by name',
    body: '',
    files: [plantedFile()],
    ...fields,
  };
}

/** A history of these commits, newest first. */
export function plantedHistory(...commits: readonly Commit[]): History & {
  readonly addedLines: Map<string, readonly AddedLine[]>;
  readonly blobs: Map<string, Blob>;
} {
  return {
    repository: { directory: '/planted', root: '/planted', shallowEdge: new Set() },
    commits,
    hasOlder: false,
    notes: [],
    addedLines: new Map(),
    blobs: new Map(),
  };
}
