import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DurationHistogram } from './duration-histogram.ts';

const durations = fc.array(
  fc.oneof(
    fc.double({ min: 0, max: 1e-3, noNaN: true }),
    fc.double({ min: 0, max: 10_000, noNaN: true }),
    fc.double({ min: 1, max: 1e12, noNaN: true }),
    fc.constantFrom(0, 1, 10, 2.02, 1e-9, 3e13),
  ),
  { minLength: 1, maxLength: 300 },
);

function histogramOf(values: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** By the definition of the nearest rank. */
function exact(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.max(1, Math.ceil(part * values.length)) - 1]!;
}

describe('DurationHistogram', () => {
  it('tells each percentile within one per cent', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, part) => {
        const wanted = exact(values, part);
        const told = histogramOf(values).percentile(part)!;
        // What is shorter than a picosecond is told as that.
        expect(Math.abs(told - wanted)).toBeLessThanOrEqual(wanted * 0.0101 + 2e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells of two together what it would of all in one, in any order', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const together = histogramOf(some);
        together.merge(histogramOf(others));
        const all = histogramOf([...others, ...some]);
        expect(together.count).toBe(some.length + others.length);
        expect(together.encode()).toEqual(all.encode());
      }),
    );
  });

  it('is as if what was removed had never been added', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const histogram = histogramOf([...some, ...others]);
        for (const value of some) histogram.remove(value);
        expect(histogram.count).toBe(others.length);
        expect(histogram.encode()).toEqual(histogramOf(others).encode());
      }),
    );
  });

  it('stays as it is when what it does not have is removed', () => {
    const histogram = histogramOf([1]);
    histogram.remove(5);
    expect([histogram.count, histogram.percentile(1)]).toEqual([1, histogramOf([1]).percentile(1)]);
    histogram.remove(1);
    histogram.remove(1);
    expect([histogram.count, histogram.percentile(1)]).toEqual([0, null]);
  });

  it('is the same after it was stored', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        const stored = DurationHistogram.decode(histogram.encode());
        expect(stored.count).toBe(values.length);
        for (const part of [0, 0.5, 0.99, 1])
          expect(stored.percentile(part)).toBe(histogram.percentile(part));
      }),
    );
  });

  it('takes no more room than its buckets, however many it counts', () => {
    const histogram = new DurationHistogram();
    for (let index = 0; index < 100_000; index++) histogram.add(10 + (index % 90));
    expect(histogram.encode().length).toBeLessThan(500);
    const doubled = DurationHistogram.decode(histogram.encode());
    for (let times = 0; times < 20; times++) doubled.merge(DurationHistogram.decode(doubled.encode()));
    expect(doubled.count).toBe(100_000 * 2 ** 20);
  });

  it('counts as nothing what is no duration, and has a place for what is too long', () => {
    const histogram = histogramOf([-5, Number.NaN, 0, Number.POSITIVE_INFINITY]);
    expect([histogram.percentile(0.75), histogram.count]).toEqual([0, 4]);
    expect(histogram.percentile(1)).toBeGreaterThan(1e13);
    expect(DurationHistogram.decode(histogram.encode()).count).toBe(4);
  });

  it('knows nothing of nothing', () => {
    expect(new DurationHistogram().percentile(0.5)).toBeNull();
    expect(DurationHistogram.decode(new Uint8Array()).count).toBe(0);
  });

  it('refuses bytes that are no histogram, and never hangs on them', () => {
    for (const bytes of [
      [1],
      [1, 0],
      [255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
      [255, 255, 255, 1, 1],
    ]) {
      expect(() => DurationHistogram.decode(Uint8Array.from(bytes))).toThrow('no histogram');
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let message = 'no error';
        try {
          DurationHistogram.decode(bytes);
        } catch (error) {
          ({ message } = error as Error);
        }
        expect(['no error', 'these bytes are no histogram']).toContain(message);
      }),
      { numRuns: 2_000 },
    );
  });
});
