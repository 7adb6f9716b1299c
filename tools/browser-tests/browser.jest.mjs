import preset from '../../jest.preset.mjs';

// Not named jest.config.*: this suite needs a Chromium and must not become part of the target `test`.
export default { ...preset, displayName: 'browser-tests', testTimeout: 60_000, maxWorkers: 2 };
