import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { fromJson, fromProtobuf } from './message-object.ts';
import type { OtlpAnyValue, OtlpKeyValue } from './otlp-messages.ts';
import { otlpType } from './otlp-schema.ts';

const traces = otlpType('ExportTraceServiceRequest');
const logs = otlpType('ExportLogsServiceRequest');
const metrics = otlpType('ExportMetricsServiceRequest');

const base64 = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const double = fc.double({ noDefaultInfinity: true, noNaN: true });
const { keyValue } = fc.letrec<{ anyValue: OtlpAnyValue; keyValue: OtlpKeyValue }>((tie) => {
  const values = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<{ values: T[] }> =>
    fc.record({ values: fc.array(each, { maxLength: 3 }) });
  return {
    anyValue: fc.oneof(
      { maxDepth: 4 },
      fc.record({ stringValue: fc.string({ unit: 'grapheme' }) }),
      fc.record({ boolValue: fc.boolean() }),
      fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
      fc.record({ doubleValue: double }),
      fc.record({ bytesValue: base64 }),
      fc.constant({}),
      fc.record({ arrayValue: values(tie('anyValue')) }),
      fc.record({ kvlistValue: values(tie('keyValue')) }),
    ),
    keyValue: fc.record({ key: fc.string(), value: tie('anyValue') }),
  };
});
const attributes = fc.array(keyValue, { maxLength: 4 });
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'));
const uint32 = fc.nat(2 ** 31 - 1);
const span = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  traceState: fc.string(),
  parentSpanId: fc.oneof(fc.constant(''), hex(8)),
  name: fc.string(),
  kind: fc.nat(5),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(
    fc.record({ timeUnixNano: nano, name: fc.string(), attributes, droppedAttributesCount: uint32 }),
    { maxLength: 2 },
  ),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.record({
      traceId: hex(16),
      spanId: hex(8),
      traceState: fc.string(),
      attributes,
      droppedAttributesCount: uint32,
      flags: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ message: fc.string(), code: fc.nat(2) }),
  flags: uint32,
});
const exponential = fc.record({
  attributes,
  startTimeUnixNano: nano,
  timeUnixNano: nano,
  count: nano,
  sum: double,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: nano,
  positive: fc.record({
    offset: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    bucketCounts: fc.array(nano),
  }),
  flags: fc.nat(1),
  exemplars: fc.array(
    fc.record({
      timeUnixNano: nano,
      asInt: fc.constant('-9223372036854775808'),
      spanId: hex(8),
      traceId: hex(16),
      filteredAttributes: attributes,
    }),
    { maxLength: 2 },
  ),
  min: double,
  max: double,
  zeroThreshold: double,
});

/** A message by the names of JSON, as bytes on the wire. */
function wire(type: typeof traces, message: object): Uint8Array {
  const idsInBase64 = JSON.stringify(message, (key, value: unknown) =>
    /^(traceId|spanId|parentSpanId)$/.test(key)
      ? Buffer.from(String(value), 'hex').toString('base64')
      : value,
  );
  return type.encode(type.fromObject(JSON.parse(idsInBase64))).finish();
}

describe('a message', () => {
  it.each([
    [
      'spans',
      traces,
      span.map((each) => ({
        resourceSpans: [{ scopeSpans: [{ spans: [each], schemaUrl: '' }], schemaUrl: 'x' }],
      })),
    ],
    [
      'metrics',
      metrics,
      exponential.map((each) => ({
        resourceMetrics: [
          {
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: 'm',
                    description: '',
                    unit: '',
                    metadata: [],
                    exponentialHistogram: { dataPoints: [each], aggregationTemporality: 1 },
                  },
                ],
                schemaUrl: '',
              },
            ],
            schemaUrl: '',
          },
        ],
      })),
    ],
  ])('of %s is the same in both encodings, to the last bit', (_, type, messages: fc.Arbitrary<object>) => {
    fc.assert(
      fc.property(messages, (message) => {
        // JSON has no negative zero.
        const sent = JSON.parse(JSON.stringify(message)) as object;
        expect(fromJson(type, JSON.stringify(sent))).toEqual(sent);
        expect(fromProtobuf(type, wire(type, sent))).toEqual(sent);
      }),
      { numRuns: 200 },
    );
  });

  it('has the default values of what was not sent, and nothing that is not known', () => {
    const sent = {
      resourceLogs: [{ resource: null, scopeLogs: [{ logRecords: [{ later: 1 }] }], later: { x: 1 } }],
    };
    const record = {
      timeUnixNano: '0',
      severityNumber: 0,
      severityText: '',
      attributes: [],
      droppedAttributesCount: 0,
      flags: 0,
      traceId: '',
      spanId: '',
      observedTimeUnixNano: '0',
      eventName: '',
    };
    const expected = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [record], schemaUrl: '' }], schemaUrl: '' }],
    };
    expect(fromJson(logs, JSON.stringify(sent))).toEqual(expected);
    expect(fromProtobuf(logs, wire(logs, sent))).toEqual(expected);
    const sum = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: {} }] }] }] };
    expect(JSON.stringify(fromJson(metrics, JSON.stringify(sum)))).toContain('"isMonotonic":false');
  });

  const value = (json: string): unknown => fromJson(otlpType('AnyValue'), json);

  it.each([
    ['{"intValue":5}', { intValue: '5' }],
    ['{"intValue":"-9223372036854775808"}', { intValue: '-9223372036854775808' }],
    ['{"doubleValue":"NaN"}', { doubleValue: Number.NaN }],
    ['{"doubleValue":"-Infinity"}', { doubleValue: Number.NEGATIVE_INFINITY }],
    ['{"doubleValue":"1.5"}', { doubleValue: 1.5 }],
    ['{"bytesValue":"_-8"}', { bytesValue: '/+8=' }],
    ['{"boolValue":false,"stringValue":null}', { boolValue: false }],
  ])('of JSON may say %s', (json, expected) => {
    expect(value(json)).toEqual(expected);
  });

  it('of JSON may have ids in capitals, and counts as texts', () => {
    const link = fromJson(otlpType('Link'), JSON.stringify({ traceId: 'AB'.repeat(16), flags: '3' }));
    expect(link).toMatchObject({ traceId: 'ab'.repeat(16), flags: 3 });
  });

  const inSpan = (json: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{},${json}]}]}]}`;

  it.each([
    ['{"name":5}', 'name is 5 instead of a text'],
    ['{"kind":"SPAN_KIND_SERVER"}', 'kind is "SPAN_KIND_SERVER" instead of a whole number'],
    ['{"kind":1.5}', 'kind is 1.5 instead of a whole number'],
    ['{"startTimeUnixNano":"soon"}', 'startTimeUnixNano is "soon" instead of a whole number'],
    ['{"startTimeUnixNano":[1]}', 'startTimeUnixNano is [1] instead of a whole number'],
    ['{"traceId":"oaGhoaGhoaGhoaGhoaGhoQ=="}', 'traceId is "oaGhoaGhoaGhoaGhoaGhoQ==" instead of hex'],
    ['{"traceId":7}', 'traceId is 7 instead of hex'],
    ['{"spanId":"abcd"}', 'spanId has 2 bytes instead of 8'],
    ['{"attributes":{"a":1}}', 'attributes is {"a":1} instead of a list'],
    [
      '{"attributes":[{"value":{"boolValue":"yes"}}]}',
      'attributes[0].value.boolValue is "yes" instead of true or false',
    ],
    [
      '{"attributes":[{"value":{"doubleValue":"half"}}]}',
      'attributes[0].value.doubleValue is "half" instead of a number',
    ],
    [
      '{"attributes":[{"value":{"bytesValue":"{}"}}]}',
      'attributes[0].value.bytesValue is "{}" instead of base64',
    ],
    ['{"attributes":[3]}', 'attributes[0] is 3 instead of an object'],
    [`{"status":"${'x'.repeat(80)}"}`, `status is "${'x'.repeat(48)}… instead of an object`],
  ])('of JSON may not say %s', (json, message) => {
    expect(() => fromJson(traces, inSpan(json))).toThrow(
      `resourceSpans[0].scopeSpans[0].spans[1].${message}`,
    );
  });

  it.each(['[]', '5', 'null'])('is not %s', (json) => {
    expect(() => fromJson(traces, json)).toThrow('the message is');
  });

  it('of protobuf has ids of their lengths, and ends where it says', () => {
    const bytes = Buffer.from([0x0a, 0x03, 1, 2, 3]);
    expect(() => fromProtobuf(otlpType('Span'), bytes)).toThrow('traceId has 3 bytes instead of 16');
    expect(() => fromProtobuf(otlpType('Span'), bytes.subarray(0, 4))).toThrow(/out of range/);
  });
});
