import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'examples',
  testMatch: ['<rootDir>/*/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/out-tsc'],
  collectCoverageFrom: ['*/**/*.ts', '!**/*.spec.ts', '!dist/**', '!out-tsc/**'],
};
