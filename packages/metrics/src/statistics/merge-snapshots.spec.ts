import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InvalidOptionError } from '@tta/obs-context';
import { ManualClock, seededRandom } from '@tta/obs-context/manual';
import { describe, expect, it } from '@jest/globals';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import fc from 'fast-check';
import { ended, started } from '../../test/executions.ts';
import { mergeSnapshots } from './merge-snapshots.ts';
import { parseSnapshot } from './parse-snapshot.ts';
import { PrimitiveStatistics } from './primitive-statistics.ts';
import type { StatisticsSnapshot } from './statistics-snapshot.ts';

const run = promisify(execFile);

/** Executes `fetch page` as often as it is told to, each time as long, and prints what there is to say. */
const reportingProgram = `
  import { PrimitiveStatistics } from './primitive-statistics.ts';
  const statistics = new PrimitiveStatistics({ process: 'worker-' + process.pid });
  const execution = { type: 'retry', name: 'fetch page', status: 'success', costUsd: 0.25 };
  for (const durationMs of JSON.parse(process.argv[2])) statistics.onEnd({ ...execution, durationMs });
  process.stdout.write(JSON.stringify(statistics.snapshot()));`;

const execution = fc
  .record({
    name: fc.constantFrom('a', 'b'),
    type: fc.constantFrom('lambda', 'retry'),
    durationMs: fc.oneof(
      fc.nat({ max: 5000 }),
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.constant(-1),
    ),
    status: fc.constantFrom('success', 'error', 'timeout', 'cancelled', 'suspended'),
    errorCategory: fc.constantFrom('network', 'timeout', undefined),
    // Sums of these are exact, in whatever order.
    costUsd: fc.option(fc.nat(100), { nil: undefined }),
    savedUsd: fc.option(fc.nat(100), { nil: undefined }),
    processUse: fc.option(
      fc.record({
        cpuMs: fc.nat(9),
        heapDeltaBytes: fc.integer({ min: -9, max: 9 }),
        concurrent: fc.integer({ min: 1, max: 2 }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ name, ...is }) => ended(name, is));

/** In an order of their own, and without what is only close: means, and rates of several processes. */
function comparable({ primitives, ...snapshot }: StatisticsSnapshot): unknown {
  return {
    ...snapshot,
    primitives: primitives
      .map(({ latency, throughput, ...primitive }) => {
        const { meanMs, ...exact } = latency;
        const { lastSecond, lastMinute } = throughput;
        return {
          ...primitive,
          latency: exact,
          means: [meanMs, lastSecond, lastMinute].map((mean) => mean.toPrecision(9)),
        };
      })
      .toSorted((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`)),
  };
}

describe('mergeSnapshots', () => {
  it('says of any parts what one process would say that saw everything', () => {
    const script = fc.array(fc.tuple(execution, fc.nat({ max: 2 }), fc.nat({ max: 20_000 }), fc.boolean()), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(script, (script) => {
        const clock = new ManualClock();
        const parts = [0, 1, 2].map(() => new PrimitiveStatistics({ clock, windowMs: 60_000 }));
        const whole = new PrimitiveStatistics({ clock, windowMs: 60_000 });
        for (const [result, part, passMs, isOpen] of script) {
          clock.spend(passMs);
          for (const statistics of [parts[part]!, whole]) {
            statistics.onStart(result);
            if (!isOpen) statistics.onEnd(result);
          }
        }
        const merged = mergeSnapshots(parts.map((part) => part.snapshot()));
        expect(comparable(merged)).toEqual(comparable(whole.snapshot()));
        expect(comparable(mergeSnapshots([merged]))).toEqual(comparable(merged));
        expect(parseSnapshot(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
      }),
    );
  });

  it('merges what three processes printed, with the percentiles of all durations together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tta-statistics-'));
    try {
      const program = join(folder, 'program.cjs');
      const options = {
        stdin: {
          contents: reportingProgram,
          resolveDir: fileURLToPath(new URL('.', import.meta.url)),
          loader: 'ts',
        },
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        conditions: ['@tta/source'],
        logLevel: 'error',
      };
      const cwd = fileURLToPath(new URL('.', import.meta.url));
      await run(process.execPath, ['-e', `require('esbuild').buildSync(${JSON.stringify(options)})`], {
        cwd,
      });
      const random = seededRandom(7);
      const durations = [10, 100, 1000].map((scale) =>
        Array.from({ length: 700 }, () => scale * (1 + 9 * random.next())),
      );
      const printed = await Promise.all(
        durations.map((list) => run(process.execPath, [program, JSON.stringify(list)])),
      );
      const snapshots = printed.map(({ stdout }) => parseSnapshot(JSON.parse(stdout)));
      expect(new Set(snapshots.map((snapshot) => snapshot.process)).size).toBe(3);
      const merged = mergeSnapshots(snapshots);
      expect(merged).not.toHaveProperty('process');
      expect(merged.takenAtMs).toBe(Math.max(...snapshots.map((snapshot) => snapshot.takenAtMs)));
      const [primitive] = merged.primitives;
      expect(primitive).toMatchObject({
        type: 'retry',
        name: 'fetch page',
        executions: { success: 2100 },
        costUsd: 525,
        latency: { count: 2100 },
      });
      const sorted = durations.flat().toSorted((a, b) => a - b);
      const { latency } = primitive!;
      expect([latency.minMs, latency.maxMs]).toEqual([sorted[0], sorted.at(-1)]);
      for (const [rank, ms] of [
        [1050, latency.p50Ms],
        [1890, latency.p90Ms],
        [1995, latency.p95Ms],
        [2079, latency.p99Ms],
        [2098, latency.p999Ms],
      ] as const) {
        const trueMs = sorted[rank - 1]!;
        expect(ms).toBeGreaterThanOrEqual(trueMs - 0.0005);
        expect(ms).toBeLessThanOrEqual(trueMs * 1.008);
      }
      expect(decodeFromCompressedBase64(latency.histogram).totalCount).toBe(2100);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);

  it('makes one primitive of those beyond the limit of a snapshot, so that it can be read again', () => {
    const snapshotOf = (process: number): StatisticsSnapshot => {
      const statistics = new PrimitiveStatistics({ clock: new ManualClock(), maxPrimitives: 3_400 });
      for (let i = 0; i < 3_401; i++) statistics.onEnd(ended(`${process} ${i}`, { costUsd: 1 }));
      return statistics.snapshot();
    };
    const merged = mergeSnapshots([1, 2, 3].map(snapshotOf));
    expect(merged.primitives).toHaveLength(10_001);
    const others = merged.primitives.filter(({ type, name }) => type === '_OTHER' && name === '_OTHER');
    // One from each process, and the last 200 of the third.
    expect(others).toMatchObject([{ executions: { success: 203 }, costUsd: 203, latency: { count: 203 } }]);
    expect(parseSnapshot(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
  });

  it('takes the latest snapshot of a process that it is given several of', async () => {
    const clock = new ManualClock();
    const [one, other, nameless] = ['one', 'other', undefined].map(
      (process) => new PrimitiveStatistics({ clock, ...(process === undefined ? {} : { process }) }),
    ) as [PrimitiveStatistics, PrimitiveStatistics, PrimitiveStatistics];
    for (const statistics of [one, other, nameless]) statistics.onEnd(ended('a'));
    const early = one.snapshot();
    await clock.advance(1000);
    one.onEnd(ended('a'));
    const late = one.snapshot();
    const success = (snapshots: readonly StatisticsSnapshot[]): number | undefined =>
      mergeSnapshots(snapshots).primitives[0]?.executions.success;
    expect(success([late, early, other.snapshot()])).toBe(3);
    expect(success([early, late, late])).toBe(2);
    expect(success([nameless.snapshot(), nameless.snapshot()])).toBe(2);
    expect(mergeSnapshots([early, late])).toMatchObject({ process: 'one', takenAtMs: late.takenAtMs });
  });

  it('keeps the process of a single snapshot', () => {
    const snapshot = new PrimitiveStatistics({ clock: new ManualClock(), process: 'worker-1' }).snapshot();
    expect(mergeSnapshots([snapshot]).process).toBe('worker-1');
    expect(mergeSnapshots([snapshot, { ...snapshot, process: 'worker-2' }])).not.toHaveProperty('process');
  });

  it('tells primitives apart whose type and name read the same together', () => {
    const statistics = new PrimitiveStatistics({ clock: new ManualClock() });
    statistics.onStart(started('b c', 'a'));
    statistics.onStart(started('c', 'a b'));
    expect(mergeSnapshots([statistics.snapshot()]).primitives).toHaveLength(2);
  });

  it('refuses snapshots of different windows', () => {
    const snapshots = [60_000, 30_000].map((windowMs) => new PrimitiveStatistics({ windowMs }).snapshot());
    expect(() => mergeSnapshots(snapshots)).toThrow(
      new InvalidOptionError(
        'mergeSnapshots: snapshots[1] has a window of 30000 ms, snapshots[0] one of 60000 ms; give every PrimitiveStatistics the same windowMs',
      ),
    );
  });

  it('refuses no snapshots', () => {
    expect(() => mergeSnapshots([])).toThrow('mergeSnapshots: there are no snapshots; give at least one');
  });

  it('refuses a histogram that it cannot read, and says of what', () => {
    const statistics = new PrimitiveStatistics();
    statistics.onEnd(ended('a'));
    const snapshot = statistics.snapshot();
    const [primitive] = snapshot.primitives;
    const latency = { ...primitive!.latency, histogram: 'AAAA' };
    expect(() => mergeSnapshots([{ ...snapshot, primitives: [{ ...primitive!, latency }] }])).toThrow(
      'the latency of lambda a cannot be read: it is no compressed HdrHistogram (V2, base64)',
    );
  });
});
