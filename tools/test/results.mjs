import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

const resultsFile = 'coverage/results.json';

const configurations = [
  'jest.config.mjs',
  'browser.jest.mjs',
  'prometheus.jest.mjs',
  'redis.jest.mjs',
  'deno.jest.mjs',
];

/** Folders of all projects with a Jest configuration, relative to the root. */
function testedFolders(root) {
  const children = (folder) => readdirSync(join(root, folder)).map((name) => join(folder, name));
  const hasJest = (folder) => configurations.some((file) => existsSync(join(root, folder, file)));
  const folders = [...children('packages'), ...children('tools'), 'tools/otlp-clients/deno', 'docs/examples'];
  return folders.filter(hasJest);
}

/** Removes the results of an earlier run, so that none can pass for one of this run. */
export function forgetResults(root) {
  for (const folder of testedFolders(root)) rmSync(join(root, folder, resultsFile), { force: true });
}

/**
 * Adds up one Jest result file.
 *
 * A skipped or planned test counts as failed, and so does a suite that could not be loaded: the run is green
 * only when everything has run.
 */
function countTests(result) {
  const skipped = result.numPendingTests + result.numTodoTests;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + skipped;
  return { passed: result.numPassedTests, failed, skipped };
}

/** The failed tests of one Jest result file, each with what Jest says of it. */
function failedTests(root, result) {
  return result.testResults.flatMap(({ name, assertionResults, message }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && assertionResults.length === 0)
      return [{ file, title: 'could not be run', message }];
    return failed.map(({ fullName, failureMessages }) => ({
      file,
      title: fullName,
      message: failureMessages.join('\n'),
    }));
  });
}

/** Results of every project in `wanted`, which decides by folder; a missing result is a failure. */
export function readResults(root, wanted = () => true) {
  return testedFolders(root)
    .filter(wanted)
    .map((folder) => {
      const file = join(root, folder, resultsFile);
      if (!existsSync(file)) return { folder, passed: 0, failed: 1, note: 'no result', failures: [] };
      const result = JSON.parse(readFileSync(file, 'utf8'));
      const { passed, failed, skipped } = countTests(result);
      const note = skipped > 0 ? `${skipped} skipped` : '';
      return { folder, passed, failed, note, failures: failed > 0 ? failedTests(root, result) : [] };
    });
}
