import type { CommitList, FileChange } from './history.ts';
import { type Finding, showMessageCommand } from './finding.ts';

/** Which files may rightly change a lock file. A manifest counts in the lock file's folder or below it. */
const MANIFESTS: Readonly<Record<string, RegExp>> = {
  'package-lock.json': /^(?:package\.json|\.npmrc)$/,
  'npm-shrinkwrap.json': /^(?:package\.json|\.npmrc)$/,
  'yarn.lock': /^(?:package\.json|\.yarnrc(?:\.yml)?)$/,
  'pnpm-lock.yaml': /^(?:package\.json|pnpm-workspace\.yaml|\.npmrc)$/,
  'bun.lock': /^package\.json$/,
  'bun.lockb': /^package\.json$/,
  'Cargo.lock': /^Cargo\.toml$/,
  'poetry.lock': /^pyproject\.toml$/,
  'uv.lock': /^pyproject\.toml$/,
  'pdm.lock': /^pyproject\.toml$/,
  'Pipfile.lock': /^Pipfile$/,
  'go.sum': /^go\.(?:mod|work)$/,
  'Gemfile.lock': /^(?:Gemfile|[^/]+\.gemspec)$/,
  'composer.lock': /^composer\.json$/,
};

/** Lock files that a commit changed although it left every manifest alone. */
export function findLoneLockFiles(history: CommitList): readonly Finding[] {
  return history.commits.flatMap((commit) =>
    commit.files
      .filter((file) => file.status === 'added' || file.status === 'modified')
      .flatMap((file): Finding[] => {
        const [folder, name] = splitPath(file.path);
        const manifest = MANIFESTS[name];
        if (manifest === undefined || commit.files.some((other) => isManifestOf(other, folder, manifest)))
          return [];
        return [
          {
            kind: 'lock file without manifest',
            severity: file.status === 'added' ? 'low' : 'medium',
            commit: commit.shortSha,
            file: file.path,
            reason: `${name} ${file.status} (+${file.addedLines} −${file.deletedLines}), but no manifest beside it`,
            evidence: showMessageCommand(history.repository, commit),
          },
        ];
      }),
  );
}

function isManifestOf(file: FileChange, lockFolder: string, manifest: RegExp): boolean {
  const [folder, name] = splitPath(file.path);
  return manifest.test(name) && folder.startsWith(lockFolder);
}

function splitPath(path: string): readonly [folder: string, name: string] {
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
}
