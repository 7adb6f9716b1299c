import preset from '../../jest.preset.mjs';

// What is looked at here is the workspace, not this package's own sources: coverage would say nothing.
const { coverageThreshold, ...shared } = preset;

export default { ...shared, displayName: 'workspace', collectCoverage: false, testTimeout: 120_000 };
