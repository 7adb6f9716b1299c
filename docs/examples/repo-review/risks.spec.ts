import { describe, expect, it } from '@jest/globals';
import { plantedCommit, plantedFile, plantedHistory } from './planted-history.ts';
import { findRisks } from './risks.ts';

// Put together here, so that a review of this repository does not find them.
const GITHUB_TOKEN = ['ghp', 'R7vQ2mXk9LpT4wZs8NbY1cHd6JfG3aE5uK0i'].join('_');
const PRIVATE_KEY = ['-----BEGIN ', 'PRIVATE KEY-----'].join('');
const KEY_MATERIAL = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDX';

describe('findRisks', () => {
  it('puts the worst first', () => {
    const commit = plantedCommit({
      files: [
        plantedFile({ path: 'logo.png', status: 'added', isBinary: true }),
        plantedFile({ path: 'words.txt', addedLines: 2000 }),
      ],
    });
    const history = plantedHistory(commit);
    history.addedLines.set(commit.sha, [{ path: 'a.js', line: 3, text: `t = "${GITHUB_TOKEN}"` }]);
    expect(findRisks(history).map(({ severity, kind }) => [severity, kind])).toEqual([
      ['high', 'secret'],
      ['medium', 'very large commit'],
      ['low', 'binary'],
    ]);
  });

  it.each([
    ['src/a.js', ['high']],
    ['test/a.js', ['medium']],
    ['package-lock.json', []],
  ])('weighs a token in %s as %j', (path, severities) => {
    const commit = plantedCommit();
    const history = plantedHistory(commit);
    history.addedLines.set(commit.sha, [{ path, line: 1, text: GITHUB_TOKEN }]);
    expect(findRisks(history).map(({ severity }) => severity)).toEqual(severities);
  });

  it('names a private key by its first line, not a header whose next line is in another file', () => {
    const commit = plantedCommit();
    const history = plantedHistory(commit);
    history.addedLines.set(commit.sha, [
      { path: 'key.pem', line: 1, text: PRIVATE_KEY },
      { path: 'key.pem', line: 2, text: KEY_MATERIAL },
      { path: 'code.js', line: 9, text: PRIVATE_KEY },
      { path: 'other.txt', line: 1, text: KEY_MATERIAL },
    ]);
    const found = findRisks(history);
    expect(found).toMatchObject([{ kind: 'secret', file: 'key.pem', line: 1, reason: 'private key block' }]);
    expect(JSON.stringify(found)).not.toContain(KEY_MATERIAL.slice(4));
  });

  it.each([
    ['logo.png', 512, 'low', 'binary file added, 512 B'],
    ['logo.png', 2048, 'low', 'binary file added, 2.0 KiB'],
    ['tool.exe', 5 * 1024 * 1024, 'medium', 'binary file added, 5.0 MiB'],
    ['gone.bin', undefined, 'medium', 'binary file added'],
  ])('weighs the added binary %s of %j bytes as %s', (path, sizeBytes, severity, reason) => {
    const blobAfter = 'd'.repeat(40);
    const history = plantedHistory(
      plantedCommit({ files: [plantedFile({ path, status: 'added', isBinary: true, blobAfter })] }),
    );
    if (sizeBytes !== undefined) history.blobs.set(blobAfter, { sizeBytes });
    expect(findRisks(history)).toMatchObject([{ kind: 'binary', severity, reason, file: path }]);
  });

  it('takes neither a changed binary nor a submodule for an added binary', () => {
    const commit = plantedCommit({
      files: [
        plantedFile({ path: 'logo.png', isBinary: true }),
        plantedFile({ path: 'module', status: 'added', isBinary: true, isSubmodule: true }),
      ],
    });
    expect(findRisks(plantedHistory(commit))).toEqual([]);
  });

  it('calls a commit very large from 2,000 lines on, lock and generated files counted apart', () => {
    const words = plantedFile({ path: 'words.txt', addedLines: 1500, deletedLines: 0 });
    const names = plantedFile({ path: 'names.txt', addedLines: 0, deletedLines: 499 });
    const lock = plantedFile({ path: 'go.sum', addedLines: 8000, deletedLines: 0 });
    const log = plantedFile({ path: 'out/run-4711.log', addedLines: 1000, deletedLines: 0 });
    const mod = plantedFile({ path: 'go.mod', addedLines: 1, deletedLines: 0 });
    const large = plantedCommit({ files: [log, words, lock, names, mod] });
    const almost = plantedCommit({ files: [log, words, lock, names, { ...mod, addedLines: 0 }] });
    const first = plantedCommit({ files: [{ ...words, addedLines: 2000 }], parents: [] });

    expect(findRisks(plantedHistory(large, almost, first))).toMatchObject([
      {
        severity: 'medium',
        commit: large.shortSha,
        file: 'words.txt',
        reason: '2,000 changed lines in 3 files, most in this one; 9,000 more in generated and lock files',
      },
      {
        severity: 'low',
        commit: first.shortSha,
        reason: '2,000 changed lines in this file; it is the first commit',
      },
    ]);
  });
});
