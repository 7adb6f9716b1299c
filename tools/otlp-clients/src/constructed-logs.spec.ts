import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogRecord } from '@tta/obs-protocol';
import { anyValue, keyValues } from './otlp-common.ts';
import { bytes, fixed32, fixed64, hex, message, paddedMessage, text, varint } from './protobuf-writer.ts';
import { senders } from './send-export.ts';
import { type Service, startService } from './service.ts';
import { logRecordsOf } from './service-answers.ts';

/*
 * Nothing here was recorded: the batches are constructed from `logs.proto`, each in the shape in which the SDK of
 * another language is known to send it.
 */

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const time = 1_700_000_000_123_456_789n;
const observed = time + 1_000n;
const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);

type ExpectedRecord = Omit<LogRecord, 'id' | 'serviceName'>;

/** What is expected unless said otherwise. */
const plain = {
  traceId: null,
  spanId: null,
  timeUnixNano: `${time}`,
  observedTimeUnixNano: `${observed}`,
  severityNumber: 0,
  severityText: null,
  eventName: null,
  attributes: {},
  droppedAttributesCount: 0,
  flags: 0,
};
const inSpan = { traceId, spanId, flags: 1 };

interface Batch {
  readonly request: Buffer;
  readonly expected: readonly ExpectedRecord[];
}

/** Go: attributes nest, and a count says how many were dropped. */
function fromGo(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'go' };
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, 'otelslog'), text(2, '0.13.0')),
      message(
        2,
        fixed64(1, time),
        varint(2, 9),
        text(3, 'INFO'),
        message(5, anyValue('order paid')),
        keyValues(6, { order: { id: 7n, items: ['tea', 'milk'] }, took: 0.25 }),
        varint(7, 2),
        fixed32(8, 1),
        hex(9, traceId),
        hex(10, spanId),
        fixed64(11, observed),
      ),
      text(3, 'https://opentelemetry.io/schemas/1.37.0'),
    ),
    text(3, 'https://opentelemetry.io/schemas/1.37.0'),
  );
  const expected = {
    ...plain,
    ...inSpan,
    resource,
    scope: { name: 'otelslog', version: '0.13.0' },
    severityNumber: 9,
    severityText: 'INFO',
    body: 'order paid',
    attributes: { order: { id: 7, items: ['tea', 'milk'] }, took: 0.25 },
    droppedAttributesCount: 2,
  };
  return { request, expected: [expected] };
}

/** Java: a scope for each logger of the program, event names, levels between the usual ones. */
function fromJava(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'java' };
  const loggers = ['com.example.Shop', 'com.example.Bank', 'org.apache.tomcat'];
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    ...loggers.map((name, index) =>
      message(
        2,
        message(1, text(1, name)),
        ...Array.from({ length: 100 }, (_, line) =>
          message(
            2,
            fixed64(1, time + BigInt(index * 100 + line)),
            fixed64(11, observed),
            varint(2, 1 + (line % 24)),
            text(3, 'WARN'),
            message(5, anyValue(`line ${line}`)),
            keyValues(6, { 'thread.id': BigInt(line) }),
            fixed32(8, 1),
            hex(9, traceId),
            hex(10, spanId),
            text(12, `event.${line}`),
          ),
        ),
      ),
    ),
  );
  const expected = loggers.flatMap((name, index) =>
    Array.from({ length: 100 }, (_, line) => ({
      ...plain,
      ...inSpan,
      resource,
      scope: { name, version: '' },
      timeUnixNano: `${time + BigInt(index * 100 + line)}`,
      severityNumber: 1 + (line % 24),
      severityText: 'WARN',
      body: `line ${line}`,
      eventName: `event.${line}`,
      attributes: { 'thread.id': line },
    })),
  );
  return { request, expected };
}

/** Python: ids of no trace are all zero, where the code stands is in the attributes. */
function fromPython(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'python' };
  const attributes = { 'code.file.path': '/app/shop.py', 'code.line.number': 12n, extra: { user: null } };
  const request = message(
    1,
    message(1, keyValues(1, resource)),
    message(
      2,
      message(1, text(1, 'root'), text(2, '')),
      message(
        2,
        fixed64(1, time),
        varint(2, 17),
        text(3, 'ERROR'),
        message(5, anyValue('Grüße, %s 😀')),
        keyValues(6, attributes),
        fixed32(8, 0),
        hex(9, '0'.repeat(32)),
        hex(10, '0'.repeat(16)),
        fixed64(11, observed),
      ),
      text(3, ''),
    ),
  );
  const expected = {
    ...plain,
    resource,
    scope: { name: 'root', version: '' },
    severityNumber: 17,
    severityText: 'ERROR',
    body: 'Grüße, %s 😀',
    attributes: { ...attributes, 'code.line.number': 12 },
  };
  return { request, expected: [expected] };
}

/** Rust: the time alone at which it was observed, each field also where it is empty. */
function fromRust(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'rust' };
  const request = message(
    1,
    message(1, keyValues(1, resource), varint(2, 0), message(3, text(2, 'service'), text(3, 'service.name'))),
    message(
      2,
      message(1, text(1, 'shop::orders'), text(2, '')),
      message(
        2,
        fixed64(1, 0n),
        fixed64(11, observed),
        varint(2, 13),
        text(3, 'WARN'),
        text(12, 'event src/main.rs:7'),
        message(5, anyValue('low stock')),
        keyValues(6, { left: -3n }),
        varint(7, 0),
        fixed32(8, 0),
        bytes(9, Buffer.alloc(0)),
        bytes(10, Buffer.alloc(0)),
      ),
    ),
  );
  const expected = {
    ...plain,
    resource,
    scope: { name: 'shop::orders', version: '' },
    timeUnixNano: `${observed}`,
    severityNumber: 13,
    severityText: 'WARN',
    body: 'low stock',
    eventName: 'event src/main.rs:7',
    attributes: { left: -3 },
  };
  return { request, expected: [expected] };
}

/** .NET: lengths are filled in afterwards, in four bytes each; the template stands beside its values. */
function fromDotnet(serviceName: string): Batch {
  const resource = { 'service.name': serviceName, 'telemetry.sdk.language': 'dotnet' };
  const attributes = { '{OriginalFormat}': 'Paid {Order} by {User}', Order: 7n, User: 'ana' };
  const request = paddedMessage(
    1,
    paddedMessage(1, keyValues(1, resource, paddedMessage)),
    paddedMessage(
      2,
      paddedMessage(1, text(1, 'Shop.Orders')),
      paddedMessage(
        2,
        fixed64(1, time),
        fixed64(11, observed),
        varint(2, 9),
        text(3, 'Information'),
        paddedMessage(5, anyValue('Paid 7 by ana')),
        keyValues(6, attributes, paddedMessage),
        hex(9, traceId),
        hex(10, spanId),
        fixed32(8, 1),
      ),
    ),
  );
  const expected = {
    ...plain,
    ...inSpan,
    resource,
    scope: { name: 'Shop.Orders', version: '' },
    severityNumber: 9,
    severityText: 'Information',
    body: 'Paid 7 by ana',
    attributes: { ...attributes, Order: 7 },
  };
  return { request, expected: [expected] };
}

/** The Collector: lines of files and of the journal, which have no scope, no level and bodies of any type. */
function fromCollector(serviceName: string): Batch {
  const future = [varint(900, 1), fixed64(901, 1n), text(902, 'later'), fixed32(903, 1)];
  const bodies = [
    { value: 'plain line', answered: 'plain line' },
    { value: '', answered: '' },
    { value: 2n ** 53n, answered: '9007199254740992' },
    { value: NaN, answered: 'NaN' },
    { value: false, answered: false },
    { value: new Uint8Array([0xff, 0xfe]), answered: '//4=' },
    { value: ['a', 1n, [0.5, null]], answered: ['a', 1, [0.5, null]] },
    {
      value: { MESSAGE: 'started', _PID: 7n, deep: { er: true } },
      answered: { MESSAGE: 'started', _PID: 7, deep: { er: true } },
    },
    { value: null, answered: null },
  ];
  const request = Buffer.concat([
    message(1, message(1), message(2, message(1))),
    ...bodies.map(({ value }, index) =>
      message(
        1,
        message(1, keyValues(1, { 'service.name': serviceName, 'log.file.name': `${index}.log` })),
        message(
          2,
          message(1),
          message(
            2,
            fixed64(1, time + BigInt(index)),
            fixed64(11, observed),
            message(5, anyValue(value)),
            ...future,
          ),
        ),
        ...future,
      ),
    ),
    // A record that says of itself when it was seen, and nothing else.
    message(
      1,
      message(2, message(2, fixed64(11, observed))),
      message(1, keyValues(1, { 'service.name': serviceName })),
    ),
  ]);
  const scope = { name: '', version: '' };
  const expected = bodies.map(({ answered }, index) => ({
    ...plain,
    resource: { 'service.name': serviceName, 'log.file.name': `${index}.log` },
    scope,
    timeUnixNano: `${time + BigInt(index)}`,
    body: answered,
  }));
  const silent = {
    ...plain,
    resource: { 'service.name': serviceName },
    scope,
    timeUnixNano: `${observed}`,
    body: null,
  };
  return { request, expected: [...expected, silent] };
}

const batches = { fromGo, fromJava, fromPython, fromRust, fromDotnet, fromCollector };

describe.each(Object.entries(senders))('a constructed batch of log records, sent by %s', (sender, send) => {
  it.each(Object.entries(batches))('arrives whole %s', async (batch, construct) => {
    const serviceName = `${batch} by ${sender}`;
    const { request, expected } = construct(serviceName);
    expect(await send(service.url, 'logs', request)).toEqual(Buffer.alloc(0));
    const arrived = (await logRecordsOf(service.url, serviceName)).map(({ id: _, ...record }) => record);
    expect(arrived).toHaveLength(expected.length);
    expect(arrived).toEqual(expected.map((record) => ({ ...record, serviceName })));
  });
});
