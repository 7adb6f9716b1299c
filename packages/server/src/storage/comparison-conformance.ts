import assert from 'node:assert/strict';
import type { VersionName } from '@tta/obs-protocol';
import { pruneAll, same, withStorage, type ConformanceCase } from './conformance-case.ts';
import { batchOfGroups, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const REVISION = 'a1b2c3d'.padEnd(40, '0');

interface Executions {
  readonly trace: number;
  readonly count?: number;
  readonly durationMs?: number;
  readonly name?: string;
  readonly costUsd?: number;
  readonly agoMs?: number;
}

/** Executions of a primitive whose last one ended now, or so long ago. */
function executions({ trace, count = 20, durationMs = 10, name = 'ask', costUsd, agoMs = 0 }: Executions) {
  const lastNs = BigInt(Date.now() - agoMs) * 1_000_000n;
  return Array.from({ length: count }, (_, at) => {
    const endTimeUnixNano = lastNs - BigInt(count - 1 - at) * 1_000_000n;
    return sampleSpan(trace, at + 1, {
      startTimeUnixNano: endTimeUnixNano - BigInt(durationMs * (at + 10)) * 100_000n,
      endTimeUnixNano,
      attributes: {
        'primitive.type': 'retry',
        'primitive.name': name,
        ...(costUsd !== undefined && { 'cost.usd': costUsd }),
      },
    });
  });
}

const write = (storage: Storage, resource: Record<string, string | boolean>, given: Executions) =>
  storage.traces.write(
    batchOfGroups([sampleGroup(executions(given), { 'service.name': 'shop', ...resource })]),
  );

const compare = (storage: Storage, baseline: VersionName, candidate: VersionName, windowMs = HOUR_MS) => {
  const untilMs = Date.now() + MINUTE_MS;
  return storage.statistics.primitiveComparison({
    sinceMs: untilMs - windowMs,
    untilMs,
    baseline,
    candidate,
  });
};
const version = (name: string): VersionName => ({ by: 'version', name });
const revision = (name: string): VersionName => ({ by: 'revision', name });

const versions = withStorage(
  'knows which versions and revisions of services have run, those that ran last first',
  async (storage) => {
    const [vcs, dirty] = ['vcs.ref.head.revision', 'tta.vcs.dirty'];
    const code = (name: string, isDirty: boolean) => ({
      'service.version': name,
      [vcs]: REVISION,
      [dirty]: isDirty,
    });
    await write(storage, code('1.0', false), { trace: 1, agoMs: 3 * HOUR_MS });
    await write(storage, code('1.1', true), { trace: 2, agoMs: 2 * HOUR_MS, count: 5 });
    await write(storage, code('1.0', false), { trace: 3, agoMs: HOUR_MS });
    await write(storage, { 'service.name': 'bank' }, { trace: 4 });
    const { items } = await storage.statistics.primitiveVersions({});
    same(
      items.map(({ firstTimeMs: _first, lastTimeMs: _last, ...item }) => item),
      [
        { serviceName: 'bank', version: null, revision: null, calls: 20 },
        { serviceName: 'shop', version: '1.0', revision: REVISION, calls: 40 },
        { serviceName: 'shop', version: '1.1', revision: `${REVISION}-dirty`, calls: 5 },
      ],
    );
    const [, again, once] = items;
    assert.ok(
      Math.abs(again!.lastTimeMs - again!.firstTimeMs - 2 * HOUR_MS) < MINUTE_MS,
      JSON.stringify(again),
    );
    assert.equal(once!.lastTimeMs - once!.firstTimeMs, 4);
    same((await storage.statistics.primitiveVersions({ serviceName: 'bank' })).items, items.slice(0, 1));
    same((await storage.statistics.primitiveVersions({ serviceName: 'nobody' })).items, []);
  },
);

const versionsCompared = withStorage('tells what became slower and dearer in a version', async (storage) => {
  await write(storage, { 'service.version': '1.0' }, { trace: 1, costUsd: 0.25 });
  await write(storage, { 'service.version': '1.1' }, { trace: 2, costUsd: 0.5, durationMs: 40 });
  await write(storage, { 'service.version': '1.1' }, { trace: 3, name: 'new' });
  await write(storage, { 'service.version': '1.0' }, { trace: 4, name: 'old' });
  await write(storage, { 'service.version': '2.0' }, { trace: 5, durationMs: 9_000 });
  const answer = await compare(storage, version('1.0'), version('1.1'));
  same(
    [answer.baseline, answer.candidate],
    [
      { by: 'version', name: '1.0', calls: 40 },
      { by: 'version', name: '1.1', calls: 40 },
    ],
  );
  const name = { serviceName: 'shop', primitiveType: 'retry' };
  same([answer.added, answer.removed], [[{ ...name, name: 'new' }], [{ ...name, name: 'old' }]]);
  const [ask, ...others] = answer.items;
  same(others, []);
  same([ask!.name, ask!.baseline.calls, ask!.candidate.calls], ['ask', 20, 20]);
  same([ask!.baseline.costUsd, ask!.candidate.costUsd], [0.25, 0.5]);
  assert.ok(Math.abs(ask!.duration.ratio! - 4) < 0.1, String(ask!.duration.ratio));
  for (const change of [ask!.duration, ask!.cost!]) {
    assert.ok(change.isSignificant && change.direction === 'up', JSON.stringify(change));
  }
  assert.equal(ask!.errorRate.isSignificant, false);
});

const revisionsCompared = withStorage(
  'keeps a tree with changes apart from the commit that it began from, and outlives traces',
  async (storage) => {
    const code = (isDirty: boolean) => ({
      'service.version': '1.0',
      'vcs.ref.head.revision': REVISION,
      'tta.vcs.dirty': isDirty,
    });
    await write(storage, code(false), { trace: 1, agoMs: 30 * HOUR_MS });
    await write(storage, code(true), { trace: 2, durationMs: 5 });
    await pruneAll(storage, { changedSinceMs: Date.now() + HOUR_MS });
    const sides = [revision(REVISION), revision(`${REVISION}-dirty`)] as const;
    const { items } = await compare(storage, ...sides, 48 * HOUR_MS);
    same(
      items.map(({ baseline, candidate, duration }) => [baseline.calls, candidate.calls, duration.direction]),
      [[20, 20, 'down']],
    );
    same((await compare(storage, ...sides)).removed, []);
    same((await compare(storage, ...sides)).added.length, 1);
  },
);

/** What a storage has to promise of the comparison of versions. */
export const comparisonConformance: readonly ConformanceCase[] = [
  versions,
  versionsCompared,
  revisionsCompared,
];
