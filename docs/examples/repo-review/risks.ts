import type { AddedLine } from './added-lines.ts';
import type { History } from './blobs.ts';
import { type Finding, type Severity, showCommand, showMessageCommand } from './finding.ts';
import { isGenerated, isLockFile } from './generated-files.ts';
import type { Commit } from './history.ts';
import { findLoneLockFiles } from './lock-file-pairs.ts';
import { beginsPrivateKey, findSecretsInLine, isTestPath, maskSecret } from './secrets.ts';

/** From this many changed lines on, generated files not counted, a commit is too large to review. */
const LARGE_COMMIT_LINES = 2_000;

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low'];

/** Secrets, added binaries, lone lock files and very large commits, the worst first. */
export function findRisks(history: History): readonly Finding[] {
  return [
    ...findSecrets(history),
    ...findBinaries(history),
    ...findLoneLockFiles(history),
    ...findLargeCommits(history),
  ].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Every secret once, in the commit that brought it in: that is the one to rewrite, the key the one to revoke. */
function findSecrets(history: History): readonly Finding[] {
  const first = new Map<string, Finding>();
  for (const commit of [...history.commits].reverse()) {
    const lines = linesOf(history, commit);
    lines.forEach((line, index) => {
      if (isLockFile(line.path)) return;
      const report = (kind: string, value: string, shown: string): void => {
        const key = `${kind}\0${value}`;
        if (first.has(key)) return;
        first.set(key, {
          kind: 'secret',
          severity: isTestPath(line.path) ? 'medium' : 'high',
          commit: commit.shortSha,
          file: line.path,
          line: line.line,
          reason: `${kind} ${shown}`,
          evidence: showCommand(history.repository, commit, line.path),
        });
      };
      for (const { kind, value } of findSecretsInLine(line.text, line.path))
        report(kind, value, maskSecret(value));
      const next = lines[index + 1];
      if (beginsPrivateKey(line.text, next?.path === line.path ? next.text : '')) {
        report('private key', `${line.text}\n${next?.text ?? ''}`, 'block');
      }
    });
  }
  return [...first.values()].reverse();
}

/** The added lines of a commit, and those of text files that an attribute hides from differences. */
function linesOf(history: History, commit: Commit): readonly AddedLine[] {
  const hidden = commit.files
    .filter((file) => file.isBinary && file.status === 'added')
    .flatMap((file) =>
      (history.blobs.get(file.blobAfter)?.text ?? '')
        .split(/\r?\n/)
        .map((text, index) => ({ path: file.path, line: index + 1, text: text.slice(0, 4096) })),
    );
  return [...(history.addedLines.get(commit.sha) ?? []), ...hidden];
}

const PROGRAM =
  /\.(?:exe|dll|so|dylib|jar|war|class|pyc|wasm|apk|deb|rpm|msi|bin|o|a|node|zip|gz|tgz|bz2|xz|7z|rar)$/i;

/** Files with binary content that a commit added. */
function findBinaries(history: History): readonly Finding[] {
  return history.commits.flatMap((commit) =>
    commit.files
      .filter((file) => file.isBinary && file.status === 'added' && !file.isSubmodule)
      .flatMap((file): Finding[] => {
        const blob = history.blobs.get(file.blobAfter);
        if (blob?.text !== undefined) return [];
        return [
          {
            kind: 'binary',
            severity: PROGRAM.test(file.path) ? 'medium' : 'low',
            commit: commit.shortSha,
            file: file.path,
            reason: `binary file added${blob === undefined ? '' : `, ${formatBytes(blob.sizeBytes)}`}`,
            evidence: showMessageCommand(history.repository, commit),
          },
        ];
      }),
  );
}

/** Commits of {@link LARGE_COMMIT_LINES} lines or more. Lock and generated files are counted apart. */
function findLargeCommits(history: History): readonly Finding[] {
  return history.commits.flatMap((commit): Finding[] => {
    let written = 0;
    let generated = 0;
    let files = 0;
    for (const file of commit.files) {
      const lines = file.addedLines + file.deletedLines;
      if (isGenerated(file.path)) generated += lines;
      else {
        written += lines;
        files += 1;
      }
    }
    if (written < LARGE_COMMIT_LINES) return [];
    const isFirst = commit.parents.length === 0;
    const largest = commit.files
      .filter((file) => !isGenerated(file.path))
      .reduce((a, b) => (b.addedLines + b.deletedLines > a.addedLines + a.deletedLines ? b : a));
    return [
      {
        kind: 'very large commit',
        // A first commit is often an import, which nobody could have split.
        severity: isFirst ? 'low' : 'medium',
        commit: commit.shortSha,
        file: largest.path,
        reason:
          `${count(written)} changed lines in ${files === 1 ? 'this file' : `${count(files)} files, most in this one`}` +
          (generated === 0 ? '' : `; ${count(generated)} more in generated and lock files`) +
          (isFirst ? '; it is the first commit' : ''),
        evidence: showMessageCommand(history.repository, commit),
      },
    ];
  });
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
