import assert from 'node:assert/strict';
import { seededRandom } from '@tta/obs-context/manual';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { batchOfSpans, hexId, sampleLog, sampleSpan } from './sample-records.ts';
import type { Storage } from './storage.ts';
import type { RetentionLimits } from './trace-store.ts';

export interface ConformanceCase {
  /** A fact of every storage, in the present tense. */
  readonly name: string;
  /**
   * @param open - Opens the storage of this case: an empty one the first time, afterwards what was left when it
   *   was closed.
   * @throws AssertionError when the storage does not keep its promise.
   */
  run(open: () => Promise<Storage>): Promise<void>;
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
    assert.ok((await storage.usage()).usedBytes <= maxBytes);
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
    await pruneAll(storage, { maxTraces: 2 });
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
  concurrency,
  closing,
];
