import { isGenerated } from './generated-files.ts';
import type { CommitList } from './history.ts';

/** How often and how much one file changed. */
export interface FileChurn {
  /** The file's newest name; renames are followed. */
  readonly file: string;
  readonly commits: number;
  readonly authors: number;
  readonly addedLines: number;
  readonly deletedLines: number;
}

/** Churn of every file that people write, most often changed first; generated and lock files are left out. */
export function measureChurn(history: CommitList): readonly FileChurn[] {
  const newestName = new Map<string, string>();
  const totals = new Map<string, { commits: number; authors: Set<string>; added: number; deleted: number }>();
  for (const commit of history.commits) {
    for (const file of commit.files) {
      const name = newestName.get(file.path) ?? file.path;
      // Commits come newest first: what lies behind this one used the old name.
      if (file.status === 'renamed' && file.previousPath !== undefined)
        newestName.set(file.previousPath, name);
      if (file.isSubmodule || isGenerated(name)) continue;
      const total = totals.get(name) ?? { commits: 0, authors: new Set<string>(), added: 0, deleted: 0 };
      total.commits += 1;
      total.authors.add(commit.authorEmail);
      total.added += file.addedLines;
      total.deleted += file.deletedLines;
      totals.set(name, total);
    }
  }
  return Array.from(totals, ([file, total]) => ({
    file,
    commits: total.commits,
    authors: total.authors.size,
    addedLines: total.added,
    deletedLines: total.deleted,
  })).sort(
    (a, b) =>
      b.commits - a.commits ||
      b.addedLines + b.deletedLines - (a.addedLines + a.deletedLines) ||
      (a.file < b.file ? -1 : 1),
  );
}
