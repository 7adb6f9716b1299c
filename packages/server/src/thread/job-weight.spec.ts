import { describe, expect, it } from '@jest/globals';
import type { MetricGroup, ReceivedPoint } from '../otlp/metric-batch.ts';
import { batchOfSpans, sampleLog, sampleSpan } from '../storage/sample-records.ts';
import { jobWeight } from './job-weight.ts';

const scope = { name: '', version: '', attributes: {} };
const point: ReceivedPoint = {
  attributes: {},
  timeUnixNano: 1n,
  startTimeUnixNano: 0n,
  flags: 0,
  value: 1,
  exemplars: [],
};

function metrics(...points: readonly ReceivedPoint[]): { kind: 'metrics'; groups: readonly MetricGroup[] } {
  const metric = {
    name: 'requests',
    description: '',
    unit: '',
    metadata: {},
    kind: 'gauge',
    temporality: null,
    isMonotonic: false,
    points,
  } as const;
  return { kind: 'metrics', groups: [{ resource: {}, scope, items: [metric, metric] }] };
}

describe('jobWeight', () => {
  it('counts spans and their documents', () => {
    const batch = batchOfSpans(
      sampleSpan(1, 1),
      sampleSpan(1, 2, { attributes: { text: 'x'.repeat(1000) } }),
    );
    expect(jobWeight({ kind: 'spans', batch })).toEqual({ records: 2, bytes: batch.documents.length });
  });

  it('counts log records, and the bytes that they came in', () => {
    const items = [sampleLog(1, 'a'), sampleLog(1, 'b')];
    const groups = [
      { resource: {}, scope, items },
      { resource: {}, scope, items },
    ];
    expect(jobWeight({ kind: 'logs', groups })).toEqual({ records: 4, bytes: 0 });
    const request = new Uint8Array(77);
    expect(jobWeight({ kind: 'logs', groups, request })).toEqual({ records: 4, bytes: 77 });
  });

  it('counts data points and not metrics', () => {
    expect(jobWeight(metrics(point, point, point))).toMatchObject({ records: 6 });
  });

  it.each([
    ['attributes', { attributes: { list: [{ key: 'x'.repeat(1000) }] } }],
    [
      'buckets',
      {
        value: {
          count: 1,
          sum: 1,
          min: 1,
          max: 1,
          explicitBounds: [],
          bucketCounts: Array<number>(125).fill(1),
        },
      },
    ],
    [
      'exemplars',
      {
        exemplars: [
          {
            timeUnixNano: '1',
            value: null,
            traceId: null,
            spanId: null,
            filteredAttributes: { key: 'x'.repeat(1000) },
          },
        ],
      },
    ],
  ] satisfies [string, Partial<ReceivedPoint>][])('weighs the %s of data points', (_, fields) => {
    const more = jobWeight(metrics({ ...point, ...fields })).bytes - jobWeight(metrics(point)).bytes;
    expect(more).toBeGreaterThanOrEqual(2_000);
    expect(more).toBeLessThan(4_000);
  });
});
