import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readProjects, readRootManifest } from './manifests.ts';
import { runNode, workspaceRoot } from './workspace-root.ts';

const trackedFiles = execFileSync('git', ['ls-files', '-z'], { cwd: workspaceRoot, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '');

function matches(pattern: RegExp, files: readonly string[]): readonly string[] {
  return files.flatMap((file) =>
    readFileSync(join(workspaceRoot, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

describe('tracked files', () => {
  it('name no folder of the machine they were written on', () => {
    expect(matches(/(^|[\s"'`(=])\/(work|root|home\/[a-z]|Users\/[a-z])(\/|\b)/, trackedFiles)).toEqual([]);
  });

  it('name no package registry', () => {
    const exceptLock = trackedFiles.filter((file) => !file.endsWith('package-lock.json'));
    expect(matches(/registry\.(npmjs|yarnpkg)\.|npm\.pkg\.github\.|[_]authToken/, exceptLock)).toEqual([]);
  });

  it('hold the signatures that their generator writes', () => {
    const file = 'packages/primitives/src/sequential-signatures.ts';
    const generated = runNode('packages/primitives/generate-sequential-signatures.mjs', []);
    const formatted = runNode(
      'node_modules/prettier/bin/prettier.cjs',
      ['--stdin-filepath', file],
      generated,
    );
    expect(readFileSync(join(workspaceRoot, file), 'utf8')).toBe(formatted);
  });
});

describe('manifests', () => {
  const exact = /^(npm:(@[^@]+|[^@]+)@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
  const manifests = [{ folder: 'the root', manifest: readRootManifest() }, ...readProjects()];

  it.each(manifests)('pin every dependency of $folder exactly', ({ manifest }) => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(ranges.filter(([, range]) => !exact.test(range))).toEqual([]);
  });
});
