import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricMeasurement, MetricPoint } from '@tta/obs-protocol';
import { keyValues, type Value } from './otlp-common.ts';
import {
  bytes,
  double,
  fixed64,
  hex,
  message,
  packedDouble,
  packedFixed64,
  packedVarint,
  paddedMessage,
  text,
  varint,
  zigzag,
} from './protobuf-writer.ts';
import { senders, sendJson } from './send-export.ts';
import { type Service, startService } from './service.ts';
import { metricPointsOf, metricsOf } from './service-answers.ts';

/*
 * Nothing here was recorded: the batches are constructed from `metrics.proto`, each in the shape in which the SDK of
 * another language is known to send it.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const start = 1_700_000_000_123_456_789n;
const time = start + 10_000_000_001n;
const times = [fixed64(2, start), fixed64(3, time)] as const;
const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);
const delta = 1;
const cumulative = 2;

type ExpectedPoint = MetricMeasurement & Partial<MetricPoint>;

/** What is expected unless said otherwise. */
const plain = {
  unit: '',
  temporality: null,
  isMonotonic: false,
  startTimeUnixNano: `${start}`,
  timeUnixNano: `${time}`,
  flags: 0,
  attributes: {},
  exemplars: [],
};

interface Batch {
  readonly request: Buffer;
  /** By name. */
  readonly expected: readonly ExpectedPoint[];
}

/** The fields of a `Metric` that say what is measured. */
function named(name: string, unit = '', description = ''): Buffer {
  return Buffer.concat([text(1, name), text(2, description), text(3, unit)]);
}

/** Go: packed buckets, exemplars with the attributes that a view has left out, integers as `sfixed64`. */
function fromGo(serviceName: string): Batch {
  const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'go' };
  const scope = { name: 'otelhttp', version: '0.63.0' };
  const exemplar = (value: Buffer): Buffer =>
    message(
      8,
      keyValues(7, { 'url.path': '/', 'user.id': 7n }),
      fixed64(2, time - 5n),
      value,
      hex(4, spanId),
      hex(5, traceId),
    );
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, scope.name), text(2, scope.version)),
      message(
        2,
        named('a.duration', 's', 'Duration of requests'),
        message(
          9,
          message(
            1,
            keyValues(9, { 'http.status': 200n }),
            ...times,
            fixed64(4, 3n),
            double(5, 1.5),
            packedFixed64(6, [1n, 0n, 2n]),
            packedDouble(7, [0.005, 0.01]),
            exemplar(double(3, 0.75)),
            exemplar(fixed64(6, -1n)),
            double(11, 0.25),
            double(12, 0.75),
          ),
          varint(2, cumulative),
        ),
      ),
      message(
        2,
        named('b.goroutines'),
        message(
          7,
          message(1, ...times, fixed64(6, -5n)),
          message(1, ...times, fixed64(6, 2n ** 63n - 1n), keyValues(7, { largest: true })),
          varint(2, cumulative),
        ),
      ),
      message(
        2,
        named('c.sizes', 'By'),
        message(
          10,
          message(
            1,
            keyValues(1, { pool: 'x' }),
            ...times,
            fixed64(4, 9n),
            double(5, -12.5),
            zigzag(6, -2),
            fixed64(7, 1n),
            message(8, zigzag(1, -3), packedVarint(2, [1n, 0n, 300n])),
            message(9, zigzag(1, 2), packedVarint(2, [4n])),
            double(12, -70),
            double(13, 60),
            double(14, 1e-9),
          ),
          varint(2, delta),
        ),
      ),
      text(3, schemaUrl),
    ),
    text(3, schemaUrl),
  );
  const exemplarOf = (value: number) => ({
    timeUnixNano: `${time - 5n}`,
    value,
    traceId,
    spanId,
    filteredAttributes: { 'url.path': '/', 'user.id': 7 },
  });
  const common = { ...plain, resource, scope };
  const expected: ExpectedPoint[] = [
    {
      ...common,
      name: 'a.duration',
      unit: 's',
      kind: 'histogram',
      temporality: 'cumulative',
      attributes: { 'http.status': 200 },
      exemplars: [exemplarOf(0.75), exemplarOf(-1)],
      value: {
        count: 3,
        sum: 1.5,
        min: 0.25,
        max: 0.75,
        bucketCounts: [1, 0, 2],
        explicitBounds: [0.005, 0.01],
      },
    },
    { ...common, name: 'b.goroutines', kind: 'sum', temporality: 'cumulative', value: -5 },
    {
      ...common,
      name: 'b.goroutines',
      kind: 'sum',
      temporality: 'cumulative',
      attributes: { largest: true },
      value: '9223372036854775807',
    },
    {
      ...common,
      name: 'c.sizes',
      unit: 'By',
      kind: 'exponentialHistogram',
      temporality: 'delta',
      attributes: { pool: 'x' },
      value: {
        count: 9,
        sum: -12.5,
        min: -70,
        max: 60,
        scale: -2,
        zeroCount: 1,
        zeroThreshold: 1e-9,
        positive: { offset: -3, bucketCounts: [1, 0, 300] },
        negative: { offset: 2, bucketCounts: [4] },
      },
    },
  ];
  return { request, expected };
}

/** Java: summaries, and hundreds of series in one request. */
function fromJava(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'java' };
  const scope = { name: 'io.opentelemetry.runtime-telemetry', version: '2.20.1-alpha' };
  const series = Array.from({ length: 700 }, (_, index) => index);
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, scope.name), text(2, scope.version)),
      message(
        2,
        named('jvm.gc', 'ms', 'Time in collections'),
        message(
          11,
          message(
            1,
            keyValues(7, { 'jvm.gc.name': 'G1' }),
            ...times,
            fixed64(4, 12n),
            double(5, 3.5),
            message(6, double(1, 0), double(2, 0.125)),
            message(6, double(1, 0.99), double(2, 0.5)),
            message(6, double(1, 1), double(2, 1.75)),
          ),
        ),
      ),
      message(
        2,
        named('jvm.threads', '{thread}'),
        message(
          7,
          ...series.map((index) =>
            message(1, ...times, fixed64(6, BigInt(index)), keyValues(7, { 'thread.id': BigInt(index) })),
          ),
          varint(2, cumulative),
          varint(3, 1),
        ),
      ),
    ),
    text(3, 'https://opentelemetry.io/schemas/1.37.0'),
  );
  const common = { ...plain, resource, scope };
  const expected: ExpectedPoint[] = [
    {
      ...common,
      name: 'jvm.gc',
      unit: 'ms',
      kind: 'summary',
      attributes: { 'jvm.gc.name': 'G1' },
      value: {
        count: 12,
        sum: 3.5,
        quantiles: [
          { quantile: 0, value: 0.125 },
          { quantile: 0.99, value: 0.5 },
          { quantile: 1, value: 1.75 },
        ],
      },
    },
    ...series.map((index): ExpectedPoint => ({
      ...common,
      name: 'jvm.threads',
      unit: '{thread}',
      kind: 'sum',
      temporality: 'cumulative',
      isMonotonic: true,
      attributes: { 'thread.id': index },
      value: index,
    })),
  ];
  return { request, expected };
}

/** Python: histograms without bounds, and repeated numbers that are not packed. */
function fromPython(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'python' };
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, '__main__'), text(2, '')),
      message(
        2,
        named('a.unpacked', 'ms'),
        message(
          9,
          message(
            1,
            ...times,
            fixed64(4, 6n),
            double(5, 21),
            ...[1n, 2n, 3n].map((count) => fixed64(6, count)),
            ...[5, 10].map((bound) => double(7, bound)),
          ),
          varint(2, delta),
        ),
      ),
      message(
        2,
        named('b.no.bounds'),
        message(
          9,
          message(1, ...times, fixed64(4, 2n), double(5, 7), packedFixed64(6, [2n])),
          varint(2, delta),
        ),
      ),
      message(
        2,
        named('c.mixed'),
        message(
          10,
          message(
            1,
            ...times,
            fixed64(4, 6n),
            zigzag(6, 20),
            message(8, zigzag(1, -(2 ** 20)), varint(2, 1), packedVarint(2, [2n, 3n])),
          ),
          varint(2, cumulative),
        ),
      ),
      text(3, ''),
    ),
    text(3, ''),
  );
  const common = { ...plain, resource, scope: { name: '__main__', version: '' } };
  const nothing = { sum: null, min: null, max: null };
  const expected: ExpectedPoint[] = [
    {
      ...common,
      name: 'a.unpacked',
      unit: 'ms',
      kind: 'histogram',
      temporality: 'delta',
      value: { ...nothing, count: 6, sum: 21, bucketCounts: [1, 2, 3], explicitBounds: [5, 10] },
    },
    {
      ...common,
      name: 'b.no.bounds',
      kind: 'histogram',
      temporality: 'delta',
      value: { ...nothing, count: 2, sum: 7, bucketCounts: [2], explicitBounds: [] },
    },
    {
      ...common,
      name: 'c.mixed',
      kind: 'exponentialHistogram',
      temporality: 'cumulative',
      value: {
        ...nothing,
        count: 6,
        scale: 20,
        zeroCount: 0,
        zeroThreshold: 0,
        positive: { offset: -(2 ** 20), bucketCounts: [1, 2, 3] },
        negative: { offset: 0, bucketCounts: [] },
      },
    },
  ];
  return { request, expected };
}

/** Rust: each field is written, also where it is empty, gauges have a start. */
function fromRust(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'rust' };
  const request = message(
    1,
    message(1, keyValues(1, resource), varint(2, 0), message(3, text(2, 'service'), text(3, 'service.name'))),
    message(
      2,
      message(1, text(1, 'shop'), text(2, ''), varint(4, 0)),
      message(
        2,
        named('a.load'),
        message(5, message(1, keyValues(7, { core: 1n }), ...times, varint(8, 0), double(4, 0))),
      ),
      message(
        2,
        named('b.orders', '1'),
        message(7, message(1, ...times, varint(8, 0), fixed64(6, 0n)), varint(2, delta), varint(3, 1)),
      ),
      text(3, ''),
    ),
    text(3, ''),
  );
  const common = { ...plain, resource, scope: { name: 'shop', version: '' } };
  const expected: ExpectedPoint[] = [
    { ...common, name: 'a.load', kind: 'gauge', attributes: { core: 1 }, value: 0 },
    {
      ...common,
      name: 'b.orders',
      unit: '1',
      kind: 'sum',
      temporality: 'delta',
      isMonotonic: true,
      value: 0,
    },
  ];
  return { request, expected };
}

/** .NET: lengths are filled in afterwards, in four bytes each. */
function fromDotnet(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'dotnet' };
  const request = paddedMessage(
    1,
    paddedMessage(1, keyValues(1, resource, paddedMessage)),
    paddedMessage(
      2,
      paddedMessage(1, text(1, 'System.Runtime'), text(2, '9.0.0')),
      paddedMessage(
        2,
        text(1, 'dotnet.gc.heap'),
        text(3, 'By'),
        paddedMessage(
          9,
          varint(2, delta),
          paddedMessage(
            1,
            fixed64(2, start),
            fixed64(3, time),
            keyValues(9, { generation: 'gen0' }, paddedMessage),
            fixed64(4, 2n),
            double(5, 3),
            double(11, 1),
            double(12, 2),
            fixed64(6, 0n),
            fixed64(6, 2n),
            double(7, 0.5),
            paddedMessage(8, fixed64(2, time), double(3, 2), hex(5, traceId), hex(4, spanId)),
          ),
        ),
      ),
    ),
  );
  const expected: ExpectedPoint[] = [
    {
      ...plain,
      resource,
      scope: { name: 'System.Runtime', version: '9.0.0' },
      name: 'dotnet.gc.heap',
      unit: 'By',
      kind: 'histogram',
      temporality: 'delta',
      attributes: { generation: 'gen0' },
      exemplars: [{ timeUnixNano: `${time}`, value: 2, traceId, spanId, filteredAttributes: {} }],
      value: { count: 2, sum: 3, min: 1, max: 2, bucketCounts: [0, 2], explicitBounds: [0.5] },
    },
  ];
  return { request, expected };
}

/**
 * The Collector: many resources, metrics without data points, points that say that there is no value any more, and
 * fields that only a later version of the protocol knows.
 */
function fromCollector(serviceName: string): Batch {
  const ofName = { 'service.name': serviceName };
  const future = [varint(900, 1), fixed64(901, 1n), text(902, 'later')];
  const hosts = Array.from({ length: 20 }, (_, index) => index);
  const ofMetrics = (resource: Readonly<Record<string, Value>>, ...metrics: readonly Buffer[]): Buffer =>
    message(
      1,
      message(1, keyValues(1, resource), ...future),
      message(2, ...metrics.map((metric) => message(2, metric, ...future)), ...future),
      ...future,
    );
  const special = [NaN, Infinity, -Infinity, 5e-324, 1e300];
  const request = Buffer.concat([
    message(1),
    message(1, message(1), message(2), message(2, message(1))),
    ofMetrics(ofName, named('no.data'), Buffer.concat([named('no.points'), message(7, varint(2, delta))])),
    ...hosts.map((index) =>
      ofMetrics(
        { ...ofName, 'host.id': BigInt(index) },
        Buffer.concat([
          named('up'),
          message(5, message(1, fixed64(3, time), double(4, index / 2), ...future)),
        ]),
      ),
    ),
    ofMetrics(
      ofName,
      Buffer.concat([
        named('gone'),
        message(7, message(1, ...times, varint(8, 1)), varint(2, cumulative), varint(3, 1)),
      ]),
      Buffer.concat([
        named('special', '', 'Doubles that JSON cannot say'),
        message(
          5,
          ...special.map((value, index) =>
            message(1, ...times, double(4, value), keyValues(7, { index: BigInt(index) })),
          ),
        ),
        message(12, text(1, 'prometheus.type'), message(2, text(1, 'gauge'))),
      ]),
      Buffer.concat([named('untyped'), message(7, message(1, ...times, double(4, 1)))]),
      Buffer.concat([
        named('vast'),
        message(
          9,
          message(
            1,
            fixed64(3, time),
            fixed64(4, 2n ** 63n),
            bytes(6, Buffer.alloc(0)),
            bytes(7, Buffer.alloc(0)),
          ),
          varint(2, cumulative),
        ),
      ]),
    ),
    ...future,
  ]);
  const common = { ...plain, resource: ofName, scope: { name: '', version: '' } };
  const specialAnswered = ['NaN', 'Infinity', '-Infinity', 5e-324, 1e300];
  const expected: ExpectedPoint[] = [
    {
      ...common,
      name: 'gone',
      kind: 'sum',
      temporality: 'cumulative',
      isMonotonic: true,
      flags: 1,
      value: null,
    },
    ...specialAnswered.map((value, index): ExpectedPoint => ({
      ...common,
      name: 'special',
      kind: 'gauge',
      attributes: { index },
      value,
    })),
    { ...common, name: 'untyped', kind: 'sum', temporality: 'unspecified', value: 1 },
    ...hosts.map((index): ExpectedPoint => ({
      ...common,
      startTimeUnixNano: null,
      resource: { ...ofName, 'host.id': index },
      name: 'up',
      kind: 'gauge',
      value: index / 2,
    })),
    {
      ...common,
      startTimeUnixNano: null,
      name: 'vast',
      kind: 'histogram',
      temporality: 'cumulative',
      value: {
        count: '9223372036854775808',
        sum: null,
        min: null,
        max: null,
        bucketCounts: [],
        explicitBounds: [],
      },
    },
  ];
  return { request, expected };
}

const batches = { fromGo, fromJava, fromPython, fromRust, fromDotnet, fromCollector };

function inOrder(points: readonly object[]): readonly object[] {
  const key = ({ name, resource, attributes }: Partial<MetricPoint>): string =>
    `${name} ${JSON.stringify([resource, attributes].map((of) => Object.entries(of ?? {}).sort()))}`;
  return points.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

describe.each(Object.entries(senders))('a constructed batch of metrics, sent by %s', (sender, send) => {
  it.each(Object.entries(batches))('arrives whole %s', async (batch, construct) => {
    const serviceName = `${batch} by ${sender}`;
    const { request, expected } = construct(serviceName);
    expect(await send(service.url, 'metrics', request)).toEqual(Buffer.alloc(0));
    const arrived = await metricPointsOf(service.url, serviceName);
    expect(arrived).toHaveLength(expected.length);
    expect(inOrder(arrived)).toEqual(inOrder(expected.map((point) => ({ ...point, serviceName }))));
  });

  it('keeps what is said of a metric as a whole', async () => {
    const serviceName = `metadata by ${sender}`;
    await send(service.url, 'metrics', fromCollector(serviceName).request);
    const metrics = await metricsOf(service.url, serviceName);
    expect(metrics.map(({ name, seriesCount, pointCount }) => [name, seriesCount, pointCount])).toEqual([
      ['gone', 1, 1],
      ['special', 5, 5],
      ['untyped', 1, 1],
      ['up', 20, 20],
      ['vast', 1, 1],
    ]);
    expect(metrics[1]).toMatchObject({
      description: 'Doubles that JSON cannot say',
      metadata: { 'prometheus.type': 'gauge' },
      newestTimeUnixNano: `${time}`,
    });
  });
});

describe('a constructed metric in JSON', () => {
  it('arrives whole with numbers as text, enums by name and ids in capitals', async () => {
    const serviceName = 'metric texts';
    const common = { startTimeUnixNano: `${start}`, timeUnixNano: `${time}` };
    const metrics = [
      {
        name: 'a',
        unit: 's',
        histogram: {
          aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA',
          dataPoints: [
            {
              ...common,
              count: '3',
              sum: '1.5',
              min: 0.25,
              max: 'Infinity',
              bucketCounts: ['1', 2],
              explicitBounds: [0.5],
              exemplars: [
                {
                  timeUnixNano: `${time}`,
                  asInt: '-7',
                  traceId: traceId.toUpperCase(),
                  spanId: spanId.toUpperCase(),
                  filteredAttributes: [{ key: 'k', value: { boolValue: true } }],
                },
              ],
            },
          ],
        },
      },
      {
        name: 'b',
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: [
            { ...common, asInt: '9223372036854775807' },
            { ...common, asDouble: 'NaN', attributes: [{ key: 'n', value: { intValue: 1 } }], later: {} },
          ],
        },
      },
      { name: 'c', gauge: { dataPoints: [{ timeUnixNano: Number(1_700_000_000_000_000_000n), asInt: 5 }] } },
      {
        name: 'd',
        exponentialHistogram: {
          aggregationTemporality: 1,
          dataPoints: [
            {
              ...common,
              count: 4,
              scale: '-1',
              zeroCount: '1',
              positive: { offset: -2, bucketCounts: ['3'] },
            },
          ],
        },
      },
      {
        name: 'e',
        summary: {
          dataPoints: [{ ...common, count: '2', sum: 3, quantileValues: [{ quantile: 0.5, value: '1' }] }],
        },
      },
    ];
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: serviceName } }] };
    const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] };
    expect(await sendJson(service.url, 'metrics', request)).toEqual({});
    const expected: readonly ExpectedPoint[] = [
      {
        ...plain,
        name: 'a',
        unit: 's',
        kind: 'histogram',
        temporality: 'delta',
        exemplars: [{ timeUnixNano: `${time}`, value: -7, traceId, spanId, filteredAttributes: { k: true } }],
        value: {
          count: 3,
          sum: 1.5,
          min: 0.25,
          max: 'Infinity',
          bucketCounts: [1, 2],
          explicitBounds: [0.5],
        },
      },
      {
        ...plain,
        name: 'b',
        kind: 'sum',
        temporality: 'cumulative',
        isMonotonic: true,
        attributes: { n: 1 },
        value: 'NaN',
      },
      {
        ...plain,
        name: 'b',
        kind: 'sum',
        temporality: 'cumulative',
        isMonotonic: true,
        value: '9223372036854775807',
      },
      {
        ...plain,
        name: 'c',
        kind: 'gauge',
        startTimeUnixNano: null,
        timeUnixNano: '1700000000000000000',
        value: 5,
      },
      {
        ...plain,
        name: 'd',
        kind: 'exponentialHistogram',
        temporality: 'delta',
        value: {
          count: 4,
          sum: null,
          min: null,
          max: null,
          scale: -1,
          zeroCount: 1,
          zeroThreshold: 0,
          positive: { offset: -2, bucketCounts: [3] },
          negative: { offset: 0, bucketCounts: [] },
        },
      },
      {
        ...plain,
        name: 'e',
        kind: 'summary',
        value: { count: 2, sum: 3, quantiles: [{ quantile: 0.5, value: 1 }] },
      },
    ];
    const common2 = {
      serviceName,
      resource: { 'service.name': serviceName },
      scope: { name: '', version: '' },
    };
    expect(inOrder(await metricPointsOf(service.url, serviceName))).toEqual(
      inOrder(expected.map((point) => ({ ...point, ...common2 }))),
    );
  });
});
