import { describe, expect, it } from '@jest/globals';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { DecodeError, TooManyValuesError } from './decode-error.ts';
import { decodeJsonTraces } from './decode-json-traces.ts';
import { decodeProtobufTraces } from './decode-protobuf-traces.ts';

type Spans = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0];

const hexDigits = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => `${digits.join('').slice(1)}1`);
const spanContext = fc.record({
  traceId: hexDigits(32),
  spanId: hexDigits(16),
  traceFlags: fc.constant(1),
});
const time = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }));
const wellFormed = fc.string({ unit: 'grapheme' });
const attributeValue = fc.oneof(
  wellFormed,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.array(wellFormed, { maxLength: 3 }),
  fc.array(fc.boolean(), { maxLength: 3 }),
);
const attributes = fc.dictionary(wellFormed, attributeValue, { maxKeys: 5 });
const span = fc.record({
  name: wellFormed,
  kind: fc.integer({ min: 0, max: 4 }),
  context: spanContext,
  parentSpanContext: fc.option(spanContext, { nil: undefined }),
  startTime: time,
  endTime: time,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: wellFormed }),
  attributes,
  links: fc.array(fc.record({ context: spanContext, attributes }), { maxLength: 2 }),
  events: fc.array(fc.record({ name: wellFormed, time, attributes }), { maxLength: 2 }),
});
const resource = { attributes: { 'service.name': 'generated', 'process.pid': 7 } };

const instrumentationScope = { name: 'generator', version: '1.0.0' };

const exportRequest = fc.array(span, { minLength: 1, maxLength: 4 }).map((spans) =>
  spans.map(({ context, ...rest }) => ({
    ...rest,
    spanContext: () => context,
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  })),
) as unknown as fc.Arbitrary<Spans>;

const protobufOf = (spans: Spans) => ProtobufTraceSerializer.serializeRequest(spans)!;
const jsonOf = (spans: Spans) => JsonTraceSerializer.serializeRequest(spans)!;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const requestWith = (...spans: unknown[]) =>
  json({ resourceSpans: [{ scopeSpans: [{ spans: spans.map((item) => item) }] }] });
const oneSpan = (fields: object) =>
  decodeJsonTraces(requestWith({ traceId, spanId, ...fields })).groups[0]!.items[0]!;

describe('decodeProtobufTraces and decodeJsonTraces', () => {
  it('yield the same rows for whatever the official serializers write', () => {
    fc.assert(
      fc.property(exportRequest, (spans) => {
        const fromProtobuf = decodeProtobufTraces(protobufOf(spans));
        const fromJson = decodeJsonTraces(jsonOf(spans));
        expect(fromProtobuf).toEqual(fromJson);
        expect(fromProtobuf.rejectedCount).toBe(0);
        expect(fromProtobuf.groups.flatMap((group) => group.items)).toHaveLength(spans.length);
      }),
    );
  });

  it('keep every field of a span', () => {
    const [spans] = fc.sample(exportRequest, { numRuns: 1, seed: 3 });
    const [original] = spans!;
    const decoded = decodeProtobufTraces(protobufOf(spans!)).groups[0]!;
    expect(decoded.resource).toEqual(resource.attributes);
    expect(decoded.scope).toEqual({ name: 'generator', version: '1.0.0', attributes: {} });
    expect(decoded.items[0]).toMatchObject({
      traceId: original!.spanContext().traceId,
      spanId: original!.spanContext().spanId,
      parentSpanId: original!.parentSpanContext?.spanId ?? null,
      name: original!.name,
      kind: original!.kind + 1,
      startTimeUnixNano: BigInt(original!.startTime[0]) * 1_000_000_000n + BigInt(original!.startTime[1]),
      statusCode: original!.status.code,
      statusMessage: original!.status.message,
    });
  });

  it('leave out a span with an all-zero id and keep the others', () => {
    const [spans] = fc.sample(
      exportRequest.filter((list) => list.length > 1),
      { numRuns: 1, seed: 4 },
    );
    const broken = spans!.map((item, index) =>
      index === 0
        ? { ...item, spanContext: () => ({ ...item.spanContext(), spanId: '0'.repeat(16) }) }
        : item,
    );
    for (const batch of [decodeProtobufTraces(protobufOf(broken)), decodeJsonTraces(jsonOf(broken))]) {
      expect(batch.rejectedCount).toBe(1);
      expect(batch.rejectionReason).toMatch(
        /^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[\d\]: spanId must be 16 hex/,
      );
      expect(batch.groups.flatMap((group) => group.items)).toHaveLength(spans!.length - 1);
    }
  });
});

describe('decodeProtobufTraces', () => {
  const decodesOrRefuses = (bytes: Uint8Array) => {
    try {
      decodeProtobufTraces(bytes);
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
      fc.property(exportRequest, fc.nat(), fc.nat(255), (spans, at, byte) => {
        const bytes = Uint8Array.from(protobufOf(spans));
        const position = at % bytes.length;
        const changed = Uint8Array.from(bytes);
        changed[position] = byte;
        return decodesOrRefuses(bytes.subarray(0, position)) && decodesOrRefuses(changed);
      }),
    );
  });

  it('takes an empty message for an empty batch', () => {
    expect(decodeProtobufTraces(new Uint8Array())).toEqual({
      groups: [],
      rejectedCount: 0,
      rejectionReason: '',
    });
  });

  it('skips unknown fields of every wire type', () => {
    const unknown = Buffer.concat(
      [
        [0xf8, 0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        [0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8],
        [0xfa, 0x3f, 3, 1, 2, 3],
        [0xfd, 0x3f, 1, 2, 3, 4],
      ].map((field) => Buffer.from(field)),
    );
    const [spans] = fc.sample(exportRequest, { numRuns: 1, seed: 5 });
    const bytes = Buffer.from(protobufOf(spans!));
    expect(decodeProtobufTraces(Buffer.concat([unknown, bytes, unknown]))).toEqual(
      decodeProtobufTraces(bytes),
    );
  });

  it.each([
    ['a field that claims more bytes than there are', [0x0a, 0x7f], /claims 127 bytes, but 0 are left/],
    ['a message that ends in a varint', [0x0a], /ends in the middle of a field at byte 1/],
    ['an endless varint', [0x0a, ...Array<number>(11).fill(0xff)], /varint longer than 10 bytes/],
    ['field number 0', [0x00, 0x00], /field number 0 at byte 0/],
    ['a group', [0x0b, 0x0c], /wire type 3/],
    [
      'a child that reaches over its parent',
      [0x0a, 0x02, 0x0a, 0x04, 0x12, 0x02, 1, 1],
      /reaches over the end/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeProtobufTraces(Uint8Array.from(bytes))).toThrow(message);
  });

  it('reads 64-bit integers exactly and writes those beyond 2^53 as text', () => {
    const intAttribute = (varint: number[]) => {
      const value = [0x18, ...varint];
      const keyValue = [0x0a, 1, 0x6e, 0x12, value.length, ...value];
      const ids = [0x0a, 16, ...Buffer.from(traceId, 'hex'), 0x12, 8, ...Buffer.from(spanId, 'hex')];
      const body = [...ids, 0x4a, keyValue.length, ...keyValue];
      const scope = [0x12, body.length, ...body];
      const group = [0x12, scope.length, ...scope];
      return decodeProtobufTraces(Uint8Array.from([0x0a, group.length, ...group])).groups[0]!.items[0]!
        .attributes['n'];
    };
    expect(intAttribute([5])).toBe(5);
    expect(intAttribute([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])).toBe(-1);
    expect(intAttribute([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])).toBe('9223372036854775807');
    expect(intAttribute([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01])).toBe(
      '-9223372036854775808',
    );
  });

  it('leaves out a span whose attribute is nested deeper than 64 levels', () => {
    let value = Buffer.from([0x10, 1]);
    const wrap = (tag: number, inner: Buffer) =>
      Buffer.concat([Buffer.from([tag]), varint(inner.length), inner]);
    for (let level = 0; level < 70; level++) value = wrap(0x2a, wrap(0x0a, value));
    const keyValue = wrap(0x12, value);
    const ids = Buffer.concat([
      wrap(0x0a, Buffer.from(traceId, 'hex')),
      wrap(0x12, Buffer.from(spanId, 'hex')),
    ]);
    const deep = Buffer.concat([ids, wrap(0x4a, keyValue)]);
    const bytes = wrap(0x0a, wrap(0x12, Buffer.concat([wrap(0x12, deep), wrap(0x12, ids)])));
    const batch = decodeProtobufTraces(bytes);
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toContain('nested deeper than 64 levels');
    expect(batch.groups[0]!.items).toHaveLength(1);
  });

  function varint(value: number): Buffer {
    return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >>> 7]);
  }
});

describe('decodeJsonTraces', () => {
  it('decodes or refuses any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          decodeJsonTraces(json({ resourceSpans: value }));
          decodeJsonTraces(requestWith(value));
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
    );
  });

  it('reads ids in either case, integers as text or numbers, enums as integers or names', () => {
    const upper = oneSpan({
      traceId: traceId.toUpperCase(),
      spanId: spanId.toUpperCase(),
      startTimeUnixNano: '1763700000000000001',
      endTimeUnixNano: 1000,
      kind: 'SPAN_KIND_CLIENT',
      status: { code: 'STATUS_CODE_ERROR' },
    });
    expect(upper).toMatchObject({
      traceId,
      spanId,
      startTimeUnixNano: 1763700000000000001n,
      endTimeUnixNano: 1000n,
      kind: 3,
      statusCode: 2,
    });
  });

  it('reads every kind of value', () => {
    const entry = (key: string, value: unknown) => ({ key, value });
    const { attributes } = oneSpan({
      attributes: [
        entry('text', { stringValue: 'é' }),
        entry('flag', { boolValue: true }),
        entry('int', { intValue: '42' }),
        entry('big', { intValue: '9223372036854775807' }),
        entry('double', { doubleValue: 1.5 }),
        entry('nan', { doubleValue: 'NaN' }),
        entry('infinite', { doubleValue: '-Infinity' }),
        entry('bytes', { bytesValue: 'AQID' }),
        entry('list', { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'a' }] } }),
        entry('map', { kvlistValue: { values: [entry('inner', { boolValue: false })] } }),
        entry('none', {}),
        entry('__proto__', { stringValue: 'kept' }),
      ],
    });
    expect(JSON.parse(JSON.stringify(attributes))).toEqual(
      JSON.parse(
        '{"text":"é","flag":true,"int":42,"big":"9223372036854775807","double":1.5,"nan":"NaN","infinite":"-Infinity","bytes":"AQID","list":[1,"a"],"map":{"inner":false},"none":null,"__proto__":"kept"}',
      ),
    );
  });

  it.each([
    ['no JSON', Buffer.from('{'), /^the body is not JSON/],
    ['an array', json([]), /^the body must be an object, but is an array/],
    [
      'resourceSpans that are no list',
      json({ resourceSpans: 5 }),
      /^resourceSpans must be an array, but is 5/,
    ],
    [
      'scopeSpans that hold a number',
      json({ resourceSpans: [{ scopeSpans: [1] }] }),
      /^resourceSpans\[0\]\.scopeSpans\[0\] must be an object, but is 1/,
    ],
  ])('refuses %s and says where', (_, bytes, message) => {
    expect(() => decodeJsonTraces(bytes)).toThrow(message);
  });

  it.each([
    ['a short trace id', { traceId: 'abc' }, 'traceId must be 32 hex digits'],
    ['a trace id in base64', { traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }, 'traceId must be 32 hex digits'],
    [
      'a parent id of the wrong length',
      { parentSpanId: 'abcd' },
      'parentSpanId must be empty or 16 hex digits',
    ],
    [
      'a time beyond 2262',
      { startTimeUnixNano: '18446744073709551615' },
      'startTimeUnixNano must lie between',
    ],
    ['a time that is no number', { startTimeUnixNano: 'noon' }, 'startTimeUnixNano must be an integer'],
    ['a name that is no text', { name: 5 }, 'name must be a string, but is 5'],
    ['an unknown kind', { kind: 'SPAN_KIND_X' }, 'kind must be an integer or one of'],
    ['attributes that are no list', { attributes: {} }, 'attributes must be an array'],
    [
      'a boolean that is none',
      { attributes: [{ key: 'a', value: { boolValue: 1 } }] },
      'boolValue must be a boolean',
    ],
    [
      'a double that is none',
      { attributes: [{ key: 'a', value: { doubleValue: 'x' } }] },
      'doubleValue must be a',
    ],
  ])('leaves out a span with %s and keeps its neighbour', (_, fields, reason) => {
    const batch = decodeJsonTraces(requestWith({ traceId, spanId, ...fields }, { traceId, spanId }));
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toContain(reason);
    expect(batch.groups[0]!.items).toHaveLength(1);
  });

  it('drops links that point nowhere and unknown kinds', () => {
    const decoded = oneSpan({
      kind: 77,
      links: [
        { traceId: '0'.repeat(32), spanId },
        { traceId, spanId },
      ],
    });
    expect(decoded.kind).toBe(0);
    expect(decoded.links).toHaveLength(1);
  });

  it('refuses what would be many times its size in memory, before it is parsed', () => {
    const deep = Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(() => decodeJsonTraces(deep)).toThrow(
      new DecodeError('the body is nested deeper than 512 levels'),
    );
    const wide = Buffer.from(`{"resourceSpans":[${'{},'.repeat(5_000_000)}{}]}`);
    expect(() => decodeJsonTraces(wide)).toThrow(TooManyValuesError);
    const text = Buffer.from(JSON.stringify({ ignored: '[[[['.repeat(1_000) + '\\"[' }));
    expect(decodeJsonTraces(text)).toMatchObject({ groups: [] });
  });
});
