import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
  type LoggerProviderOptions,
} from '@opentelemetry/sdk-logs';
import fc from 'fast-check';
import { bytesOf } from '../testing/otlp-protobuf.ts';
import { DecodeError, TooManyValuesError } from './decode-error.ts';
import { decodeJsonLogs } from './decode-json-logs.ts';
import { decodeProtobufLogs } from './decode-protobuf-logs.ts';

type Emitted = Parameters<ReturnType<LoggerProvider['getLogger']>['emit']>[0];

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const inSpan = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });

const resource: NonNullable<LoggerProviderOptions['resource']> = {
  attributes: { 'service.name': 'shop', 'process.pid': 7 },
  merge: () => resource,
  getRawAttributes: () => Object.entries(resource.attributes),
};

/** What the official SDK makes of the records, in both encodings. */
function exported(records: readonly Emitted[]): { protobuf: Uint8Array; json: Uint8Array } {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    resource,
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger('orders', '1.2.3');
  for (const record of records) logger.emit(record);
  const finished = exporter.getFinishedLogRecords();
  return {
    protobuf: ProtobufLogsSerializer.serializeRequest(finished)!,
    json: JsonLogsSerializer.serializeRequest(finished)!,
  };
}

const wellFormed = fc.string({ unit: 'grapheme' });
const scalar = fc.oneof(wellFormed, fc.boolean(), fc.maxSafeInteger(), fc.constant(1.5));
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(wellFormed, tie('value'), { maxKeys: 3 }),
  ),
}));
const emitted = fc.record(
  {
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    observedTimestamp: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    severityNumber: fc.integer({ min: 1, max: 24 }),
    severityText: wellFormed,
    body: anyValue,
    eventName: wellFormed,
    attributes: fc.dictionary(wellFormed.filter(Boolean), scalar, { maxKeys: 4 }),
    context: fc.constantFrom(ROOT_CONTEXT, inSpan),
  },
  { requiredKeys: ['timestamp', 'observedTimestamp'] },
) as fc.Arbitrary<Emitted>;
const requests = fc.array(emitted, { minLength: 1, maxLength: 4 });

const requestWith = (...logRecords: unknown[]) =>
  Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
const oneRecord = (fields: object) => decodeJsonLogs(requestWith(fields)).groups[0]!.items[0]!;

describe('decodeProtobufLogs and decodeJsonLogs', () => {
  it('yield the same records for whatever the official serializers write', () => {
    fc.assert(
      fc.property(requests, (records) => {
        const { protobuf, json } = exported(records);
        const fromProtobuf = decodeProtobufLogs(protobuf);
        expect(fromProtobuf).toEqual(decodeJsonLogs(json));
        expect(fromProtobuf.rejectedCount).toBe(0);
        expect(fromProtobuf.groups.flatMap(({ items }) => items)).toHaveLength(records.length);
      }),
    );
  });

  it('keep every field of a record', () => {
    const { protobuf, json } = exported([
      {
        timestamp: [1_763_700_000, 123_456_789],
        observedTimestamp: [1_763_700_001, 5],
        severityNumber: 13,
        severityText: 'WARN',
        body: { text: 'slow', rows: [1, 2.5, true, null, 'x'], nested: { deep: 'é' } },
        eventName: 'query.slow',
        attributes: { table: 'orders', ms: 812, bytes: new Uint8Array([1, 2, 3]) },
        context: inSpan,
      },
    ]);
    for (const batch of [decodeProtobufLogs(protobuf), decodeJsonLogs(json)]) {
      expect(batch.groups).toEqual([
        {
          resource: { 'service.name': 'shop', 'process.pid': 7 },
          scope: { name: 'orders', version: '1.2.3', attributes: {} },
          items: [
            {
              traceId,
              spanId,
              timeUnixNano: 1_763_700_000_123_456_789n,
              observedTimeUnixNano: 1_763_700_001_000_000_005n,
              severityNumber: 13,
              severityText: 'WARN',
              body: { text: 'slow', rows: [1, 2.5, true, null, 'x'], nested: { deep: 'é' } },
              eventName: 'query.slow',
              attributes: { table: 'orders', ms: 812, bytes: 'AQID' },
              droppedAttributesCount: 0,
              flags: 1,
            },
          ],
        },
      ]);
    }
  });

  it('keep a record that says almost nothing', () => {
    const { protobuf, json } = exported([{ timestamp: [0, 0], observedTimestamp: [1, 0] }]);
    for (const batch of [decodeProtobufLogs(protobuf), decodeJsonLogs(json)]) {
      expect(batch.groups[0]!.items).toEqual([
        {
          traceId: null,
          spanId: null,
          timeUnixNano: 0n,
          observedTimeUnixNano: 1_000_000_000n,
          severityNumber: 0,
          severityText: '',
          body: null,
          eventName: '',
          attributes: {},
          droppedAttributesCount: 0,
          flags: 0,
        },
      ]);
    }
  });
});

describe('decodeProtobufLogs', () => {
  const decodesOrRefuses = (bytes: Uint8Array) => {
    try {
      decodeProtobufLogs(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof TooManyValuesError)) throw error;
    }
    return true;
  };

  it('decodes or refuses any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodesOrRefuses), { numRuns: 1000 });
  });

  it('decodes or refuses a message that was cut off or changed in one byte', () => {
    fc.assert(
      fc.property(requests, fc.nat(), fc.nat(255), (records, at, byte) => {
        const bytes = Uint8Array.from(exported(records).protobuf);
        const position = at % bytes.length;
        const changed = Uint8Array.from(bytes);
        changed[position] = byte;
        return decodesOrRefuses(bytes.subarray(0, position)) && decodesOrRefuses(changed);
      }),
    );
  });

  it('puts a scope together that comes in parts', () => {
    const field = (number: number, bytes: Buffer) =>
      Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
    const named = (number: number, name: string) => field(1, field(number, Buffer.from(name)));
    const scopeLogs = Buffer.concat([
      named(1, 'first'),
      named(2, '2.0'),
      named(1, 'orders'),
      field(2, Buffer.alloc(0)),
    ]);
    const { groups } = decodeProtobufLogs(field(1, field(2, scopeLogs)));
    expect(groups[0]?.scope).toEqual({ name: 'orders', version: '2.0', attributes: {} });
  });

  it('skips fields that it does not know, and known ones of another wire type', () => {
    const wrap = (tag: number, inner: Buffer) => Buffer.concat([Buffer.from([tag, inner.length]), inner]);
    const unknown = Buffer.from([0xf8, 0x3f, 1, 0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x3f, 1, 9]);
    const severityAsText = Buffer.from([0x12, 1, 0x41]);
    const record = Buffer.concat([unknown, severityAsText, Buffer.from([0x1a, 2, 0x48, 0x69]), unknown]);
    const { groups } = decodeProtobufLogs(wrap(0x0a, wrap(0x12, wrap(0x12, record))));
    expect(groups[0]!.items[0]).toMatchObject({ severityNumber: 0, severityText: 'Hi' });
  });

  it('refuses a request of which more than 10,000 records cannot be stored', () => {
    const late = Buffer.concat([Buffer.from([0x09]), Buffer.alloc(8, 0xff)]);
    const recordsOf = (count: number) =>
      bytesOf(1, bytesOf(2, Buffer.concat(Array<Buffer>(count).fill(bytesOf(2, late)))));
    expect(decodeProtobufLogs(recordsOf(10_000)).rejectedCount).toBe(10_000);
    expect(() => decodeProtobufLogs(recordsOf(10_001))).toThrow(
      /^more than 10000 records cannot be stored; the first: .*logRecords\[0\]: timeUnixNano must lie between/,
    );
  });

  it('refuses a request of more than 200,000 records, in either encoding', () => {
    const protobuf = (count: number) => bytesOf(1, bytesOf(2, Buffer.alloc(2 * count).fill('\u0012\0')));
    const json = (count: number) =>
      Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}${',{}'.repeat(count - 1)}]}]}]}`);
    for (const batch of [decodeProtobufLogs(protobuf(200_000)), decodeJsonLogs(json(200_000))]) {
      expect(batch.groups[0]!.items).toHaveLength(200_000);
    }
    const refusal = 'The request holds more than 200000 records: send smaller batches.';
    expect(() => decodeProtobufLogs(protobuf(200_001))).toThrow(refusal);
    expect(() => decodeJsonLogs(json(200_001))).toThrow(refusal);
  });

  it.each([
    ['resources', (empty: Buffer) => empty],
    ['scopes', (empty: Buffer) => bytesOf(1, empty)],
  ])('refuses a request of millions of empty %s', (of, around) => {
    const empty = of === 'resources' ? '\n\0' : '\u0012\0';
    expect(() => decodeProtobufLogs(around(Buffer.from(empty.repeat(2_000_001), 'latin1')))).toThrow(
      TooManyValuesError,
    );
  });

  it('leaves out a record whose body is nested deeper than 64 levels and keeps its neighbour', () => {
    const wrap = (tag: number, inner: Buffer): Buffer => {
      const { length } = inner;
      const size = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >>> 7];
      return Buffer.concat([Buffer.from([tag, ...size]), inner]);
    };
    let body = Buffer.from([0x10, 1]);
    for (let level = 0; level < 70; level++) body = Buffer.from(wrap(0x2a, wrap(0x0a, body)));
    const records = Buffer.concat([
      wrap(0x12, wrap(0x2a, body)),
      wrap(0x12, wrap(0x1a, Buffer.from('INFO'))),
    ]);
    const batch = decodeProtobufLogs(wrap(0x0a, wrap(0x12, records)));
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toBe(
      'resourceLogs[0].scopeLogs[0].logRecords[0]: an attribute value is nested deeper than 64 levels',
    );
    expect(batch.groups[0]!.items).toEqual([expect.objectContaining({ severityText: 'INFO' })]);
  });
});

describe('decodeJsonLogs', () => {
  it('decodes or refuses any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const bytes of [Buffer.from(JSON.stringify({ resourceLogs: value })), requestWith(value)]) {
          try {
            decodeJsonLogs(bytes);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
          }
        }
      }),
    );
  });

  it.each([
    ['17', 17],
    [17, 17],
    ['SEVERITY_NUMBER_ERROR', 17],
    ['LATER', 0],
    ['', 0],
  ])('reads the severity %j as %i', (severityNumber, expected) => {
    expect(oneRecord({ severityNumber })).toMatchObject({ severityNumber: expected });
  });

  it('reads ids in either case, integers as text or numbers, severities as integers or names', () => {
    expect(
      oneRecord({
        traceId: traceId.toUpperCase(),
        spanId: spanId.toUpperCase(),
        timeUnixNano: 1000,
        observedTimeUnixNano: '1763700000000000001',
        severityNumber: 'SEVERITY_NUMBER_ERROR2',
        droppedAttributesCount: 3,
        flags: '257',
        laterField: { any: 'thing' },
      }),
    ).toMatchObject({
      traceId,
      spanId,
      timeUnixNano: 1000n,
      observedTimeUnixNano: 1763700000000000001n,
      severityNumber: 18,
      droppedAttributesCount: 3,
      flags: 257,
    });
  });

  it.each([
    ['a trace id of the wrong length', { traceId: 'abc', spanId }, { traceId: null, spanId: null }],
    ['a trace id of zeros', { traceId: '0'.repeat(32), spanId }, { traceId: null, spanId: null }],
    ['a span id that is none', { traceId, spanId: 'xyz' }, { traceId, spanId: null }],
    ['a severity that OTLP does not know', { severityNumber: 99 }, { severityNumber: 0 }],
    ['a severity in a word that OTLP does not know', { severityNumber: 'INFO' }, { severityNumber: 0 }],
    ['a negative severity', { severityNumber: -1 }, { severityNumber: 0 }],
  ])('keeps a record with %s, without it', (_, fields, kept) => {
    expect(oneRecord(fields)).toMatchObject(kept);
  });

  it.each([
    ['a time beyond 2262', { timeUnixNano: '18446744073709551615' }, 'timeUnixNano must lie between'],
    ['a time before 1970', { observedTimeUnixNano: '-1' }, 'observedTimeUnixNano must lie between'],
    ['a body that is no value', { body: 'text' }, 'body must be an object, but is "text"'],
    [
      'a severity that is neither a number nor a word',
      { severityNumber: 9.5 },
      'severityNumber must be an integer or one of',
    ],
    ['a text that is none', { severityText: 5 }, 'severityText must be a string'],
  ])('leaves out a record with %s and keeps its neighbour', (_, fields, reason) => {
    const batch = decodeJsonLogs(requestWith(fields, { severityText: 'kept' }));
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toContain(`resourceLogs[0].scopeLogs[0].logRecords[0]: ${reason}`);
    expect(batch.groups[0]!.items).toEqual([expect.objectContaining({ severityText: 'kept' })]);
  });

  it('repeats no more than 500 characters of a request when it says what is wrong', () => {
    const key = 'k'.repeat(10_000);
    const { rejectionReason } = decodeJsonLogs(requestWith({ attributes: [{ key, value: 5 }] }));
    expect(rejectionReason).toMatch(
      /^resourceLogs\[0\]\.scopeLogs\[0\]\.logRecords\[0\]: the value of .*k…$/,
    );
    expect(rejectionReason.length).toBeLessThan(600);
  });

  it('refuses a request that is no list of logs and says where', () => {
    expect(() => decodeJsonLogs(Buffer.from('{"resourceLogs":[{"scopeLogs":[1]}]}'))).toThrow(
      'resourceLogs[0].scopeLogs[0] must be an object, but is 1',
    );
  });
});
