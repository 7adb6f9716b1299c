import preset from '../../jest.preset.mjs';

const { global } = preset.coverageThreshold;

export default {
  ...preset,
  displayName: 'obs',
  coverageThreshold: { global: { ...global, branches: 90 } },
};
