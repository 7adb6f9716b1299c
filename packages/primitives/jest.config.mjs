import preset from '../../jest.preset.mjs';

export default { ...preset, displayName: 'primitives', setupFilesAfterEnv: ['<rootDir>/test/matchers.ts'] };
