import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LatencyWindow } from './latency-window.ts';

const windowOf = (size: number, latencies: readonly number[]): LatencyWindow => {
  const window = new LatencyWindow(size);
  for (const ms of latencies) window.add(ms);
  return window;
};

describe('LatencyWindow', () => {
  it('has the latency that so many per cent do not exceed', () => {
    const window = windowOf(100, [50, 10, 40, 20, 30]);
    expect([1, 20, 21, 50, 80, 81, 100].map((percent) => window.percentile(percent))).toEqual([
      10, 10, 20, 30, 40, 50, 50,
    ]);
    expect(window.count).toBe(5);
  });

  it('knows nothing while it is empty', () => {
    expect([new LatencyWindow(3).count, new LatencyWindow(3).percentile(95)]).toEqual([0, 0]);
  });

  it('forgets the oldest, also one of several alike', () => {
    const window = windowOf(3, [9, 9, 1]);
    window.add(5);
    expect([window.count, window.percentile(1), window.percentile(100)]).toEqual([3, 1, 9]);
    window.add(5);
    expect(window.percentile(100)).toBe(5);
    window.add(6);
    expect([window.percentile(1), window.percentile(100)]).toEqual([5, 6]);
  });

  it('agrees with the sorted latest', () => {
    const latency = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 1e4, noNaN: true }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(latency, { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (size, latencies, percent) => {
          const latest = latencies.slice(-size).sort((a, b) => a - b);
          // By definition: the least that covers the percentage.
          const expected = latest.find(
            (ms) => latest.filter((other) => other <= ms).length * 100 >= percent * latest.length,
          );
          const window = windowOf(size, latencies);
          expect([window.count, window.percentile(percent)]).toEqual([latest.length, expected]);
        },
      ),
    );
  });
});
