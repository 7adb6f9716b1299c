import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { decodedSpans } from '../testing/decoded-spans.ts';
import { bytesOf, otlpProtobuf, varintOf, type OtlpJson } from '../testing/otlp-protobuf.ts';
import { DecodeError, TooManyValuesError } from './decode-error.ts';
import { decodeJsonTraces } from './decode-json-traces.ts';
import { decodeProtobufTraces } from './decode-protobuf-traces.ts';
import { INCOMPLETE_TEXT } from './span-batch-builder.ts';
import type { SpanBatch } from './span-batch.ts';

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
/** With control characters, and with what has a meaning in JSON and in JavaScript. */
const anyText = fc.oneof(
  wellFormed,
  fc.string({ unit: fc.constantFrom('\0', '\n', '\u001f', '\u007f', '"', '\\', '/', '\u2028', '😀', 'é') }),
);
const anyKey = fc.oneof(
  anyText,
  fc.constantFrom('', '__proto__', 'constructor', '7', 'service.name', 'execution.status', 'step.name'),
);
const { attributeValue } = fc.letrec((tie) => ({
  attributeValue: fc.oneof(
    { maxDepth: 3 },
    anyText,
    fc.boolean(),
    fc.maxSafeInteger(),
    fc
      .double({ noDefaultInfinity: true, noNaN: true })
      .map((value) => value + 0)
      // The serializers take what is whole for an integer.
      .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
    fc.array(tie('attributeValue'), { maxLength: 3 }),
    fc.dictionary(anyKey, tie('attributeValue'), { maxKeys: 3 }),
    fc.constant(null),
  ),
}));
const attributes = fc.dictionary(anyKey, attributeValue, { maxKeys: 5 });
const span = fc.record({
  name: anyText,
  kind: fc.integer({ min: 0, max: 4 }),
  context: spanContext,
  parentSpanContext: fc.option(spanContext, { nil: undefined }),
  startTime: time,
  endTime: time,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: anyText }),
  attributes,
  links: fc.array(fc.record({ context: spanContext, attributes }), { maxLength: 2 }),
  events: fc.array(fc.record({ name: fc.oneof(anyText, fc.constant('exception')), time, attributes }), {
    maxLength: 2,
  }),
});
const resource = { attributes: { 'service.name': 'generated', 'process.pid': 7 } };

const instrumentationScope = { name: 'generator', version: '1.0.0' };

/** Requests in OTLP's JSON form, with all fields that a span can have. */
const { otlpValue } = fc.letrec((tie) => ({
  otlpValue: fc.oneof(
    { maxDepth: 3 },
    fc.record({ stringValue: anyText }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.maxSafeInteger() }),
    fc.record({ doubleValue: fc.double({ noDefaultInfinity: true, noNaN: true }) }),
    fc.record({
      arrayValue: fc.record({ values: fc.array(tie('otlpValue'), { maxLength: 3 }) }),
    }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.uniqueArray(fc.record({ key: anyKey, value: tie('otlpValue') }), {
          maxLength: 3,
          selector: ({ key }) => key,
        }),
      }),
    }),
    fc.constant({}),
  ),
}));
const otlpAttributes = fc.uniqueArray(fc.record({ key: anyKey, value: otlpValue }), {
  maxLength: 4,
  selector: ({ key }) => key,
});
const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
const traceIds = hexDigits(32);
const spanIds = hexDigits(16);
const otlpSpan = fc.record(
  {
    traceId: traceIds,
    spanId: spanIds,
    parentSpanId: fc.oneof(spanIds, fc.constant('')),
    traceState: fc.constantFrom('', 'vendor=1', 'a=1,b=2'),
    name: anyText,
    kind: fc.nat(7),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes: otlpAttributes,
    droppedAttributesCount: fc.nat(),
    droppedEventsCount: fc.nat(),
    droppedLinksCount: fc.nat(),
    events: fc.array(
      fc.record({
        name: fc.oneof(anyText, fc.constant('exception')),
        timeUnixNano: nanoseconds,
        attributes: otlpAttributes,
        droppedAttributesCount: fc.nat(1),
      }),
      { maxLength: 3 },
    ),
    links: fc.array(
      fc.record({
        traceId: fc.oneof(traceIds, fc.constant('00')),
        spanId: spanIds,
        attributes: otlpAttributes,
        traceState: fc.oneof(anyText, fc.constant('')),
        flags: fc.nat(0x3ff),
        droppedAttributesCount: fc.nat(1),
      }),
      { maxLength: 3 },
    ),
    status: fc.record({ code: fc.nat(3), message: anyText }),
    flags: fc.nat(0x3ff),
  },
  { requiredKeys: ['traceId', 'spanId'] },
);
const otlpRequest: fc.Arbitrary<OtlpJson> = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes: otlpAttributes }),
      scopeSpans: fc.array(
        fc.record({
          scope: fc.record({ name: anyText, version: anyText, attributes: otlpAttributes }),
          spans: fc.array(otlpSpan, { minLength: 1, maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

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

const protobufOf = (spans: Spans) => Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
const jsonOf = (spans: Spans) => JsonTraceSerializer.serializeRequest(spans)!;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const requestOf = (...spans: object[]): OtlpJson => ({
  resourceSpans: [{ scopeSpans: [{ spans: spans.map((fields) => ({ traceId, spanId, ...fields })) }] }],
});
const requestWith = (...spans: unknown[]) =>
  json({ resourceSpans: [{ scopeSpans: [{ spans: spans.map((item) => item) }] }] });
const oneSpan = (fields: object) =>
  decodedSpans(decodeJsonTraces(requestWith({ traceId, spanId, ...fields })))[0]!;
/** A request in which `fields` come after those that every span needs. */
const wireSpan = (...fields: Buffer[]) =>
  bytesOf(1, bytesOf(2, bytesOf(2, Buffer.concat([wireIds, ...fields]))));
const wireIds = Buffer.concat([
  bytesOf(1, Buffer.from(traceId, 'hex')),
  bytesOf(2, Buffer.from(spanId, 'hex')),
]);
const wireAttribute = (key: string, ...value: Buffer[]) =>
  bytesOf(9, Buffer.concat([bytesOf(1, Buffer.from(key)), bytesOf(2, Buffer.concat(value))]));
const wireText = (text: string) => bytesOf(1, Buffer.from(text));
const oneWireSpan = (...fields: Buffer[]) => decodedSpans(decodeProtobufTraces(wireSpan(...fields)))[0]!;
/** What a batch says, without the order in which its texts are searched: it follows that of the keys. */
const said = (batch: SpanBatch) => ({
  spans: decodedSpans(batch).map((decoded) => ({
    ...decoded,
    searchText: decoded.searchText.split('\n').toSorted(),
  })),
  rejectedCount: batch.rejectedCount,
  rejectionReason: batch.rejectionReason,
});

describe('decodeProtobufTraces and decodeJsonTraces', () => {
  it('yield the same rows for whatever the official serializers write', () => {
    fc.assert(
      fc.property(exportRequest, (spans) => {
        const fromProtobuf = decodeProtobufTraces(protobufOf(spans));
        const fromJson = decodeJsonTraces(jsonOf(spans));
        expect(said(fromProtobuf)).toEqual(said(fromJson));
        expect(fromProtobuf.rejectedCount).toBe(0);
        expect(fromProtobuf.count).toBe(spans.length);
      }),
    );
  });

  it('yield the same rows for all fields, whatever their order on the wire and what unknown ones lie between', () => {
    fc.assert(
      fc.property(otlpRequest, fc.nat(), (request, seed) => {
        const fromProtobuf = decodeProtobufTraces(otlpProtobuf('traces', request, seededRandom(seed)));
        expect(said(fromProtobuf)).toEqual(said(decodeJsonTraces(json(request))));
        expect(fromProtobuf.count).toBeGreaterThan(0);
      }),
    );
  });

  it('keep no resource and no scope that no span comes from', () => {
    const owner = (name: string) => ({ attributes: [{ key: 'service.name', value: { stringValue: name } }] });
    const scopeSpans = (name: string, ...ids: string[]) => ({
      scope: { name },
      spans: ids.map((id) => ({ traceId, spanId: id })),
    });
    const request = {
      resourceSpans: [
        { resource: owner('none') },
        { resource: owner('one'), scopeSpans: [scopeSpans('a'), scopeSpans('b', spanId), scopeSpans('c')] },
        { resource: owner('bad'), scopeSpans: [scopeSpans('d', '00')] },
        { resource: owner('two'), scopeSpans: [scopeSpans('e', spanId), scopeSpans('f')] },
        { resource: owner('last') },
      ],
    };
    for (const batch of [
      decodeProtobufTraces(otlpProtobuf('traces', request)),
      decodeJsonTraces(json(request)),
    ]) {
      expect(batch.resources.map(({ serviceName }) => serviceName)).toEqual(['one', 'two']);
      expect(batch.scopes.map(({ name }) => name)).toEqual(['b', 'e']);
      expect([batch.resource, batch.scope]).toEqual([
        [0, 1],
        [0, 1],
      ]);
    }
  });

  it('search neither bytes nor numbers, also where JSON has text for them', () => {
    const request = requestOf({
      attributes: [
        { key: 'blob', value: { bytesValue: 'AQID' } },
        { key: 'big', value: { intValue: '9007199254740993' } },
        { key: 'none', value: { doubleValue: 'NaN' } },
      ],
    });
    const [fromProtobuf] = decodedSpans(decodeProtobufTraces(otlpProtobuf('traces', request)));
    const [fromJson] = decodedSpans(decodeJsonTraces(json(request)));
    expect(fromProtobuf!.attributes).toEqual({ blob: 'AQID', big: '9007199254740993', none: 'NaN' });
    expect(fromProtobuf!.attributes).toEqual(fromJson!.attributes);
    expect([fromProtobuf!.searchText, fromJson!.searchText]).toEqual([INCOMPLETE_TEXT, INCOMPLETE_TEXT]);
  });

  it('search no mark that stands for a secret', () => {
    const request = requestOf({ attributes: [{ key: 'password', value: { stringValue: 'x' } }] });
    for (const batch of [
      decodeProtobufTraces(otlpProtobuf('traces', request), { text: null }),
      decodeJsonTraces(json(request), { text: null }),
    ]) {
      expect(decodedSpans(batch)[0]).toMatchObject({
        attributes: { password: '[redacted:secret]' },
        searchText: '',
      });
    }
  });

  it('take the last of several attributes with one key', () => {
    const entry = (value: object) => ({ key: 'step.name', value });
    for (const [last, attribute, label] of [
      [{ stringValue: 'second' }, 'second', 'second'],
      [{ intValue: '5' }, 5, null],
      [{}, null, null],
    ] as const) {
      const request = requestOf({ attributes: [entry({ stringValue: 'first' }), entry(last)] });
      for (const batch of [
        decodeProtobufTraces(otlpProtobuf('traces', request)),
        decodeJsonTraces(json(request)),
      ]) {
        expect(decodedSpans(batch)[0]).toMatchObject({ attributes: { 'step.name': attribute }, label });
      }
    }
  });

  it('keep every field of a span', () => {
    const [spans] = fc.sample(exportRequest, { numRuns: 1, seed: 3 });
    const [original] = spans!;
    const decoded = decodedSpans(decodeProtobufTraces(protobufOf(spans!)));
    expect(decoded[0]).toMatchObject({
      resource: resource.attributes,
      serviceName: 'generated',
      scope: { name: 'generator', version: '1.0.0', attributes: {} },
      traceId: original!.spanContext().traceId,
      spanId: original!.spanContext().spanId,
      parentSpanId: original!.parentSpanContext?.spanId ?? null,
      name: original!.name,
      kind: original!.kind + 1,
      startTimeUnixNano: BigInt(original!.startTime[0]) * 1_000_000_000n + BigInt(original!.startTime[1]),
      statusCode: original!.status.code,
      statusMessage: original!.status.message || null,
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
      expect(batch.count).toBe(spans!.length - 1);
      expect(decodedSpans(batch)).toHaveLength(spans!.length - 1);
    }
  });
});

describe('decodeProtobufTraces', () => {
  const decodesOrRefuses = (bytes: Uint8Array) => {
    try {
      decodeProtobufTraces(Buffer.from(bytes));
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
    expect(decodeProtobufTraces(Buffer.alloc(0))).toMatchObject({
      count: 0,
      resources: [],
      scopes: [],
      strings: [],
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
    const bytes = protobufOf(spans!);
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
    expect(() => decodeProtobufTraces(Buffer.from(bytes))).toThrow(message);
  });

  it('reads 64-bit integers exactly and writes those beyond 2^53 as text', () => {
    const intAttribute = (varint: number[]) =>
      oneWireSpan(wireAttribute('n', Buffer.from([0x18, ...varint]))).attributes['n'];
    expect(intAttribute([5])).toBe(5);
    expect(intAttribute([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])).toBe(-1);
    expect(intAttribute([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])).toBe('9223372036854775807');
    expect(intAttribute([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01])).toBe(
      '-9223372036854775808',
    );
  });

  it('leaves out a span whose attribute is nested deeper than 64 levels', () => {
    let value: Buffer = Buffer.from([0x10, 1]);
    for (let level = 0; level < 70; level++) value = bytesOf(5, bytesOf(1, value));
    const deep = Buffer.concat([wireIds, wireAttribute('deep', value)]);
    const batch = decodeProtobufTraces(
      bytesOf(1, bytesOf(2, Buffer.concat([bytesOf(2, deep), bytesOf(2, wireIds)]))),
    );
    expect(batch.rejectedCount).toBe(1);
    expect(batch.rejectionReason).toContain('nested deeper than 64 levels');
    expect(decodedSpans(batch)).toHaveLength(1);
    expect(decodedSpans(batch)[0]!.attributes).toEqual({});
  });

  it('keeps a value that unknown fields follow', () => {
    const decoded = oneWireSpan(
      wireAttribute('step.name', wireText('kept'), bytesOf(99, Buffer.from('new'))),
    );
    expect(decoded).toMatchObject({
      attributes: { 'step.name': 'kept' },
      label: 'kept',
      searchText: 'kept\n',
    });
  });

  it('takes the last of several values in one message, and nothing of the others', () => {
    const int = Buffer.from([0x18, 5]);
    expect(oneWireSpan(wireAttribute('step.name', wireText('first'), int))).toMatchObject({
      attributes: { 'step.name': 5 },
      label: null,
      searchText: '',
    });
    expect(oneWireSpan(wireAttribute('step.name', int, wireText('last')))).toMatchObject({
      attributes: { 'step.name': 'last' },
      label: 'last',
      searchText: 'last\n',
    });
  });

  it('takes an attribute without a value, and one without a key', () => {
    const keyAlone = bytesOf(9, bytesOf(1, Buffer.from('alone')));
    const valueAlone = bytesOf(9, bytesOf(2, wireText('nameless')));
    expect(oneWireSpan(keyAlone, valueAlone).attributes).toEqual({ alone: null, '': 'nameless' });
  });

  it('replaces what is no UTF-8', () => {
    const broken = Buffer.from([0x61, 0xff, 0xc3, 0x28]);
    const attribute = Buffer.concat([bytesOf(1, broken), bytesOf(2, bytesOf(1, broken))]);
    expect(oneWireSpan(bytesOf(5, broken), bytesOf(9, attribute))).toMatchObject({
      name: 'a\ufffd\ufffd(',
      attributes: { 'a\ufffd\ufffd(': 'a\ufffd\ufffd(' },
    });
  });

  it('reads no byte beyond its own', () => {
    const [spans] = fc.sample(exportRequest, { numRuns: 1, seed: 7 });
    const request = protobufOf(spans!);
    const within = Buffer.concat([Buffer.alloc(64, 0x0a), request, Buffer.alloc(64, 0x0a)]);
    expect(decodeProtobufTraces(within.subarray(64, 64 + request.length))).toEqual(
      decodeProtobufTraces(request),
    );
    expect(() => decodeProtobufTraces(within.subarray(64, 64 + request.length - 1))).toThrow(DecodeError);
  });

  it('finds a span by nothing of one that was left out before it', () => {
    const unusable = bytesOf(2, wireAttribute('text', wireText('of nobody')));
    const kept = bytesOf(2, Buffer.concat([wireIds, wireAttribute('text', wireText('its own'))]));
    const batch = decodeProtobufTraces(bytesOf(1, bytesOf(2, Buffer.concat([unusable, kept, unusable]))));
    expect(batch.rejectedCount).toBe(2);
    expect(decodedSpans(batch)).toMatchObject([{ attributes: { text: 'its own' }, searchText: 'its own\n' }]);
    expect(batch.searchTexts).toHaveLength('its own\n'.length);
  });

  it('searches 64 KiB of the text of a span, and keeps all of it', () => {
    const long = 'word '.repeat(20_000);
    for (const text of [long, `${long}é`]) {
      const decoded = oneWireSpan(
        wireAttribute('text', wireText(text)),
        wireAttribute('more', wireText('more')),
      );
      expect(decoded.attributes['text']).toBe(text);
      expect(decoded.searchText).toBe(`${text.slice(0, 64 * 1024)}\n${INCOMPLETE_TEXT}`);
    }
  });

  it.each([
    ['resources', Buffer.from([0x0a, 0x00])],
    ['scopes', Buffer.from([0x12, 0x00])],
  ])('refuses a request of millions of empty %s', (of, empty) => {
    const many = Buffer.from(empty.toString('latin1').repeat(2_000_001), 'latin1');
    expect(() => decodeProtobufTraces(of === 'resources' ? many : bytesOf(1, many))).toThrow(
      TooManyValuesError,
    );
  });

  it('refuses a request of more than 200,000 spans, in either encoding', () => {
    const spansOf = (count: number) => Array.from({ length: count }, () => ({ traceId, spanId }));
    const protobufOfSpans = (count: number) =>
      bytesOf(1, bytesOf(2, Buffer.concat(Array<Buffer>(count).fill(bytesOf(2, wireIds)))));
    expect(decodeProtobufTraces(protobufOfSpans(200_000)).count).toBe(200_000);
    expect(decodeJsonTraces(requestWith(...spansOf(100_000))).count).toBe(100_000);
    const refusal = new TooManyValuesError(200_000, 'records');
    expect(() => decodeProtobufTraces(protobufOfSpans(200_001))).toThrow(refusal);
    const tooMany = { resourceSpans: [{ scopeSpans: [{ spans: spansOf(200_001) }] }] };
    expect(() => decodeJsonTraces(json(tooMany))).toThrow(refusal);
  });

  it('refuses a request of more than 2 million attributes, also of those without a value', () => {
    const keyAlone = bytesOf(9, Buffer.alloc(0));
    const attributesOf = (count: number) => Buffer.alloc(keyAlone.length * count).fill(keyAlone);
    expect(() => decodeProtobufTraces(wireSpan(attributesOf(2_000_001)))).toThrow(TooManyValuesError);
  });

  it('refuses a request of which more than 10,000 spans cannot be stored', () => {
    const spansOf = (count: number) =>
      bytesOf(1, bytesOf(2, Buffer.concat(Array<Buffer>(count).fill(bytesOf(2, Buffer.alloc(0))))));
    expect(decodeProtobufTraces(spansOf(10_000)).rejectedCount).toBe(10_000);
    expect(() => decodeProtobufTraces(spansOf(10_001))).toThrow(
      /^more than 10000 records cannot be stored; the first: .*spans\[0\]: traceId must be 32 hex digits/,
    );
  });

  it('takes varints that are longer than they need to be', () => {
    const name = Buffer.concat([varintOf(42n, 3), varintOf(4n, 10), Buffer.from('name')]);
    expect(oneWireSpan(name)).toMatchObject({ name: 'name' });
  });
});

describe('decodeJsonTraces', () => {
  it('takes an empty body for an empty request, and leaves out a byte order mark', () => {
    for (const body of ['', '\ufeff', '{}', '\ufeff{}']) {
      expect(decodeJsonTraces(Buffer.from(body))).toMatchObject({ count: 0, rejectedCount: 0 });
    }
    const marked = Buffer.concat([Buffer.from('\ufeff'), requestWith({ traceId, spanId })]);
    expect(decodeJsonTraces(marked).count).toBe(1);
  });

  it('reads enums whose number is text', () => {
    expect(oneSpan({ kind: '3', status: { code: '2' } })).toMatchObject({ kind: 3, statusCode: 2 });
  });

  it('searches bytes and numbers of no span that was left out, and texts that look like them of others', () => {
    const number = { key: 'n', value: { intValue: '9007199254740993' } };
    const text = { key: 't', value: { stringValue: '9007199254740993' } };
    const batch = decodeJsonTraces(
      requestWith(
        { attributes: [number] },
        { traceId, spanId, attributes: [number] },
        { traceId, spanId, attributes: [text] },
      ),
    );
    expect(decodedSpans(batch).map(({ searchText }) => searchText)).toEqual([
      INCOMPLETE_TEXT,
      '9007199254740993\n',
    ]);
  });

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
    [
      'a time beyond 64 bits',
      { startTimeUnixNano: '18446744073709551616' },
      'startTimeUnixNano must be an integer of 64 bits',
    ],
    [
      'a time far beyond 64 bits',
      { endTimeUnixNano: 1e300 },
      'endTimeUnixNano must be an integer of 64 bits',
    ],
    ...['9223372036854775808', '-9223372036854775809', '99999999999999999999'].map(
      (intValue) =>
        [
          `the integer ${intValue}`,
          { attributes: [{ key: 'a', value: { intValue } }] },
          'intValue must be an integer of 64 bits',
        ] as const,
    ),
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
    expect(decodedSpans(batch)).toHaveLength(1);
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
    expect(decodeJsonTraces(text)).toMatchObject({ count: 0 });
  });
});
