import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workspaceRoot } from './workspace-root.ts';

interface Count {
  readonly folder: string;
  readonly passed: number;
  readonly failed: number;
  readonly note: string;
  readonly failures: readonly { file: string; title: string; message: string }[];
}
interface Results {
  readonly forgetResults: (root: string) => void;
  readonly readResults: (root: string, wanted?: (folder: string) => boolean) => readonly Count[];
}

const jestResult = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [] as object[],
};

describe('readResults', () => {
  let results: Results;
  let root: string;
  const write = (folder: string, file: string, content: string) => {
    mkdirSync(join(root, folder, file, '..'), { recursive: true });
    writeFileSync(join(root, folder, file), content);
  };
  const writeResult = (changes: Partial<typeof jestResult>) => {
    write('packages/a', 'coverage/results.json', JSON.stringify({ ...jestResult, ...changes }));
  };

  beforeAll(async () => {
    const file = pathToFileURL(join(workspaceRoot, 'tools/test/results.mjs')).href;
    results = (await import(file)) as Results;
    root = mkdtempSync(join(tmpdir(), 'tta-results-'));
    mkdirSync(join(root, 'tools/untested'), { recursive: true });
    write('packages/a', 'jest.config.mjs', '');
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('adds up what passed', () => {
    writeResult({});
    expect(results.readResults(root)).toEqual([
      { folder: 'packages/a', passed: 3, failed: 0, note: '', failures: [] },
    ]);
  });

  it('counts a skipped test as failed and says so', () => {
    writeResult({ numPendingTests: 1, numTodoTests: 1 });
    expect(results.readResults(root)).toEqual([
      { folder: 'packages/a', passed: 3, failed: 2, note: '2 skipped', failures: [] },
    ]);
  });

  it('counts a suite that does not load as failed', () => {
    writeResult({ numRuntimeErrorTestSuites: 1 });
    expect(results.readResults(root)[0]?.failed).toBe(1);
  });

  it('tells which tests failed, and which files could not be run', () => {
    const failure = { status: 'failed', fullName: 'adds', failureMessages: ['1 is not 2'] };
    const name = join(root, 'packages/a/src/sum.spec.ts');
    writeResult({
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 1,
      testResults: [
        { name, message: 'both', assertionResults: [failure, { ...failure, status: 'passed' }] },
        { name: `${name}x`, message: 'no such module', assertionResults: [] },
      ],
    });
    expect(results.readResults(root)[0]?.failures).toEqual([
      { file: 'packages/a/src/sum.spec.ts', title: 'adds', message: '1 is not 2' },
      { file: 'packages/a/src/sum.spec.tsx', title: 'could not be run', message: 'no such module' },
    ]);
  });

  it('counts a missing result as failed, also after an earlier run', () => {
    writeResult({});
    results.forgetResults(root);
    expect(results.readResults(root)).toEqual([
      { folder: 'packages/a', passed: 0, failed: 1, note: 'no result', failures: [] },
    ]);
  });

  it('leaves out what is not wanted', () => {
    expect(results.readResults(root, () => false)).toEqual([]);
  });
});
