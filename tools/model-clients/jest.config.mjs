import preset from '../../jest.preset.mjs';

export default { ...preset, displayName: 'model-clients', collectCoverageFrom: [], coverageThreshold: {} };
