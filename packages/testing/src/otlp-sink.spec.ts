import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  ValueType,
} from '@opentelemetry/api';
import type { Metadata } from '@grpc/grpc-js';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { type ExporterOptions, exportersTo } from '../test/otlp-exporters.ts';
import { fromProtobuf } from './otlp-sink/message-object.ts';
import { otlpType } from './otlp-sink/otlp-schema.ts';
import { type OtlpProtocol, otlpSink, type OtlpSink, type OtlpSinkOptions } from './otlp-sink.ts';

const run = promisify(execFile);
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started(options?: OtlpSinkOptions): Promise<OtlpSink> {
  const sink = await otlpSink(options);
  closing.push(() => sink.stop());
  return sink;
}

const resource = resourceFromAttributes({ 'service.name': 'shop', replicas: 3 });

function tracerTo(sink: OtlpSink, protocol: OtlpProtocol, options?: ExporterOptions): BasicTracerProvider {
  const exporter = exportersTo(sink, protocol, options).traces;
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  closing.push(() => provider.shutdown());
  return provider;
}

const ways = (['http/protobuf', 'http/json', 'grpc'] as const).flatMap((protocol) =>
  (['none', 'gzip'] as const).map((compression) => [protocol, compression] as const),
);

describe.each(ways)(
  'what the exporters of OpenTelemetry send by %s, compressed by %s',
  (protocol, compression) => {
    it('are spans, field by field', async () => {
      const sink = await started();
      const provider = tracerTo(sink, protocol, { compression });
      const caller = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), traceFlags: 1, isRemote: true };
      const linked = { ...caller, traceState: createTraceState('vendor=1'), isRemote: false };
      const tracer = provider.getTracer('lib', '1.2.3');
      const parent = tracer.startSpan(
        'serve',
        {
          kind: SpanKind.SERVER,
          startTime: [1_700_000_000, 123_456_000],
          links: [{ context: linked, attributes: { why: 'retry' } }],
        },
        trace.setSpanContext(ROOT_CONTEXT, caller),
      );
      const child = tracer.startSpan(
        'ask',
        {
          startTime: [1_700_000_000, 223_456_000],
          attributes: { text: 'ä', whole: 2 ** 40, part: 0.5, yes: true, list: ['a', 'b'] },
        },
        trace.setSpan(ROOT_CONTEXT, parent),
      );
      child.addEvent('asked', { n: 1 }, [1_700_000_000, 300_000_000]);
      child.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' }).end([1_700_000_001, 0]);
      parent.end([1_700_000_002, 500_000]);
      const { spans } = await sink.received({ spans: 2 });
      expect(spans).toEqual([
        {
          name: 'serve',
          traceId: caller.traceId,
          spanId: parent.spanContext().spanId,
          parentSpanId: caller.spanId,
          hasRemoteParent: true,
          kind: SpanKind.SERVER,
          attributes: {},
          events: [],
          links: [
            {
              context: expect.objectContaining({ ...caller, isRemote: false }),
              attributes: { why: 'retry' },
            },
          ],
          startMs: 1_700_000_000_123.456,
          endMs: 1_700_000_002_000.5,
          failed: false,
          statusMessage: undefined,
        },
        {
          name: 'ask',
          traceId: caller.traceId,
          spanId: child.spanContext().spanId,
          parentSpanId: parent.spanContext().spanId,
          hasRemoteParent: false,
          kind: SpanKind.INTERNAL,
          attributes: { text: 'ä', whole: 2 ** 40, part: 0.5, yes: true, list: ['a', 'b'] },
          events: [{ name: 'asked', attributes: { n: 1 }, timeMs: 1_700_000_000_300 }],
          links: [],
          startMs: 1_700_000_000_223.456,
          endMs: 1_700_000_001_000,
          failed: true,
          statusMessage: 'no answer',
        },
      ]);
      expect(spans[0]?.links[0]?.context.traceState?.serialize()).toBe('vendor=1');
      expect(sink.resources).toEqual([{ 'service.name': 'shop', replicas: 3 }]);
      const [request] = sink.requestsOf('traces');
      expect(request).toMatchObject({ signal: 'traces', protocol });
      expect(request?.message.resourceSpans[0]?.scopeSpans[0]?.scope).toMatchObject({
        name: 'lib',
        version: '1.2.3',
      });
      expect(request?.headers['content-encoding']).toBe(
        protocol !== 'grpc' && compression === 'gzip' ? 'gzip' : undefined,
      );
      expect(request?.body.toString()).toContain('shop');
    });

    it('are log records, with nested bodies and fields', async () => {
      const sink = await started();
      const exporter = exportersTo(sink, protocol, { compression }).logs;
      const provider = new LoggerProvider({
        resource,
        processors: [new SimpleLogRecordProcessor({ exporter })],
      });
      closing.push(() => provider.shutdown());
      const logger = provider.getLogger('lib');
      const span = { traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), traceFlags: 1 };
      const attributes = { shelf: { row: 7, codes: [1, 'x', null, true] }, raw: new Uint8Array([0, 255]) };
      logger.emit({
        timestamp: [1_700_000_000, 2],
        severityNumber: SeverityNumber.WARN2,
        severityText: 'warning',
        body: 'low on paper',
        attributes,
        context: trace.setSpanContext(ROOT_CONTEXT, span),
      });
      logger.emit({
        timestamp: [1_700_000_000, 1],
        severityNumber: SeverityNumber.TRACE,
        body: { a: [1.5] },
      });
      logger.emit({ timestamp: [1_700_000_000, 3], severityNumber: SeverityNumber.FATAL4, eventName: 'end' });
      const { lines } = await sink.received({ lines: 3 });
      expect(lines).toEqual([
        { level: 'debug', message: '{"a":[1.5]}', fields: {}, spanId: undefined, traceId: undefined },
        {
          level: 'warn',
          message: 'low on paper',
          fields: attributes,
          spanId: span.spanId,
          traceId: span.traceId,
        },
        { level: 'error', message: 'end', fields: {}, spanId: undefined, traceId: undefined },
      ]);
      expect(
        sink
          .requestsOf('logs')
          .flatMap(({ message }) => message.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? []),
      ).toContainEqual(
        expect.objectContaining({
          timeUnixNano: '1700000000000000002',
          severityNumber: 14,
          severityText: 'warning',
          flags: 1,
        }),
      );
    });

    it.each([
      ['cumulative', AggregationTemporality.CUMULATIVE, 2],
      ['delta', AggregationTemporality.DELTA, 1],
    ] as const)('are metrics, %s', async (_, temporality, sentAs) => {
      const sink = await started();
      const exporter = exportersTo(sink, protocol, { compression }).metrics;
      exporter.selectAggregationTemporality = () => temporality;
      const provider = new MeterProvider({
        resource,
        readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
        views: [{ instrumentName: 'sizes', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
      });
      closing.push(() => provider.shutdown());
      const meter = provider.getMeter('lib');
      const sold = meter.createCounter('sold', { unit: '{book}', valueType: ValueType.INT });
      const stock = meter.createUpDownCounter('stock');
      const warmth = meter.createGauge('warmth', { unit: 'Cel' });
      const pages = meter.createHistogram('pages', { advice: { explicitBucketBoundaries: [10, 100] } });
      const sizes = meter.createHistogram('sizes');
      for (const round of [1, 2]) {
        sold.add(2, { shelf: 'top' });
        sold.add(5, { shelf: 'low' });
        stock.add(-1.5);
        warmth.record(20 + round);
        pages.record(7);
        pages.record(300);
        sizes.record(4);
        await provider.forceFlush();
      }
      const { points } = await sink.received({ points: 6, requests: 2 });
      expect(points).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            metric: 'sold',
            kind: 'counter',
            unit: '{book}',
            labels: { shelf: 'top' },
            value: 4,
          }),
          expect.objectContaining({ metric: 'sold', kind: 'counter', labels: { shelf: 'low' }, value: 10 }),
          expect.objectContaining({ metric: 'stock', kind: 'up_down_counter', labels: {}, value: -3 }),
          expect.objectContaining({ metric: 'warmth', kind: 'gauge', unit: 'Cel', value: 22 }),
          { metric: 'pages', kind: 'histogram', unit: '', labels: {}, value: 614, count: 4 },
          { metric: 'sizes', kind: 'histogram', unit: '', labels: {}, value: 8, count: 2 },
        ]),
      );
      const metrics =
        sink.requestsOf('metrics')[0]?.message.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
      expect(metrics.find(({ name }) => name === 'sold')?.sum).toMatchObject({
        isMonotonic: true,
        aggregationTemporality: sentAs,
        dataPoints: [{ asInt: '2' }, { asInt: '5' }],
      });
      expect(metrics.find(({ name }) => name === 'pages')?.histogram?.dataPoints).toMatchObject([
        { count: '2', sum: 307, min: 7, max: 300, explicitBounds: [10, 100], bucketCounts: ['1', '0', '1'] },
      ]);
      expect(metrics.find(({ name }) => name === 'sizes')?.exponentialHistogram?.dataPoints).toMatchObject([
        {
          count: '1',
          sum: 4,
          zeroCount: '0',
          scale: 20,
          positive: { offset: 2 ** 21 - 1, bucketCounts: ['1'] },
        },
      ]);
    });
  },
);

/** Exports a span, and says how the exporter finds that. */
async function sendSpan(
  sink: OtlpSink,
  protocol: OtlpProtocol,
  options?: ExporterOptions,
): Promise<Error | undefined> {
  const { traces } = exportersTo(sink, protocol, options);
  closing.push(() => traces.shutdown());
  const spans: Parameters<typeof traces.export>[0] = [];
  const collect = {
    onStart: () => undefined,
    onEnd: (span: (typeof spans)[number]) => void spans.push(span),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const provider = new BasicTracerProvider({ spanProcessors: [collect] });
  provider.getTracer('spec').startSpan('a').end();
  return new Promise((resolve) => traces.export(spans, ({ error }) => resolve(error)));
}

describe.each(['http/protobuf', 'http/json', 'grpc'] as const)('an exporter by %s', (protocol) => {
  const send = (sink: OtlpSink, options?: ExporterOptions): Promise<Error | undefined> =>
    sendSpan(sink, protocol, options);

  it('gives up after a failure that stays', async () => {
    const sink = await started();
    sink.answer({ status: 400, message: 'too odd' });
    const error = await send(sink);
    expect(error).toMatchObject({ code: protocol === 'grpc' ? 3 : 400 });
    expect(JSON.stringify(error)).toMatch(/too odd/);
    expect(sink.requests).toHaveLength(1);
    expect(sink.trace.spans).toEqual([]);
  });

  it('gives up when it is not answered, or late', async () => {
    const sink = await started();
    sink.answer('hang');
    expect(await send(sink, { timeoutMillis: 100 })).toBeDefined();
    sink.answer('accept', { afterMs: 60_000 });
    expect(await send(sink, { timeoutMillis: 100 })).toBeDefined();
    sink.answer('accept', { afterMs: 50 });
    expect(await send(sink)).toBeUndefined();
    expect(sink.requests).not.toEqual([]);
  });

  it('believes what is lost to be taken', async () => {
    const sink = await started();
    sink.answer('lose');
    expect(await send(sink)).toBeUndefined();
    expect([sink.requests.length, sink.trace.spans.length]).toEqual([1, 0]);
  });

  it('takes a partial success for one', async () => {
    const sink = await started();
    sink.answer({ rejected: 1, message: 'too old' });
    expect(await send(sink)).toBeUndefined();
    expect(sink.trace.spans).toHaveLength(1);
  });

  it('does not come through to a sink that is stopped, and does to one that is back', async () => {
    const sink = await started();
    expect(await send(sink)).toBeUndefined();
    await sink.stop();
    const ports = {
      httpPort: Number(new URL(sink.httpUrl).port),
      grpcPort: Number(new URL(sink.grpcUrl).port),
    };
    expect(await send(sink, { timeoutMillis: 200 })).toBeDefined();
    const again = await started(ports);
    expect([again.httpUrl, again.grpcUrl]).toEqual([sink.httpUrl, sink.grpcUrl]);
    // gRPC leaves an address alone for a while that did not answer.
    while (await send(again));
    expect(again.trace.spans).toHaveLength(1);
  });

  it('is one of fifty at once, of which nothing is mixed up', async () => {
    const sink = await started();
    const providers = Array.from({ length: 50 }, () => tracerTo(sink, protocol));
    const expected = providers.flatMap((provider, index) => {
      const tracer = provider.getTracer(`lib ${index}`);
      return [0, 1, 2, 3].map((n) => {
        const span = tracer.startSpan(`span ${index}.${n}`, { attributes: { index, n } });
        span.end();
        return [span.spanContext().spanId, span.spanContext().traceId, index, n];
      });
    });
    const { spans } = await sink.received({ spans: 200 });
    expect(
      spans
        .map(({ spanId, traceId, attributes }) => [spanId, traceId, attributes['index'], attributes['n']])
        .sort(),
    ).toEqual(expected.sort());
  });
});

describe.each(['http/protobuf', 'http/json'] as const)('an exporter by %s', (protocol) => {
  it('tries again after failures that pass, when it is told to', async () => {
    const sink = await started();
    sink.answer({ status: 503, retryAfterS: 1 }, { times: 1 });
    const before = performance.now();
    expect(await sendSpan(sink, protocol)).toBeUndefined();
    expect(performance.now() - before).toBeGreaterThan(900);
    expect(sink.requests).toHaveLength(2);
    expect(sink.trace.spans).toHaveLength(1);
  });
});

describe('an exporter by gRPC', () => {
  it('sees failures that pass, and when it may try again', async () => {
    const sink = await started();
    sink.answer({ status: 503, retryAfterS: 7 }, { times: 1 });
    const error = (await sendSpan(sink, 'grpc')) as Error & { code: number; metadata: Metadata };
    expect(error.code).toBe(14);
    const [details] = error.metadata.get('grpc-status-details-bin');
    expect(fromProtobuf(otlpType('RpcStatus'), Buffer.from(details ?? ''))).toEqual({
      code: 14,
      message: '',
      details: [
        {
          typeUrl: 'type.googleapis.com/google.rpc.RetryInfo',
          // A duration of seven seconds.
          value: Buffer.from([0x0a, 2, 0x08, 7]).toString('base64'),
        },
      ],
    });
    expect(await sendSpan(sink, 'grpc')).toBeUndefined();
  });
});

describe('an OTLP sink', () => {
  const tell = (sink: OtlpSink, signal: string, body: unknown): Promise<Response> =>
    fetch(`${sink.httpUrl}/v1/${signal}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const oneSpan = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                name: 'a',
                traceId: 'a1'.repeat(16),
                spanId: 'b2'.repeat(8),
                startTimeUnixNano: '1000',
                endTimeUnixNano: '2000',
              },
            ],
          },
        ],
      },
    ],
  };

  it('waits for what comes later, and for what is there', async () => {
    const sink = await started();
    const waits = [sink.received({ spans: 2 }), sink.received({ requests: 1 })];
    await tell(sink, 'traces', oneSpan);
    expect((await waits[1])?.spans).toHaveLength(1);
    await tell(sink, 'traces', oneSpan);
    expect((await waits[0])?.spans).toHaveLength(2);
    expect((await sink.received({ spans: 1, requests: 2 })).spans).toHaveLength(2);
  });

  it('shows what is there as trees', async () => {
    const sink = await started();
    await tell(sink, 'traces', oneSpan);
    expect(String(sink.trace)).toBe('  a success 0 ms');
    expect(inspect(await sink.received({ spans: 1 }))).toBe('  a success 0 ms');
  });

  it('says what is there when what is waited for does not come', async () => {
    const sink = await started();
    await tell(sink, 'traces', oneSpan);
    await tell(sink, 'trace', oneSpan);
    await tell(sink, 'logs', { resourceLogs: 5 });
    await expect(sink.received({ spans: 2, lines: 1, within: 20 })).rejects.toThrow(
      [
        'The OTLP sink has not received 2 spans and 1 lines within 20 ms.',
        'It has 1 spans, 0 lines, 0 points, 1 requests.',
        '',
        'It could not read:',
        '  POST /v1/trace: 404 OTLP is sent to /v1/traces, /v1/metrics and /v1/logs',
        '  POST /v1/logs: 400 resourceLogs is 5 instead of a list',
        '',
        '  a success 0 ms',
      ].join('\n'),
    );
    await expect(async () => sink.received({})).rejects.toThrow('waits for nothing');
  });

  it('answers the signals that it is told to, by what came if it is asked to', async () => {
    const sink = await started();
    sink.answer({ status: 404 }, { signal: 'logs' });
    sink.answer(({ message }) => (JSON.stringify(message).includes('bad') ? { status: 429 } : 'accept'), {
      signal: 'traces',
    });
    expect((await tell(sink, 'logs', {})).status).toBe(404);
    expect((await tell(sink, 'metrics', {})).status).toBe(200);
    expect((await tell(sink, 'traces', oneSpan)).status).toBe(200);
    expect(
      (await tell(sink, 'traces', JSON.parse(JSON.stringify(oneSpan).replace('"a"', '"bad"')))).status,
    ).toBe(429);
    expect(sink.requests.map(({ signal }) => signal)).toEqual(['logs', 'metrics', 'traces', 'traces']);
  });

  it('has the test see what its own answers fail with, which the exporter sees as a failure', async () => {
    const sink = await otlpSink();
    const pending = sink.received({ spans: 1 }).catch(String);
    sink.answer(() => {
      throw new Error('no such order');
    });
    const response = await tell(sink, 'traces', oneSpan);
    expect([response.status, await response.json()]).toMatchObject([
      500,
      { message: 'the answer function of the test failed: no such order' },
    ]);
    expect(await pending).toContain('no such order');
    await expect(sink.received({ requests: 1 })).rejects.toThrow('no such order');
    await expect(sink.stop()).rejects.toThrow('no such order');
  });

  it.each([
    [{ status: 200 }, 'status has to be a whole number from 400 to 599'],
    [{ rejected: 1, message: 5 }, 'message has to be a text'],
    [Promise.resolve('accept'), 'rejected of the sink'],
  ])(
    'takes the answer %j of a function for a mistake of the test, until it is reset',
    async (answer, text) => {
      const sink = await started();
      sink.answer(() => answer as never);
      expect((await tell(sink, 'traces', oneSpan)).status).toBe(500);
      await expect(sink.received({ requests: 1 })).rejects.toThrow(text);
      sink.reset();
      await sink.received({ requests: 0 });
    },
  );

  it('gives up in four seconds, before the runners of tests do', async () => {
    const sink = await started();
    jest.useFakeTimers();
    try {
      const pending = sink.received({ spans: 1 }).catch(String);
      jest.advanceTimersByTime(4_000);
      expect(await pending).toContain('has not received 1 spans within 4000 ms.');
    } finally {
      jest.useRealTimers();
    }
  });

  it('waits no longer once it has stopped', async () => {
    const sink = await otlpSink();
    await tell(sink, 'traces', oneSpan);
    const text = 'The OTLP sink has not received 2 spans before it stopped.\nIt has 1 spans';
    const pending = sink.received({ spans: 2 }).catch(String);
    await sink.stop();
    expect(await pending).toContain(text);
    await expect(sink.received({ spans: 2 })).rejects.toThrow(text);
    expect((await sink.received({ spans: 1 })).spans).toHaveLength(1);
  });

  it.each([
    [{ spans: -1 }, 'spans of received() is -1; it has to be a whole number from 0'],
    [{ lines: Number.NaN }, 'lines of received() is NaN'],
    [{ points: '1' as never }, 'points of received() is "1"'],
    [
      { spans: 1, within: Number.NaN },
      'within of received() is NaN; it has to be a number of milliseconds from 0',
    ],
  ])('does not wait for %j', async (amounts, message) => {
    const sink = await started();
    expect(() => sink.received(amounts)).toThrow(message);
  });

  it('forgets everything when it is told to', async () => {
    const sink = await started();
    sink.answer({ status: 500 }, { signal: 'logs' });
    await tell(sink, 'traces', oneSpan);
    sink.reset();
    expect(sink.requests).toEqual([]);
    expect(sink.trace).toEqual({ spans: [], lines: [], points: [] });
    expect(sink.resources).toEqual([]);
    expect((await tell(sink, 'logs', {})).status).toBe(200);
  });

  it.each([
    [{ httpPort: -1 }, 'httpPort of the OTLP sink is -1'],
    [{ grpcPort: 70_000 }, 'grpcPort of the OTLP sink is 70000'],
  ])('rejects the ports %j', async (options, message) => {
    await expect(otlpSink(options)).rejects.toThrow(message);
  });

  it('fails on a port that is taken, and leaves the other one free', async () => {
    const sink = await started();
    const [http, grpc] = [sink.httpUrl, sink.grpcUrl].map((url) => Number(new URL(url).port));
    await expect(otlpSink({ httpPort: http ?? 0 })).rejects.toThrow('EADDRINUSE');
    const free = await otlpSink();
    const httpPort = Number(new URL(free.httpUrl).port);
    await free.stop();
    await expect(otlpSink({ httpPort, grpcPort: grpc ?? 0 })).rejects.toThrow('EADDRINUSE');
    expect((await started({ httpPort })).httpUrl).toBe(free.httpUrl);
  });

  it('keeps no process alive after it has stopped, whatever hung', async () => {
    const body = `
      const sink = await otlpSink();
      sink.answer('hang');
      const sent = ['http/protobuf', 'grpc'].map((protocol) => new Promise((resolve) => {
        const exporter = exportersTo(sink, protocol, { timeoutMillis: protocol === 'grpc' ? 60_000 : 3_000 }).traces;
        exporter.export([span], async () => { await exporter.shutdown(); resolve(); });
      }));
      await sink.received({ requests: 2 });
      sink.answer('accept', { afterMs: 60_000 });
      await Promise.all([sink.stop(), sink.stop(), sink[Symbol.asyncDispose]()]);
      await Promise.all(sent);
      console.log('the process may end');`;
    const { stdout } = await runBundled(body);
    expect(stdout).toBe('the process may end\n');
  });

  it('keeps no process alive that forgets to stop it, and whoever waits is told', async () => {
    const { stdout } = await runBundled(`
      const sink = await otlpSink();
      for (const protocol of ['http/protobuf', 'grpc'])
        exportersTo(sink, protocol).traces.export([span], () => undefined);
      console.log(String((await sink.received({ spans: 2 })).spans.length));
      const message = await sink.received({ spans: 3, within: 50 }).catch(String);
      console.log(message.split('\\n')[0]);`);
    expect(stdout).toBe('2\nError: The OTLP sink has not received 3 spans within 50 ms.\n');
  });

  it('is in none of the other entries, nor is what it needs', async () => {
    for (const entry of ['index', 'jest', 'vitest']) {
      const inputs = await inputsOf(fileURLToPath(new URL(`./${entry}.ts`, import.meta.url)));
      expect(inputs.filter((input) => /grpc|protobuf|otlp/.test(input))).toEqual([]);
      expect(inputs).toContain(`src/${entry}.ts`);
    }
    const own = await inputsOf(fileURLToPath(new URL('./otlp-sink.ts', import.meta.url)));
    expect(own.filter((input) => /grpc-js|protobufjs/.test(input))).not.toEqual([]);
  });
});

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** esbuild does not run inside Jest: it is asked in a process of its own. */
async function esbuild(options: object): Promise<string> {
  const shared = { bundle: true, platform: 'node', conditions: ['@tta/source'], logLevel: 'error' };
  const script = `require('esbuild').build(${JSON.stringify({ ...shared, ...options })})
    .then(({ metafile }) => console.log(JSON.stringify(Object.keys(metafile?.inputs ?? {}))))`;
  return (await run(process.execPath, ['-e', script], { cwd: packageFolder })).stdout;
}

async function inputsOf(entry: string): Promise<string[]> {
  const external = ['jest', 'vitest', '@jest/*'];
  const options = { entryPoints: [entry], metafile: true, write: false, outdir: 'out', external };
  return JSON.parse(await esbuild(options)) as string[];
}

/** What a program says that has a sink, exporters and a span to send. It is killed when it does not end by itself. */
async function runBundled(body: string): Promise<{ stdout: string }> {
  const moduleOf = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const imports = `
      import { otlpSink } from ${moduleOf('./otlp-sink.ts')};
      import { exportersTo } from ${moduleOf('../test/otlp-exporters.ts')};
      const span = { resource: { attributes: {} }, instrumentationScope: { name: 'x' }, spanContext: () => ({ traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8), traceFlags: 1 }),
        name: 'x', kind: 0, startTime: [1, 0], endTime: [2, 0], attributes: {}, links: [], events: [], status: { code: 0 } };`;
  const folder = await mkdtemp(join(tmpdir(), 'tta-testing-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'program.cjs');
  const contents = `${imports} void (async () => { ${body} })();`;
  await esbuild({ stdin: { contents, resolveDir: packageFolder, loader: 'ts' }, outfile });
  return run(process.execPath, [outfile], { cwd: folder, timeout: 20_000 });
}
