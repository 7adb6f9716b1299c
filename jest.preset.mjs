import { fileURLToPath } from 'node:url';

/** Shared by every package: native ES modules, sources instead of builds, coverage by babel. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@tta/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json', 'node'],
  // Catches what hangs; how fast a machine is that runs other things besides is nothing to fail for.
  testTimeout: 30_000,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: false, decorators: true },
          transform: {
            decoratorVersion: '2022-03',
            react: { runtime: 'automatic', importSource: 'preact' },
          },
        },
      },
    ],
  },
  moduleNameMapper: {
    '/storage-thread-url\\.ts$': fileURLToPath(new URL('tools/test/storage-thread-url.mjs', import.meta.url)),
  },
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/index.ts'],
  coverageReporters: ['text-summary', 'lcov', 'json-summary'],
  coverageThreshold: { global: { lines: 90, branches: 90, functions: 90, statements: 90 } },
};
