import preset from '../../jest.preset.mjs';

// Specs run Nx, compilers and Jest in a workspace of their own.
export default { ...preset, displayName: 'generators', testTimeout: 300_000 };
