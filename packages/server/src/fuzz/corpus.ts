import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { grpcMessage } from '../http/grpc-message.ts';
import { otlpProtobuf, type OtlpJson, type SignalName } from '../testing/otlp-protobuf.ts';
import type { FuzzInput } from './fuzz-input.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const far = { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) };

/** Every kind of value, and keys that mean something to the service. */
const attributes = [
  { key: 'text', value: { stringValue: 'plain words' } },
  { key: 'é "quoted"\n', value: { stringValue: 'control \u0001, quote ", backslash \\, 😀' } },
  { key: 'long', value: { stringValue: 'long text '.repeat(60) } },
  { key: 'path', value: { stringValue: 'C:\\data' } },
  { key: 'flag', value: { boolValue: true } },
  { key: 'int', value: { intValue: '-5' } },
  { key: 'big', value: { intValue: '9223372036854775807' } },
  { key: 'double', value: { doubleValue: 1.5 } },
  { key: 'none', value: {} },
  { key: '__proto__', value: { stringValue: 'kept' } },
  { key: 'bytes', value: { bytesValue: 'AQID/w==' } },
  {
    key: 'list',
    value: {
      arrayValue: { values: [{ intValue: '1' }, { stringValue: 'a' }, { arrayValue: { values: [] } }] },
    },
  },
  {
    key: 'map',
    value: {
      kvlistValue: {
        values: [
          { key: 'inner', value: { boolValue: false } },
          { key: 'x', value: {} },
        ],
      },
    },
  },
  { key: 'password', value: { stringValue: 'hunter2' } },
  { key: 'header', value: { stringValue: `Bearer ${'a9Zq7K'.repeat(6)}` } },
  ...[
    'execution.status',
    'error.message',
    'exception.message',
    'primitive.type',
    'primitive.name',
    'step.name',
    'workflow.name',
    'service.name',
  ].map((key) => ({ key, value: { stringValue: key === 'execution.status' ? 'timeout' : `the ${key}` } })),
];
const resource = { attributes, droppedAttributesCount: 1 };
const scope = { name: 'scope', version: '1.2.3', attributes, droppedAttributesCount: 2 };
const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';

const spans = [
  {
    traceId,
    spanId,
    traceState: 'vendor=1',
    parentSpanId: 'c'.repeat(16),
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: '1800000000123456789',
    endTimeUnixNano: '1800000001000000001',
    attributes,
    droppedAttributesCount: 1,
    events: [
      { timeUnixNano: '1800000000200000000', name: 'started', attributes },
      { name: 'exception', attributes: [{ key: 'exception.message', value: { stringValue: 'it broke' } }] },
    ],
    droppedEventsCount: 1,
    links: [
      { ...far, traceState: 'a=b', attributes, flags: 1 },
      { traceId: '00', spanId: '' },
    ],
    droppedLinksCount: 1,
    status: { code: 2, message: 'failed' },
    flags: 257,
  },
  { ...far, name: 'root', startTimeUnixNano: 1000, endTimeUnixNano: 2000, status: { code: 1 } },
];

const logRecords = [
  {
    timeUnixNano: '1800000000123456789',
    observedTimeUnixNano: '1800000000123456790',
    severityNumber: 9,
    severityText: 'INFO',
    body: { kvlistValue: { values: attributes } },
    attributes,
    droppedAttributesCount: 1,
    flags: 1,
    traceId,
    spanId,
    eventName: 'event',
  },
  { body: { stringValue: 'a line' }, severityNumber: 99, traceId: 'abcd' },
];

const exemplars = [
  { timeUnixNano: '5', asDouble: 0.5, traceId, spanId, filteredAttributes: attributes },
  { timeUnixNano: '6', asInt: '7' },
];
const point = {
  attributes,
  startTimeUnixNano: '1800000000000000000',
  timeUnixNano: '1800000000000000001',
  flags: 1,
};
const range = { count: '6', sum: 12.5, min: 0.5, max: 9 };
const metric = { name: 'metric', description: 'what it counts', unit: 'ms', metadata: attributes };
const metrics = [
  { ...metric, gauge: { dataPoints: [{ ...point, asInt: '-5', exemplars }, { asDouble: -0.5 }, {}] } },
  {
    ...metric,
    sum: { dataPoints: [{ ...point, asDouble: 1 }], aggregationTemporality: 1, isMonotonic: true },
  },
  {
    ...metric,
    histogram: {
      dataPoints: [
        { ...point, ...range, bucketCounts: ['1', '2', '3'], explicitBounds: [1, 5], exemplars },
        { count: '0' },
      ],
      aggregationTemporality: 2,
    },
  },
  {
    ...metric,
    exponentialHistogram: {
      dataPoints: [
        {
          ...point,
          ...range,
          scale: -3,
          zeroCount: '2',
          zeroThreshold: 0.001,
          positive: { offset: -2, bucketCounts: ['1', '300', '18446744073709551615'] },
          negative: { offset: 1, bucketCounts: ['0'] },
          exemplars,
        },
      ],
      aggregationTemporality: 1,
    },
  },
  {
    ...metric,
    summary: {
      dataPoints: [
        {
          ...point,
          count: '4',
          sum: 10,
          quantileValues: [
            { quantile: 0.5, value: 2 },
            { quantile: 1, value: 4 },
          ],
        },
      ],
    },
  },
];

/** With all fields of the schema; what is a name in JSON is a number here. */
export const REQUESTS: Readonly<Record<SignalName, readonly OtlpJson[]>> = {
  traces: [
    {
      resourceSpans: [
        { resource, scopeSpans: [{ scope, spans, schemaUrl }, { spans: [spans[1]] }], schemaUrl },
        { scopeSpans: [{ scope: { name: 'empty' } }] },
      ],
    },
    { resourceSpans: [{ scopeSpans: [{ spans: [spans[1]] }] }] },
  ],
  logs: [
    {
      resourceLogs: [
        { resource, scopeLogs: [{ scope, logRecords, schemaUrl }, { logRecords }], schemaUrl },
        { scopeLogs: [{}] },
      ],
    },
    { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecords[1]] }] }] },
  ],
  metrics: [
    {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [{ scope, metrics, schemaUrl }, { metrics: [{ name: 'none' }] }],
          schemaUrl,
        },
        { scopeMetrics: [{}] },
      ],
    },
    ...metrics.map((item) => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: [item] }] }] })),
  ],
};

/** What JSON alone can say: names of enums, numbers as text, nulls. */
const JSON_REQUESTS: Readonly<Record<SignalName, OtlpJson>> = {
  traces: {
    resourceSpans: [
      {
        resource: null,
        scopeSpans: [
          {
            spans: [
              {
                traceId: traceId.toUpperCase(),
                spanId,
                parentSpanId: null,
                kind: 'SPAN_KIND_SERVER',
                status: { code: 'STATUS_CODE_ERROR' },
                attributes: [
                  { key: 'a', value: { doubleValue: 'NaN' } },
                  { key: 'b', value: { doubleValue: '-Infinity' } },
                  { key: 'c', value: { intValue: 1e30 } },
                  { key: 'd', value: null },
                ],
                events: null,
                links: [],
              },
              { traceId: 'abc', spanId },
              { traceId, spanId, name: 5 },
              'no span',
            ],
          },
        ],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              { severityNumber: 'SEVERITY_NUMBER_WARN2', body: { doubleValue: '1e3' }, timeUnixNano: '' },
              { severityNumber: 'LOUD', timeUnixNano: '18446744073709551615' },
              { severityNumber: 1.5 },
            ],
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'a',
                sum: { aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA', dataPoints: [{}] },
              },
              { name: 'b', sum: { aggregationTemporality: 'OTHER', isMonotonic: 1, dataPoints: [{}] } },
              { name: 5, gauge: { dataPoints: [{ asInt: '5' }, { asInt: 'x' }] } },
              {
                name: 'c',
                histogram: {
                  dataPoints: [
                    { bucketCounts: ['1'], explicitBounds: [1, 2] },
                    { count: '-1' },
                    { sum: 'Infinity', min: '1.5', explicitBounds: ['NaN'], bucketCounts: [1, 2] },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  },
};

/** Good requests, from which the bad ones are made. */
export function corpus(): readonly FuzzInput[] {
  const inputs: FuzzInput[] = [];
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    for (const request of REQUESTS[signal]) {
      const protobuf = otlpProtobuf(signal, request);
      inputs.push(
        { signal, encoding: 'protobuf', bytes: protobuf },
        { signal, encoding: 'grpc', bytes: grpcMessage(protobuf) },
        { signal, encoding: 'json', bytes: Buffer.from(JSON.stringify(request)) },
      );
    }
    inputs.push({ signal, encoding: 'json', bytes: Buffer.from(JSON.stringify(JSON_REQUESTS[signal])) });
  }
  return [...inputs, ...official()];
}

/** As the official exporters write spans. */
function official(): readonly FuzzInput[] {
  const context = { traceId, spanId, traceFlags: 1 };
  const span = {
    name: 'official',
    kind: 0,
    spanContext: () => context,
    startTime: [1_800_000_000, 5],
    endTime: [1_800_000_001, 6],
    duration: [1, 1],
    ended: true,
    status: { code: 2, message: 'failed' },
    attributes: { text: 'a', list: ['a', 'b'], count: 5, half: 0.5, flag: true },
    links: [{ context, attributes: {} }],
    events: [{ name: 'event', time: [1_800_000_000, 7], attributes: { a: 1 } }],
    resource: { attributes: { 'service.name': 'shop' } },
    instrumentationScope: { name: 'scope', version: '1' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  const list = [span] as unknown as Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0];
  return [
    {
      signal: 'traces',
      encoding: 'protobuf',
      bytes: Buffer.from(ProtobufTraceSerializer.serializeRequest(list)!),
    },
    { signal: 'traces', encoding: 'json', bytes: Buffer.from(JsonTraceSerializer.serializeRequest(list)!) },
  ];
}
