import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { relativeChange, shareChange } from './change.ts';

describe('relativeChange', () => {
  it.each([
    [112, 100, { direction: 'up', text: '12 % from 100' }],
    [101, 100, { direction: 'up', text: '1 % from 100' }],
    [50, 200, { direction: 'down', text: '75 % from 200' }],
    [0, 43, { direction: 'down', text: '100 % from 43' }],
    [100.2, 100, { direction: 'same', text: 'as before' }],
    [420, 100, { direction: 'up', text: '4.2× from 100' }],
    [2_000, 100, { direction: 'up', text: '20× from 100' }],
  ])('of %d after %d', (now, before, change) => {
    expect(relativeChange(now, before, String)).toEqual(change);
  });

  it('is not made up where there was nothing', () => {
    expect([
      relativeChange(5, 0, String),
      relativeChange(5, null, String),
      relativeChange(null, 5, String),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('says up or down as the figures go', () => {
    const figure = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(figure, figure, (now, before) => {
        const isSame = Math.abs(now / before - 1) < 0.005;
        const gone = now > before ? 'up' : 'down';
        expect(relativeChange(now, before, String)?.direction).toBe(isSame ? 'same' : gone);
      }),
    );
  });
});

describe('shareChange', () => {
  it('tells what the share was', () => {
    expect([
      shareChange(0.05, 0.012),
      shareChange(0, 0.5),
      shareChange(0.1, 0.1),
      shareChange(null, 0.5),
    ]).toEqual([
      { direction: 'up', text: 'from 1.2 %' },
      { direction: 'down', text: 'from 50.0 %' },
      { direction: 'same', text: 'as before' },
      undefined,
    ]);
  });
});
