import assert from 'node:assert/strict';
import { allItems, pruneAll, same, withStorage, type ConformanceCase } from './conformance-case.ts';
import { batchOfGroups, hexId, sampleGroup, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';

const HOUR_MS = 3_600_000;

interface Failing {
  /** Message of the exception; without one the span has no exception. */
  readonly thrown?: string;
  readonly stack?: string;
  readonly parent?: number | null;
  readonly agoMs?: number;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A span that failed now, or so long ago. The span 1 is the root. */
function failing(trace: number, id: number, fields: Failing = {}) {
  const { thrown, stack, parent, agoMs = 0, name = `span ${id}`, attributes = {} } = fields;
  const endTimeUnixNano = BigInt(Date.now() - agoMs) * 1_000_000n;
  const exception = {
    name: 'exception',
    timeUnixNano: endTimeUnixNano,
    attributes: {
      'exception.type': 'TypeError',
      'exception.message': thrown ?? '',
      ...(stack !== undefined && { 'exception.stacktrace': stack }),
    },
    droppedAttributesCount: 0,
  };
  return sampleSpan(trace, id, {
    ...(parent !== undefined && { parentSpanId: parent === null ? null : hexId(parent, 16) }),
    name,
    startTimeUnixNano: endTimeUnixNano - 1_000_000n,
    endTimeUnixNano,
    statusCode: 2,
    attributes,
    events: thrown === undefined ? [] : [exception],
  });
}

const write = (storage: Storage, spans: readonly ReturnType<typeof sampleSpan>[], service = 'shop') =>
  storage.traces.write(batchOfGroups([sampleGroup(spans, { 'service.name': service })]));

const errorsOf = async (storage: Storage, query: { serviceName?: string; windowMs?: number } = {}) => {
  const { windowMs = HOUR_MS, ...rest } = query;
  const untilMs = Date.now() + 1_000;
  return (await storage.statistics.errors({ sinceMs: untilMs - windowMs, untilMs, limit: 500, ...rest }))
    .items;
};

/** By span and number, in the order of the names. */
const countsOf = async (storage: Storage) =>
  (await errorsOf(storage)).map(({ spanName, count }) => `${spanName}: ${count}`).toSorted();

const groups = withStorage('groups failures by type, message and place, each span once', async (storage) => {
  const stack = 'TypeError: no\n    at pay (/app/cart.js:5:1)';
  const attributes = { 'error.category': 'permanent' };
  const first = failing(1, 1, { thrown: 'no item 5', stack, attributes, agoMs: 5 });
  await write(storage, [first]);
  await write(storage, [first, failing(2, 1, { thrown: 'no item 17', stack, attributes, name: 'buy' })]);
  await write(storage, [failing(3, 1, { thrown: 'no item 5', stack: stack.replace('pay', 'refund') })]);
  await write(storage, [
    failing(4, 1, { attributes: { 'error.type': 'Error', 'error.code': 'ECONNRESET' } }),
  ]);
  await write(storage, [sampleSpan(5, 1)]);
  const [most, ...others] = await errorsOf(storage);
  assert.match(most!.fingerprint, /^[0-9a-f]{16}$/);
  assert.ok(most!.firstTimeMs < most!.lastTimeMs && most!.lastTimeMs <= Date.now());
  const { fingerprint: _, firstTimeMs: _first, lastTimeMs: _last, ...told } = most!;
  same(told, {
    serviceName: 'shop',
    type: 'TypeError',
    message: 'no item 17',
    category: 'permanent',
    spanName: 'buy',
    count: 2,
    traceId: hexId(2, 32),
    spanId: hexId(1, 16),
  });
  same(others.map(({ type, message, count }) => [type, message, count]).toSorted(), [
    ['ECONNRESET', null, 1],
    ['TypeError', 'no item 5', 1],
  ]);
});

const arising = withStorage('counts a failure where it arose, not again around it', async (storage) => {
  // Thrown on by all around it, of which one does not record it.
  await write(storage, [
    failing(1, 4, { thrown: 'a', parent: 3, name: 'a' }),
    failing(1, 3, { parent: 2 }),
    failing(1, 2, { thrown: 'a', parent: 1 }),
    failing(1, 1, { thrown: 'a' }),
  ]);
  // No exception anywhere: the innermost; two of them failed.
  await write(storage, [failing(2, 3, { name: 'b' }), failing(2, 2, { name: 'b' }), failing(2, 1)]);
  // Only one around it says why.
  await write(storage, [failing(3, 2, { name: 'not c' }), failing(3, 1, { thrown: 'c', name: 'c' })]);
  // Something else went wrong after it.
  await write(storage, [
    failing(4, 2, { thrown: 'd', name: 'd' }),
    failing(4, 1, { thrown: 'e', name: 'e' }),
  ]);
  same(await countsOf(storage), ['a: 1', 'b: 2', 'c: 1', 'd: 1', 'e: 1']);
});

const orders = withStorage('counts a failure once, whatever comes first', async (storage) => {
  const inner = (trace: number) => failing(trace, 3, { thrown: 'x', parent: 2, name: 'inner' });
  const middle = (trace: number) => failing(trace, 2, { parent: 1, name: 'middle' });
  const outer = (trace: number) => failing(trace, 1, { thrown: 'x', name: 'outer' });
  for (const span of [inner(1), middle(1), outer(1)]) await write(storage, [span]);
  same(await countsOf(storage), ['inner: 1']);
  for (const span of [outer(2), middle(2), inner(2)]) await write(storage, [span]);
  same(await countsOf(storage), ['inner: 1', 'outer: 1']);
  await write(storage, [outer(3), inner(3), middle(3)]);
  same(await countsOf(storage), ['inner: 2', 'outer: 1']);
});

const circles = withStorage('takes failed spans that are around themselves', async (storage) => {
  await write(storage, [failing(1, 1, { parent: 1, thrown: 'x' }), failing(2, 1, { parent: 1 })]);
  await write(storage, [failing(3, 1, { parent: 2 }), failing(3, 2, { parent: 1 })]);
  await write(storage, [
    failing(4, 1, { parent: 2, thrown: 'y' }),
    failing(4, 2, { parent: 1, thrown: 'y' }),
  ]);
  assert.ok((await errorsOf(storage)).length >= 2);
});

const windows = withStorage(
  'tells failures of a window and a service, page by page, also of removed traces',
  async (storage) => {
    await write(storage, [failing(1, 1, { name: 'old', agoMs: 30 * HOUR_MS })]);
    await write(storage, [failing(2, 1, { name: 'now' }), failing(3, 1, { name: 'now' })]);
    await write(storage, [failing(4, 1, { name: 'future', agoMs: -3 * HOUR_MS })]);
    await write(storage, [failing(5, 1, { name: 'bank', agoMs: 10 })], 'bank');
    await pruneAll(storage, { changedSinceMs: Date.now() + HOUR_MS });
    const names = async (query: Parameters<typeof errorsOf>[1]) =>
      (await errorsOf(storage, query)).map(({ spanName }) => spanName);
    same(await names({}), ['now', 'bank']);
    same(await names({ windowMs: 48 * HOUR_MS }), ['now', 'bank', 'old']);
    same(await names({ serviceName: 'bank' }), ['bank']);
    same(await names({ serviceName: 'nobody' }), []);
    const untilMs = Date.now() + 1_000;
    const query = { sinceMs: untilMs - 48 * HOUR_MS, untilMs, limit: 1 };
    const paged = await allItems(
      (page) => storage.statistics.errors({ ...query, ...page }),
      ({ spanName }) => spanName,
    );
    same(paged, ['now', 'bank', 'old']);
    for (const cursor of ['x', '1-99999999999999999999-0123456789abcdef', '1-1-1']) {
      await assert.rejects(storage.statistics.errors({ ...query, cursor }), /cursor/);
    }
  },
);

const words = [
  '',
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'g',
  'h',
  'i',
  'j',
  'k',
  'l',
  'm',
  'n',
  'o',
  'p',
  'q',
  'r',
  's',
];

const bounds = withStorage('counts failures together when there are too many kinds', async (storage) => {
  const spans = Array.from({ length: 20 * 30 }, (_, index) => {
    const word = `${words[index % 20]}x${words[Math.floor(index / 20) % 20]}y${words[Math.floor(index / 400)]}`;
    return failing(index + 1, 1, { thrown: word });
  });
  await write(storage, spans);
  const all = await storage.statistics.errors({ sinceMs: 0, untilMs: Date.now() + 1_000, limit: 1_000 });
  const others = all.items.filter(({ type }) => type === '_other');
  same([all.items.length, others.length, others[0]?.count, others[0]?.message], [501, 1, 100, null]);
});

/** What a storage has to promise of groups of errors. */
export const errorConformance: readonly ConformanceCase[] = [
  groups,
  arising,
  orders,
  circles,
  windows,
  bounds,
];
