import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bySpanId, comparedSpans, plainSpan, type ComparedSpan } from './compared-span.ts';
import { anyValue, keyValues } from './otlp-common.ts';
import { bytes, fixed32, fixed64, hex, message, paddedMessage, text, varint } from './protobuf-writer.ts';
import { senders } from './send-export.ts';
import { type Service, startService } from './service.ts';
import { spansOf } from './service-answers.ts';

/*
 * Nothing here was recorded: the batches are constructed from `trace.proto`, each in the shape in which the SDK of
 * another language is known to send it.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const start = 1_700_000_000_123_456_789n;
const end = 1_700_000_001_000_000_001n;
const times = { startTimeUnixNano: `${start}`, endTimeUnixNano: `${end}` };
const traceIdOf = (batch: number, sender: number): string => `${sender + 1}${batch}`.padStart(32, 'a');
const far = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16) };

/** What is expected unless said otherwise. */
const plain = { ...plainSpan, ...times };

interface Batch {
  readonly request: Buffer;
  readonly expected: readonly ComparedSpan[];
}

/** Go: schema URLs on resource and scope, flags and counts of what was dropped, integers of 64 bits. */
function fromGo(serviceName: string, traceId: string): Batch {
  const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0';
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'go', 'process.pid': 4_194_304 };
  const scope = { name: 'otelhttp', version: '0.63.0', attributes: { 'http.flavor': '1.1', stable: false } };
  const [rootId, childId] = ['1'.repeat(16), '2'.repeat(16)] as const;
  const request = message(
    1,
    message(1, keyValues(1, { ...resource, 'process.pid': 4_194_304n })),
    message(
      2,
      message(1, text(1, scope.name), text(2, scope.version), keyValues(3, scope.attributes), varint(4, 1)),
      message(
        2,
        hex(1, traceId),
        hex(2, rootId),
        text(3, 'vendor=near'),
        text(5, 'GET /'),
        varint(6, 2),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, {
          'http.status_code': 200n,
          largest: 2n ** 63n - 1n,
          smallest: -(2n ** 63n),
          ratio: 0.1,
          ok: true,
          list: [1n, 2n],
        }),
        varint(10, 3),
        message(
          11,
          fixed64(1, start + 1n),
          text(2, 'read'),
          keyValues(3, { 'read.bytes': 512n }),
          varint(4, 1),
        ),
        varint(12, 2),
        message(
          13,
          hex(1, far.traceId),
          hex(2, far.spanId),
          text(3, 'vendor=far'),
          keyValues(4, { why: 'retry' }),
          varint(5, 4),
          fixed32(6, 0x301),
        ),
        varint(14, 1),
        message(15, varint(3, 1)),
        fixed32(16, 0x101),
      ),
      message(
        2,
        hex(1, traceId),
        hex(2, childId),
        hex(4, rootId),
        text(5, 'query'),
        varint(6, 3),
        fixed64(7, start),
        fixed64(8, end),
        message(15, text(2, 'connection refused'), varint(3, 2)),
        fixed32(16, 0x101),
      ),
      text(3, schemaUrl),
    ),
    text(3, schemaUrl),
  );
  const common = { ...plain, traceId, resource, scope };
  const expected = [
    {
      ...common,
      spanId: rootId,
      name: 'GET /',
      kind: 2,
      statusCode: 1,
      traceState: 'vendor=near',
      flags: 0x101,
      attributes: {
        'http.status_code': 200,
        largest: '9223372036854775807',
        smallest: '-9223372036854775808',
        ratio: 0.1,
        ok: true,
        list: [1, 2],
      },
      droppedAttributesCount: 3,
      events: [
        {
          name: 'read',
          timeUnixNano: `${start + 1n}`,
          attributes: { 'read.bytes': 512 },
          droppedAttributesCount: 1,
        },
      ],
      droppedEventsCount: 2,
      links: [
        {
          ...far,
          attributes: { why: 'retry' },
          traceState: 'vendor=far',
          flags: 0x301,
          droppedAttributesCount: 4,
        },
      ],
      droppedLinksCount: 1,
    },
    {
      ...common,
      spanId: childId,
      parentSpanId: rootId,
      name: 'query',
      kind: 3,
      statusCode: 2,
      statusMessage: 'connection refused',
      flags: 0x101,
    },
  ];
  return { request, expected };
}

/** Java: a status message without fields on each span, parents of another process marked in the flags, and counts of what its limits have cost. */
function fromJava(serviceName: string, traceId: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'java' };
  const scope = { name: 'io.opentelemetry.tomcat-10.0', version: '2.20.1-alpha', attributes: {} };
  const spans = Array.from({ length: 300 }, (_, index) => {
    const spanId = (index + 1).toString(16).padStart(16, '0');
    const attributes = {
      'thread.id': BigInt(index),
      'thread.name': `http-nio-${index}`,
      samples: [0.5, 1.5],
    };
    return {
      written: message(
        2,
        hex(1, traceId),
        hex(2, spanId),
        hex(4, 'e'.repeat(16)),
        text(5, `GET /${index}`),
        varint(6, 1 + (index % 5)),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, attributes),
        varint(10, index),
        message(11, fixed64(1, start), text(2, 'cut'), varint(4, 1_000 + index)),
        varint(12, 2_000 + index),
        message(13, hex(1, far.traceId), hex(2, far.spanId), varint(5, 3_000 + index), fixed32(6, 0x101)),
        varint(14, 4_000 + index),
        message(15),
        fixed32(16, index % 2 === 0 ? 0x301 : 0x300),
      ),
      expected: {
        ...plain,
        traceId,
        resource,
        scope,
        spanId,
        parentSpanId: 'e'.repeat(16),
        name: `GET /${index}`,
        kind: 1 + (index % 5),
        flags: index % 2 === 0 ? 0x301 : 0x300,
        attributes: { 'thread.id': index, 'thread.name': `http-nio-${index}`, samples: [0.5, 1.5] },
        droppedAttributesCount: index,
        events: [
          { name: 'cut', timeUnixNano: `${start}`, attributes: {}, droppedAttributesCount: 1_000 + index },
        ],
        droppedEventsCount: 2_000 + index,
        links: [
          {
            ...far,
            attributes: {},
            traceState: null,
            flags: 0x101,
            droppedAttributesCount: 3_000 + index,
          },
        ],
        droppedLinksCount: 4_000 + index,
      },
    };
  });
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, scope.name), text(2, scope.version)),
      ...spans.map(({ written }) => written),
    ),
    text(3, 'https://opentelemetry.io/schemas/1.37.0'),
  );
  return { request, expected: spans.map(({ expected }) => expected) };
}

/** Python: a scope without version, ids that are absent as empty bytes, an exception that it has seen escape. */
function fromPython(serviceName: string, traceId: string): Batch {
  const resource = {
    'service.name': serviceName,
    'telemetry.sdk.language': 'python',
    'telemetry.auto.version': '',
  };
  const exception = {
    'exception.type': 'ValueError',
    'exception.message': 'bad',
    'exception.stacktrace': 'Traceback (most recent call last):\n  File "app.py", line 1\nValueError: bad\n',
    'exception.escaped': 'False',
  };
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, '__main__'), text(2, '')),
      message(
        2,
        hex(1, traceId),
        hex(2, '3'.repeat(16)),
        text(3, ''),
        bytes(4, Buffer.alloc(0)),
        text(5, 'main'),
        varint(6, 1),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, { tuple: ['a', 'b'], mixed: [1n, 'a'], nothing: null, '': 'no key' }),
        message(11, fixed64(1, start + 7n), text(2, 'exception'), keyValues(3, exception)),
        message(15, text(2, 'ValueError: bad'), varint(3, 2)),
        fixed32(16, 0x100),
      ),
      text(3, ''),
    ),
    text(3, ''),
  );
  const expected = {
    ...plain,
    traceId,
    resource,
    scope: { name: '__main__', version: '', attributes: {} },
    spanId: '3'.repeat(16),
    name: 'main',
    kind: 1,
    statusCode: 2,
    statusMessage: 'ValueError: bad',
    flags: 0x100,
    attributes: { tuple: ['a', 'b'], mixed: [1, 'a'], nothing: null, '': 'no key' },
    events: [
      {
        name: 'exception',
        timeUnixNano: `${start + 7n}`,
        attributes: exception,
        droppedAttributesCount: 0,
      },
    ],
  };
  return { request, expected: [expected] };
}

/** Rust: each field is written, also where it is empty, and the resource refers to entities. */
function fromRust(serviceName: string, traceId: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'rust' };
  const request = message(
    1,
    message(
      1,
      keyValues(1, resource),
      varint(2, 0),
      message(3, text(1, ''), text(2, 'service'), text(3, 'service.name'), text(4, 'service.version')),
    ),
    message(
      2,
      message(1, text(1, 'tracing'), text(2, '0.31.0'), keyValues(3, { level: 'debug' }), varint(4, 0)),
      message(
        2,
        hex(1, traceId),
        hex(2, '4'.repeat(16)),
        text(3, ''),
        bytes(4, Buffer.alloc(0)),
        fixed32(16, 0x101),
        text(5, 'spawn'),
        varint(6, 1),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, { 'code.line.number': 42n, 'idle.ns': -1n }),
        varint(10, 0),
        varint(12, 0),
        varint(14, 0),
        message(15, text(2, ''), varint(3, 0)),
      ),
      text(3, ''),
    ),
    text(3, ''),
  );
  const expected = {
    ...plain,
    traceId,
    resource,
    scope: { name: 'tracing', version: '0.31.0', attributes: { level: 'debug' } },
    spanId: '4'.repeat(16),
    name: 'spawn',
    kind: 1,
    flags: 0x101,
    attributes: { 'code.line.number': 42, 'idle.ns': -1 },
  };
  return { request, expected: [expected] };
}

/** .NET: lengths are filled in afterwards, in four bytes each; trace state on spans and links. */
function fromDotnet(serviceName: string, traceId: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'dotnet' };
  const request = paddedMessage(
    1,
    paddedMessage(1, keyValues(1, resource, paddedMessage)),
    paddedMessage(
      2,
      paddedMessage(
        1,
        text(1, 'System.Net.Http'),
        text(2, ''),
        keyValues(3, { 'http.pool': 2n }, paddedMessage),
      ),
      paddedMessage(
        2,
        hex(1, traceId),
        hex(2, '5'.repeat(16)),
        text(3, 'vendor=near'),
        hex(4, '6'.repeat(16)),
        text(5, 'GET'),
        varint(6, 3),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, { 'url.full': 'http://example.com/', tags: ['a', 'b'] }, paddedMessage),
        paddedMessage(11, text(2, 'sent'), fixed64(1, start + 3n), keyValues(3, { n: 1n }, paddedMessage)),
        paddedMessage(13, hex(1, far.traceId), hex(2, far.spanId), text(3, 'vendor=far'), fixed32(6, 0x301)),
        paddedMessage(15, varint(3, 2), text(2, '503')),
        fixed32(16, 0x101),
      ),
    ),
  );
  const expected = {
    ...plain,
    traceId,
    resource,
    scope: { name: 'System.Net.Http', version: '', attributes: { 'http.pool': 2 } },
    spanId: '5'.repeat(16),
    parentSpanId: '6'.repeat(16),
    name: 'GET',
    kind: 3,
    statusCode: 2,
    statusMessage: '503',
    traceState: 'vendor=near',
    flags: 0x101,
    attributes: { 'url.full': 'http://example.com/', tags: ['a', 'b'] },
    events: [
      { name: 'sent', timeUnixNano: `${start + 3n}`, attributes: { n: 1 }, droppedAttributesCount: 0 },
    ],
    links: [{ ...far, attributes: {}, traceState: 'vendor=far', flags: 0x301, droppedAttributesCount: 0 }],
  };
  return { request, expected: [expected] };
}

/**
 * The Collector: what many senders had sent in one request; resources and scopes that are empty or absent, groups
 * without spans, attributes of any type, and fields that only a later version of the protocol knows.
 */
function fromCollector(serviceName: string, traceId: string): Batch {
  const ofName = { 'service.name': serviceName };
  const future = [varint(900, 1), fixed64(901, 1n), text(902, 'later'), fixed32(903, 1)];
  const span = (spanId: string, ...fields: readonly Buffer[]): Buffer =>
    message(
      2,
      hex(1, traceId),
      hex(2, spanId),
      text(5, spanId),
      fixed64(7, start),
      fixed64(8, end),
      ...fields,
    );
  const anything = {
    map: { deep: [{ er: [1n, null] }] },
    bytes: new Uint8Array([0, 255]),
    nan: NaN,
    far: -Infinity,
  };
  const request = Buffer.concat([
    message(1),
    message(1, message(1, keyValues(1, ofName)), message(2, message(1))),
    ...Array.from({ length: 20 }, (_, index) =>
      message(
        1,
        message(1, keyValues(1, { ...ofName, 'host.id': BigInt(index) })),
        message(2, span(`a${index}`.padStart(16, '0'))),
        message(2, message(1), span(`b${index}`.padStart(16, '0'), keyValues(9, anything), message(15))),
        message(2, message(1, text(1, 'scope')), span(`c${index}`.padStart(16, '0'), ...future), ...future),
        ...future,
      ),
    ),
    // A group whose spans come before what they belong to: protobuf knows no order.
    message(
      1,
      message(
        2,
        text(3, 'https://example.com/schemas/1.0.0'),
        message(
          2,
          ...future,
          message(15, varint(3, 2), text(2, 'last')),
          fixed64(8, end),
          fixed64(7, start),
          keyValues(9, { first: true }),
          text(5, 'reversed'),
          hex(2, 'd'.repeat(16)),
          hex(1, traceId),
        ),
        message(1, text(2, '1.0'), text(1, 'scope after its spans')),
      ),
      message(1, ...future, keyValues(1, ofName)),
    ),
    ...future,
  ]);
  const common = { ...plain, traceId, kind: 0 };
  const unnamed = { name: '', version: '', attributes: {} };
  const expected = Array.from({ length: 20 }, (_, index) => {
    const resource = { ...ofName, 'host.id': index };
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => `${letter}${index}`.padStart(16, '0')) as [
      string,
      string,
      string,
    ];
    return [
      { ...common, resource, scope: unnamed, spanId: a, name: a },
      {
        ...common,
        resource,
        scope: unnamed,
        spanId: b,
        name: b,
        attributes: { map: { deep: [{ er: [1, null] }] }, bytes: 'AP8=', nan: 'NaN', far: '-Infinity' },
      },
      { ...common, resource, scope: { name: 'scope', version: '', attributes: {} }, spanId: c, name: c },
    ];
  }).flat();
  const reversed = {
    ...common,
    resource: ofName,
    scope: { name: 'scope after its spans', version: '1.0', attributes: {} },
    spanId: 'd'.repeat(16),
    name: 'reversed',
    statusCode: 2,
    statusMessage: 'last',
    attributes: { first: true },
  };
  return { request, expected: [...expected, reversed] };
}

/**
 * What protobuf demands of a message that comes in parts, as from a writer that appends to what it passes on: texts and
 * numbers that come again are replaced, messages are merged.
 */
function fromWriterOfParts(serviceName: string, traceId: string): Batch {
  const request = message(
    1,
    message(1, keyValues(1, { 'service.name': 'not yet known', 'host.name': 'first' })),
    message(
      2,
      message(1, text(1, 'renamed'), text(2, '1.0'), keyValues(3, { level: 1n, kept: true })),
      message(
        2,
        hex(1, traceId),
        hex(2, '8'.repeat(16)),
        text(3, 'vendor=first'),
        text(3, 'vendor=last'),
        text(5, 'in parts'),
        fixed64(7, start),
        fixed64(8, end),
        varint(10, 1),
        varint(10, 2),
        message(15, text(2, 'of the first part')),
        message(15, varint(3, 2)),
        fixed32(16, 0x300),
        fixed32(16, 0x101),
      ),
      message(1, text(1, 'parts'), keyValues(3, { level: 2n, added: 'later' })),
    ),
    message(1, keyValues(1, { 'service.name': serviceName })),
    message(1, keyValues(1, { 'cloud.region': 'eu' })),
    message(1),
  );
  const expected = {
    ...plain,
    traceId,
    resource: { 'service.name': serviceName, 'host.name': 'first', 'cloud.region': 'eu' },
    scope: { name: 'parts', version: '1.0', attributes: { level: 2, kept: true, added: 'later' } },
    spanId: '8'.repeat(16),
    name: 'in parts',
    kind: 0,
    statusCode: 2,
    statusMessage: 'of the first part',
    traceState: 'vendor=last',
    flags: 0x101,
    droppedAttributesCount: 2,
  };
  return { request, expected: [expected] };
}

/** What a program may call its attributes, though few do, and the largest of each number. */
function fromAnywhere(serviceName: string, traceId: string): Batch {
  const awkward = Object.fromEntries(
    ['__proto__', 'constructor', 'toString', 'a.b', 'a', '0', 'ключ', ' '].map((key) => [key, `of ${key}`]),
  );
  const largest = 2 ** 32 - 1;
  const traceState = Array.from({ length: 32 }, (_, index) => `vendor${index}=„${'v'.repeat(20)}“`).join();
  const request = message(
    1,
    message(1, keyValues(1, { 'service.name': serviceName })),
    message(
      2,
      message(
        2,
        hex(1, traceId),
        hex(2, '7'.repeat(16)),
        text(5, ''),
        fixed64(7, start),
        fixed64(8, end),
        keyValues(9, awkward),
        message(9, text(1, 'twice'), message(2, anyValue('first'))),
        message(9, text(1, 'twice'), message(2, anyValue('last'))),
        text(3, traceState),
        varint(10, largest),
        message(11, varint(4, largest)),
        message(11, fixed64(1, 2n ** 64n - 1n), text(2, 'at the end of time')),
        varint(12, largest),
        message(13, hex(1, far.traceId), hex(2, far.spanId), text(3, traceState), fixed32(6, largest)),
        varint(14, largest),
        fixed32(16, largest),
      ),
    ),
  );
  const expected = {
    ...plain,
    traceId,
    resource: { 'service.name': serviceName },
    scope: { name: '', version: '', attributes: {} },
    spanId: '7'.repeat(16),
    name: '',
    kind: 0,
    traceState,
    flags: largest,
    attributes: { ...awkward, twice: 'last' },
    droppedAttributesCount: largest,
    events: [
      { name: '', timeUnixNano: '0', attributes: {}, droppedAttributesCount: largest },
      {
        name: 'at the end of time',
        timeUnixNano: `${2n ** 64n - 1n}`,
        attributes: {},
        droppedAttributesCount: 0,
      },
    ],
    droppedEventsCount: largest,
    links: [{ ...far, attributes: {}, traceState, flags: largest, droppedAttributesCount: 0 }],
    droppedLinksCount: largest,
  };
  return { request, expected: [expected] };
}

const batches = {
  fromGo,
  fromJava,
  fromPython,
  fromRust,
  fromDotnet,
  fromCollector,
  fromWriterOfParts,
  fromAnywhere,
};

describe.each(Object.entries(senders))('a constructed batch of spans, sent by %s', (sender, send) => {
  it.each(Object.entries(batches))('arrives whole %s', async (batch, construct) => {
    const serviceName = `${batch} by ${sender}`;
    const traceId = traceIdOf(Object.keys(batches).indexOf(batch), Object.keys(senders).indexOf(sender));
    const { request, expected } = construct(serviceName, traceId);
    expect(await send(service.url, 'traces', request)).toEqual(Buffer.alloc(0));
    const arrived = comparedSpans(await spansOf(service.url, serviceName));
    expect(arrived).toHaveLength(expected.length);
    expect(arrived).toEqual(bySpanId(expected));
    expect(arrived.map(({ attributes }) => Object.keys(attributes))).toEqual(
      bySpanId(expected).map(({ attributes }) => Object.keys(attributes)),
    );
  });
});
