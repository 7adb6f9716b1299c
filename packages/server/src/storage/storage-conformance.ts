import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '@tta/obs-context/manual';
import type { LiveChange, LogList, TraceSummary } from '@tta/obs-protocol';
import type { MetricGroup, ReceivedMetric } from '../otlp/metric-batch.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import type { LogSearch, TraceLogQuery } from './log-store.ts';
import type { MetricLimits, PointQuery } from './metric-store.ts';
import { batchOfGroups, batchOfSpans, hexId, sampleLog, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';
import type { RetentionLimits } from './trace-store.ts';

/**
 * Opens the storage of a case, by the clock of the machine: an empty one the first time, afterwards what was left
 * when it was closed.
 *
 * @param backupPath - Opens what was copied to this file instead.
 */
export type OpenStorage = (backupPath?: string) => Promise<Storage>;

export interface ConformanceCase {
  /** A fact of every storage, in the present tense. */
  readonly name: string;
  /**
   * @param directory - Where backups may be written to.
   * @throws AssertionError when the storage does not keep its promise.
   */
  run(open: OpenStorage, directory: string): Promise<void>;
}

const FOREVER: RetentionLimits = {
  maxTraces: 1_000_000,
  changedSinceMs: 0,
  maxBytes: Number.MAX_SAFE_INTEGER,
};
const scope = { name: 'lib', version: '1', attributes: {} };

/** Cases that begin with one open storage and close it in the end. */
function withStorage(name: string, work: (storage: Storage) => Promise<void>): ConformanceCase {
  return {
    name,
    run: async (open) => {
      const storage = await open();
      try {
        await work(storage);
      } finally {
        await storage.close();
      }
    },
  };
}

const write = (storage: Storage, ...spans: readonly SpanRecord[]) =>
  storage.traces.write(batchOfSpans(...spans));
const writeLogs = (storage: Storage, ...bodies: readonly [trace: number | null, body: string][]) =>
  storage.logs.write([
    { resource: { 'service.name': 'shop' }, scope, items: bodies.map((body) => sampleLog(...body)) },
  ]);
const named = (trace: number, text: string) => sampleSpan(trace, 1, { name: text });

/** Compares plain data, which another thread may have made. */
function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepEqual(structuredClone(actual), structuredClone(expected), message);
}

async function traceIds(storage: Storage, limit = 500): Promise<readonly string[]> {
  return (await storage.traces.traces({ limit })).items.map(({ traceId }) => traceId);
}

async function found(storage: Storage, words: string): Promise<readonly string[]> {
  return (await storage.traces.findSpans(words, 10)).map(({ name }) => name);
}

async function pruneAll(storage: Storage, limits: Partial<RetentionLimits>): Promise<void> {
  while (await storage.traces.prune({ ...FOREVER, ...limits }));
}

/** Waits until the clock has moved on: what was written is older than that, what will be is not. */
async function nextMs(): Promise<number> {
  const beforeMs = Date.now();
  while (Date.now() <= beforeMs) await setImmediate();
  return Date.now();
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What all pages of a list hold together. */
async function allItems<Item, Told>(
  read: (page: { readonly cursor?: string }) => Promise<Page<Item> | undefined>,
  tell: (item: Item) => Told,
): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (let page = await read({}); page !== undefined;) {
    told.push(...page.items.map(tell));
    page = page.nextCursor === null ? undefined : await read({ cursor: page.nextCursor });
  }
  return told;
}

const allBodies = (read: (page: { readonly cursor?: string }) => Promise<LogList | undefined>) =>
  allItems(read, ({ body }) => body);

/** Gauges of one series each, whose data points have their time in milliseconds as value. */
function gauges(service: string, names: readonly string[], first: number, last: number): MetricGroup {
  const points = Array.from({ length: last - first + 1 }, (_, index) => ({
    attributes: { a: 1 },
    timeUnixNano: BigInt(first + index) * 1_000_000n,
    startTimeUnixNano: 0n,
    flags: 0,
    value: first + index,
    exemplars: [],
  }));
  const fields = { description: '', unit: '1', metadata: {}, kind: 'gauge', temporality: null } as const;
  return {
    resource: { 'service.name': service },
    scope,
    items: names.map((name) => ({ ...fields, name, isMonotonic: false, points })),
  };
}

/** What does not depend on when, and in which trace of the suite, the spans were written. */
function comparable({ traceId: _id, seq: _seq, ...summary }: TraceSummary) {
  return summary;
}

/** A run with all that makes a summary: a root that is late, failures, equal times, a suspension, a lost parent. */
const RUN: readonly SpanRecord[] = [
  sampleSpan(1, 1, { attributes: { 'workflow.name': 'nightly', 'execution.status': 'suspended' } }),
  sampleSpan(1, 2, { statusCode: 2, statusMessage: 'boom' }),
  sampleSpan(1, 3, { startTimeUnixNano: 5n, endTimeUnixNano: 5n, parentSpanId: hexId(2, 16) }),
  sampleSpan(1, 4, { startTimeUnixNano: 5n, endTimeUnixNano: 2n, parentSpanId: hexId(99, 16) }),
  sampleSpan(1, 5, { name: 'primitive.resumable.resume', attributes: { 'execution.status': 'timeout' } }),
  sampleSpan(1, 6, { name: 'primitive.resumable.resume', attributes: { 'execution.status': 'success' } }),
  sampleSpan(1, 7, { endTimeUnixNano: 9_000_000_000n, attributes: { 'primitive.name': 'ask' } }),
];

const orderedAndRepeated = withStorage(
  'makes the same trace of the same spans, in whatever order and batches and however often they arrive',
  async (storage) => {
    await write(storage, ...RUN);
    const expected = (await storage.traces.trace(hexId(1, 32)))!;
    assert.equal(expected.summary.status, 'success');
    assert.equal(expected.summary.spanCount, RUN.length);
    const random = seededRandom(8);
    for (let trace = 2; trace < 60; trace++) {
      const rest = [...RUN, ...RUN.slice(0, 3)].map((span) => ({ ...span, traceId: hexId(trace, 32) }));
      let last: LiveChange | undefined;
      while (rest.length > 0) {
        const batch = Array.from({ length: Math.ceil(random.next() * 4) }, () =>
          rest.splice(Math.floor(random.next() * rest.length), 1),
        ).flat();
        last = (await write(storage, ...batch)).at(-1) ?? last;
      }
      const { summary, services, spans } = (await storage.traces.trace(hexId(trace, 32)))!;
      same(comparable(summary), comparable(expected.summary));
      same({ services, spans }, { services: expected.services, spans: expected.spans });
      same(last, { type: 'trace', seq: summary.seq, trace: summary });
    }
  },
);

const visibleAtOnce = withStorage(
  'shows what was written as soon as it says so, everywhere',
  async (storage) => {
    for (let trace = 1; trace <= 20; trace++) {
      const changes = await write(storage, named(trace, `job ${trace}`), sampleSpan(trace, 2));
      same(
        changes.map(({ type, seq }) => [type, seq]),
        [['trace', trace]],
      );
      const traceId = hexId(trace, 32);
      assert.equal((await traceIds(storage))[0], traceId);
      assert.equal((await storage.traces.trace(traceId))?.spans.spanId.length, 2);
      assert.equal((await storage.traces.span(traceId, hexId(1, 16)))?.name, `job ${trace}`);
      same(await found(storage, `job ${trace}`), [`job ${trace}`]);
      same(await storage.traces.changesAfter(trace - 1, 10), changes);
      assert.equal(await storage.traces.newestSeq(), trace);
      same(await storage.traces.counts(), { traceCount: trace, spanCount: 2 * trace });
    }
    assert.equal(await storage.traces.trace(hexId(99, 32)), undefined);
    assert.equal(await storage.traces.span(hexId(1, 32), hexId(99, 16)), undefined);
  },
);

const countsOn: ConformanceCase = {
  name: 'keeps everything over a restart, and counts changes on',
  run: async (open) => {
    let storage = await open();
    await write(storage, named(1, 'before'), sampleSpan(2, 1));
    await storage.traces.pin(hexId(1, 32), true);
    const seq = await storage.traces.newestSeq();
    await storage.close();
    storage = await open();
    assert.equal(await storage.traces.newestSeq(), seq);
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPinned, true);
    same(await write(storage, named(1, 'before')), []);
    const [change] = await write(storage, sampleSpan(1, 2));
    assert.equal(change?.seq, seq + 1);
    same(await found(storage, 'before'), ['before']);
    await storage.close();
  },
};

const paging = withStorage(
  'lists each trace once, newest first, page by page, while others are written and removed',
  async (storage) => {
    await write(storage, ...Array.from({ length: 100 }, (_, index) => sampleSpan(index + 1, 1)));
    // Equal times: the order is told by something else.
    await write(
      storage,
      ...Array.from({ length: 20 }, (_, index) => sampleSpan(201 + index, 1, { startTimeUnixNano: 7n })),
    );
    const listed: string[] = [];
    let cursor: string | null | undefined;
    for (let page = 1; cursor !== null; page++) {
      const list = await storage.traces.traces({ limit: 7, ...(cursor !== undefined && { cursor }) });
      listed.push(...list.items.map(({ traceId }) => traceId));
      cursor = list.nextCursor;
      await write(storage, sampleSpan(1000 + page, 1));
    }
    assert.equal(new Set(listed).size, listed.length);
    same(
      listed.slice(0, 100),
      Array.from({ length: 100 }, (_, index) => hexId(100 - index, 32)),
    );
    assert.equal(listed.length, 120);
    await assert.rejects(storage.traces.traces({ limit: 1, cursor: "1' OR 1=1" }), {
      name: 'InvalidCursorError',
    });
  },
);

/** What a person may type, and the text in which it is to be found. */
const WORDS: readonly (readonly [words: string, text: string])[] = [
  ['checkout', 'the checkout of an order'],
  ['ORDER Checkout', 'the checkout of an order'],
  ['user@example.com', 'mail for user@example.com today'],
  ["don't", "they don't agree"],
  ['"quoted', 'a "quoted text"'],
  ['AND', 'salt AND pepper'],
  ['NOT NEAR(', 'NOT NEAR(the river'],
  ['text:', 'text: a column'],
  ['a-b*c^d', 'rule a-b*c^d'],
  ['größe', 'die Größe zählt'],
  ['\u6771\u4eac', '\u6771\u4eac is a city'],
  ['\u041f\u0440\u0438\u0432\u0435\u0442', '\u041f\u0440\u0438\u0432\u0435\u0442 again'],
  ['x1F600', 'party \u{1F600} x1F600'],
];
/** What finds nothing, and does no harm. */
const NO_WORDS = [
  '',
  ' ',
  '"',
  '""',
  '*',
  '(',
  ')',
  'OR OR',
  '\u{1F600}',
  "'; DROP TABLE span; --",
  '\0',
  '%',
  '^',
];

const search = withStorage(
  'finds spans by the words in their texts, newest first, and takes nothing in them for an operator',
  async (storage) => {
    for (const [index, [, text]] of WORDS.entries()) await write(storage, named(index + 1, text));
    for (const [words, text] of WORDS) {
      assert.ok((await found(storage, words)).includes(text), `${words} finds ${text}`);
    }
    for (const words of NO_WORDS) same(await found(storage, words), [], words);
    const event = {
      name: 'exception',
      timeUnixNano: 1n,
      attributes: { 'exception.message': 'whale sighted' },
    };
    const deep = {
      attributes: { list: ['one', { inner: 'narwhal' }] },
      statusCode: 2,
      statusMessage: 'orca',
    };
    await write(storage, sampleSpan(50, 1, { name: 'first' }), sampleSpan(51, 1, { ...deep, name: 'deep' }));
    await write(storage, sampleSpan(52, 1, { events: [event], name: 'event' }), named(53, 'narwhal'));
    same(await found(storage, 'narwhal'), ['narwhal', 'deep']);
    same(await found(storage, 'orca narwhal'), ['deep']);
    same(await found(storage, 'whale'), ['event']);
    same(await found(storage, 'whale narwhal'), []);
    assert.equal((await storage.traces.findSpans('narwhal', 1)).length, 1);
  },
);

const removal = withStorage(
  'removes whole traces that are over the limits, those that have not changed for longest first, and finds nothing of them',
  async (storage) => {
    for (let trace = 1; trace <= 30; trace++) await write(storage, named(trace, `whale ${trace}`));
    await writeLogs(storage, [1, 'still logging']);
    const preview = await storage.traces.previewPrune({ ...FOREVER, maxTraces: 25 });
    same([preview.traceCount, preview.spanCount], [5, 5]);
    same(
      preview.traceIds,
      [2, 3, 4, 5, 6].map((trace) => hexId(trace, 32)),
    );
    await pruneAll(storage, { maxTraces: 25 });
    same(await storage.traces.counts(), { traceCount: 25, spanCount: 25 });
    for (const traceId of preview.traceIds) assert.equal(await storage.traces.trace(traceId), undefined);
    same(await found(storage, 'whale 2'), []);
    assert.equal((await storage.traces.previewPrune({ ...FOREVER, maxTraces: 25 })).traceCount, 0);
    const late = { ...FOREVER, changedSinceMs: Date.parse('2100-01-01') };
    assert.equal((await storage.traces.previewPrune(late)).traceCount, 25);
    await pruneAll(storage, late);
    same(await storage.traces.counts(), { traceCount: 0, spanCount: 0 });
    same(await found(storage, 'whale'), []);
    same((await storage.logs.search({ limit: 10 })).items, []);
  },
);

const bytes = withStorage(
  'removes as much as brings it below its limit of bytes, and not much more',
  async (storage) => {
    const large = (trace: number) => {
      const text = Array.from(
        { length: 400 },
        (_, word) => `w${(trace * 7919 + word * 104_729) % 50_000}`,
      ).join(' ');
      return Array.from({ length: 20 }, (_, id) => sampleSpan(trace, id + 1, { attributes: { text } }));
    };
    for (let trace = 1; trace <= 60; trace++) await write(storage, ...large(trace));
    const { usedBytes } = await storage.usage();
    const maxBytes = Math.round(usedBytes * 0.7);
    const preview = await storage.traces.previewPrune({ ...FOREVER, maxBytes });
    assert.ok(preview.traceCount >= 10 && preview.traceCount <= 30, `${preview.traceCount} of 60`);
    await pruneAll(storage, { maxBytes });
    // What is removed leaves its words behind for a while.
    assert.ok((await storage.usage()).usedBytes <= maxBytes * 1.25);
    const { traceCount } = await storage.traces.counts();
    assert.ok(traceCount >= 20 && traceCount <= 50, `${traceCount} of 60 are left`);
    assert.equal((await traceIds(storage))[0], hexId(60, 32));
  },
);

const pins = withStorage(
  'exempts pinned traces from removal, the newest first, up to half of the bytes',
  async (storage) => {
    for (let trace = 1; trace <= 10; trace++) await write(storage, sampleSpan(trace, 1));
    assert.equal(await storage.traces.pin(hexId(99, 32), true), undefined);
    assert.equal(await storage.traces.newestSeq(), 10);
    const pinned = await storage.traces.pin(hexId(1, 32), true);
    assert.equal(pinned?.isPinned, true);
    assert.equal(pinned.seq, await storage.traces.newestSeq());
    const [change] = await storage.traces.changesAfter(pinned.seq - 1, 10);
    same(change, { type: 'trace', seq: pinned.seq, trace: pinned });
    await pruneAll(storage, { maxTraces: 1 });
    same(await traceIds(storage), [hexId(10, 32), hexId(1, 32)]);
    await write(storage, sampleSpan(1, 2));
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPinned, true);
    await storage.traces.pin(hexId(1, 32), false);
    await pruneAll(storage, { maxTraces: 0 });
    same(await traceIds(storage), []);

    const text = 'x'.repeat(100_000);
    for (let trace = 21; trace <= 30; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
      await storage.traces.pin(hexId(trace, 32), true);
    }
    same(await storage.traces.pins(FOREVER.maxBytes), { pinnedCount: 10, exemptCount: 10 });
    const { usedBytes } = await storage.usage();
    const { exemptCount } = await storage.traces.pins(usedBytes);
    assert.ok(exemptCount >= 3 && exemptCount <= 5, `${exemptCount} of 10`);
    await pruneAll(storage, { maxTraces: 0, maxBytes: usedBytes });
    const left = await traceIds(storage);
    assert.ok(left.length >= 1 && left.length <= exemptCount);
    assert.equal(left[0], hexId(30, 32));
  },
);

const lateSpans = withStorage(
  'opens a removed trace anew for a late span, and marks it partial',
  async (storage) => {
    await write(storage, sampleSpan(1, 1), sampleSpan(1, 2));
    await pruneAll(storage, { maxTraces: 0 });
    const [change] = await write(storage, sampleSpan(1, 2), sampleSpan(2, 1));
    assert.ok(change?.type === 'trace');
    same([change.trace.spanCount, change.trace.hasRoot, change.trace.isPartial], [1, false, true]);
    assert.equal((await storage.traces.trace(hexId(1, 32)))?.summary.isPartial, true);
    assert.equal((await storage.traces.trace(hexId(2, 32)))?.summary.isPartial, false);
  },
);

const logs = withStorage(
  'keeps log records with their trace, and a repeated request once',
  async (storage) => {
    const request = new TextEncoder().encode('a request');
    const group = [{ resource: {}, scope, items: [sampleLog(1, 'early'), sampleLog(null, 'loose')] }];
    same(await storage.logs.write(group, request), []);
    assert.equal(await storage.logs.ofTrace(hexId(1, 32), { limit: 10 }), undefined);
    const [{ seq } = { seq: 0 }] = await write(storage, sampleSpan(1, 1));
    same(await writeLogs(storage, [1, 'late'], [2, 'other']), [
      { type: 'logs', seq: seq + 1, traceId: hexId(1, 32) },
    ]);
    same(await storage.logs.write(group, request), []);
    const bodies = (list: Awaited<ReturnType<Storage['logs']['ofTrace']>>) =>
      list?.items.map(({ body }) => body);
    same(bodies(await storage.logs.ofTrace(hexId(1, 32), { limit: 10 })), ['early', 'late']);
    same(bodies(await storage.logs.search({ limit: 2 })), ['other', 'late']);
    while (await storage.logs.prune({ maxRecords: 0, receivedSinceMs: 0 }));
    same(bodies(await storage.logs.search({ limit: 10 })), ['late', 'early']);
  },
);

const metrics = withStorage('keeps each data point once', async (storage) => {
  const point = {
    attributes: { a: 1 },
    timeUnixNano: 5n,
    startTimeUnixNano: 0n,
    flags: 0,
    value: 7,
    exemplars: [],
  };
  const metric = {
    name: 'jobs',
    description: '',
    unit: '1',
    metadata: {},
    kind: 'gauge',
    temporality: null,
  } as const;
  const points = [point, { ...point, timeUnixNano: 6n }];
  const group: MetricGroup = { resource: {}, scope, items: [{ ...metric, isMonotonic: false, points }] };
  await storage.metrics.write([group]);
  await storage.metrics.write([group]);
  assert.equal((await storage.metrics.list({ limit: 10 })).items.length, 1);
  assert.equal((await storage.metrics.points({ name: 'jobs', limit: 10 })).items.length, 2);
});

const concurrency = withStorage(
  'answers questions from what is whole while much is written at once',
  async (storage) => {
    const sizes: number[] = [];
    const writes = Array.from({ length: 100 }, (_, index) =>
      write(
        storage,
        ...Array.from({ length: 10 }, (_span, id) => sampleSpan(1 + (index % 10), index * 10 + id + 1)),
      ),
    );
    let isWriting = true;
    const reading = (async () => {
      while (isWriting) {
        const trace = await storage.traces.trace(hexId(1, 32));
        if (trace !== undefined) {
          assert.equal(trace.summary.spanCount, trace.spans.spanId.length);
          sizes.push(trace.summary.spanCount);
        }
      }
    })();
    const seqs = (await Promise.all(writes)).flat().map(({ seq }) => seq);
    isWriting = false;
    await reading;
    same(
      seqs,
      seqs.toSorted((left, right) => left - right),
    );
    assert.equal(new Set(seqs).size, seqs.length);
    same(
      sizes,
      sizes.toSorted((left, right) => left - right),
    );
    same(await storage.traces.counts(), { traceCount: 10, spanCount: 1000 });
  },
);

/** Everything that a span may have: each field is to be told as it was received. */
const FULL: SpanRecord = {
  ...sampleSpan(1, 2),
  kind: 3,
  statusCode: 2,
  statusMessage: 'no stock',
  traceState: 'vendor=1',
  flags: 0x101,
  attributes: {
    text: 'a "b" \u0000 \u{1F600}',
    count: 3,
    ratio: 0.5,
    is: true,
    list: [1, 'two', { three: null }],
  },
  events: [
    { name: 'exception', timeUnixNano: 1_005_000_001n, attributes: { 'exception.type': 'OutOfStock' } },
    { name: 'retried', timeUnixNano: 1_006_000_000n, attributes: {}, droppedAttributesCount: 4 },
  ],
  links: [
    {
      traceId: hexId(7, 32),
      spanId: hexId(8, 16),
      attributes: { why: 'batch' },
      traceState: 'a=b',
      flags: 1,
    },
    { traceId: hexId(9, 32), spanId: hexId(9, 16), attributes: {}, droppedAttributesCount: 2 },
  ],
  droppedAttributes: 5,
  droppedEvents: 6,
  droppedLinks: 7,
};

const details = withStorage('tells of a span everything that was received', async (storage) => {
  const resource = { 'service.name': 'shop', 'host.name': 'here', cores: 8 };
  const group = {
    resource,
    scope: { ...scope, attributes: { kept: true } },
    items: [sampleSpan(1, 1), FULL],
  };
  await storage.traces.write(batchOfGroups([group]));
  const { startTimeUnixNano, endTimeUnixNano, events, links } = FULL;
  same(await storage.traces.span(hexId(1, 32), hexId(2, 16)), {
    traceId: hexId(1, 32),
    spanId: hexId(2, 16),
    parentSpanId: hexId(1, 16),
    name: 'span 2',
    kind: 3,
    startTimeUnixNano: String(startTimeUnixNano),
    endTimeUnixNano: String(endTimeUnixNano),
    status: 'error',
    statusCode: 2,
    statusMessage: 'no stock',
    traceState: 'vendor=1',
    flags: 0x101,
    attributes: FULL.attributes,
    droppedAttributesCount: 5,
    events: events.map(({ name, timeUnixNano, attributes, droppedAttributesCount = 0 }) => ({
      name,
      timeMs: Number(timeUnixNano - sampleSpan(1, 1).startTimeUnixNano) / 1e6,
      timeUnixNano: String(timeUnixNano),
      attributes,
      droppedAttributesCount,
    })),
    droppedEventsCount: 6,
    links: links.map(({ traceState = null, flags = 0, droppedAttributesCount = 0, ...link }) => ({
      ...link,
      traceState,
      flags,
      droppedAttributesCount,
    })),
    droppedLinksCount: 7,
    resource,
    scope: { name: 'lib', version: '1', attributes: { kept: true } },
  });
  const bare = await storage.traces.span(hexId(1, 32), hexId(1, 16));
  same(
    [bare?.parentSpanId, bare?.attributes, bare?.events, bare?.links, bare?.droppedAttributesCount],
    [null, {}, [], [], 0],
  );
});

const traceAge = withStorage(
  'removes traces that have not changed since a time, and shows exactly those before',
  async (storage) => {
    await write(storage, sampleSpan(3, 1), sampleSpan(3, 2));
    await write(storage, sampleSpan(1, 1));
    await write(storage, sampleSpan(2, 1));
    const sinceMs = await nextMs();
    await write(storage, sampleSpan(1, 2));
    await write(storage, sampleSpan(4, 1));
    const limits = { ...FOREVER, changedSinceMs: sinceMs };
    const { bytes: previewBytes, ...preview } = await storage.traces.previewPrune(limits);
    same(preview, {
      traceCount: 2,
      spanCount: 3,
      traceIds: [hexId(3, 32), hexId(2, 32)],
      oldestStartTimeMs: 2001,
      newestStartTimeMs: 3001,
    });
    assert.ok(previewBytes > 0, `${previewBytes} bytes`);
    same(await traceIds(storage), [hexId(4, 32), hexId(3, 32), hexId(2, 32), hexId(1, 32)]);
    await pruneAll(storage, limits);
    same(await traceIds(storage), [hexId(4, 32), hexId(1, 32)]);
    same(await storage.traces.previewPrune(limits), {
      traceCount: 0,
      spanCount: 0,
      bytes: 0,
      traceIds: [],
      oldestStartTimeMs: null,
      newestStartTimeMs: null,
    });
  },
);

const logContent = withStorage('tells of a log record everything that was received', async (storage) => {
  const resource = { 'service.name': 'shop', 'host.name': 'here' };
  const record = sampleLog(null, '', {
    traceId: hexId(5, 32),
    spanId: hexId(6, 16),
    timeUnixNano: 1_763_700_000_000_000_001n,
    observedTimeUnixNano: 1_763_700_000_000_000_002n,
    severityNumber: 17,
    severityText: 'ERROR',
    body: { text: 'no stock', list: [1, null] },
    eventName: 'stock.empty',
    attributes: { sku: 'a-1', tries: 2 },
    droppedAttributesCount: 3,
    flags: 1,
  });
  const items = [record, sampleLog(null, 'bare', { severityNumber: 0, severityText: '' })];
  await storage.logs.write([{ resource, scope, items }]);
  const [full, bare] = (await storage.logs.search({ limit: 10 })).items;
  const { id, ...rest } = full!;
  assert.ok(Number.isSafeInteger(id));
  same(rest, {
    ...record,
    timeUnixNano: String(record.timeUnixNano),
    observedTimeUnixNano: String(record.observedTimeUnixNano),
    serviceName: 'shop',
    resource,
    scope: { name: 'lib', version: '1' },
  });
  same(
    [
      bare?.traceId,
      bare?.spanId,
      bare?.severityNumber,
      bare?.severityText,
      bare?.eventName,
      bare?.attributes,
    ],
    [null, null, 0, null, null, {}],
  );
});

const logFilters = withStorage(
  'finds log records by trace, span and severity, page by page',
  async (storage) => {
    await write(storage, sampleSpan(1, 1));
    const items = Array.from({ length: 24 }, (_, index) =>
      sampleLog(index % 2 === 0 ? 1 : 2, `line ${index}`, {
        spanId: index % 3 === 0 ? null : hexId(index % 3, 16),
        severityNumber: index,
        timeUnixNano: BigInt(index + 1) * 1_000_000n,
      }),
    );
    await storage.logs.write([{ resource: {}, scope, items }]);
    const lines = (keep: (index: number) => boolean) =>
      items.flatMap(({ body }, index) => (keep(index) ? [body] : []));
    const traceId = hexId(1, 32);
    const ofTrace = (filter: Partial<TraceLogQuery>) =>
      allBodies((page) => storage.logs.ofTrace(traceId, { limit: 5, ...filter, ...page }));
    const search = (filter: Partial<LogSearch>) =>
      allBodies((page) => storage.logs.search({ limit: 5, ...filter, ...page }));
    same(
      await ofTrace({}),
      lines((index) => index % 2 === 0),
    );
    same(
      await ofTrace({ minSeverity: 9 }),
      lines((index) => index % 2 === 0 && index >= 9),
    );
    same(
      await ofTrace({ spanIds: [hexId(1, 16)] }),
      lines((index) => index % 6 === 4),
    );
    same(
      await ofTrace({ spanIds: [hexId(1, 16), hexId(2, 16)], minSeverity: 12 }),
      lines((index) => index % 2 === 0 && index % 3 !== 0 && index >= 12),
    );
    same(await search({}), lines(() => true).reverse());
    same(await search({ minSeverity: 20 }), lines((index) => index >= 20).reverse());
    same(
      await search({ traceId: hexId(2, 32), minSeverity: 4 }),
      lines((index) => index % 2 === 1 && index >= 4).reverse(),
    );
    for (const rejected of [
      storage.logs.search({ limit: 1, cursor: "1' OR 1=1" }),
      storage.logs.ofTrace(traceId, { limit: 1, cursor: "1' OR 1=1" }),
    ]) {
      await assert.rejects(rejected, { name: 'InvalidCursorError' });
    }
  },
);

const logAge = withStorage(
  'removes loose log records that arrived before a time, and beyond their number the first',
  async (storage) => {
    await write(storage, sampleSpan(1, 1));
    await writeLogs(storage, [1, 'of a trace'], [null, 'old'], [2, 'old too']);
    const receivedSinceMs = await nextMs();
    await writeLogs(storage, [null, 'young 1']);
    await writeLogs(storage, [null, 'young 2']);
    while (await storage.logs.prune({ maxRecords: 100, receivedSinceMs }));
    const left = async () =>
      (await allBodies((page) => storage.logs.search({ limit: 5, ...page }))).toSorted();
    same(await left(), ['of a trace', 'young 1', 'young 2']);
    while (await storage.logs.prune({ maxRecords: 1, receivedSinceMs: 0 }));
    same(await left(), ['of a trace', 'young 2']);
  },
);

const metricContent = withStorage(
  'tells of a metric and its data points everything that was received',
  async (storage) => {
    const resource = { 'service.name': 'shop', 'host.name': 'here' };
    const histogram: ReceivedMetric = {
      name: 'answer time',
      description: 'how long it took',
      unit: 's',
      metadata: { source: 'client' },
      kind: 'histogram',
      temporality: 'delta',
      isMonotonic: false,
      points: [
        {
          attributes: { route: '/a', code: 200 },
          timeUnixNano: 1_763_700_000_000_000_001n,
          startTimeUnixNano: 1_763_699_000_000_000_001n,
          flags: 0,
          value: { count: 3, sum: 0.75, min: 0.1, max: 0.5, bucketCounts: [1, 2], explicitBounds: [0.2] },
          exemplars: [
            {
              timeUnixNano: '1763699900000000001',
              value: 0.5,
              traceId: hexId(1, 32),
              spanId: hexId(2, 16),
              filteredAttributes: { user: 'u1' },
            },
          ],
        },
      ],
    };
    await storage.metrics.write([{ resource, scope, items: [histogram] }]);
    const { points, kind, name, unit, temporality, isMonotonic, description, metadata } = histogram;
    const [point] = points;
    const identity = { name, unit, kind, temporality, isMonotonic, serviceName: 'shop' };
    const origin = { scope: { name: 'lib', version: '1' } };
    same((await storage.metrics.points({ name, limit: 10 })).items, [
      {
        ...point,
        ...identity,
        ...origin,
        timeUnixNano: String(point!.timeUnixNano),
        startTimeUnixNano: String(point!.startTimeUnixNano),
        resource,
      },
    ]);
    same((await storage.metrics.list({ limit: 10 })).items, [
      {
        ...identity,
        ...origin,
        description,
        metadata,
        seriesCount: 1,
        pointCount: 1,
        newestTimeUnixNano: String(point!.timeUnixNano),
      },
    ]);
  },
);

const metricFilters = withStorage(
  'finds data points by name, service and time, page by page, series by series',
  async (storage) => {
    for (const service of ['a', 'b'])
      await storage.metrics.write([gauges(service, ['jobs', 'tasks'], 1, 12)]);
    const values = (query: Partial<PointQuery>) =>
      allItems(
        (page) => storage.metrics.points({ name: 'jobs', limit: 5, ...query, ...page }),
        (item) => [item.serviceName, item.value],
      );
    const expected = (services: readonly string[], first: number) =>
      services.flatMap((service) =>
        Array.from({ length: 13 - first }, (_, index) => [service, first + index]),
      );
    same(await values({}), expected(['a', 'b'], 1));
    same(await values({ serviceName: 'b' }), expected(['b'], 1));
    same(await values({ sinceMs: 9 }), expected(['a', 'b'], 9));
    same(await values({ name: 'nothing' }), []);
    same(
      await allItems(
        (page) => storage.metrics.list({ limit: 3, ...page }),
        (item) => [item.name, item.serviceName, item.pointCount],
      ),
      [
        ['jobs', 'a', 12],
        ['jobs', 'b', 12],
        ['tasks', 'a', 12],
        ['tasks', 'b', 12],
      ],
    );
    await assert.rejects(storage.metrics.points({ name: 'jobs', limit: 1, cursor: 'x' }), {
      name: 'InvalidCursorError',
    });
    await assert.rejects(storage.metrics.list({ limit: 1, cursor: 'x' }), { name: 'InvalidCursorError' });
  },
);

const metricPruning = withStorage(
  'removes data points by age and beyond their number the oldest, and series that are silent for longest',
  async (storage) => {
    const forever = { maxSeries: 1000, maxPointsPerSeries: 1000, receivedSinceMs: 0 };
    const prune = async (limits: Partial<MetricLimits>) => {
      while (await storage.metrics.prune({ ...forever, ...limits }));
      return allItems(
        (page) => storage.metrics.list({ limit: 5, ...page }),
        (item) => [item.name, item.pointCount],
      );
    };
    await storage.metrics.write([gauges('a', ['first', 'second'], 1, 5)]);
    const receivedSinceMs = await nextMs();
    await storage.metrics.write([gauges('a', ['second'], 6, 9)]);
    await nextMs();
    await storage.metrics.write([gauges('a', ['third'], 1, 9)]);
    const all = [
      ['first', 5],
      ['second', 9],
      ['third', 9],
    ];
    same(await prune({}), all);
    same(await prune({ receivedSinceMs }), [
      ['second', 4],
      ['third', 9],
    ]);
    same(await prune({ maxPointsPerSeries: 3 }), [
      ['second', 3],
      ['third', 3],
    ]);
    same(
      (await storage.metrics.points({ name: 'third', limit: 10 })).items.map(({ value }) => value),
      [7, 8, 9],
    );
    same(await prune({ maxSeries: 1 }), [['third', 3]]);
  },
);

const space = withStorage(
  'takes space for what it keeps, and gives back most of what is removed',
  async (storage) => {
    const text = 'x'.repeat(100_000);
    for (let trace = 1; trace <= 40; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
    }
    const full = await storage.usage();
    assert.ok(full.usedBytes >= 2_000_000 && full.fileBytes >= 2_000_000, JSON.stringify(full));
    await pruneAll(storage, { maxTraces: 1 });
    assert.ok((await storage.usage()).usedBytes < full.usedBytes / 2);
    let steps = 1;
    while (await storage.vacuum()) steps++;
    assert.ok(steps > 1, 'it is done in portions');
    assert.equal(await storage.vacuum(), false);
    same(await traceIds(storage), [hexId(40, 32)]);
  },
);

const shrinking: ConformanceCase = {
  name: 'is small again when what was removed was given back and it is closed',
  run: async (open) => {
    let storage = await open();
    const text = 'x'.repeat(100_000);
    for (let trace = 1; trace <= 40; trace++) {
      await write(storage, sampleSpan(trace, 1, { attributes: { text } }));
    }
    await storage.close();
    storage = await open();
    const { fileBytes } = await storage.usage();
    await pruneAll(storage, { maxTraces: 1 });
    while (await storage.vacuum());
    await storage.close();
    storage = await open();
    assert.ok((await storage.usage()).fileBytes < fileBytes / 2);
    await storage.close();
  },
};

const backups: ConformanceCase = {
  name: 'copies everything that is committed into a file that opens as a storage of its own',
  run: async (open, directory) => {
    const backupPath = join(directory, 'copy.db');
    const storage = await open();
    try {
      await write(storage, named(1, 'whale'), sampleSpan(1, 2));
      await storage.traces.pin(hexId(1, 32), true);
      await writeLogs(storage, [1, 'a line']);
      await storage.metrics.write([gauges('a', ['jobs'], 1, 3)]);
      await storage.backup(backupPath);
      await write(storage, sampleSpan(2, 1));
      await assert.rejects(storage.backup(backupPath), { code: 'OBS_ERR_BACKUP' });
      const copy = await open(backupPath);
      try {
        same(await traceIds(copy), [hexId(1, 32)]);
        same(await copy.traces.trace(hexId(1, 32)), await storage.traces.trace(hexId(1, 32)));
        same(await found(copy, 'whale'), ['whale']);
        same(await copy.logs.search({ limit: 10 }), await storage.logs.search({ limit: 10 }));
        same(
          await copy.metrics.points({ name: 'jobs', limit: 10 }),
          await storage.metrics.points({ name: 'jobs', limit: 10 }),
        );
      } finally {
        await copy.close();
      }
    } finally {
      await storage.close();
    }
  },
};

const closing: ConformanceCase = {
  name: 'ends what was asked for before it is closed',
  run: async (open) => {
    let storage = await open();
    const writes = Array.from({ length: 50 }, (_, index) => write(storage, sampleSpan(index + 1, 1)));
    const question = storage.traces.counts();
    await storage.close();
    await Promise.all([...writes, question]);
    storage = await open();
    assert.equal((await storage.traces.counts()).traceCount, 50);
    await storage.close();
  },
};

/** What every {@link Storage} promises: each case is to be run on a storage of its own, by any test runner. */
export const storageConformance: readonly ConformanceCase[] = [
  orderedAndRepeated,
  visibleAtOnce,
  countsOn,
  paging,
  search,
  removal,
  bytes,
  pins,
  lateSpans,
  logs,
  metrics,
  details,
  traceAge,
  logContent,
  logFilters,
  logAge,
  metricContent,
  metricFilters,
  metricPruning,
  space,
  shrinking,
  backups,
  concurrency,
  closing,
];
