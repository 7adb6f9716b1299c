import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isHealth,
  isLiveMessage,
  isLogList,
  isLogRecord,
  isMetricList,
  isMetricPointList,
  isPinAnswer,
  isPrimitiveStatsList,
  isProblemDetails,
  isRetentionPreview,
  isSpanDetail,
  isSpanDetailList,
  isSpanList,
  isTraceDocument,
  isTraceList,
  isTraceSummary,
} from './guards.ts';

const hexDigits = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const traceId = hexDigits(32);
const spanId = hexDigits(16);
const count = fc.nat();
const length = fc.double({ min: 0, max: 1e12, noNaN: true });
const status = fc.constantFrom('success', 'error', 'timeout', 'cancelled', 'suspended');
const textOrNull = fc.option(fc.string(), { nil: null });
const attributes = fc.dictionary(fc.string(), fc.jsonValue());

const usage = fc.record({
  calls: count,
  errors: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  reasoningTokens: count,
  reportedUsd: length,
  estimatedUsd: length,
  unpricedCount: count,
});

const summary = fc.record({
  traceId,
  name: fc.string(),
  serviceName: fc.string(),
  status,
  startTimeMs: length,
  durationMs: length,
  spanCount: count,
  errorCount: count,
  hasRoot: fc.boolean(),
  isPartial: fc.boolean(),
  isPinned: fc.boolean(),
  sessionId: textOrNull,
  userId: textOrNull,
  usage: fc.option(usage, { nil: null }),
  seq: count,
});

const operation = fc.constantFrom('inference', 'tool', 'agent', 'step');
const countOrNull = fc.option(count, { nil: null });
const lengthOrNull = fc.option(length, { nil: null });

/** Of some of so many spans. */
const aiColumns = (spanCount: number) =>
  fc.subarray(Array.from({ length: spanCount }, (_, index) => index)).chain((span) => {
    const column = <T>(cell: fc.Arbitrary<T>) =>
      fc.array(cell, { minLength: span.length, maxLength: span.length });
    return fc.record({
      span: fc.constant(span),
      operation: column(operation),
      provider: column(textOrNull),
      model: column(textOrNull),
      inputTokens: column(countOrNull),
      outputTokens: column(countOrNull),
      cacheReadTokens: column(countOrNull),
      costUsd: column(lengthOrNull),
      costSource: column(fc.constantFrom('reported', 'estimated', 'unpriced', null)),
      priceTable: column(textOrNull),
      countsTokens: column(fc.boolean()),
      countsCost: column(fc.boolean()),
      timeToFirstChunkMs: column(lengthOrNull),
      finishReasons: column(fc.array(fc.string(), { maxLength: 2 })),
      tool: column(textOrNull),
      agent: column(textOrNull),
    });
  });

const facts = fc.record(
  {
    edge: fc.string(),
    cacheOutcome: fc.constantFrom('hit', 'miss', 'stale'),
    backoffMs: fc.array(lengthOrNull, { maxLength: 3 }),
    circuitChanges: fc.array(fc.constantFrom('closed', 'open', 'half_open'), { maxLength: 3 }),
    sharesRun: fc.boolean(),
    iterations: count,
    undone: fc.array(fc.string(), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

/** Of some of so many spans. */
const factColumns = (spanCount: number) =>
  fc.subarray(Array.from({ length: spanCount }, (_, index) => index)).chain((span) =>
    fc.record({
      span: fc.constant(span),
      facts: fc.array(facts, { minLength: span.length, maxLength: span.length }),
    }),
  );

const aiSpan = fc.record({
  operation,
  operationName: textOrNull,
  convention: fc.constantFrom('otel-gen-ai', 'langfuse'),
  provider: textOrNull,
  requestModel: textOrNull,
  responseModel: textOrNull,
  responseId: textOrNull,
  tokens: fc.option(
    fc.record({
      input: countOrNull,
      output: countOrNull,
      cacheRead: countOrNull,
      cacheWrite: countOrNull,
      reasoning: countOrNull,
    }),
    { nil: null },
  ),
  cost: fc.constantFrom(
    null,
    { source: 'reported', usd: 1 },
    { source: 'estimated', usd: 0.5, priceTable: 'list', by: 'service' },
    { source: 'unpriced' },
  ),
  finishReasons: fc.array(fc.string(), { maxLength: 2 }),
  timeToFirstChunkMs: lengthOrNull,
  toolName: textOrNull,
  toolCallId: textOrNull,
  toolDescription: textOrNull,
  sessionId: textOrNull,
  userId: textOrNull,
  agentName: textOrNull,
  workflowName: textOrNull,
  tags: fc.array(fc.string(), { maxLength: 2 }),
});

/** Columns whose parents all lie before their children, as many as `spanCount`. */
const columns = fc.integer({ min: 1, max: 12 }).chain((spanCount) => {
  const column = <T>(cell: fc.Arbitrary<T>) => fc.array(cell, { minLength: spanCount, maxLength: spanCount });
  return fc.record({
    spanId: column(spanId),
    parentIndex: fc.tuple(
      ...Array.from({ length: spanCount }, (_, index) => fc.integer({ min: -1, max: index - 1 })),
    ),
    parentSpanId: column(fc.option(spanId, { nil: null })),
    name: column(fc.string()),
    kind: column(fc.integer({ min: 0, max: 5 })),
    startMs: column(length),
    durationMs: column(length),
    status: column(status),
    statusMessage: column(textOrNull),
    primitiveType: column(textOrNull),
    label: column(textOrNull),
    service: column(fc.integer({ min: 0, max: 1 })),
    ai: aiColumns(spanCount),
    primitives: factColumns(spanCount),
  });
});

const traceDocument = fc.record({
  summary,
  services: fc.tuple(fc.string(), fc.string()),
  spans: columns,
});

const spanDetail = fc.record({
  traceId,
  spanId,
  parentSpanId: fc.option(spanId, { nil: null }),
  name: fc.string(),
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  endTimeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  status,
  statusCode: fc.integer({ min: 0, max: 2 }),
  statusMessage: textOrNull,
  ai: fc.option(aiSpan, { nil: null }),
  attributes,
  traceState: fc.option(fc.string()),
  flags: fc.nat(0x3ff),
  droppedAttributesCount: fc.nat(),
  events: fc.array(
    fc.record({
      name: fc.string(),
      timeMs: length,
      timeUnixNano: fc.nat().map(String),
      attributes,
      droppedAttributesCount: fc.nat(),
    }),
    { maxLength: 3 },
  ),
  droppedEventsCount: fc.nat(),
  links: fc.array(
    fc.record({
      traceId,
      spanId,
      attributes,
      traceState: fc.option(fc.string()),
      flags: fc.nat(),
      droppedAttributesCount: fc.nat(),
    }),
    { maxLength: 3 },
  ),
  droppedLinksCount: fc.nat(),
  resource: attributes,
  scope: fc.record({ name: fc.string(), version: fc.string(), attributes }),
});

const logRecord = fc.record({
  id: count,
  traceId: fc.option(traceId, { nil: null }),
  spanId: fc.option(spanId, { nil: null }),
  timeUnixNano: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  observedTimeUnixNano: fc.option(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String), { nil: null }),
  severityNumber: fc.integer({ min: 0, max: 24 }),
  severityText: textOrNull,
  body: fc.jsonValue(),
  eventName: textOrNull,
  attributes,
  droppedAttributesCount: count,
  flags: count,
  serviceName: fc.string(),
  resource: attributes,
  scope: fc.record({ name: fc.string(), version: fc.string() }),
});

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '18446744073709551615', '-9223372036854775808'),
);
const numberOrNull = fc.option(number, { nil: null });
const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
const metricIdentity = {
  name: fc.string(),
  unit: fc.string(),
  temporality: fc.constantFrom('unspecified', 'delta', 'cumulative', null),
  isMonotonic: fc.boolean(),
  serviceName: fc.string(),
  scope: fc.record({ name: fc.string(), version: fc.string() }),
};
const instrument = fc.record({
  ...metricIdentity,
  kind: fc.constantFrom('gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'),
  description: fc.string(),
  metadata: attributes,
  seriesCount: count,
  pointCount: count,
  newestTimeUnixNano: nanoseconds,
});
const range = { count: number, sum: numberOrNull, min: numberOrNull, max: numberOrNull };
const histogram = fc.record({ ...range, explicitBounds: fc.array(number, { maxLength: 4 }) }).chain((value) =>
  fc.record({
    ...Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fc.constant(field)])),
    bucketCounts: fc.array(number, {
      minLength: value.explicitBounds.length + 1,
      maxLength: value.explicitBounds.length + 1,
    }),
  }),
);
const buckets = fc.record({ offset: fc.integer(), bucketCounts: fc.array(number, { maxLength: 4 }) });
const exponentialHistogram = fc.record({
  ...range,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: number,
  zeroThreshold: number,
  positive: buckets,
  negative: buckets,
});
const metricSummary = fc.record({
  count: number,
  sum: number,
  quantiles: fc.array(fc.record({ quantile: number, value: number }), { maxLength: 3 }),
});
const pointOf = (kind: string, value: fc.Arbitrary<unknown>) =>
  fc.record({
    ...metricIdentity,
    kind: fc.constant(kind),
    value,
    timeUnixNano: nanoseconds,
    startTimeUnixNano: fc.option(nanoseconds, { nil: null }),
    flags: count,
    attributes,
    exemplars: fc.array(
      fc.record({
        timeUnixNano: nanoseconds,
        value: numberOrNull,
        traceId: fc.option(traceId, { nil: null }),
        spanId: fc.option(spanId, { nil: null }),
        filteredAttributes: attributes,
      }),
      { maxLength: 2 },
    ),
    resource: attributes,
  });
const point = fc.oneof(
  pointOf('gauge', numberOrNull),
  pointOf('sum', numberOrNull),
  pointOf('histogram', histogram),
  pointOf('exponentialHistogram', exponentialHistogram),
  pointOf('summary', metricSummary),
);
const metricList = fc.record({ items: fc.array(instrument, { maxLength: 5 }), nextCursor: textOrNull });
const metricPointList = fc.record({ items: fc.array(point, { maxLength: 5 }), nextCursor: textOrNull });
const isInstrument = (value: unknown) => isMetricList({ items: [value], nextCursor: null });
const isPoint = (value: unknown) => isMetricPointList({ items: [value], nextCursor: null });
const isValueOf = (kind: string) => {
  const [sample] = fc.sample(pointOf(kind, fc.constant(null)), { numRuns: 1, seed: 1 });
  return (value: unknown) => isPoint({ ...sample, value });
};

const retention = fc.record({ maxTraces: count, retentionHours: length, maxBytes: count });
const stored = fc.record({
  traceCount: count,
  spanCount: count,
  pinnedCount: count,
  logRecordCount: count,
  metricSeriesCount: count,
  dataPointCount: count,
  fileBytes: count,
  usedBytes: count,
});
const refused = fc.record({ requestCount: count, recordCount: count });
const health = fc.record({
  status: fc.constantFrom('ok', 'failing'),
  problem: textOrNull,
  version: fc.string(),
  uptimeMs: length,
  ports: fc.array(count, { maxLength: 3 }),
  databasePath: fc.string(),
  queuedBytes: count,
  retention,
  stored: fc.option(stored),
  refused,
});
const isHealthWith = (field: 'retention' | 'stored' | 'refused') => {
  const [sample] = fc.sample(health, { numRuns: 1, seed: 1 });
  return (value: unknown) => value !== null && isHealth({ ...sample, [field]: value });
};

const spanHit = fc.record({
  traceId,
  spanId,
  name: fc.string(),
  status: fc.constantFrom('success', 'error', 'suspended'),
  startTimeMs: length,
});
const isAiPart = (value: unknown) => {
  const [sample] = fc.sample(spanDetail, { numRuns: 1, seed: 1 });
  return value !== null && isSpanDetail({ ...sample, ai: value });
};
const isUsage = (value: unknown) => {
  const [sample] = fc.sample(summary, { numRuns: 1, seed: 1 });
  return value !== null && isTraceSummary({ ...sample, usage: value });
};
const spanList = fc.record({ items: fc.array(spanHit, { maxLength: 5 }), nextCursor: textOrNull });
const isSpanHit = (value: unknown) => isSpanList({ items: [value], nextCursor: null });
const spanDetailList = fc.record({ items: fc.array(spanDetail, { maxLength: 2 }), nextCursor: textOrNull });
const duration = fc.double({ min: 0, max: 1e12, noNaN: true });
const primitiveStatsList = fc.record({
  sinceMs: duration,
  untilMs: duration,
  items: fc.array(
    fc.record({
      serviceName: fc.string(),
      primitiveType: fc.string(),
      name: fc.string(),
      calls: fc.nat(),
      errors: fc.nat(),
      totalMs: duration,
      p50Ms: duration,
      p95Ms: duration,
      p99Ms: duration,
      maxMs: duration,
    }),
    { maxLength: 3 },
  ),
});
const pinAnswer = fc.record({ traceId, isPinned: fc.boolean(), pinnedCount: count, exemptCount: count });
const retentionPreview = fc.record({
  traceCount: count,
  spanCount: count,
  bytes: count,
  oldestStartTimeMs: fc.option(length),
  newestStartTimeMs: fc.option(length),
  traceIds: fc.array(traceId, { maxLength: 5 }),
});

const traceList = fc.record({ items: fc.array(summary, { maxLength: 5 }), nextCursor: textOrNull });
const logList = fc.record({ items: fc.array(logRecord, { maxLength: 5 }), nextCursor: textOrNull });
const problem = fc.record({
  type: fc.string(),
  title: fc.string(),
  status: fc.integer({ min: 400, max: 599 }),
});
const hello = fc.record({ type: fc.constant('hello'), seq: count });
const changedTrace = fc.record({ type: fc.constant('trace'), seq: count, trace: summary });
const unmatched = fc.record({ type: fc.constant('unmatched'), seq: count, traceId });
const logged = fc.record({ type: fc.constant('logs'), seq: count, traceId });

const contract: readonly {
  readonly name: string;
  readonly guard: (value: unknown) => boolean;
  readonly valid: fc.Arbitrary<object>;
}[] = [
  { name: 'isTraceSummary', guard: isTraceSummary, valid: summary },
  { name: 'isTraceDocument', guard: isTraceDocument, valid: traceDocument },
  { name: 'isSpanDetail', guard: isSpanDetail, valid: spanDetail },
  { name: 'isSpanDetail (its AI part)', guard: isAiPart, valid: aiSpan },
  { name: 'isTraceSummary (its usage)', guard: isUsage, valid: usage },
  { name: 'isSpanDetailList', guard: isSpanDetailList, valid: spanDetailList },
  { name: 'isLogRecord', guard: isLogRecord, valid: logRecord },
  { name: 'isLogList', guard: isLogList, valid: logList },
  { name: 'isMetricList', guard: isMetricList, valid: metricList },
  { name: 'isMetricList (its items)', guard: isInstrument, valid: instrument },
  { name: 'isMetricPointList', guard: isMetricPointList, valid: metricPointList },
  { name: 'isMetricPointList (its items)', guard: isPoint, valid: point },
  { name: 'isMetricPointList (histogram)', guard: isValueOf('histogram'), valid: histogram },
  {
    name: 'isMetricPointList (exponential histogram)',
    guard: isValueOf('exponentialHistogram'),
    valid: exponentialHistogram,
  },
  { name: 'isMetricPointList (summary)', guard: isValueOf('summary'), valid: metricSummary },
  { name: 'isHealth', guard: isHealth, valid: health },
  { name: 'isHealth (retention)', guard: isHealthWith('retention'), valid: retention },
  { name: 'isHealth (stored)', guard: isHealthWith('stored'), valid: stored },
  { name: 'isHealth (refused)', guard: isHealthWith('refused'), valid: refused },
  { name: 'isSpanList', guard: isSpanList, valid: spanList },
  { name: 'isSpanList (its items)', guard: isSpanHit, valid: spanHit },
  { name: 'isPinAnswer', guard: isPinAnswer, valid: pinAnswer },
  { name: 'isPrimitiveStatsList', guard: isPrimitiveStatsList, valid: primitiveStatsList },
  { name: 'isRetentionPreview', guard: isRetentionPreview, valid: retentionPreview },
  { name: 'isTraceList', guard: isTraceList, valid: traceList },
  { name: 'isProblemDetails', guard: isProblemDetails, valid: problem },
  { name: 'isLiveMessage (hello)', guard: isLiveMessage, valid: hello },
  { name: 'isLiveMessage (trace)', guard: isLiveMessage, valid: changedTrace },
  { name: 'isLiveMessage (unmatched)', guard: isLiveMessage, valid: unmatched },
  { name: 'isLiveMessage (logs)', guard: isLiveMessage, valid: logged },
];

describe.each(contract)('$name', ({ guard, valid }) => {
  it('accepts every valid document, also after a trip through JSON', () => {
    fc.assert(
      fc.property(valid, (value) => guard(value) && guard(JSON.parse(JSON.stringify(value)) as unknown)),
    );
  });

  it('accepts fields that it does not know', () => {
    fc.assert(fc.property(valid, (value) => guard({ ...value, addedLater: true })));
  });

  it('refuses a document in which one field is broken', () => {
    fc.assert(
      fc.property(valid, fc.nat(), (value, pick) => {
        const keys = Object.keys(value);
        const key = keys[pick % keys.length]!;
        // A function is of no JSON type, so no field can take it.
        return !guard({ ...value, [key]: () => 0 });
      }),
    );
  });

  it('refuses a document in which one field is missing', () => {
    fc.assert(
      fc.property(valid, fc.nat(), (value, pick) => {
        const keys = Object.keys(value);
        const key = keys[pick % keys.length]!;
        return !guard(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)));
      }),
    );
  });

  it('answers for any JSON without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof guard(value) === 'boolean'));
  });

  it.each([[undefined], [null], [0], [''], [[]], [{}], [NaN]])('refuses %p', (value) => {
    expect(guard(value)).toBe(false);
  });
});

describe('isTraceDocument', () => {
  const [sample] = fc.sample(traceDocument, { numRuns: 1, seed: 1 });
  const [noAi] = fc.sample(aiColumns(0), { numRuns: 1, seed: 1 });
  const ofOne = {
    ...Object.fromEntries(Object.keys(noAi!).map((name) => [name, [null]])),
    operation: ['tool'],
    countsTokens: [true],
    countsCost: [true],
    finishReasons: [[]],
  };
  const spans = {
    spanId: ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'],
    parentIndex: [-1, 0],
    parentSpanId: [null, 'aaaaaaaaaaaaaaaa'],
    name: ['a', 'b'],
    kind: [1, 1],
    startMs: [0, 1],
    durationMs: [2, 1],
    status: ['success', 'success'],
    statusMessage: [null, null],
    primitiveType: [null, null],
    label: [null, null],
    service: [0, 0],
    ai: noAi,
    primitives: { span: [], facts: [] },
  };
  const withSpans = (changes: object) => ({ ...sample, spans: { ...spans, ...changes } });

  it('accepts two spans, one under the other', () => {
    expect(isTraceDocument(withSpans({}))).toBe(true);
  });

  it('accepts a child that started before its parent', () => {
    expect(isTraceDocument(withSpans({ parentIndex: [1, -1] }))).toBe(true);
  });

  it.each([
    ['columns of different lengths', { name: ['a'] }],
    ['a parent beyond the end', { parentIndex: [-1, 2] }],
    ['a parent below -1', { parentIndex: [-1, -2] }],
    ['a fractional parent', { parentIndex: [-1, 0.5] }],
    ['a span that is its own parent', { parentIndex: [-1, 1] }],
    ['a cycle', { parentIndex: [1, 0] }],
    ['a service that is not listed', { service: [0, 2] }],
    ['upper-case ids', { spanId: ['AAAAAAAAAAAAAAAA', 'bbbbbbbbbbbbbbbb'] }],
    ['a negative duration', { durationMs: [2, -1] }],
    ['columns of AI spans of different lengths', { ai: { ...noAi, span: [0] } }],
    ['an AI span that is not there', { ai: { ...ofOne, span: [2] } }],
    ['facts of no span', { primitives: { span: [], facts: [{}] } }],
    ['facts of a span that is not there', { primitives: { span: [2], facts: [{}] } }],
    ['a fact that is none', { primitives: { span: [0], facts: [{ iterations: -1 }] } }],
  ])('refuses %s', (_, changes) => {
    expect(isTraceDocument(withSpans(changes))).toBe(false);
  });
});

describe('isSpanDetail', () => {
  const [sample] = fc.sample(spanDetail, { numRuns: 1, seed: 1 });

  it('refuses attributes nested without end instead of overflowing the stack', () => {
    let nested: unknown = 'bottom';
    for (let level = 0; level < 100_000; level++) nested = [nested];
    expect(isSpanDetail({ ...sample, attributes: { nested } })).toBe(false);
  });

  it('accepts attributes nested 64 levels, the most that the service stores', () => {
    let nested: unknown = 'bottom';
    for (let level = 0; level < 64; level++) nested = { nested };
    expect(isSpanDetail({ ...sample, attributes: { nested } })).toBe(true);
  });
});

describe('isLogRecord', () => {
  const [sample] = fc.sample(logRecord, { numRuns: 1, seed: 1 });

  it.each([
    ['a severity beyond 24', { severityNumber: 25 }],
    ['a negative severity', { severityNumber: -1 }],
    ['an upper-case trace id', { traceId: 'A'.repeat(32) }],
    ['a time that is a number', { timeUnixNano: 1 }],
  ])('refuses %s', (_, changes) => {
    expect(isLogRecord({ ...sample, ...changes })).toBe(false);
  });
});

describe('isMetricPointList', () => {
  const bounds = { count: 1, sum: null, min: null, max: null };

  it.each([
    ['a gauge with a text that is no number', 'gauge', '1.5'],
    ['a gauge with a histogram', 'gauge', { ...bounds, bucketCounts: [], explicitBounds: [] }],
    ['a sum that is not finite', 'sum', Infinity],
    ['a histogram with a bucket too few', 'histogram', { ...bounds, bucketCounts: [1], explicitBounds: [1] }],
    ['a histogram with bounds alone', 'histogram', { ...bounds, bucketCounts: [], explicitBounds: [1] }],
    ['a kind that there is not', 'counter', 1],
  ])('refuses %s', (_, kind, value) => {
    expect(isValueOf(kind)(value)).toBe(false);
  });

  it('accepts a histogram without buckets', () => {
    expect(isValueOf('histogram')({ ...bounds, bucketCounts: [], explicitBounds: [] })).toBe(true);
  });
});
