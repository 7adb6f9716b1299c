import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RollingCounts } from './rolling-counts.ts';

describe('RollingCounts', () => {
  // One minute: slices of one second, the one that is going on and the 59 before it.
  it('forgets a slice when the sixtieth slice after it begins', () => {
    const counts = new RollingCounts(60_000, 0);
    counts.add(3, 1);
    counts.rollTo(59_999);
    expect([counts.good, counts.bad]).toEqual([3, 1]);
    counts.rollTo(60_000);
    expect([counts.good, counts.bad]).toEqual([0, 0]);
  });

  it('forgets everything over a gap of any length, and counts on', () => {
    const counts = new RollingCounts(60_000, 500);
    counts.add(7, 7);
    counts.rollTo(1e12);
    expect([counts.good, counts.bad]).toEqual([0, 0]);
    counts.add(1, 0);
    counts.rollTo(1e12 + 59_999);
    expect([counts.good, counts.bad]).toEqual([1, 0]);
    counts.rollTo(1e12 + 60_000);
    expect([counts.good, counts.bad]).toEqual([0, 0]);
  });

  it('stands still when it is rolled to where it is or before', () => {
    const counts = new RollingCounts(60_000, 10_000);
    counts.add(1, 2);
    counts.rollTo(10_500);
    counts.rollTo(0);
    counts.rollTo(69_999);
    expect([counts.good, counts.bad]).toEqual([1, 2]);
    counts.rollTo(70_000);
    expect([counts.good, counts.bad]).toEqual([0, 0]);
  });

  it('holds what a list of every event holds', () => {
    const events = fc.array(
      fc.record({ gapMs: fc.integer({ min: 0, max: 90_000 }), good: fc.nat(5), bad: fc.nat(5) }),
    );
    fc.assert(
      fc.property(events, fc.integer({ min: 60, max: 120_000 }), (list, lengthMs) => {
        const counts = new RollingCounts(lengthMs, 0);
        const seen: { slice: number; good: number; bad: number }[] = [];
        let nowMs = 0;
        for (const { gapMs, good, bad } of list) {
          nowMs += gapMs;
          counts.rollTo(nowMs);
          counts.add(good, bad);
          const slice = Math.floor(nowMs / (lengthMs / 60));
          seen.push({ slice, good, bad });
          const held = seen.filter((event) => event.slice > slice - 60);
          expect(counts.good).toBe(held.reduce((sum, event) => sum + event.good, 0));
          expect(counts.bad).toBe(held.reduce((sum, event) => sum + event.bad, 0));
        }
      }),
    );
  });
});
