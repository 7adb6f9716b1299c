import { describe, expect, it } from '@jest/globals';
import { ValueType, type HrTime } from '@opentelemetry/api';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { DecodeError, TooManyValuesError } from './decode-error.ts';
import { decodeJsonMetrics } from './decode-json-metrics.ts';
import { decodeProtobufMetrics } from './decode-protobuf-metrics.ts';
import type { ReceivedMetric } from './metric-batch.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

const resource: ResourceMetrics['resource'] = {
  attributes: { 'service.name': 'shop', 'process.pid': 7 },
  merge: () => resource,
  getRawAttributes: () => Object.entries(resource.attributes),
};

/** What the official serializers make of the metrics, in both encodings. */
function exported(metrics: readonly MetricData[]): { protobuf: Uint8Array; json: Uint8Array } {
  const request = {
    resource,
    scopeMetrics: [{ scope: { name: 'orders', version: '1.2.3' }, metrics: [...metrics] }],
  };
  return {
    protobuf: ProtobufMetricsSerializer.serializeRequest(request)!,
    json: JsonMetricsSerializer.serializeRequest(request)!,
  };
}

const wellFormed = fc.string({ unit: 'grapheme' });
const count = fc.maxSafeInteger().map(Math.abs);
/** JSON has no NaN, no infinities and no negative zero. */
const double = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0);
const hrTime = fc.tuple(fc.nat({ max: 4_000_000_000 }), fc.nat({ max: 999_999_999 })) as fc.Arbitrary<HrTime>;
const dataPointOf = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record({
    startTime: hrTime,
    endTime: hrTime,
    attributes: fc.dictionary(wellFormed.filter(Boolean), fc.oneof(wellFormed, fc.boolean(), double), {
      maxKeys: 3,
    }),
    value,
  });
const range = { sum: double, min: double, max: double };
const histogram = fc
  .record(
    {
      count,
      ...range,
      boundaries: fc.array(double, { maxLength: 5 }),
      counts: fc.array(count, { minLength: 6, maxLength: 6 }),
    },
    { requiredKeys: ['count', 'boundaries', 'counts'] },
  )
  .map(({ boundaries, counts, ...rest }) => ({
    ...rest,
    buckets: { boundaries, counts: counts.slice(0, boundaries.length + 1) },
  }));
/** The official writer of varints is made for numbers of 32 bits. */
const buckets = fc.record({
  offset: fc.integer({ min: -1000, max: 1000 }),
  bucketCounts: fc.array(fc.nat(), { maxLength: 5 }),
});
const exponentialHistogram = fc.record(
  {
    count,
    ...range,
    scale: fc.integer({ min: -10, max: 20 }),
    zeroCount: count,
    positive: buckets,
    negative: buckets,
  },
  { requiredKeys: ['count', 'scale', 'zeroCount', 'positive', 'negative'] },
);
const descriptor = (valueType: ValueType) =>
  fc.record({
    name: wellFormed,
    description: wellFormed,
    unit: wellFormed,
    valueType: fc.constant(valueType),
  });
const aggregationTemporality = fc.constantFrom(
  AggregationTemporality.DELTA,
  AggregationTemporality.CUMULATIVE,
);
const metricOf = (dataPointType: DataPointType, value: fc.Arbitrary<unknown>, valueType = ValueType.DOUBLE) =>
  fc.record({
    descriptor: descriptor(valueType),
    dataPointType: fc.constant(dataPointType),
    aggregationTemporality,
    isMonotonic: fc.boolean(),
    dataPoints: fc.array(dataPointOf(value), { minLength: 1, maxLength: 3 }),
  });
const metrics = fc.array(
  fc.oneof(
    metricOf(DataPointType.GAUGE, double),
    metricOf(DataPointType.GAUGE, fc.maxSafeInteger(), ValueType.INT),
    metricOf(DataPointType.SUM, double),
    metricOf(DataPointType.SUM, fc.maxSafeInteger(), ValueType.INT),
    metricOf(DataPointType.HISTOGRAM, histogram),
    metricOf(DataPointType.EXPONENTIAL_HISTOGRAM, exponentialHistogram),
  ) as unknown as fc.Arbitrary<MetricData>,
  { minLength: 1, maxLength: 4 },
);

/* Messages by hand: what the official serializers never write. */

type Part = Buffer | Uint8Array;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
const tag = (field: number, wireType: number) => varint(BigInt((field << 3) | wireType));
const uint = (field: number, value: number | bigint) => Buffer.concat([tag(field, 0), varint(BigInt(value))]);
function fixed(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(field, 1), bytes]);
}
function real(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), bytes]);
}
function message(field: number, ...parts: Part[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([tag(field, 2), varint(BigInt(body.length)), body]);
}
const string = (field: number, text: string) => message(field, Buffer.from(text));
const attribute = (field: number, key: string, text: string) =>
  message(field, string(1, key), message(2, string(1, text)));
const requestOf = (...parts: Part[][]) =>
  message(1, message(2, ...parts.map((metric) => message(2, ...metric))));
const decoded = (...parts: Part[]) => decodeProtobufMetrics(requestOf(parts)).groups[0]!.items[0]!;

const jsonRequest = (...list: unknown[]) =>
  Buffer.from(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: list }] }] }));
const fromJson = (metric: object): ReceivedMetric =>
  decodeJsonMetrics(jsonRequest(metric)).groups[0]!.items[0]!;

const plainPoint = {
  attributes: {},
  timeUnixNano: 5n,
  startTimeUnixNano: 0n,
  flags: 0,
  value: 1.5,
  exemplars: [],
};

/** A metric of each kind with all that OTLP has for it, in both encodings. */
const complete = [
  {
    kind: 'sum',
    protobuf: [
      string(1, 'requests'),
      string(2, 'what came in'),
      string(3, '{request}'),
      attribute(12, 'prometheus.type', 'counter'),
      message(
        7,
        message(
          1,
          attribute(7, 'route', '/é'),
          fixed(2, 1n),
          fixed(3, 2n),
          fixed(6, -3n),
          message(
            5,
            attribute(7, 'user', 'u1'),
            fixed(2, 4n),
            fixed(6, 5n),
            message(4, Buffer.from(spanId, 'hex')),
            message(5, Buffer.from(traceId, 'hex')),
          ),
          message(5, fixed(2, 6n), real(3, 0.5)),
          uint(8, 1),
        ),
        uint(2, 1),
        uint(3, 1),
      ),
    ],
    json: {
      name: 'requests',
      description: 'what came in',
      unit: '{request}',
      metadata: [{ key: 'prometheus.type', value: { stringValue: 'counter' } }],
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [
          {
            attributes: [{ key: 'route', value: { stringValue: '/é' } }],
            startTimeUnixNano: '1',
            timeUnixNano: 2,
            asInt: '-3',
            exemplars: [
              {
                filteredAttributes: [{ key: 'user', value: { stringValue: 'u1' } }],
                timeUnixNano: '4',
                asInt: 5,
                spanId: spanId.toUpperCase(),
                traceId: traceId.toUpperCase(),
              },
              { timeUnixNano: 6, asDouble: 0.5 },
            ],
            flags: 1,
          },
        ],
      },
    },
    metric: {
      name: 'requests',
      description: 'what came in',
      unit: '{request}',
      metadata: { 'prometheus.type': 'counter' },
      kind: 'sum',
      temporality: 'delta',
      isMonotonic: true,
      points: [
        {
          attributes: { route: '/é' },
          startTimeUnixNano: 1n,
          timeUnixNano: 2n,
          flags: 1,
          value: -3,
          exemplars: [
            { timeUnixNano: '4', value: 5, traceId, spanId, filteredAttributes: { user: 'u1' } },
            { timeUnixNano: '6', value: 0.5, traceId: null, spanId: null, filteredAttributes: {} },
          ],
        },
      ],
    },
  },
  {
    kind: 'histogram',
    protobuf: [
      string(1, 'latency'),
      message(
        9,
        message(
          1,
          fixed(3, 2n),
          fixed(4, 6n),
          real(5, 12.5),
          message(6, ...[1n, 2n, 3n].map((value) => fixed(0, value).subarray(1))),
          message(7, ...[10, 20.5].map((value) => real(0, value).subarray(1))),
          message(8, fixed(2, 1n), real(3, 2.5)),
          attribute(9, 'route', '/'),
          uint(10, 0),
          real(11, -1),
          real(12, 30),
        ),
        uint(2, 2),
      ),
    ],
    json: {
      name: 'latency',
      histogram: {
        aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
        dataPoints: [
          {
            timeUnixNano: '2',
            count: '6',
            sum: 12.5,
            bucketCounts: ['1', 2, '3'],
            explicitBounds: [10, 20.5],
            exemplars: [{ timeUnixNano: '1', asDouble: 2.5 }],
            attributes: [{ key: 'route', value: { stringValue: '/' } }],
            min: -1,
            max: 30,
          },
        ],
      },
    },
    metric: {
      name: 'latency',
      description: '',
      unit: '',
      metadata: {},
      kind: 'histogram',
      temporality: 'cumulative',
      isMonotonic: false,
      points: [
        {
          attributes: { route: '/' },
          startTimeUnixNano: 0n,
          timeUnixNano: 2n,
          flags: 0,
          value: {
            count: 6,
            sum: 12.5,
            min: -1,
            max: 30,
            bucketCounts: [1, 2, 3],
            explicitBounds: [10, 20.5],
          },
          exemplars: [{ timeUnixNano: '1', value: 2.5, traceId: null, spanId: null, filteredAttributes: {} }],
        },
      ],
    },
  },
  {
    kind: 'exponential histogram',
    protobuf: [
      string(1, 'size'),
      message(
        10,
        message(
          1,
          attribute(1, 'route', '/'),
          fixed(3, 2n),
          fixed(4, 9n),
          real(5, 1),
          uint(6, 3), // zigzag: -2
          fixed(7, 4n),
          message(8, uint(1, 6), message(2, varint(1n), varint(300n))), // zigzag: 3
          message(9, uint(1, 5), message(2, varint(4n))), // zigzag: -3
          uint(10, 0),
          message(11, fixed(2, 1n), fixed(6, 7n)),
          real(12, -8),
          real(13, 8),
          real(14, 0.001),
        ),
        uint(2, 1),
      ),
    ],
    json: {
      name: 'size',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            attributes: [{ key: 'route', value: { stringValue: '/' } }],
            timeUnixNano: 2,
            count: 9,
            sum: 1,
            scale: -2,
            zeroCount: '4',
            positive: { offset: 3, bucketCounts: ['1', '300'] },
            negative: { offset: -3, bucketCounts: [4] },
            exemplars: [{ timeUnixNano: 1, asInt: '7' }],
            min: -8,
            max: 8,
            zeroThreshold: 0.001,
          },
        ],
      },
    },
    metric: {
      name: 'size',
      description: '',
      unit: '',
      metadata: {},
      kind: 'exponentialHistogram',
      temporality: 'delta',
      isMonotonic: false,
      points: [
        {
          attributes: { route: '/' },
          startTimeUnixNano: 0n,
          timeUnixNano: 2n,
          flags: 0,
          value: {
            count: 9,
            sum: 1,
            min: -8,
            max: 8,
            scale: -2,
            zeroCount: 4,
            zeroThreshold: 0.001,
            positive: { offset: 3, bucketCounts: [1, 300] },
            negative: { offset: -3, bucketCounts: [4] },
          },
          exemplars: [{ timeUnixNano: '1', value: 7, traceId: null, spanId: null, filteredAttributes: {} }],
        },
      ],
    },
  },
  {
    kind: 'summary',
    protobuf: [
      string(1, 'old'),
      message(
        11,
        message(
          1,
          attribute(7, 'route', '/'),
          fixed(2, 1n),
          fixed(3, 2n),
          fixed(4, 10n),
          real(5, 100),
          message(6, real(1, 0.5), real(2, 8)),
          message(6, real(1, 1)),
          uint(8, 0),
        ),
      ),
    ],
    json: {
      name: 'old',
      summary: {
        dataPoints: [
          {
            attributes: [{ key: 'route', value: { stringValue: '/' } }],
            startTimeUnixNano: 1,
            timeUnixNano: 2,
            count: 10,
            sum: 100,
            quantileValues: [{ quantile: 0.5, value: 8 }, { quantile: 1 }],
          },
        ],
      },
    },
    metric: {
      name: 'old',
      description: '',
      unit: '',
      metadata: {},
      kind: 'summary',
      temporality: null,
      isMonotonic: false,
      points: [
        {
          attributes: { route: '/' },
          startTimeUnixNano: 1n,
          timeUnixNano: 2n,
          flags: 0,
          value: {
            count: 10,
            sum: 100,
            quantiles: [
              { quantile: 0.5, value: 8 },
              { quantile: 1, value: 0 },
            ],
          },
          exemplars: [],
        },
      ],
    },
  },
] as const;

describe('decodeProtobufMetrics and decodeJsonMetrics', () => {
  it('yield the same metrics for whatever the official serializers write', () => {
    fc.assert(
      fc.property(metrics, (list) => {
        const { protobuf, json } = exported(list);
        const fromProtobuf = decodeProtobufMetrics(protobuf);
        expect(fromProtobuf).toEqual(decodeJsonMetrics(json));
        expect(fromProtobuf.rejectedCount).toBe(0);
        const items = fromProtobuf.groups.flatMap(({ items: found }) => found);
        expect(items.map(({ points }) => points.length)).toEqual(
          list.map(({ dataPoints }) => dataPoints.length),
        );
      }),
    );
  });

  it('keep resource, scope, times and values of what the official serializers write', () => {
    const { protobuf, json } = exported([
      {
        descriptor: { name: 'up', description: 'd', unit: '1', valueType: ValueType.DOUBLE },
        dataPointType: DataPointType.SUM,
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        isMonotonic: true,
        dataPoints: [
          { startTime: [1_763_700_000, 1], endTime: [1_763_700_060, 2], attributes: { a: 1 }, value: 0.25 },
        ],
      },
    ]);
    for (const batch of [decodeProtobufMetrics(protobuf), decodeJsonMetrics(json)]) {
      expect(batch.groups).toEqual([
        {
          resource: { 'service.name': 'shop', 'process.pid': 7 },
          scope: { name: 'orders', version: '1.2.3', attributes: {} },
          items: [
            {
              name: 'up',
              description: 'd',
              unit: '1',
              metadata: {},
              kind: 'sum',
              temporality: 'cumulative',
              isMonotonic: true,
              points: [
                {
                  attributes: { a: 1 },
                  startTimeUnixNano: 1_763_700_000_000_000_001n,
                  timeUnixNano: 1_763_700_060_000_000_002n,
                  flags: 0,
                  value: 0.25,
                  exemplars: [],
                },
              ],
            },
          ],
        },
      ]);
    }
  });

  it.each(complete)('keep every field of a $kind', ({ protobuf, json, metric }) => {
    expect(decoded(...protobuf)).toEqual(metric);
    expect(fromJson(json)).toEqual(metric);
  });

  it('keep a data point that says almost nothing', () => {
    const nothing = { ...plainPoint, timeUnixNano: 0n, value: null };
    expect(decoded(message(5, message(1))).points).toEqual([nothing]);
    expect(fromJson({ gauge: { dataPoints: [{}] } }).points).toEqual([nothing]);
    const empty = { sum: null, min: null, max: null, count: 0 };
    const histogramValue = { ...empty, bucketCounts: [], explicitBounds: [] };
    expect(decoded(message(9, message(1))).points[0]!.value).toEqual(histogramValue);
    expect(fromJson({ histogram: { dataPoints: [{}] } }).points[0]!.value).toEqual(histogramValue);
    const noBuckets = { offset: 0, bucketCounts: [] };
    const exponentialValue = {
      ...empty,
      scale: 0,
      zeroCount: 0,
      zeroThreshold: 0,
      positive: noBuckets,
      negative: noBuckets,
    };
    expect(decoded(message(10, message(1))).points[0]!.value).toEqual(exponentialValue);
    expect(fromJson({ exponentialHistogram: { dataPoints: [{}] } }).points[0]!.value).toEqual(
      exponentialValue,
    );
    const summaryValue = { count: 0, sum: 0, quantiles: [] };
    expect(decoded(message(11, message(1))).points[0]!.value).toEqual(summaryValue);
    expect(fromJson({ summary: { dataPoints: [{}] } }).points[0]!.value).toEqual(summaryValue);
  });

  it.each([
    ['NaN', real(4, NaN), { asDouble: 'NaN' }, 'NaN'],
    ['infinity', real(4, Infinity), { asDouble: 'Infinity' }, 'Infinity'],
    ['minus infinity', real(4, -Infinity), { asDouble: '-Infinity' }, '-Infinity'],
    [
      'the largest integer',
      fixed(6, 2n ** 63n - 1n),
      { asInt: '9223372036854775807' },
      '9223372036854775807',
    ],
    [
      'the smallest integer',
      fixed(6, -(2n ** 63n)),
      { asInt: '-9223372036854775808' },
      '-9223372036854775808',
    ],
    ['a safe integer', fixed(6, 2n ** 53n - 1n), { asInt: '9007199254740991' }, 9007199254740991],
  ])('keep %s exactly', (_, bytes, field, value) => {
    expect(decoded(message(5, message(1, bytes))).points[0]!.value).toBe(value);
    expect(fromJson({ gauge: { dataPoints: [field] } }).points[0]!.value).toBe(value);
  });

  it('keep counts beyond 2^53 exactly', () => {
    const most = 2n ** 64n - 1n;
    const expected = { count: `${most}`, positive: { offset: 0, bucketCounts: [`${most}`] } };
    const bytes = message(10, message(1, fixed(4, most), message(8, message(2, varint(most)))));
    expect(decoded(bytes).points[0]!.value).toMatchObject(expected);
    const point = { count: `${most}`, positive: { bucketCounts: [`${most}`] } };
    expect(fromJson({ exponentialHistogram: { dataPoints: [point] } }).points[0]!.value).toMatchObject(
      expected,
    );
  });

  it('take the number of a temporality also as text', () => {
    const sum = { aggregationTemporality: '2', dataPoints: [{}] };
    expect(fromJson({ sum })).toMatchObject({ temporality: 'cumulative' });
  });

  it('take a temporality that OTLP does not know for none', () => {
    for (const [number, word] of [
      [0, 'AGGREGATION_TEMPORALITY_UNSPECIFIED'],
      [9, 'LATER'],
    ] as const) {
      const expected = { temporality: 'unspecified', isMonotonic: false };
      expect(decoded(message(7, message(1), uint(2, number)))).toMatchObject(expected);
      for (const aggregationTemporality of [number, word]) {
        expect(fromJson({ sum: { aggregationTemporality, dataPoints: [{}] } })).toMatchObject(expected);
      }
    }
  });

  it('drop ids of exemplars that are none', () => {
    const exemplars = [
      { traceId, spanId: 'xyz' },
      { traceId: '0'.repeat(32), spanId },
    ];
    expect(fromJson({ gauge: { dataPoints: [{ exemplars }] } }).points[0]!.exemplars).toMatchObject([
      { traceId, spanId: null },
      { traceId: null, spanId: null },
    ]);
    const short = message(5, message(5, Buffer.from([1, 2])), message(4, Buffer.from(spanId, 'hex')));
    expect(decoded(message(5, message(1, short))).points[0]!.exemplars).toMatchObject([
      { traceId: null, spanId: null },
    ]);
  });

  it('have nothing to say about metrics without data points and of kinds that come later', () => {
    const empty = { groups: [], rejectedCount: 0, rejectionReason: '' };
    expect(
      decodeProtobufMetrics(requestOf([string(1, 'a')], [message(5)], [message(13, message(1))])),
    ).toEqual(empty);
    expect(
      decodeJsonMetrics(
        jsonRequest({ name: 'a' }, { gauge: {} }, { gauge: { dataPoints: [] } }, { later: {} }),
      ),
    ).toEqual(empty);
  });

  const late = 2n ** 63n;
  it.each([
    [
      'time beyond 2262',
      message(5, message(1, fixed(3, late)), message(1, fixed(3, 5n), real(4, 1.5))),
      { gauge: { dataPoints: [{ timeUnixNano: `${late}` }, { timeUnixNano: 5, asDouble: 1.5 }] } },
      'gauge.dataPoints[0]: timeUnixNano must lie between 0 and 9223372036854775807',
    ],
    [
      'start beyond 2262',
      message(7, message(1, fixed(2, late)), message(1, fixed(3, 5n), real(4, 1.5))),
      { sum: { dataPoints: [{ startTimeUnixNano: `${late}` }, { timeUnixNano: 5, asDouble: 1.5 }] } },
      'sum.dataPoints[0]: startTimeUnixNano must lie between',
    ],
    [
      'number of buckets that does not fit the bounds',
      message(9, message(1, real(7, 1)), message(1, fixed(3, 5n))),
      { histogram: { dataPoints: [{ explicitBounds: [1] }, { timeUnixNano: 5 }] } },
      'histogram.dataPoints[0]: bucketCounts must be one more than explicitBounds, but they are 0 and 1',
    ],
  ])('leave out a data point with a %s, count it and keep its neighbour', (_, bytes, metric, reason) => {
    for (const batch of [decodeProtobufMetrics(requestOf([bytes])), decodeJsonMetrics(jsonRequest(metric))]) {
      expect(batch.rejectedCount).toBe(1);
      expect(batch.rejectionReason).toContain(`resourceMetrics[0].scopeMetrics[0].metrics[0].${reason}`);
      expect(batch.groups[0]!.items).toMatchObject([{ points: [{ timeUnixNano: 5n }] }]);
    }
  });

  it('count the data points of a bad metric, all of them, and keep its neighbour', () => {
    let deep: Buffer = Buffer.from([0x10, 1]);
    for (let level = 0; level < 70; level++) deep = message(5, message(1, deep));
    const bad = [
      message(5, message(1), message(1, fixed(3, late))),
      message(12, string(1, 'k'), message(2, deep)),
      message(5, message(1)),
    ];
    const fromProtobuf = decodeProtobufMetrics(requestOf(bad, [string(1, 'kept'), message(5, message(1))]));
    const json = { unit: 5, gauge: { dataPoints: [{}, {}, {}] } };
    const fromText = decodeJsonMetrics(jsonRequest(json, { name: 'kept', gauge: { dataPoints: [{}] } }));
    for (const { rejectedCount, groups } of [fromProtobuf, fromText]) {
      expect(rejectedCount).toBe(3);
      expect(groups[0]!.items).toMatchObject([{ name: 'kept' }]);
    }
    expect(fromProtobuf.rejectionReason).toContain('metrics[0].gauge.dataPoints[1]: timeUnixNano must lie');
    expect(fromText.rejectionReason).toBe(
      'resourceMetrics[0].scopeMetrics[0].metrics[0]: unit must be a string, but is 5',
    );
    const onlyMetadata = decodeProtobufMetrics(requestOf([bad[1]!, message(5, message(1))]));
    expect(onlyMetadata).toEqual({
      groups: [],
      rejectedCount: 1,
      rejectionReason:
        'resourceMetrics[0].scopeMetrics[0].metrics[0]: an attribute value is nested deeper than 64 levels',
    });
  });
});

describe('decodeProtobufMetrics', () => {
  const decodesOrRefuses = (bytes: Uint8Array) => {
    try {
      decodeProtobufMetrics(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof TooManyValuesError)) throw error;
    }
    return true;
  };

  it('decodes or refuses any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), { numRuns: 1000 });
  });

  it('decodes or refuses a message that was cut off or changed in one byte', () => {
    const whole = requestOf(...complete.map(({ protobuf }) => [...protobuf]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (position, byte) => {
        const changed = Uint8Array.from(whole);
        changed[position] = byte;
        return decodesOrRefuses(whole.subarray(0, position)) && decodesOrRefuses(changed);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads repeated numbers packed, one by one, and mixed', () => {
    const raw = (value: bigint) => fixed(0, value).subarray(1);
    const point = [
      fixed(6, 1n),
      message(6, raw(2n), raw(3n)),
      fixed(6, 4n),
      message(7, real(0, 10).subarray(1)),
      real(7, 20),
      real(7, 30),
    ];
    expect(decoded(message(9, message(1, ...point))).points[0]!.value).toMatchObject({
      bucketCounts: [1, 2, 3, 4],
      explicitBounds: [10, 20, 30],
    });
    const side = [uint(2, 1), message(2, varint(2n), varint(3n)), uint(2, 400)];
    expect(decoded(message(10, message(1, message(9, ...side)))).points[0]!.value).toMatchObject({
      negative: { offset: 0, bucketCounts: [1, 2, 3, 400] },
    });
  });

  it('refuses packed numbers that reach over the end of their field', () => {
    const overhang = Buffer.alloc(7);
    expect(() => decoded(message(9, message(1, message(6, Buffer.alloc(9)), overhang)))).toThrow(
      'a field reaches over the end of its message',
    );
  });

  it('skips fields that it does not know, at every level', () => {
    const unknown = Buffer.concat([uint(1000, 1), fixed(1001, 2n), string(1002, 'x'), uint(4, 1)]);
    const exemplar = message(5, unknown, fixed(2, 1n));
    const gauge = message(5, unknown, message(1, unknown, real(4, 1.5), fixed(3, 5n), exemplar));
    expect(decoded(unknown, gauge).points).toEqual([
      { ...plainPoint, exemplars: [expect.objectContaining({ timeUnixNano: '1' })] },
    ]);
    const side = message(8, unknown, uint(1, 2));
    expect(decoded(message(10, message(1, side))).points[0]!.value).toMatchObject({
      positive: { offset: 1 },
    });
    const quantile = message(6, unknown, real(1, 0.5));
    expect(decoded(message(11, message(1, uint(1000, 1), quantile))).points[0]!.value).toMatchObject({
      quantiles: [{ quantile: 0.5, value: 0 }],
    });
  });

  it('joins two fields of one kind; of two kinds it takes the last', () => {
    const one = message(5, message(1, real(4, 1)));
    const two = message(5, message(1, real(4, 2)));
    expect(decoded(one, two).points.map(({ value }) => value)).toEqual([1, 2]);
    expect(decoded(message(9, message(1)), one)).toMatchObject({ kind: 'gauge', points: [{ value: 1 }] });
  });

  it('leaves out a data point whose attribute is nested deeper than 64 levels', () => {
    let deep: Buffer = Buffer.from([0x10, 1]);
    for (let level = 0; level < 70; level++) deep = message(5, message(1, deep));
    const bad = message(1, message(7, string(1, 'k'), message(2, deep)), real(4, 9));
    const batch = decodeProtobufMetrics(requestOf([message(5, bad, message(1, real(4, 1)))]));
    expect(batch.rejectedCount).toBe(1);
    expect(batch.groups[0]!.items[0]!.points).toMatchObject([{ value: 1 }]);
  });

  it('refuses a request that becomes more than 2 million of all that it may hold', () => {
    const many = (count: number, bytes: string) => Buffer.alloc(2 * count).fill(bytes);
    const request = requestOf(
      [message(5, message(1, many(600_000, '*\0')))], // exemplars
      [message(11, message(1, many(600_000, '2\0')))], // quantiles
      [message(10, message(1, message(8, message(2, Buffer.alloc(400_000)))))], // buckets, packed
      [message(10, message(1, message(8, many(400_001, '\x10\0'))))], // buckets, one by one
    );
    expect(() => decodeProtobufMetrics(request)).toThrow('more than 2000000 records and values');
  });

  it('refuses a request of more than 200,000 data points, in whatever metrics', () => {
    const points = (count: number) => message(5, Buffer.alloc(2 * count).fill('\n\0'));
    const enough = decodeProtobufMetrics(requestOf([points(150_000)], [points(50_000)]));
    expect(enough.groups[0]!.items.map((item) => item.points.length)).toEqual([150_000, 50_000]);
    expect(() => decodeProtobufMetrics(requestOf([points(150_000)], [points(50_001)]))).toThrow(
      new TooManyValuesError(200_000, 'records'),
    );
  });
});

describe('decodeJsonMetrics', () => {
  it('refuses a request of more than 200,000 data points, in whatever metrics', () => {
    const gauge = (count: number) => ({ gauge: { dataPoints: Array.from({ length: count }, () => ({})) } });
    const enough = decodeJsonMetrics(jsonRequest(gauge(150_000), gauge(50_000)));
    expect(enough.groups[0]!.items.map((item) => item.points.length)).toEqual([150_000, 50_000]);
    expect(() => decodeJsonMetrics(jsonRequest(gauge(150_000), gauge(50_001)))).toThrow(
      'The request holds more than 200000 records: send smaller batches.',
    );
  });

  it('refuses a request that becomes more than 2 million values', () => {
    const [head, tail] = jsonRequest({ histogram: { dataPoints: [{ explicitBounds: ['…'] }] } })
      .toString()
      .split('"…"');
    const request = Buffer.from(`${head}${'0,'.repeat(2_000_000)}0${tail}`);
    expect(() => decodeJsonMetrics(request)).toThrow(TooManyValuesError);
  });

  it('decodes or refuses any JSON', () => {
    const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...kinds), (value, kind) => {
        for (const bytes of [
          Buffer.from(JSON.stringify({ resourceMetrics: value })),
          jsonRequest(value),
          jsonRequest({ [kind]: value }),
          jsonRequest({ [kind]: { dataPoints: [value] } }),
        ]) {
          try {
            decodeJsonMetrics(bytes);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        }
      }),
    );
  });

  it.each([
    ['asDouble', 'gauge', { asDouble: true }, 'asDouble must be a number, but is true'],
    ['asInt', 'sum', { asInt: '1.5' }, 'asInt must be an integer, but is "1.5"'],
    ['a count', 'histogram', { count: -1 }, 'count must not be negative, but is -1'],
    [
      'an element of a list',
      'histogram',
      { bucketCounts: ['x'] },
      'bucketCounts must be an integer, but is "x"',
    ],
    [
      'a list',
      'exponentialHistogram',
      { positive: { bucketCounts: 1 } },
      'positive.bucketCounts must be an array',
    ],
    ['an object', 'exponentialHistogram', { negative: [] }, 'negative must be an object, but is an array'],
    [
      'a quantile',
      'summary',
      { quantileValues: [{ quantile: 'x' }] },
      'quantile must be a number, but is "x"',
    ],
    [
      'an exemplar',
      'gauge',
      { exemplars: [{ asDouble: {} }] },
      'exemplar asDouble must be a number, but is {}',
    ],
    ['an attribute', 'gauge', { attributes: [{ key: 1 }] }, 'a key of attributes must be a string, but is 1'],
  ])('leaves out a data point in which %s is bad and keeps its neighbour', (_, kind, bad, reason) => {
    const batch = decodeJsonMetrics(jsonRequest({ [kind]: { dataPoints: [bad, { timeUnixNano: 5 }] } }));
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toContain(`metrics[0].${kind}.dataPoints[0]: ${reason}`);
    expect(batch.groups[0]!.items[0]!.points).toMatchObject([{ timeUnixNano: 5n }]);
  });

  it.each([
    ['name', { name: 5 }, 'name must be a string'],
    ['metadata', { metadata: {} }, 'metadata must be an array'],
    ['isMonotonic', { sum: { isMonotonic: 1, dataPoints: [{}, {}] } }, 'isMonotonic must be a boolean'],
    [
      'temporality',
      { sum: { aggregationTemporality: {}, dataPoints: [{}, {}] } },
      'aggregationTemporality must be',
    ],
  ])('leaves out all data points of a metric with a bad %s', (_, fields, reason) => {
    const batch = decodeJsonMetrics(jsonRequest({ sum: { dataPoints: [{}, {}] }, ...fields }));
    expect(batch).toMatchObject({ groups: [], rejectedCount: 2 });
    expect(batch.rejectionReason).toContain(`metrics[0]: ${reason}`);
  });

  it.each([
    ['a metric that is no object', 5, 'the metric must be an object'],
    ['data that are no object', { sum: 5 }, 'sum must be an object'],
    ['data points that are no list', { sum: { dataPoints: 5 } }, 'sum.dataPoints must be an array'],
  ])('counts %s as one', (_, metric, reason) => {
    const batch = decodeJsonMetrics(jsonRequest(metric, { gauge: { dataPoints: [{}] } }));
    expect(batch).toMatchObject({ groups: [{ items: { length: 1 } }], rejectedCount: 1 });
    expect(batch.rejectionReason).toContain(`metrics[0]: ${reason}`);
  });

  it('refuses a request that is no list of metrics and says where', () => {
    expect(() => decodeJsonMetrics(Buffer.from('{"resourceMetrics":[{"scopeMetrics":[1]}]}'))).toThrow(
      'resourceMetrics[0].scopeMetrics[0] must be an object, but is 1',
    );
  });
});
