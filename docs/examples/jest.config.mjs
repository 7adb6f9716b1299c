import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'examples',
  testMatch: ['<rootDir>/*/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/out-tsc'],
  collectCoverageFrom: [
    '*/**/*.ts',
    '!**/*.spec.ts',
    // Run as processes by the specs.
    '!*/main.ts',
    '!cross-process/warehouse*.ts',
    // Planted for the specs.
    '!*/planted-*.ts',
    '!test/**',
    '!dist/**',
    '!out-tsc/**',
  ],
};
