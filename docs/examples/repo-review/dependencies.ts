import type { History } from './blobs.ts';
import { showCommand } from './finding.ts';
import { isManifest, readManifest, type Requirements } from './manifests.ts';

/** A dependency that a commit added, removed or moved to another version. */
export interface DependencyChange {
  readonly change: 'added' | 'removed' | 'bumped';
  readonly dependency: string;
  /** Absent when added. */
  readonly from?: string;
  /** Absent when removed. */
  readonly to?: string;
  readonly commit: string;
  readonly file: string;
  readonly evidence: string;
}

/** Compares each manifest before and after each commit, newest commit first. */
export function findDependencyChanges(history: History): readonly DependencyChange[] {
  const changes: DependencyChange[] = [];
  for (const commit of history.commits) {
    for (const file of commit.files) {
      if (!isManifest(file.path) || file.status === 'copied') continue;
      const read = (id: string): Requirements => readManifest(file.path, history.blobs.get(id)?.text ?? '');
      const evidence = showCommand(history.repository, commit, file.path);
      for (const change of compare(read(file.blobBefore), read(file.blobAfter))) {
        changes.push({ ...change, commit: commit.shortSha, file: file.path, evidence });
      }
    }
  }
  return changes;
}

type Change = Pick<DependencyChange, 'change' | 'dependency' | 'from' | 'to'>;

function compare(before: Requirements, after: Requirements): readonly Change[] {
  const changes: Change[] = [];
  for (const [dependency, to] of after) {
    const from = before.get(dependency);
    if (from === undefined) changes.push({ change: 'added', dependency, to });
    else if (from !== to) changes.push({ change: 'bumped', dependency, from, to });
  }
  for (const [dependency, from] of before) {
    if (!after.has(dependency)) changes.push({ change: 'removed', dependency, from });
  }
  return changes;
}
