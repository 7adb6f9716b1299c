import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isErrorGroupList,
  isMetricsSummary,
  isMetricsTimeSeries,
  isServiceMap,
  isSessionList,
  isUsageReport,
} from './statistics-guards.ts';

const count = fc.nat();
const length = fc.double({ min: 0, max: 1e12, noNaN: true });
const lengthOrNull = fc.option(length, { nil: null });
const textOrNull = fc.option(fc.string(), { nil: null });
const window = { sinceMs: length, untilMs: length };
const hexDigits = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const page = (item: fc.Arbitrary<object>) =>
  fc.record({ items: fc.array(item, { maxLength: 3 }), nextCursor: textOrNull });

const usageFields = {
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
};
const usage = fc.record(usageFields);
const usageGroup = fc.record({ ...usageFields, key: textOrNull, provider: textOrNull });
const usageReport = fc.record({
  ...window,
  by: fc.constantFrom('model', 'provider', 'service', 'day'),
  total: usage,
  items: fc.array(usageGroup, { maxLength: 3 }),
});
const session = fc.record({
  sessionId: fc.string(),
  serviceName: fc.string(),
  userId: textOrNull,
  firstTimeMs: length,
  lastTimeMs: length,
  traceCount: count,
  errorCount: count,
  usage,
});
const metricsSummary = fc.record({
  ...window,
  traceCount: count,
  errorCount: count,
  activeCount: count,
  p50Ms: lengthOrNull,
  p95Ms: lengthOrNull,
  p99Ms: lengthOrNull,
  usage,
});
const timeSeries = fc.nat({ max: 5 }).chain((steps) => {
  const series = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: steps, maxLength: steps });
  return fc.record({
    ...window,
    stepMs: fc.integer({ min: 1 }),
    traceCount: series(count),
    errorCount: series(count),
    p50Ms: series(lengthOrNull),
    p95Ms: series(lengthOrNull),
  });
});
const errorGroup = fc.record({
  fingerprint: hexDigits(16),
  serviceName: fc.string(),
  type: textOrNull,
  message: textOrNull,
  category: textOrNull,
  spanName: fc.string(),
  count,
  firstTimeMs: length,
  lastTimeMs: length,
  traceId: hexDigits(32),
  spanId: hexDigits(16),
});
const kinds = ['service', 'model', 'database', 'queue', 'remote'] as const;
const serviceMap = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).chain((ids) =>
  fc.record({
    ...window,
    nodes: fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          name: fc.string(),
          kind: fc.constantFrom(...kinds),
          calls: count,
          errors: count,
        }),
      ),
    ),
    edges: fc.array(
      fc.record({
        from: fc.constantFrom(...ids),
        to: fc.constantFrom(...ids),
        calls: count,
        errors: count,
        p50Ms: length,
        p95Ms: length,
      }),
      { maxLength: 3 },
    ),
    traceCount: count,
    isComplete: fc.boolean(),
  }),
);
const itemOf = (guard: (value: unknown) => boolean) => (value: unknown) =>
  guard({ items: [value], nextCursor: null });

const contract: readonly (readonly [string, (value: unknown) => boolean, fc.Arbitrary<object>])[] = [
  ['isUsageReport', isUsageReport, usageReport],
  [
    'isUsageReport (its items)',
    (item) => isUsageReport({ sinceMs: 0, untilMs: 1, by: 'day', total: item, items: [item] }),
    usageGroup,
  ],
  ['isSessionList', isSessionList, page(session)],
  ['isSessionList (its items)', itemOf(isSessionList), session],
  ['isMetricsSummary', isMetricsSummary, metricsSummary],
  ['isMetricsTimeSeries', isMetricsTimeSeries, timeSeries],
  ['isErrorGroupList', isErrorGroupList, page(errorGroup)],
  ['isErrorGroupList (its items)', itemOf(isErrorGroupList), errorGroup],
  ['isServiceMap', isServiceMap, serviceMap],
];

describe.each(contract)('%s', (_, guard, valid) => {
  it('accepts every value of its form, also with fields it does not know', () => {
    fc.assert(fc.property(valid, (value) => guard(value) && guard({ ...value, later: 1 })));
  });

  it('refuses a value that lacks a field or has one of another form', () => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.constantFrom(undefined, Symbol(), NaN, {}), (value, at, wrong) => {
        const keys = Object.keys(value);
        return !guard({ ...value, [keys[at % keys.length]!]: wrong });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => guard(value) === guard(value)));
  });
});

describe('isMetricsTimeSeries', () => {
  it('refuses arrays that are not parallel, and steps of no length', () => {
    const series = { sinceMs: 0, untilMs: 2, stepMs: 1, traceCount: [1], errorCount: [0], p50Ms: [1] };
    expect(isMetricsTimeSeries({ ...series, p95Ms: [null] })).toBe(true);
    expect(isMetricsTimeSeries({ ...series, p95Ms: [] })).toBe(false);
    expect(isMetricsTimeSeries({ ...series, p95Ms: [null], stepMs: 0 })).toBe(false);
  });
});

describe('isServiceMap', () => {
  const node = { id: 'a', name: 'a', kind: 'service', calls: 1, errors: 0 };
  const edge = { from: 'a', to: 'a', calls: 1, errors: 0, p50Ms: 1, p95Ms: 1 };
  const map = { sinceMs: 0, untilMs: 1, nodes: [node], edges: [edge], traceCount: 1, isComplete: true };

  it('refuses an edge that ends nowhere, and two nodes of one id', () => {
    expect(isServiceMap(map)).toBe(true);
    expect(isServiceMap({ ...map, edges: [{ ...edge, to: 'b' }] })).toBe(false);
    expect(isServiceMap({ ...map, nodes: [node, node] })).toBe(false);
  });
});
