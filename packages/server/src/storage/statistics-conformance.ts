import assert from 'node:assert/strict';
import { pruneAll, same, withStorage, type ConformanceCase } from './conformance-case.ts';
import { batchOfGroups, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** An execution of a primitive that ended now, or so long ago. */
function execution(
  id: number,
  durationMs: number,
  { name = 'ask', type = 'retry', status = 'success', agoMs = 0, trace = 1 } = {},
) {
  const endTimeUnixNano = BigInt(Date.now() - agoMs) * 1_000_000n;
  return sampleSpan(trace, id, {
    startTimeUnixNano: endTimeUnixNano - BigInt(durationMs) * 1_000_000n,
    endTimeUnixNano,
    attributes: { 'primitive.type': type, 'primitive.name': name, 'execution.status': status },
  });
}

const write = (
  storage: Storage,
  spans: readonly ReturnType<typeof execution>[],
  resource?: Record<string, string>,
) => storage.traces.write(batchOfGroups([sampleGroup(spans, resource)]));

/** Of a window that ends with the minute at hand. */
const statsOf = (storage: Storage, windowMs: number, serviceName?: string) => {
  const untilMs = Date.now() + MINUTE_MS;
  return storage.statistics.primitives({
    sinceMs: untilMs - windowMs,
    untilMs,
    ...(serviceName !== undefined && { serviceName }),
  });
};

const sums = withStorage('sums up executions of primitives, each span once', async (storage) => {
  const spans = [
    execution(1, 100, { name: 'slow', type: 'sequential' }),
    ...Array.from({ length: 8 }, (_, index) => execution(index + 2, 10)),
    execution(10, 30, { status: 'timeout' }),
    execution(11, 20, { status: 'cancelled' }),
    sampleSpan(1, 12, { attributes: { 'step.name': 'a step is no execution' } }),
  ];
  await write(storage, spans);
  await write(storage, [...spans, execution(13, 20, { status: 'error' })]);
  const { items } = await statsOf(storage, 5 * MINUTE_MS);
  same(
    items.map(({ p50Ms: _p50, p95Ms: _p95, p99Ms: _p99, ...item }) => item),
    [
      {
        serviceName: 'shop',
        primitiveType: 'retry',
        name: 'ask',
        calls: 11,
        errors: 2,
        totalMs: 150,
        maxMs: 30,
      },
      {
        serviceName: 'shop',
        primitiveType: 'sequential',
        name: 'slow',
        calls: 1,
        errors: 0,
        totalMs: 100,
        maxMs: 100,
      },
    ],
  );
  const [ask] = items;
  for (const [told, wanted] of [
    [ask!.p50Ms, 10],
    [ask!.p95Ms, 30],
    [ask!.p99Ms, 30],
  ] as const) {
    assert.ok(Math.abs(told - wanted) <= wanted / 100, `${told} is not ${wanted}`);
  }
});

const windows = withStorage(
  'tells statistics of a window by the minute, of a long one by the hour',
  async (storage) => {
    await write(storage, [
      execution(1, 1),
      execution(2, 1, { agoMs: 10 * MINUTE_MS }),
      execution(3, 1, { agoMs: 5 * HOUR_MS }),
      execution(4, 1, { agoMs: 30 * HOUR_MS }),
      execution(5, 1, { agoMs: 100 * 24 * HOUR_MS }),
      execution(6, 1, { agoMs: -3 * HOUR_MS }),
    ]);
    const calls = async (windowMs: number) =>
      (await statsOf(storage, windowMs)).items.map((item) => item.calls);
    same(await calls(3 * MINUTE_MS), [1]);
    same(await calls(13 * MINUTE_MS), [2]);
    same(await calls(6 * HOUR_MS), [3]);
    same(await calls(48 * HOUR_MS), [4]);
    same(await calls(200 * 24 * HOUR_MS), [4]);
    assert.equal((await statsOf(storage, HOUR_MS)).sinceMs % MINUTE_MS, 0);
    assert.equal((await statsOf(storage, 7 * HOUR_MS)).sinceMs % HOUR_MS, 0);
  },
);

const services = withStorage(
  'tells statistics of services apart, and of versions together',
  async (storage) => {
    await write(storage, [execution(1, 1)], { 'service.name': 'shop', 'service.version': '1' });
    await write(storage, [execution(2, 1)], { 'service.name': 'shop', 'service.version': '2' });
    await write(storage, [execution(3, 1)], { 'service.name': 'bank' });
    const calls = async (serviceName?: string) =>
      (await statsOf(storage, MINUTE_MS * 5, serviceName)).items.map((item) => [
        item.serviceName,
        item.calls,
      ]);
    same((await calls()).toSorted(), [
      ['bank', 1],
      ['shop', 2],
    ]);
    same(await calls('shop'), [['shop', 2]]);
    same(await calls('nobody'), []);
  },
);

const removed = withStorage('keeps statistics of traces that are removed', async (storage) => {
  await write(storage, [execution(1, 1)]);
  await pruneAll(storage, { changedSinceMs: Date.now() + HOUR_MS });
  same((await storage.traces.traces({ limit: 1 })).items, []);
  assert.equal((await statsOf(storage, 5 * MINUTE_MS)).items[0]?.calls, 1);
});

const names = withStorage('counts names together when there are too many', async (storage) => {
  for (let batch = 0; batch < 3; batch++) {
    const spans = Array.from({ length: 400 }, (_, index) =>
      execution(batch * 400 + index + 1, 1, { name: `name ${batch * 400 + index}` }),
    );
    await write(storage, spans);
  }
  const { items } = await statsOf(storage, 5 * MINUTE_MS);
  assert.equal(
    items.reduce((total, { calls }) => total + calls, 0),
    1200,
  );
  assert.ok(items.length < 1200 && items.some(({ name }) => name === '_other'), `${items.length} names`);
});

const manyServices = withStorage('counts primitives of further services together', async (storage) => {
  // All in the middle of one minute.
  const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 1.5 * MINUTE_MS;
  const ended = (id: number, type: string) => execution(id, 1, { type, agoMs: Date.now() - endMs });
  await write(storage, [ended(1, 'retry')]);
  for (let batch = 0; batch < 3; batch++) {
    const groups = Array.from({ length: 1_000 }, (_, index) => {
      const service = batch * 1_000 + index;
      const resource = { 'service.name': `service ${service}`, 'service.version': String(service) };
      return sampleGroup([ended(service + 2, `type ${service}`)], resource);
    });
    await storage.traces.write(batchOfGroups(groups));
  }
  await write(storage, [ended(5_000, 'retry')]);
  const { items } = await statsOf(storage, 5 * MINUTE_MS);
  const sum = items.reduce((total, { calls }) => total + calls, 0);
  same([sum, items.length], [3_002, 2_501]);
  const [others, ...none] = items.filter(({ serviceName }) => serviceName === '_other');
  same([others?.primitiveType, others?.name, others?.calls, none.length], ['_other', '_other', 501, 0]);
  const ofShop = await statsOf(storage, 5 * MINUTE_MS, 'shop');
  same(
    ofShop.items.map(({ name, calls }) => [name, calls]),
    [['ask', 2]],
  );
});

/** What a storage has to promise of statistics. */
export const statisticsConformance: readonly ConformanceCase[] = [
  sums,
  windows,
  services,
  removed,
  names,
  manyServices,
];
