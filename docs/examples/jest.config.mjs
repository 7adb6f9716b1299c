import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'examples',
  testMatch: ['<rootDir>/*/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/out-tsc'],
  collectCoverageFrom: [
    '*/**/*.ts',
    '!**/*.spec.ts',
    // Only starts the process; what it starts, command.ts, is counted.
    '!*/main.ts',
    // Planted for the specs.
    '!*/planted-*.ts',
    '!test/**',
    '!dist/**',
    '!out-tsc/**',
  ],
};
