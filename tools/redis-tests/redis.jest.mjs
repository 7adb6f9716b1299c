import preset from '../../jest.preset.mjs';

// Not named jest.config.*: this suite needs a Redis and must not become part of the target `test`.
export default {
  ...preset,
  displayName: 'redis-tests',
  testTimeout: 60_000,
  maxWorkers: 1,
  setupFilesAfterEnv: ['<rootDir>/src/matchers.ts'],
  collectCoverageFrom: [],
  coverageThreshold: {},
};
