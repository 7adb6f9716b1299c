import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  barHeight,
  CHART_HEIGHT,
  chartText,
  durationHeight,
  durationScale,
  linePath,
  runSteps,
  stepText,
} from './run-chart.ts';

const noon = new Date(2026, 10, 21, 12).getTime();
const series = {
  sinceMs: noon,
  untilMs: noon + 150_000,
  stepMs: 60_000,
  traceCount: [12, 0, 1],
  errorCount: [1, 0, 0],
  p50Ms: [420, null, 12],
  p95Ms: [1200, null, 12],
};

describe('runSteps', () => {
  it('puts the arrays of an answer side by side', () => {
    expect(runSteps(series)[2]).toEqual({
      startMs: noon + 120_000,
      endMs: noon + 180_000,
      traceCount: 1,
      errorCount: 0,
      p50Ms: 12,
      p95Ms: 12,
    });
  });
});

describe('stepText', () => {
  it('says the figures of a step', () => {
    expect(runSteps(series).map((step) => stepText(step, false))).toEqual([
      '12:00–12:01: 12 traces, 1 failed, p50 420 ms, p95 1.2 s',
      '12:01–12:02: no traces',
      '12:02–12:03: 1 trace, none failed, p50 12 ms, p95 12 ms',
    ]);
    expect(stepText(runSteps(series)[1]!, true)).toBe('11-21 12:01–12:02: no traces');
  });

  it('leaves out how long runs took that are not over', () => {
    const step = { ...runSteps(series)[0]!, p50Ms: null, p95Ms: null };
    expect(stepText(step, false)).toBe('12:00–12:01: 12 traces, 1 failed');
  });
});

describe('chartText', () => {
  it('sums up what there is to see', () => {
    expect(chartText(runSteps(series), false)).toBe(
      'Most traces at 12:00: 12; most failed at 12:00: 1; highest p95 at 12:00: 1.2 s',
    );
  });

  it('says that none failed', () => {
    expect(chartText(runSteps(series).slice(1), false)).toBe(
      'Most traces at 12:02: 1; none failed; highest p95 at 12:02: 12 ms',
    );
  });

  it('says that there is nothing', () => {
    expect([chartText([], false), chartText(runSteps(series).slice(1, 2), false)]).toEqual([
      'No traces in this window.',
      'No traces in this window.',
    ]);
  });
});

describe('barHeight', () => {
  it('leaves nothing that is there unseen', () => {
    expect([barHeight(0, 10), barHeight(1, 100_000), barHeight(5, 10), barHeight(10, 10)]).toEqual([
      0, 2, 50, 100,
    ]);
  });
});

describe('durationScale', () => {
  it('begins at 0 unless one is much longer than the others', () => {
    expect(durationScale([100, null, 400])).toEqual({ lowMs: 0, highMs: 400, isLogarithmic: false });
    expect(durationScale([100, 0, 3_600_000])).toEqual({
      lowMs: 100,
      highMs: 3_600_000,
      isLogarithmic: true,
    });
    expect(durationScale([null])).toEqual({ lowMs: 0, highMs: 0, isLogarithmic: false });
  });
});

describe('durationHeight', () => {
  it('goes up as far for each tenfold duration where they differ much', () => {
    const scale = { lowMs: 1, highMs: 100, isLogarithmic: true };
    expect([0, 1, 10, 100].map((durationMs) => durationHeight(durationMs, scale))).toEqual([0, 0, 50, 100]);
  });

  it('stays within the chart, whatever the durations are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true })), (durations) => {
        const scale = durationScale(durations);
        for (const durationMs of durations) {
          const height = durationHeight(durationMs, scale);
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(CHART_HEIGHT);
        }
      }),
    );
  });
});

describe('linePath', () => {
  it('breaks the line where nothing is known', () => {
    expect(linePath([1, 2, null, 4], 4)).toBe('M0.5 75.00L1.5 50.00M3.1 0.00H3.9');
    expect(linePath([null, null], 4)).toBe('');
  });

  it('stays within the chart and leaves no value out', () => {
    const value = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const most = Math.max(0, ...values.map((known) => known ?? 0));
        const path = linePath(values, most);
        const points = [...path.matchAll(/[ML]([\d.]+) ([\d.-]+)/g)];
        expect(points).toHaveLength(values.filter((known) => known !== null).length);
        for (const [, x, y] of points) {
          expect(Number(x)).toBeLessThan(values.length);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(CHART_HEIGHT);
        }
      }),
    );
  });
});
