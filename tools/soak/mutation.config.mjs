/**
 * Stryker's configuration for the primitives named in the environment variable TTA_MUTATED, separated by commas.
 * Runs in packages/primitives.
 */
import preset from '../../jest.preset.mjs';

const primitives = (process.env.TTA_MUTATED ?? '').split(',');

export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/jest-runner'],
  // A primitive is a file, or a folder of them.
  mutate: primitives.flatMap((name) => [
    `src/${name}.ts`,
    `src/${name}/**/*.ts`,
    `!src/${name}/**/*.spec.ts`,
  ]),
  ignorePatterns: ['dist', 'out-tsc', 'coverage'],
  tempDirName: '../../.cache/stryker',
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  coverageAnalysis: 'perTest',
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      ...preset,
      setupFilesAfterEnv: ['<rootDir>/test/matchers.ts'],
      testMatch: primitives.flatMap((name) => [
        `<rootDir>/src/${name}*.spec.ts`,
        `<rootDir>/src/${name}/**/*.spec.ts`,
      ]),
    },
  },
  concurrency: 2,
  timeoutMS: 5_000,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: '../../.cache/stryker/report.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
};
