import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'server',
  collectCoverageFrom: [...preset.collectCoverageFrom, '!src/{fuzz,testing}/**'],
};
