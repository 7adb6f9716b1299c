import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Context,
  createTraceState,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { bySpanId, comparedSpans, plainSpan, type ComparedSpan } from './compared-span.ts';
import { traceExporter, transports } from './javascript-exporters.ts';
import { type Service, startService } from './service.ts';
import { spansOf, tracesOf } from './service-answers.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const seconds = 1_800_000_000;
const at = (nanoseconds: number): HrTime => [seconds, nanoseconds];
const unixNano = (nanoseconds: number): string => `${BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)}`;

/** Every type that the API takes on a span. */
const attributes = {
  text: 'Grüße, "Welt" \\ 你好 😀\n\t',
  'text.empty': '',
  'text.long': 'x'.repeat(20_000),
  int: 7,
  'int.zero': 0,
  'int.negative': -42,
  'int.largest': Number.MAX_SAFE_INTEGER,
  'int.smallest': Number.MIN_SAFE_INTEGER,
  double: 0.1,
  'double.tiny': 5e-324,
  'double.negative': -2.5e-7,
  yes: true,
  no: false,
  texts: ['a', '', 'c'],
  ints: [1, 2, 3],
  doubles: [0.5, 1.5],
  flags: [true, false],
  gaps: ['a', null, 'c'],
  none: [] as string[],
};

/** What a span of this spec may have at most; the SDK counts the rest. */
const spanLimits = {
  attributeCountLimit: Object.keys(attributes).length,
  eventCountLimit: 2,
  linkCountLimit: 3,
  attributePerEventCountLimit: 4,
  attributePerLinkCountLimit: 2,
};

const far: SpanContext = {
  traceId: 'c'.repeat(32),
  spanId: 'd'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('vendor=far'),
};

const here: SpanContext = {
  traceId: '9'.repeat(32),
  spanId: '8'.repeat(16),
  traceFlags: TraceFlags.NONE,
};

/* Flags of OTLP: what W3C has in 8 bits, and whether it is known (0x100) and true (0x200) that it came from afar. */
const LOCAL = 0x100;
const LOCAL_SAMPLED = 0x101;
const REMOTE_SAMPLED = 0x301;

const nearState = 'vendor=near,other=1';
const remoteSpanId = 'e'.repeat(16);

/** Where the trace came from: a caller in another process. */
function remoteContext(traceId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: remoteSpanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
    traceState: createTraceState(nearState),
  });
}

function idsOf(span: Span): Pick<ComparedSpan, 'traceId' | 'spanId'> {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

/** Makes spans of every kind and status, and returns what each must be in the end. */
function makeSpans(provider: BasicTracerProvider, traceId: string, resource: ComparedSpan['resource']) {
  const shop = provider.getTracer('shop', '1.2.3', { schemaUrl: 'https://example.com/schemas/1.0.0' });
  const bank = provider.getTracer('bank');
  const ofShop = { resource, scope: { name: 'shop', version: '1.2.3', attributes: {} } };
  const ofBank = { resource, scope: { name: 'bank', version: '', attributes: {} } };
  const child = { ...plainSpan, traceState: nearState, flags: LOCAL_SAMPLED };

  const root = shop.startSpan(
    'POST /orders/{id}',
    {
      kind: SpanKind.SERVER,
      startTime: at(1),
      attributes,
      links: [
        { context: here, attributes: { 'link.why': 'one too many' } },
        { context: far, attributes: { 'link.why': 'retry', 'link.attempt': 2, 'link.extra': 1 } },
        { context: far },
      ],
    },
    remoteContext(traceId),
  );
  root.setAttributes({ extra: 1, 'text.extra': 'over the limit', text: attributes.text });
  root.addLink({ context: here });
  for (const name of ['first', 'second', 'third']) root.addEvent(name, at(1));
  root.addEvent(
    'cache miss',
    { 'cache.key': 'häuser', tries: 3, ratio: 0.25, list: [1, 2], fifth: 5, sixth: 6, seventh: 7 },
    at(2),
  );
  root.addEvent('no attributes', at(999_999_999));
  root.setStatus({ code: SpanStatusCode.OK });
  const rootContext = trace.setSpan(ROOT_CONTEXT, root);
  const expected: ComparedSpan[] = [
    {
      ...ofShop,
      ...idsOf(root),
      parentSpanId: remoteSpanId,
      name: 'POST /orders/{id}',
      kind: 2,
      startTimeUnixNano: unixNano(1),
      endTimeUnixNano: unixNano(1_000_000_001),
      statusCode: 1,
      statusMessage: null,
      traceState: nearState,
      flags: REMOTE_SAMPLED,
      attributes,
      droppedAttributesCount: 2,
      events: [
        {
          name: 'cache miss',
          timeUnixNano: unixNano(2),
          attributes: { 'cache.key': 'häuser', tries: 3, ratio: 0.25, list: [1, 2] },
          droppedAttributesCount: 3,
        },
        {
          name: 'no attributes',
          timeUnixNano: unixNano(999_999_999),
          attributes: {},
          droppedAttributesCount: 0,
        },
      ],
      droppedEventsCount: 3,
      links: [
        {
          traceId: far.traceId,
          spanId: far.spanId,
          attributes: { 'link.why': 'retry', 'link.attempt': 2 },
          traceState: 'vendor=far',
          flags: REMOTE_SAMPLED,
          droppedAttributesCount: 1,
        },
        {
          traceId: far.traceId,
          spanId: far.spanId,
          attributes: {},
          traceState: 'vendor=far',
          flags: REMOTE_SAMPLED,
          droppedAttributesCount: 0,
        },
        {
          traceId: here.traceId,
          spanId: here.spanId,
          attributes: {},
          traceState: null,
          flags: LOCAL,
          droppedAttributesCount: 0,
        },
      ],
      droppedLinksCount: 1,
    },
  ];

  const kinds = [SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER];
  for (const kind of kinds) {
    const span = bank.startSpan(SpanKind[kind], { kind, startTime: at(10 + kind) }, rootContext);
    span.setStatus({ code: SpanStatusCode.ERROR, message: `broken: ${kind} ✗` });
    expected.push({
      ...ofBank,
      ...child,
      ...idsOf(span),
      parentSpanId: root.spanContext().spanId,
      name: SpanKind[kind],
      kind: kind + 1,
      startTimeUnixNano: unixNano(10 + kind),
      endTimeUnixNano: unixNano(123_456_789),
      statusCode: 2,
      statusMessage: `broken: ${kind} ✗`,
    });
    span.end(at(123_456_789));
  }

  for (let index = 0; index < 200; index++) {
    const span = shop.startSpan(
      `item ${index}`,
      { attributes: { index }, startTime: at(1_000 + index) },
      rootContext,
    );
    expected.push({
      ...ofShop,
      ...child,
      ...idsOf(span),
      parentSpanId: root.spanContext().spanId,
      name: `item ${index}`,
      kind: 1,
      startTimeUnixNano: unixNano(1_000 + index),
      endTimeUnixNano: unixNano(2_000 + index),
      attributes: { index },
    });
    span.end(at(2_000 + index));
  }
  root.end([seconds + 1, 1]);

  const alone = bank.startSpan('alone', { root: true, startTime: at(5) });
  expected.push({
    ...ofBank,
    ...plainSpan,
    ...idsOf(alone),
    flags: LOCAL_SAMPLED,
    name: 'alone',
    kind: 1,
    startTimeUnixNano: unixNano(5),
    endTimeUnixNano: unixNano(5),
  });
  alone.end(at(5));
  return expected;
}

describe('spans of the JavaScript SDK', () => {
  it.each(transports)('arrive whole by $protocol, compression $compression', async (transport) => {
    const name = `shop by ${transport.protocol}, ${transport.compression}`;
    const resource = {
      'service.name': name,
      'service.instance.id': '627cc493',
      'process.command_args': ['node', 'shop.js'],
      'host.cpu.count': 8,
      'host.load': 0.75,
      'host.is_virtual': true,
    };
    const traceId = (1 + transports.indexOf(transport)).toString(16).padStart(32, '0');
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes(resource),
      spanLimits,
      spanProcessors: [
        new BatchSpanProcessor(traceExporter(transport, service.url), { maxExportBatchSize: 64 }),
      ],
    });
    const made = makeSpans(provider, traceId, resource);
    await provider.shutdown();
    const arrived = comparedSpans(await spansOf(service.url, name));
    expect(arrived).toHaveLength(207);
    expect(arrived).toEqual(bySpanId(made));
  });

  it('arrive in full number from many exporters at once', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `span ${index}`);
    const serviceNames = transports.map(({ protocol, compression }) => `many by ${protocol}, ${compression}`);
    await Promise.all(
      transports.map(async (transport, index) => {
        const provider = new BasicTracerProvider({
          resource: resourceFromAttributes({ 'service.name': serviceNames[index] }),
          spanProcessors: [
            new BatchSpanProcessor(traceExporter(transport, service.url), { maxQueueSize: names.length }),
          ],
        });
        const tracer = provider.getTracer('many');
        const context = remoteContext(`${index + 1}`.padStart(32, 'b'));
        for (const name of names) tracer.startSpan(name, {}, context).end();
        await provider.shutdown();
      }),
    );
    for (const serviceName of serviceNames) {
      const traces = await tracesOf(service.url, serviceName);
      expect(traces.map(({ summary }) => summary.spanCount)).toEqual([names.length]);
      expect(traces.flatMap(({ spans }) => spans.name).sort()).toEqual(names.toSorted());
    }
  });
});
