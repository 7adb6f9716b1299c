import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { collect, cut, stream, written } from '../../test/streams.ts';
import { traceSpan } from '../../test/trace-span.ts';
import {
  isTraceProblem,
  readOtlpLines,
  writeOtlpLines,
  type TraceRecord,
  type TraceSpan,
} from '../formats.ts';

describe('readOtlpLines', () => {
  it('reads what the exporter for JavaScript writes', async () => {
    const [root, child] = sdkSpans();
    const [first, second, ...others] = await read(sdkLine());
    expect(others).toEqual([]);
    expect(first).toEqual({
      traceId: child?.spanContext().traceId,
      spanId: child?.spanContext().spanId,
      parentSpanId: root?.spanContext().spanId,
      name: 'call',
      kind: 3,
      startTimeUnixNano: 1_700_000_000_123_000_000n,
      endTimeUnixNano: 1_700_000_000_456_000_000n,
      statusCode: 2,
      statusMessage: 'no answer',
      traceState: '',
      flags: 0x101,
      attributes: { text: 'x', whole: 3n, ratio: 0.5, flag: true, list: ['a', 'b'] },
      events: [
        {
          name: 'retry',
          timeUnixNano: 1_700_000_000_200_000_000n,
          attributes: { attempt: 2n },
          droppedAttributesCount: 0,
        },
      ],
      links: [
        {
          traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
          spanId: '00f067aa0ba902b7',
          traceState: '',
          flags: 0x101,
          attributes: { why: 'batch' },
          droppedAttributesCount: 0,
        },
      ],
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
      resource: {
        attributes: { 'service.name': 'shop' },
        droppedAttributesCount: 0,
        schemaUrl: '',
      },
      scope: {
        name: 'http',
        version: '1.2',
        attributes: {},
        droppedAttributesCount: 0,
        schemaUrl: 'https://example.com/s',
      },
    });
    expect(second).toMatchObject({ name: 'root', kind: 1, parentSpanId: null, statusCode: 0 });
  });

  it('reads every spelling that the JSON encoding of OTLP allows', async () => {
    const span = {
      traceId: '4BF92F3577B34DA6A3CE929D0E0E4736',
      spanId: '00F067AA0BA902B7',
      parentSpanId: '0000000000000000',
      kind: 'SPAN_KIND_SERVER',
      startTimeUnixNano: 5,
      endTimeUnixNano: '18446744073709551615',
      status: { code: 'STATUS_CODE_OK', message: null },
      flags: '257',
      unknownField: { a: 1 },
      attributes: [
        { key: 'a', value: { intValue: 9 } },
        { key: 'a', value: { intValue: '-9223372036854775808' } },
        { key: 'b', value: { intValue: 2 ** 64 } },
        { key: 'c', value: { doubleValue: 'Infinity' } },
        { key: 'd', value: { bytesValue: 'AQI=' } },
        { key: 'e', value: { arrayValue: {} } },
        { key: 'f', value: { kvlistValue: { values: [{ key: '__proto__', value: { boolValue: false } }] } } },
        { key: 'g', value: null },
        { value: { stringValue: 'no key' } },
        { key: '__proto__', value: { stringValue: 'own' } },
      ],
    };
    const [first] = await read(line(span, { ...span, kind: 77, status: { code: 9 } }));
    const { attributes, ...rest } = first as TraceSpan;
    expect(rest).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      parentSpanId: null,
      name: '',
      kind: 2,
      startTimeUnixNano: 5n,
      endTimeUnixNano: 2n ** 64n - 1n,
      statusCode: 1,
      flags: 257,
    });
    expect(Object.entries(attributes)).toEqual([
      ['a', -(2n ** 63n)],
      ['b', 2 ** 64],
      ['c', Number.POSITIVE_INFINITY],
      ['d', Uint8Array.of(1, 2)],
      ['e', []],
      ['f', JSON.parse('{ "__proto__": false }')],
      ['g', null],
      ['', 'no key'],
      ['__proto__', 'own'],
    ]);
    expect((await read(line(span, { ...span, kind: 77, status: { code: 9 } })))[1]).toMatchObject({
      kind: 0,
      statusCode: 0,
    });
  });

  it('counts lines of other signals, and says so at the end', async () => {
    const logs = Buffer.from(JsonLogsSerializer.serializeRequest([]) ?? '').toString();
    const metrics = Buffer.from(
      JsonMetricsSerializer.serializeRequest({ resource: resourceFromAttributes({}), scopeMetrics: [] }) ??
        '',
    ).toString();
    const records = await read([logs, sdkLine(), metrics, logs, '{"resourceProfiles":[]}', '{}'].join('\n'));
    expect(records).toHaveLength(3);
    expect(records[2]).toEqual({
      problem: 'skipped',
      message: 'lines that hold no traces were skipped: 2 of logs, 1 of metrics, 1 of profiles',
    });
  });

  it('leaves out what is bad and nothing else, and says where it stands', async () => {
    const good = { traceId: '1'.repeat(32), spanId: '1'.repeat(16) };
    const text = [
      'no json',
      line(
        good,
        { ...good, spanId: '' },
        null,
        { ...good, events: 'x' },
        { ...good, links: [{ traceId: '1' }] },
      ),
      '{"spans":[]}',
      '{"resourceSpans":5}',
      '{"resourceSpans":[{"resource":7},{"scopeSpans":[{"scope":[]},{"spans":[{"traceId":1}]}]}]}',
      '[]',
      line({ ...good, startTimeUnixNano: '-1' }, { ...good, flags: 2 ** 32 }, { ...good, kind: 'odd' }),
      line({ ...good, attributes: [{ key: 'a', value: { intValue: '9223372036854775808' } }] }),
      line({ ...good, attributes: [{ key: 'a', value: { boolValue: 1 } }] }),
      line({ ...good, attributes: [{ key: 'a', value: { doubleValue: 'x' } }] }),
      line(good),
    ].join('\r\n\n');
    const records = await read(text);
    expect(records.map((record) => (isTraceProblem(record) ? record.message : 'span'))).toEqual([
      expect.stringMatching(/^line 1 was left out: it is not JSON \(.*\)$/),
      'span',
      'line 3: resourceSpans[0].scopeSpans[0].spans[1] was left out: spanId must be 16 hex digits, not all zero, but is ""',
      'line 3: resourceSpans[0].scopeSpans[0].spans[2] was left out: it must be an object, but is null',
      'line 3: resourceSpans[0].scopeSpans[0].spans[3] was left out: events must be an array, but is "x"',
      'line 3: resourceSpans[0].scopeSpans[0].spans[4] was left out: link traceId must be 32 hex digits, not all zero, but is "1"',
      'line 5 was left out: it has no resourceSpans, so it is no OTLP request of traces',
      'line 7 was left out: resourceSpans must be an array, but is 5',
      'line 9: resourceSpans[0] was left out: resource must be an object, but is 7',
      'line 9: resourceSpans[1].scopeSpans[0] was left out: scope must be an object, but is an array',
      'line 9: resourceSpans[1].scopeSpans[1].spans[0] was left out: traceId must be a string, but is 1',
      'line 11 was left out: it must be an object, but is an array',
      expect.stringContaining(
        'startTimeUnixNano must be a whole number of 64 bits that is not negative, but is "-1"',
      ),
      expect.stringContaining(
        'flags must be a whole number of 32 bits that is not negative, but is 4294967296',
      ),
      expect.stringContaining('SPAN_KIND_CONSUMER, must be an integer, but is "odd"'),
      expect.stringContaining('attributes "a" must be an integer of 64 bits, but is "9223372036854775808"'),
      expect.stringContaining('attributes "a" must be true or false, but is 1'),
      expect.stringContaining('attributes "a" must be a number, but is "x"'),
      'span',
    ]);
  });

  it('leaves out a span with a value nested deeper than 64 levels', async () => {
    const nested = (levels: number): object =>
      levels === 0 ? {} : { arrayValue: { values: [nested(levels - 1)] } };
    const span = (levels: number): object => ({
      traceId: '1'.repeat(32),
      spanId: '1'.repeat(16),
      attributes: [{ key: 'a', value: nested(levels) }],
    });
    expect(await read(line(span(64), span(65)))).toEqual([
      expect.objectContaining({ traceId: '1'.repeat(32) }),
      {
        problem: 'invalid',
        message: expect.stringContaining('attributes "a" is nested deeper than 64 levels'),
      },
    ]);
  });

  it('leaves out a line that is too long without holding it, and reads on', async () => {
    const long = Array.from({ length: 50 }, () => ' '.repeat(1000));
    const source = stream(['x', ...long, '\n', `${' '.repeat(2001)}\n`, sdkLine(), '\n', ...long]);
    const records = await collect(readOtlpLines(source, { limitLength: 2000 }));
    expect(records.map((record) => (isTraceProblem(record) ? record.message : 'span'))).toEqual([
      'line 1 was left out: it is longer than 2000 characters; raise limitLength',
      'line 2 was left out: it is longer than 2000 characters; raise limitLength',
      'span',
      'span',
      'line 4 was left out: it is longer than 2000 characters; raise limitLength',
    ]);
  });

  it('reads a byte order mark, and characters that are cut', async () => {
    const text = `\uFEFF${line({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), name: 'ähm 🚀' })}`;
    expect(await collect(readOtlpLines(cut(text, 1)))).toMatchObject([{ name: 'ähm 🚀' }]);
    expect(await collect(readOtlpLines(stream([text.slice(0, 1), text.slice(1)])))).toHaveLength(1);
    expect(await collect(readOtlpLines(stream([Uint8Array.of(0xe2, 0x82)])))).toMatchObject([
      { problem: 'invalid' },
    ]);
  });

  it('hands on what goes wrong with the source', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield `${sdkLine()}\n`;
      throw new Error('disk');
    }
    await expect(collect(readOtlpLines(broken()))).rejects.toThrow('disk');
  });
});

describe('writeOtlpLines', () => {
  it('writes what the exporter for JavaScript writes', async () => {
    const [text] = await collect(writeOtlpLines(stream((await read(sdkLine())) as TraceSpan[])));
    expect(withoutDefaults(JSON.parse(text ?? ''))).toEqual(withoutDefaults(JSON.parse(sdkLine())));
  });

  it('brings spans of one resource and scope together, by what these say', async () => {
    const { resource, scope } = traceSpan();
    const spans = [
      traceSpan(),
      traceSpan({ resource: { ...resource, schemaUrl: 'u' }, scope: { ...scope, name: 'a' } }),
      traceSpan({ resource: { ...resource }, scope: { ...scope } }),
      traceSpan({ scope: { ...scope, schemaUrl: 'v', attributes: { a: 1n } } }),
    ];
    const { resourceSpans } = JSON.parse(await written(writeOtlpLines(stream(spans))));
    expect(
      resourceSpans.map((entry: { scopeSpans: { spans: [] }[] }) =>
        entry.scopeSpans.map(({ spans: { length } }) => length),
      ),
    ).toEqual([[2, 1], [1]]);
  });

  it('begins a new line after 512 spans or a mebibyte', async () => {
    const many = Array.from({ length: 1025 }, () => traceSpan());
    expect(await collect(writeOtlpLines(stream(many)))).toHaveLength(3);
    const large = Array.from({ length: 5 }, () => traceSpan({ attributes: { a: 'x'.repeat(2 ** 19) } }));
    const lines = await collect(writeOtlpLines(stream(large)));
    expect(lines).toHaveLength(3);
    expect(lines.every((text) => text.indexOf('\n') === text.length - 1)).toBe(true);
  });
});

async function read(text: string): Promise<TraceRecord[]> {
  return collect(readOtlpLines(stream([text])));
}

function line(...spans: unknown[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

let ended: readonly ReadableSpan[] | undefined;

/** A root and a failed call in it, of the SDK, as [root, call]. */
function sdkSpans(): readonly ReadableSpan[] {
  if (ended !== undefined) return ended;
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('http', '1.2', { schemaUrl: 'https://example.com/s' });
  const root = tracer.startSpan('root', { root: true, startTime: 1_700_000_000_100 });
  const call = tracer.startSpan(
    'call',
    {
      kind: SpanKind.CLIENT,
      startTime: 1_700_000_000_123,
      attributes: { text: 'x', whole: 3, ratio: 0.5, flag: true, list: ['a', 'b'] },
      links: [
        {
          context: {
            traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
            spanId: '00f067aa0ba902b7',
            traceFlags: TraceFlags.SAMPLED,
          },
          attributes: { why: 'batch' },
        },
      ],
    },
    trace.setSpan(ROOT_CONTEXT, root),
  );
  call.addEvent('retry', { attempt: 2 }, 1_700_000_000_200);
  call.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' });
  call.end(1_700_000_000_456);
  root.end(1_700_000_000_500);
  ended = exporter.getFinishedSpans().toReversed();
  return ended;
}

/** What the exporter sends, as a line of a file. */
function sdkLine(): string {
  const body = JsonTraceSerializer.serializeRequest(sdkSpans().toReversed());
  return Buffer.from(body ?? []).toString();
}

/** What is empty or 0 may be left out, and 64-bit integers may be numbers (Protobuf, "ProtoJSON Format"). */
function withoutDefaults(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutDefaults);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json)
    .map(([key, value]): [string, unknown] => [
      key,
      key === 'intValue' ? String(value) : withoutDefaults(value),
    ])
    .filter(([, value]) => value !== 0 && value !== '' && JSON.stringify(value) !== '[]');
  return Object.fromEntries(entries);
}
