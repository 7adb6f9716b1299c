import assert from 'node:assert/strict';
import { seededRandom } from '@tta/obs-context/manual';
import type { LiveChange, TraceSummary } from '@tta/obs-protocol';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import {
  found,
  named,
  pruneAll,
  same,
  scope,
  traceIds,
  type ConformanceCase,
  withStorage,
  write,
} from './conformance-case.ts';
import { batchOfGroups, hexId, sampleSpan } from './sample-records.ts';

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

/** How traces are stored, found and told. */
export const traceConformance: readonly ConformanceCase[] = [
  orderedAndRepeated,
  visibleAtOnce,
  paging,
  search,
  lateSpans,
  details,
  concurrency,
];
