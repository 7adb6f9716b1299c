import preset from '../../../jest.preset.mjs';

// Not named jest.config.*: this suite needs a Deno and must not become part of the target `test`.
export default { ...preset, displayName: 'deno-client', collectCoverageFrom: [], coverageThreshold: {} };
