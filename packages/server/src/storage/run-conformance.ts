import assert from 'node:assert/strict';
import { pruneAll, same, withStorage, type ConformanceCase } from './conformance-case.ts';
import { batchOfGroups, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

interface Run {
  readonly agoMs?: number;
  readonly durationMs?: number;
  readonly status?: string;
  readonly service?: string;
}

/** A span of a trace that began so long ago. */
function spanOf(trace: number, id: number, { agoMs = 0, durationMs = 10, status = 'success' }: Run = {}) {
  const startTimeUnixNano = BigInt(Date.now() - agoMs) * 1_000_000n;
  return sampleSpan(trace, id, {
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(durationMs) * 1_000_000n,
    attributes: { 'execution.status': status },
  });
}

const write = (storage: Storage, service: string, ...spans: readonly ReturnType<typeof spanOf>[]) =>
  storage.traces.write(batchOfGroups([sampleGroup(spans, { 'service.name': service })]));

const windowOf = (windowMs: number, serviceName?: string) => {
  const untilMs = Date.now() + MINUTE_MS;
  return { sinceMs: untilMs - windowMs, untilMs, ...(serviceName !== undefined && { serviceName }) };
};

async function runsOf(storage: Storage, serviceName?: string, windowMs = 10 * MINUTE_MS) {
  const { traceCount, errorCount } = await storage.statistics.runs(windowOf(windowMs, serviceName));
  return [traceCount, errorCount];
}

const near = (told: number | null, wanted: number) =>
  assert.ok(told !== null && Math.abs(told - wanted) <= wanted / 100, `${told} is not ${wanted}`);

const sums = withStorage('sums up runs, each once however its spans arrive', async (storage) => {
  for (let trace = 1; trace <= 9; trace++) await write(storage, 'shop', spanOf(trace, 1));
  const slow = spanOf(10, 1, { durationMs: 500, status: 'error' });
  await write(storage, 'shop', slow, spanOf(10, 2));
  await write(storage, 'shop', slow, spanOf(10, 3));
  const runs = await storage.statistics.runs(windowOf(10 * MINUTE_MS));
  same([runs.traceCount, runs.errorCount, runs.activeCount, runs.usage.calls], [10, 1, 0, 0]);
  near(runs.p50Ms, 10);
  near(runs.p99Ms, 500);
  const nobody = await storage.statistics.runs(windowOf(10 * MINUTE_MS, 'nobody'));
  same([nobody.traceCount, nobody.p50Ms, nobody.p95Ms, nobody.p99Ms], [0, null, null, null]);
});

const changes = withStorage('takes back what is not true of a run any more', async (storage) => {
  await write(storage, 'web', spanOf(1, 2, { status: 'error' }));
  same(await runsOf(storage), [1, 1]);
  same(await runsOf(storage, 'web'), [1, 1]);
  const open = await storage.statistics.runs(windowOf(10 * MINUTE_MS));
  same([open.activeCount, open.p50Ms], [1, null]);
  // The root speaks for it: another service, a good end, an earlier start.
  await write(storage, 'shop', spanOf(1, 1, { agoMs: 3 * MINUTE_MS, durationMs: 1_000 }));
  same(
    [await runsOf(storage), await runsOf(storage, 'web'), await runsOf(storage, 'shop')],
    [
      [1, 0],
      [0, 0],
      [1, 0],
    ],
  );
  same(await runsOf(storage, undefined, 3 * MINUTE_MS), [0, 0]);
  // It takes longer than its root.
  await write(storage, 'shop', spanOf(1, 3, { agoMs: 2 * MINUTE_MS, durationMs: 30_000 }));
  const late = await storage.statistics.runs(windowOf(10 * MINUTE_MS));
  same([late.traceCount, late.activeCount], [1, 0]);
  assert.ok(late.p50Ms! > 60_000 && late.p50Ms! < 200_000, `${late.p50Ms}`);
  near(late.p99Ms, late.p50Ms!);
});

const windows = withStorage('tells runs in steps, by the minute or the hour', async (storage) => {
  await write(storage, 'shop', spanOf(1, 1), spanOf(2, 1, { status: 'error', durationMs: 50 }));
  await write(storage, 'shop', spanOf(3, 1, { agoMs: 10 * MINUTE_MS }));
  await write(storage, 'shop', spanOf(4, 1, { agoMs: 30 * HOUR_MS }), spanOf(5, 1, { agoMs: -3 * HOUR_MS }));
  const hour = await storage.statistics.runSeries({ ...windowOf(HOUR_MS), points: 60 });
  same([hour.stepMs, hour.sinceMs % MINUTE_MS], [MINUTE_MS, 0]);
  assert.equal(hour.traceCount.length, 60);
  same([total(hour.traceCount), total(hour.errorCount)], [3, 1]);
  const newest = hour.errorCount.indexOf(1);
  near(hour.p95Ms[newest]!, 50);
  assert.equal(hour.p50Ms.filter((value) => value !== null).length, 2);
  const longer = { ...windowOf(HOUR_MS + 5), points: 60 };
  same((await storage.statistics.runSeries(longer)).stepMs, MINUTE_MS);
  const days = await storage.statistics.runSeries({ ...windowOf(72 * HOUR_MS), points: 10 });
  same([days.stepMs, days.sinceMs % days.stepMs], [8 * HOUR_MS, 0]);
  same([days.traceCount.length <= 10, total(days.traceCount)], [true, 4]);
  const one = await storage.statistics.runSeries({ ...windowOf(72 * HOUR_MS, 'shop'), points: 1 });
  same([one.stepMs, one.traceCount.length], [72 * HOUR_MS, 1]);
  // An hour whose minutes are not kept any more.
  const untilMs = Date.now() - 29 * HOUR_MS;
  const { traceCount } = await storage.statistics.runs({ sinceMs: untilMs - 2 * HOUR_MS, untilMs });
  assert.equal(traceCount, 1);
});

const removed = withStorage('keeps runs that are removed, and counts none again', async (storage) => {
  await write(storage, 'shop', spanOf(1, 1));
  await pruneAll(storage, { changedSinceMs: Date.now() + HOUR_MS });
  same(await runsOf(storage), [1, 0]);
  await write(storage, 'shop', spanOf(1, 2, { status: 'error' }));
  same(await runsOf(storage), [1, 0]);
});

const services = withStorage('counts services together when there are too many', async (storage) => {
  for (let trace = 1; trace <= 520; trace++) await write(storage, `service ${trace}`, spanOf(trace, 2));
  for (let trace = 1; trace <= 520; trace++) {
    await write(storage, `service ${trace}`, spanOf(trace, 1, { status: 'error' }));
  }
  same(await runsOf(storage), [520, 520]);
  same(
    [await runsOf(storage, 'service 1'), await runsOf(storage, 'service 520')],
    [
      [1, 1],
      [0, 0],
    ],
  );
  const [others] = await runsOf(storage, '_other');
  assert.ok(others! >= 20, `${others} are counted together`);
});

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What a storage has to promise of sums over runs. */
export const runConformance: readonly ConformanceCase[] = [sums, changes, windows, removed, services];
