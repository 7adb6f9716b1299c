import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rulerLabels } from './ruler-labels.ts';
import { TimeAxis } from './time-axis.ts';

describe('rulerLabels', () => {
  it('says the true length of a gap in its middle', () => {
    const axis = new TimeAxis({ totalMs: 10_000, widthPx: 1_080, gaps: [{ fromMs: 1_000, toMs: 9_000 }] });
    const { ticks, breaks } = rulerLabels(axis);
    expect(breaks.map(({ text }) => text)).toEqual(['8 s']);
    expect(breaks[0]!.leftPx + breaks[0]!.widthPx / 2).toBeCloseTo(540);
    expect(ticks.map(({ text }) => text)).toEqual(['0', '0.5 s', '9.0 s', '9.5 s', '10.0 s']);
  });

  it('tells of gaps together that lie close', () => {
    const gaps = [
      { fromMs: 100, toMs: 4_100 },
      { fromMs: 4_110, toMs: 9_110 },
    ];
    const { breaks } = rulerLabels(new TimeAxis({ totalMs: 10_000, widthPx: 300, gaps }));
    expect(breaks.map(({ text }) => text)).toEqual(['2 gaps, 9 s']);
  });

  it('keeps texts apart from each other, whatever the axis', () => {
    const axes = fc
      .record({
        totalMs: fc.double({ min: 0.1, max: 1e9, noNaN: true }),
        widthPx: fc.integer({ min: 80, max: 2_500 }),
        parts: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
      })
      .map(({ totalMs, widthPx, parts }) => {
        const ends = parts.sort((a, b) => a - b).map((part) => (part / 20) * totalMs);
        const gaps = ends.flatMap((toMs, at) =>
          at % 2 === 1 ? [{ fromMs: ends[at - 1] as number, toMs }] : [],
        );
        return new TimeAxis({ totalMs, widthPx, gaps });
      });
    fc.assert(
      fc.property(axes, (axis) => {
        const { ticks, breaks } = rulerLabels(axis);
        const placed = [...ticks, ...breaks.filter(({ text }) => text !== '')].sort(
          (a, b) => a.leftPx - b.leftPx,
        );
        let takenPx = Number.NEGATIVE_INFINITY;
        for (const { leftPx, widthPx } of placed) {
          expect(leftPx).toBeGreaterThanOrEqual(takenPx - 1e-6);
          takenPx = leftPx + widthPx;
        }
        expect(breaks.length > 0).toBe(axis.breaks().length > 0);
      }),
    );
  });
});
