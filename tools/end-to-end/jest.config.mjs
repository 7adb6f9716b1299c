import preset from '../../jest.preset.mjs';

export default { ...preset, displayName: 'end-to-end', collectCoverageFrom: [], coverageThreshold: {} };
