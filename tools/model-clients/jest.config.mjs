import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'model-clients',
  setupFilesAfterEnv: ['<rootDir>/src/matchers.ts'],
  collectCoverageFrom: [],
  coverageThreshold: {},
};
