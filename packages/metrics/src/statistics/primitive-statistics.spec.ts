import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock } from '@tta/obs-context/manual';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ended, started } from '../../test/executions.ts';
import { PrimitiveStatistics } from './primitive-statistics.ts';
import type { PrimitiveSnapshot } from './statistics-snapshot.ts';

function only(statistics: PrimitiveStatistics): PrimitiveSnapshot {
  const { primitives } = statistics.snapshot();
  expect(primitives).toHaveLength(1);
  return primitives[0]!;
}

/** The value that as many thousandths of the values do not exceed. */
function nearestRank(values: readonly number[], thousandths: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil((sorted.length * thousandths) / 1000), 1) - 1]!;
}

/** From a tenth of a microsecond to a day, as evenly over the magnitudes as over the numbers. */
const durationMs = fc.oneof(
  fc.double({ min: 0, max: 100_000, noNaN: true }),
  fc.double({ min: -4, max: 8, noNaN: true }).map((exponent) => 10 ** exponent),
  fc.constantFrom(0, 0.001, 1, 10, 1000, 0.256, 0.255),
);

describe('PrimitiveStatistics', () => {
  it('tells primitives of one type apart by name, and of one name by type', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    statistics.onEnd(ended('fetch page', { type: 'retry' }));
    statistics.onEnd(ended('fetch image', { type: 'retry' }));
    statistics.onEnd(ended('fetch page', { type: 'retry' }));
    statistics.onEnd(ended('fetch page', { type: 'cache' }));
    expect(
      statistics.snapshot().primitives.map(({ type, name, executions }) => [type, name, executions.success]),
    ).toEqual([
      ['retry', 'fetch page', 2],
      ['retry', 'fetch image', 1],
      ['cache', 'fetch page', 1],
    ]);
  });

  it('counts how executions ended, and failures by category only', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    const error = new Error('secret of a user');
    statistics.onEnd(ended('a'));
    statistics.onEnd(ended('a', { status: 'error', error, errorCategory: 'rate_limit' }));
    statistics.onEnd(ended('a', { status: 'error', error }));
    statistics.onEnd(ended('a', { status: 'error', error, errorCategory: 'toString' as 'auth' }));
    statistics.onEnd(ended('a', { status: 'timeout', error, errorCategory: 'timeout' }));
    statistics.onEnd(ended('a', { status: 'cancelled', error, errorCategory: 'cancelled' }));
    expect(only(statistics)).toMatchObject({
      executions: { success: 1, error: 3, timeout: 1, cancelled: 1 },
      errors: { rate_limit: 1, timeout: 1, unknown: 2, cancelled: 0, network: 0 },
      latency: { count: 6 },
    });
    expect(JSON.stringify(statistics.snapshot())).not.toContain('secret');
  });

  it('counts what is in flight, also when it did not hear of every begin', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    statistics.onEnd(ended('a'));
    statistics.onStart(started('a'));
    statistics.onStart(started('a'));
    statistics.onStart(started('a'));
    expect(only(statistics).inFlight).toBe(3);
    statistics.onEnd(ended('a'));
    expect(only(statistics)).toMatchObject({ inFlight: 2, executions: { success: 2 } });
  });

  it('sums the cost of the executions themselves, not that of their steps', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    statistics.onEnd(ended('step', { costUsd: 0.5, totalCostUsd: 0.5, savedUsd: 2 }));
    statistics.onEnd(ended('step', { costUsd: 0.25, totalCostUsd: 0.25 }));
    statistics.onEnd(ended('whole', { totalCostUsd: 0.75 }));
    const { primitives } = statistics.snapshot();
    expect(primitives.map(({ name, costUsd, savedUsd }) => [name, costUsd, savedUsd])).toEqual([
      ['step', 0.75, 2],
      ['whole', 0, 0],
    ]);
  });

  it('sums process use where nothing else ran, and counts where something did', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    const use = (cpuMs: number, heapDeltaBytes: number, concurrent: number): void =>
      statistics.onEnd(ended('a', { processUse: { cpuMs, heapDeltaBytes, concurrent } }));
    use(5, 1000, 1);
    use(7, -300, 1);
    use(100, 100_000, 2);
    use(NaN, 1, 1);
    use(1, Infinity, 1);
    use(-1, 1, 1);
    statistics.onEnd(ended('a'));
    expect(only(statistics).processUse).toEqual({
      executions: 2,
      cpuMs: 12,
      heapDeltaBytes: 700,
      inexact: 4,
    });
  });

  it('says percentiles of any durations within its error, and the rest exactly', () => {
    fc.assert(
      fc.property(fc.array(durationMs, { minLength: 1, maxLength: 300 }), (durations) => {
        const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
        for (const durationMs of durations) statistics.onEnd(ended('a', { durationMs }));
        const { latency } = only(statistics);
        const minMs = Math.min(...durations);
        const maxMs = Math.max(...durations);
        expect(latency).toMatchObject({ count: durations.length, minMs, maxMs });
        const meanMs = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
        expect(Math.abs(latency.meanMs - meanMs)).toBeLessThanOrEqual(meanMs * 1e-9);
        for (const [thousandths, ms] of [
          [500, latency.p50Ms],
          [900, latency.p90Ms],
          [950, latency.p95Ms],
          [990, latency.p99Ms],
          [999, latency.p999Ms],
        ] as const) {
          const trueMs = nearestRank(durations, thousandths);
          expect(ms).toBeGreaterThanOrEqual(Math.max(trueMs - 0.000_51, minMs));
          expect(ms).toBeLessThanOrEqual(Math.min(trueMs + Math.max(trueMs / 128, 0.001), maxMs));
        }
      }),
    );
  });

  it('forgets durations a slice at a time, also while nothing is recorded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 60_000 })), {
          maxLength: 60,
        }),
        fc.integer({ min: 0, max: 15_000 }),
        (steps, idleMs) => {
          const clock = new ManualClock();
          const statistics = new PrimitiveStatistics({ clock, windowMs: 10_000 });
          const recorded: { atMs: number; durationMs: number }[] = [];
          statistics.onStart(started('a'));
          for (const [passMs, durationMs] of steps) {
            clock.spend(passMs);
            statistics.onEnd(ended('a', { durationMs }));
            recorded.push({ atMs: clock.monotonic(), durationMs });
          }
          clock.spend(idleMs);
          const slice = Math.floor(clock.monotonic() / 1000);
          const inWindow = recorded
            .filter(({ atMs }) => Math.floor(atMs / 1000) > slice - 10)
            .map(({ durationMs }) => durationMs);
          const { latency, executions } = only(statistics);
          expect(executions.success).toBe(steps.length);
          expect(latency.count).toBe(inWindow.length);
          if (inWindow.length === 0) return;
          expect(latency.minMs).toBe(Math.min(...inWindow));
          expect(latency.maxMs).toBe(Math.max(...inWindow));
          expect(latency.meanMs).toBeCloseTo(inWindow.reduce((a, b) => a + b, 0) / inWindow.length, 6);
          const trueMs = nearestRank(inWindow, 500);
          expect(latency.p50Ms).toBeGreaterThanOrEqual(trueMs);
          expect(latency.p50Ms).toBeLessThanOrEqual(trueMs + Math.max(trueMs / 128, 0.001));
        },
      ),
    );
  });

  it.each([255, 256, 65_535, 65_536])('keeps %i equal durations over the end of a slice', (count) => {
    const clock = new ManualClock();
    const statistics = new PrimitiveStatistics({ clock });
    const execution = ended('a', { durationMs: 20 });
    for (let i = 0; i < count; i++) statistics.onEnd(execution);
    statistics.onEnd(ended('a', { durationMs: 1 }));
    clock.spend(30_000);
    expect(only(statistics).latency).toMatchObject({ count: count + 1, minMs: 1, p50Ms: 20 });
  });

  it('says 0 where the window holds nothing', () => {
    const clock = new ManualClock();
    const statistics = new PrimitiveStatistics({ clock });
    statistics.onEnd(ended('a', { durationMs: 20 }));
    clock.spend(300_000);
    const { latency } = only(statistics);
    expect(latency).toEqual({
      count: 0,
      minMs: 0,
      maxMs: 0,
      meanMs: 0,
      p50Ms: 0,
      p90Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
      p999Ms: 0,
      histogram: expect.any(String),
    });
    statistics.onEnd(ended('a', { durationMs: 7 }));
    expect(only(statistics).latency).toMatchObject({ count: 1, minMs: 7, maxMs: 7, p50Ms: 7 });
  });

  it('counts throughput in whole seconds, over those there have been', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 80 }),
        fc.integer({ min: 0, max: 90_000 }),
        (pauses, idleMs) => {
          const clock = new ManualClock();
          const statistics = new PrimitiveStatistics({ clock });
          statistics.onStart(started('a'));
          const seconds: number[] = [];
          for (const pauseMs of pauses) {
            clock.spend(pauseMs);
            statistics.onEnd(ended('a'));
            seconds.push(Math.floor(clock.monotonic() / 1000));
          }
          clock.spend(idleMs);
          const now = Math.floor(clock.monotonic() / 1000);
          const over = (last: number): number =>
            seconds.filter((second) => second < now && second >= now - last).length / Math.min(now, last);
          expect(only(statistics).throughput).toEqual(
            now === 0
              ? { lastSecond: seconds.length, lastMinute: seconds.length }
              : { lastSecond: over(1), lastMinute: over(60) },
          );
        },
      ),
    );
  });

  it('has one primitive stand for those beyond the limit', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock(), maxPrimitives: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'a']) {
      statistics.onStart(started(name));
      statistics.onEnd(ended(name));
    }
    statistics.onStart(started('e'));
    expect(
      statistics
        .snapshot()
        .primitives.map(({ type, name, executions, inFlight }) => [type, name, executions.success, inFlight]),
    ).toEqual([
      ['lambda', 'a', 2, 0],
      ['lambda', 'b', 1, 0],
      ['_OTHER', '_OTHER', 2, 1],
    ]);
  });

  it('cuts off names that are too long to keep', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock(), process: 'p'.repeat(2000) });
    const long = 'x'.repeat(5000);
    statistics.onEnd(ended(`${long}1`));
    statistics.onEnd(ended(`${long}2`));
    statistics.onEnd(ended('a', { type: long }));
    const { process, primitives } = statistics.snapshot();
    expect(process).toHaveLength(1024);
    expect(
      primitives.map(({ type, name, executions }) => [type.length, name.length, executions.success]),
    ).toEqual([
      [6, 1024, 2],
      [1024, 1, 1],
    ]);
  });

  it.each([-1, -0.001, NaN, Infinity, -Infinity])(
    'counts an execution of %d ms without its duration',
    (durationMs) => {
      const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
      statistics.onEnd(ended('a', { durationMs }));
      expect(only(statistics)).toMatchObject({
        executions: { success: 1 },
        unmeasured: 1,
        latency: { count: 0 },
        throughput: { lastSecond: 1 },
      });
    },
  );

  it('takes a longer duration than a week for a week', () => {
    const weekMs = 7 * 24 * 3_600_000;
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    for (const durationMs of [weekMs + 1, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE]) {
      statistics.onEnd(ended('a', { durationMs }));
    }
    expect(only(statistics).latency).toMatchObject({ count: 3, minMs: weekMs, maxMs: weekMs, p50Ms: weekMs });
  });

  it('goes on with a clock that goes back or says nothing', () => {
    const times = [1000, 500, NaN, Infinity, -Infinity, 2000, 1500];
    const clock = Object.assign(new ManualClock(), { monotonic: () => times.shift() ?? 4500 });
    const statistics = new PrimitiveStatistics({ clock, windowMs: 1000 });
    for (let i = 0; i < 6; i++) statistics.onEnd(ended('a'));
    expect(times).toEqual([]);
    expect(only(statistics)).toMatchObject({
      executions: { success: 6 },
      latency: { count: 0 },
      throughput: { lastSecond: 0, lastMinute: 2 },
    });
  });

  it('never throws, whatever the clock says first', () => {
    const clock = Object.assign(new ManualClock(), { monotonic: () => NaN });
    const statistics = new PrimitiveStatistics({ clock });
    statistics.onEnd(ended('a'));
    expect(only(statistics)).toMatchObject({ executions: { success: 1 }, latency: { count: 1 } });
  });

  it('says when and of what it is', () => {
    const clock = new ManualClock(5000);
    const statistics = new PrimitiveStatistics({ clock, windowMs: 60_000, process: 'worker-1' });
    clock.spend(7);
    expect(statistics.snapshot()).toEqual({
      version: 1,
      takenAtMs: 5007,
      windowMs: 60_000,
      process: 'worker-1',
      primitives: [],
    });
    expect(new PrimitiveStatistics().snapshot()).not.toHaveProperty('process');
  });

  it.each([
    [{ windowMs: 999 }, 'windowMs is 999; give a whole number from 1000 to 86400000'],
    [{ windowMs: 86_400_001 }, 'windowMs is 86400001'],
    [{ windowMs: NaN }, 'windowMs is NaN'],
    [{ maxPrimitives: 0 }, 'maxPrimitives is 0'],
    [{ maxPrimitives: 1.5 }, 'maxPrimitives is 1.5'],
    [{ maxPrimitives: 10_001 }, 'maxPrimitives is 10001'],
  ])('refuses %j', (options, message) => {
    expect(() => new PrimitiveStatistics(options)).toThrow(InvalidOptionError);
    expect(() => new PrimitiveStatistics(options)).toThrow(message);
  });
});
