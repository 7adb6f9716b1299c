import { describe, expect, it } from '@jest/globals';
import { plantedCommit, plantedFile, plantedHistory } from './planted-history.ts';
import { findLoneLockFiles } from './lock-file-pairs.ts';

function loneIn(...paths: readonly string[]): readonly (string | undefined)[] {
  const commit = plantedCommit({ files: paths.map((path) => plantedFile({ path })) });
  return findLoneLockFiles(plantedHistory(commit)).map(({ file }) => file);
}

describe('findLoneLockFiles', () => {
  it.each([
    ['package-lock.json', 'package.json'],
    ['npm-shrinkwrap.json', 'package.json'],
    ['yarn.lock', 'package.json'],
    ['yarn.lock', '.yarnrc.yml'],
    ['pnpm-lock.yaml', 'packages/one/package.json'],
    ['pnpm-lock.yaml', 'pnpm-workspace.yaml'],
    ['bun.lock', 'package.json'],
    ['bun.lockb', 'package.json'],
    ['Cargo.lock', 'crates/one/Cargo.toml'],
    ['poetry.lock', 'pyproject.toml'],
    ['uv.lock', 'pyproject.toml'],
    ['pdm.lock', 'pyproject.toml'],
    ['Pipfile.lock', 'Pipfile'],
    ['go.sum', 'go.mod'],
    ['go.sum', 'go.work'],
    ['Gemfile.lock', 'Gemfile'],
    ['Gemfile.lock', 'demo.gemspec'],
    ['composer.lock', 'composer.json'],
    ['app/package-lock.json', 'app/package.json'],
  ])('misses no manifest when %s changes with %s, and one when it changes alone', (lockFile, manifest) => {
    expect(loneIn(lockFile, manifest)).toEqual([]);
    expect(loneIn(lockFile, 'README.md')).toEqual([lockFile]);
  });

  it('does not take the manifest of another folder or of another tool for its own', () => {
    expect(loneIn('app/package-lock.json', 'site/package.json')).toEqual(['app/package-lock.json']);
    expect(loneIn('go.sum', 'package.json')).toEqual(['go.sum']);
  });

  it.each([
    ['modified', ['medium']],
    ['added', ['low']],
    ['deleted', []],
    ['renamed', []],
  ] as const)('weighs a lock file that was %s as %j', (status, severities) => {
    const commit = plantedCommit({ files: [plantedFile({ path: 'yarn.lock', status })] });
    expect(findLoneLockFiles(plantedHistory(commit)).map(({ severity }) => severity)).toEqual(severities);
  });
});
