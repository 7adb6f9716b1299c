import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collect, stream, written } from '../../test/streams.ts';
import { anySpans } from '../../test/trace-span-arbitrary.ts';
import { traceSpan } from '../../test/trace-span.ts';
import { readZipkin, writeZipkin, type TraceSpan } from '../formats.ts';
import type { ZipkinEndpoint, ZipkinSpan } from './zipkin-span.ts';

describe('writeZipkin', () => {
  it('writes what the API of Zipkin allows, whatever the spans are', async () => {
    await fc.assert(
      fc.asyncProperty(anySpans, async (spans) => {
        const list = await writtenSpans(spans);
        expect(list).toHaveLength(spans.length);
        for (const span of list) checkSpan(span);
      }),
      { numRuns: 100 },
    );
  });

  it('writes fields as the OpenTelemetry specification says', async () => {
    const event = { timeUnixNano: 1_700_000_000_000_002_500n, droppedAttributesCount: 0 };
    const [span] = await writtenSpans([
      traceSpan({
        parentSpanId: '00f067aa0ba902b1',
        kind: 4,
        startTimeUnixNano: 1_700_000_000_000_001_999n,
        endTimeUnixNano: 1_700_000_000_000_002_100n,
        statusCode: 2,
        statusMessage: 'no stock',
        attributes: {
          flag: true,
          whole: 2n ** 60n,
          list: ['a', 1n],
          'server.address': 'queue',
          'network.peer.address': '::1',
          'network.peer.port': 9092n,
        },
        events: [
          { ...event, name: 'plain', attributes: {} },
          { ...event, name: 'my-event', attributes: { key1: 'value1', key2: 2n } },
        ],
        resource: {
          attributes: { 'service.name': 'shop', 'host.name': 'h' },
          droppedAttributesCount: 0,
          schemaUrl: '',
        },
      }),
    ]);
    const { tags, ...rest } = span as ZipkinSpan;
    expect(rest).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      id: '00f067aa0ba902b7',
      parentId: '00f067aa0ba902b1',
      name: 'checkout',
      kind: 'PRODUCER',
      timestamp: 1_700_000_000_000_001,
      duration: 1,
      localEndpoint: { serviceName: 'shop' },
      remoteEndpoint: { serviceName: 'queue', ipv6: '::1', port: 9092 },
      annotations: [
        { timestamp: 1_700_000_000_000_002, value: 'plain' },
        { timestamp: 1_700_000_000_000_002, value: '"my-event": {"key1":"value1","key2":2}' },
      ],
    });
    expect(tags).toMatchObject({
      'host.name': 'h',
      flag: 'true',
      whole: '1152921504606846976',
      list: '["a",1]',
      'otel.status_code': 'ERROR',
      error: 'no stock',
    });
  });

  it('has an error tag, empty without a message, on failed spans alone', async () => {
    const [failed, good] = await writtenSpans([
      traceSpan({ statusCode: 2 }),
      traceSpan({ statusCode: 1, attributes: { error: false } }),
    ]);
    expect(failed?.tags).toMatchObject({ error: '', 'otel.status_code': 'ERROR' });
    expect(good?.tags?.['otel.status_code']).toBe('OK');
    expect(good?.tags).not.toHaveProperty('error');
  });
});

describe('readZipkin', () => {
  // Written by @opentelemetry/exporter-zipkin 2.12 and zipkin 0.22.
  it('reads what the exporters for JavaScript write', async () => {
    const openTelemetry =
      '{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","parentId":"00f067aa0ba902b1","name":"checkout","id":"00f067aa0ba902b7","kind":"CLIENT","timestamp":1700000000123456.8,"duration":5001,"localEndpoint":{"serviceName":"shop"},"tags":{"peer.service":"db","n":"1","list":"a,b","otel.status_code":"ERROR","error":"no stock","otel.dropped_events_count":"2","service.name":"shop","host.name":"h"},"annotations":[{"timestamp":1700000000123999,"value":"retry"}]}';
    const zipkin =
      '{"traceId":"a292e4ed768f749e","id":"a292e4ed768f749e","name":"get","kind":"SERVER","timestamp":1795318538746632,"duration":209,"localEndpoint":{"serviceName":"frontend"},"remoteEndpoint":{"ipv4":"192.168.0.7","port":4711},"annotations":[{"timestamp":1795318538746803,"value":"checked"}],"tags":{"http.path":"/api"}}';
    const [first, second] = await collect(readZipkin(stream([`[${openTelemetry},\n${zipkin}]`])));
    expect(first).toMatchObject({
      parentSpanId: '00f067aa0ba902b1',
      kind: 3,
      startTimeUnixNano: 1_700_000_000_123_456_750n,
      endTimeUnixNano: 1_700_000_000_128_457_750n,
      statusCode: 2,
      statusMessage: 'no stock',
      droppedEventsCount: 2,
      attributes: { n: '1', list: 'a,b', 'host.name': 'h' },
      events: [{ name: 'retry', timeUnixNano: 1_700_000_000_123_999_000n, attributes: {} }],
      resource: { attributes: { 'service.name': 'shop' } },
    });
    expect(second).toMatchObject({
      traceId: '0000000000000000a292e4ed768f749e',
      parentSpanId: null,
      kind: 2,
      statusCode: 0,
      attributes: {
        'http.path': '/api',
        'network.peer.address': '192.168.0.7',
        'network.peer.port': 4711n,
      },
    });
  });

  it('reads lists of traces, and one span alone', async () => {
    const span = JSON.stringify(bare);
    expect(await collect(readZipkin(stream([`[[${span}],[${span},${span}],[]]`])))).toHaveLength(3);
    expect(await collect(readZipkin(stream([span])))).toHaveLength(1);
  });

  it('takes an error tag for a failure, and a remote name for the peer unless a tag says it', async () => {
    const remoteEndpoint = { serviceName: 'db' };
    const spans = await readSpans([
      { ...bare, tags: { error: 'boom' }, remoteEndpoint },
      {
        ...bare,
        tags: { 'peer.service': 'orders', odd: 3, error: 'x', 'otel.status_code': 'OK' },
        remoteEndpoint,
      },
    ]);
    expect(spans).toMatchObject([
      { statusCode: 2, statusMessage: 'boom', attributes: { 'peer.service': 'db' } },
      { statusCode: 1, attributes: { 'peer.service': 'orders', odd: 3n, error: 'x' } },
    ]);
  });

  it('places a span without a time by its first annotation', async () => {
    const annotations = [9, 4].map((timestamp) => ({ timestamp, value: '"x": y}' }));
    const [span, lost] = await readSpans([
      { ...bare, timestamp: undefined, annotations },
      { ...bare, timestamp: null },
    ]);
    expect(span).toMatchObject({ startTimeUnixNano: 4000n, events: [{ name: '"x": y}' }, {}] });
    expect(lost).toEqual({
      problem: 'invalid',
      message: 'span 1 was left out: it has no timestamp and no annotation that would tell its time',
    });
  });

  it('leaves out one bad span, and says where it stands', async () => {
    const records = await readSpans([
      { ...bare, id: '0' },
      { ...bare, tags: [] },
      [{ ...bare, timestamp: -1 }],
      { ...bare, tags: { 'tta.otlp': '{' } },
      { ...bare, tags: { 'tta.resource_keys': '3' } },
    ]);
    expect(records).toEqual(
      [
        'span 0 was left out: id must be 16 hex digits, not all zero, but is "0000000000000000"',
        'span 1 was left out: tags must be an object, but is an array',
        'span 2[0] was left out: timestamp must be a number of microseconds, but is -1',
        expect.stringMatching(
          /^span 3 was left out: its tta\.otlp is not what was written there .* take it out$/,
        ),
        'span 4 was left out: tta.resource_keys must be an array, but is 3',
      ].map((message) => ({ problem: 'invalid', message })),
    );
  });
});

const bare = { traceId: '1', id: '2', timestamp: 5, duration: 1 };

async function readSpans(spans: readonly unknown[]): Promise<TraceSpan[]> {
  return (await collect(readZipkin(stream([JSON.stringify(spans)])))) as TraceSpan[];
}

async function writtenSpans(spans: readonly TraceSpan[]): Promise<ZipkinSpan[]> {
  return JSON.parse(await written(writeZipkin(stream(spans)))) as ZipkinSpan[];
}

/** The rules of Zipkin's API description (zipkin2-api), its words for times included. */
function checkSpan(span: ZipkinSpan): void {
  expect(span.traceId).toMatch(/^(?:[0-9a-f]{16}){1,2}$/);
  expect(span.id).toMatch(/^[0-9a-f]{16}$/);
  expect(span.parentId ?? span.id).toMatch(/^[0-9a-f]{16}$/);
  expect(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER', undefined]).toContain(span.kind);
  for (const time of [span.timestamp, span.duration ?? 1]) {
    expect(Number.isInteger(time)).toBe(true);
    expect(time).toBeGreaterThan(0);
  }
  checkEndpoint(span.localEndpoint);
  checkEndpoint(span.remoteEndpoint);
  for (const { timestamp, value } of span.annotations ?? []) {
    expect(Number.isInteger(timestamp)).toBe(true);
    expect(typeof value).toBe('string');
  }
  for (const value of Object.values(span.tags ?? {})) expect(typeof value).toBe('string');
  const known =
    'traceId id parentId name kind timestamp duration localEndpoint remoteEndpoint annotations tags';
  expect(known.split(' ')).toEqual(expect.arrayContaining(Object.keys(span)));
}

function checkEndpoint(endpoint: ZipkinEndpoint | undefined): void {
  if (endpoint === undefined) return;
  const { serviceName = '', ipv4 = '', ipv6 = '', port = 0 } = endpoint;
  for (const text of [serviceName, ipv4, ipv6]) expect(typeof text).toBe('string');
  expect(Number.isInteger(port)).toBe(true);
}
