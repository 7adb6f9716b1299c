import assert from 'node:assert/strict';
import type { SpanRecord } from '../otlp/trace-batch.ts';
import { found, named, same, scope, type ConformanceCase, withStorage, write } from './conformance-case.ts';
import { batchOfGroups, hexId, sampleSpan } from './sample-records.ts';

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
    ai: null,
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

const pages = withStorage(
  'tells all spans of a trace, page by page, in the order of their ids',
  async (storage) => {
    const id = hexId(1, 32);
    const large = { attributes: { text: 'x'.repeat(1_000_000) } };
    await write(storage, ...[7, 3, 1].map((span) => sampleSpan(1, span)), FULL, sampleSpan(2, 1));
    for (let span = 10; span < 18; span++) await write(storage, sampleSpan(1, span, large));
    const told: string[] = [];
    const counts: number[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await storage.traces.spans(id, { limit: 3, ...(cursor !== undefined && { cursor }) });
      assert.ok(page !== undefined);
      for (const span of page.items) {
        told.push(span.spanId);
        same(span, await storage.traces.span(id, span.spanId));
      }
      counts.push(page.items.length);
      cursor = page.nextCursor;
    }
    same(
      told,
      [1, 2, 3, 7, 10, 11, 12, 13, 14, 15, 16, 17].map((span) => hexId(span, 16)),
    );
    same(counts, [3, 3, 3, 3]);
    const all = await storage.traces.spans(id, { limit: 500 });
    assert.ok(
      all!.items.length < 12 && all!.nextCursor === all!.items.at(-1)!.spanId,
      'a page has a limit of bytes',
    );
    assert.equal(await storage.traces.spans(hexId(9, 32), { limit: 1 }), undefined);
    await assert.rejects(storage.traces.spans(id, { limit: 1, cursor: "' OR 1" }), {
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

/** How single spans are told and found. */
export const spanConformance: readonly ConformanceCase[] = [details, pages, search];
