import preset from '../../jest.preset.mjs';

// Not named jest.config.*: this suite needs a Prometheus and must not become part of the target `test`.
export default {
  ...preset,
  displayName: 'prometheus-tests',
  testTimeout: 60_000,
  maxWorkers: 1,
  collectCoverageFrom: [],
  coverageThreshold: {},
};
