import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tickText, TimeAxis } from './time-axis.ts';

const axes = fc
  .record({
    totalMs: fc.double({ min: 0.01, max: 1e7, noNaN: true }),
    widthPx: fc.integer({ min: 40, max: 3_000 }),
    // Ends of gaps and of what is in sight, as parts of the trace.
    gapEnds: fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 6 }),
    sight: fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 100 })),
  })
  .map(({ totalMs, widthPx, gapEnds, sight: [from, length] }) => {
    const ends = gapEnds.sort((a, b) => a - b).map((part) => (part / 100) * totalMs);
    const gaps = ends.flatMap((toMs, index) =>
      index % 2 === 1 ? [{ fromMs: ends[index - 1] as number, toMs }] : [],
    );
    const fromMs = (from / 100) * totalMs;
    const toMs = Math.min(totalMs, fromMs + (length / 100) * totalMs);
    return new TimeAxis({ totalMs, widthPx, gaps, range: { fromMs, toMs } });
  });

describe('TimeAxis', () => {
  it('places what is in sight along its width', () => {
    const axis = new TimeAxis({ totalMs: 1_000, widthPx: 500 });
    expect([0, 250, 1_000].map((timeMs) => axis.x(timeMs))).toEqual([0, 125, 500]);
    const magnified = new TimeAxis({ totalMs: 1_000, widthPx: 500, range: { fromMs: 200, toMs: 300 } });
    expect([100, 200, 250, 300].map((timeMs) => magnified.x(timeMs))).toEqual([-500, 0, 250, 500]);
    expect([axis.isWhole, magnified.isWhole]).toEqual([true, false]);
  });

  it('draws a gap short and what is around it in one measure', () => {
    const axis = new TimeAxis({ totalMs: 1_000, widthPx: 1_080, gaps: [{ fromMs: 100, toMs: 900 }] });
    // 200 ms of work and a gap that counts for 16 ms.
    expect(axis.x(100)).toBeCloseTo(500);
    expect(axis.x(900)).toBeCloseTo(580);
    expect(axis.x(1_000)).toBeCloseTo(1_080);
    expect(axis.x(500)).toBeCloseTo(540);
    expect(axis.breaks()).toEqual([
      { fromMs: 100, toMs: 900, leftPx: expect.closeTo(500), rightPx: expect.closeTo(580) },
    ]);
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('gives a trace of %d ms a width', (totalMs) => {
    expect(new TimeAxis({ totalMs, widthPx: 100 }).x(1)).toBe(100);
  });

  it.each([
    { fromMs: 2_000, toMs: 3_000 },
    { fromMs: 10, toMs: 10 },
    { fromMs: 50, toMs: 20 },
  ])('shows all of a trace that has no stretch from $fromMs to $toMs', (range) => {
    expect(new TimeAxis({ totalMs: 1_000, widthPx: 100, range }).isWhole).toBe(true);
  });

  it('finds the moment at each place, and moments in their order', () => {
    fc.assert(
      fc.property(axes, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (axis, parts) => {
        let lastPx = Number.NEGATIVE_INFINITY;
        for (const part of parts.sort((a, b) => a - b)) {
          const timeMs = part * axis.totalMs;
          const px = axis.x(timeMs);
          expect(px).toBeGreaterThanOrEqual(lastPx - 1e-6);
          expect(Math.abs(axis.timeAt(px) - timeMs)).toBeLessThanOrEqual(axis.totalMs * 1e-9);
          lastPx = px;
        }
        expect(axis.x(axis.range.fromMs)).toBeCloseTo(0, 6);
        expect(axis.x(axis.range.toMs)).toBeCloseTo(axis.widthPx, 4);
      }),
    );
  });

  it('keeps the moment at the pointer in its place when it magnifies', () => {
    fc.assert(
      fc.property(
        axes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(1.2, 2, 8),
        (axis, part, factor) => {
          const px = part * axis.widthPx;
          const { totalMs, widthPx, gaps } = axis;
          const range = axis.zoomed(factor, px);
          fc.pre(range !== undefined && range.toMs - range.fromMs > totalMs * 1e-6);
          const after = new TimeAxis({ totalMs, widthPx, gaps, range });
          expect(after.x(axis.timeAt(px))).toBeCloseTo(px, 2);
        },
      ),
    );
  });

  it('moves as far as the trace goes, and shows all of it again when it is shrunk enough', () => {
    const axis = new TimeAxis({ totalMs: 1_000, widthPx: 100, range: { fromMs: 400, toMs: 600 } });
    expect(axis.panned(50)).toEqual({ fromMs: 500, toMs: 700 });
    expect(axis.panned(1e6)).toEqual({ fromMs: 800, toMs: 1_000 });
    expect(axis.panned(-1e6)).toEqual({ fromMs: 0, toMs: 200 });
    expect(axis.zoomed(0.1, 50)).toBeUndefined();
    expect(axis.fitted({ fromMs: 0, toMs: 1_000 })).toBeUndefined();
    expect(axis.fitted({ fromMs: 500, toMs: 600 })).toEqual({
      fromMs: expect.closeTo(495),
      toMs: expect.closeTo(605),
    });
  });

  it('magnifies no further than a microsecond', () => {
    const range = new TimeAxis({ totalMs: 1_000, widthPx: 100 }).zoomed(1e12, 50);
    expect(range!.toMs - range!.fromMs).toBeCloseTo(0.001, 9);
  });

  it.each([
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [1_240, 4, [0, 500, 1_000]],
    [7, 7, [0, 1, 2, 3, 4, 5, 6, 7]],
    [10_800_000, 6, [0, 1_800_000, 3_600_000, 5_400_000, 7_200_000, 9_000_000, 10_800_000]],
    // Twenty days.
    [1_728_000_000, 4, [0, 432_000_000, 864_000_000, 1_296_000_000, 1_728_000_000]],
  ])('divides %d ms into about %d round parts', (totalMs, wanted, timesMs) => {
    const { ticks } = new TimeAxis({ totalMs, widthPx: 1_000 }).ticks(wanted);
    expect(ticks.map(({ timeMs }) => timeMs)).toEqual(timesMs);
  });

  it('has few ticks, apart from each other and none in a gap', () => {
    fc.assert(
      fc.property(axes, fc.integer({ min: 1, max: 12 }), (axis, wanted) => {
        const { ticks } = axis.ticks(wanted);
        expect(ticks.length).toBeLessThanOrEqual(wanted + 2 + axis.gaps.length);
        ticks.forEach(({ timeMs, leftPx }, index) => {
          expect(
            axis.gaps.some(({ fromMs, toMs }) => timeMs > fromMs + 1e-6 && timeMs < toMs * (1 - 1e-6)),
          ).toBe(false);
          expect(leftPx - (ticks[index - 1]?.leftPx ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(48);
        });
      }),
    );
  });
});

describe('tickText', () => {
  it.each([
    [0, 20, '0'],
    [40, 20, '40 ms'],
    [0.4, 0.2, '0.4 ms'],
    [1_500, 500, '1.5 s'],
    [90_000, 10_000, '90 s'],
    [1_000.02, 0.01, '1000.02 ms'],
    [300_000, 60_000, '5 min'],
    [7_200_000, 1_800_000, '2 h'],
    [9_000_000, 1_800_000, '2 h 30 min'],
    [10_600_000, 1_000, '2:56:40'],
    [3_599_999.9, 1_000, '1:00:00'],
    [600_000.5, 0.5, '0:10:00.0005'],
  ])('says %d ms with steps of %d ms as %s', (timeMs, stepMs, text) => {
    expect(tickText(timeMs, stepMs)).toBe(text);
  });
});
