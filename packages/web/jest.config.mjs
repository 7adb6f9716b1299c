import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  displayName: 'web',
  // What paints on a canvas is looked at where there is one: primitives.spec.ts of the browser tests reads its pixels.
  collectCoverageFrom: [...preset.collectCoverageFrom, '!src/**/paint-*.ts', '!src/**/crisp-canvas.ts'],
};
