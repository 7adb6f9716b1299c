import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comparedSpans, plainSpan, type ComparedSpan } from '../../src/compared-span.ts';
import { type Service, startService } from '../../src/service.ts';
import { logRecordsOf, metricPointsOf, spansOf } from '../../src/service-answers.ts';
import { denoBinary } from './deno-binary.ts';

const run = promisify(execFile);
const folder = new URL('..', import.meta.url);
const program = fileURLToPath(new URL('program.ts', folder));
const protocols = ['http/json', 'http/protobuf', 'grpc'] as const;

let service: Service;
const spansBy = new Map<string, readonly ComparedSpan[]>();
beforeAll(async () => {
  service = await startService();
  await Promise.all(protocols.map((protocol) => runDeno(protocol)));
  for (const protocol of protocols) {
    spansBy.set(protocol, comparedSpans(await spansOf(service.url, serviceName(protocol))));
  }
}, 60_000);
afterAll(() => service.stop());

const serviceName = (protocol: string): string => `deno by ${protocol}`;

async function runDeno(protocol: string): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  await run(denoBinary(), ['run', '--allow-all', '--cached-only', '--no-remote', '--no-lock', program], {
    timeout: 30_000,
    env: {
      PATH,
      HOME,
      NO_COLOR: '1',
      DENO_NO_UPDATE_CHECK: '1',
      OTEL_DENO: 'true',
      OTEL_SERVICE_NAME: serviceName(protocol),
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=627cc493,deployment.environment.name=test',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '13',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '2',
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: service.url,
    },
  });
}

/** What `program.ts` has made, as far as it says itself. */
const at = (seconds: number): string => `${1_700_000_000 + seconds}751953125`;
const plain = {
  ...plainSpan,
  scope: { name: 'shop', version: '1.2.3', attributes: {} },
  flags: 0x101,
};
const made: readonly Partial<ComparedSpan>[] = [
  {
    ...plain,
    name: 'order',
    kind: 2,
    startTimeUnixNano: at(0),
    endTimeUnixNano: at(20),
    statusCode: 1,
    attributes: {
      text: 'Grüße, "Welt" 😀\n',
      'text.empty': '',
      int: 7,
      'int.negative': -42,
      'int.largest': Number.MAX_SAFE_INTEGER,
      double: 0.1,
      yes: true,
      no: false,
      texts: ['a', '', 'c'],
      ints: [1, 2],
      doubles: [0.5, 1.5],
      flags: [true, false],
      none: [],
    },
    droppedAttributesCount: 2,
    events: [
      {
        name: 'cache miss',
        timeUnixNano: at(1),
        attributes: { key: 'дом', tries: 3 },
        droppedAttributesCount: 0,
      },
      { name: 'second', timeUnixNano: at(2), attributes: {}, droppedAttributesCount: 0 },
    ],
    droppedEventsCount: 3,
    links: [
      {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        attributes: { 'link.why': 'retry' },
        traceState: null,
        flags: 0x101,
        droppedAttributesCount: 2,
      },
      {
        traceId: 'f'.repeat(32),
        spanId: 'd'.repeat(16),
        attributes: { 'link.why': 'far' },
        traceState: null,
        flags: 0x300,
        droppedAttributesCount: 0,
      },
    ],
  },
  ...[0, 2, 3, 4].map((kind) => ({
    ...plain,
    name: `kind ${kind}`,
    kind: kind + 1,
    startTimeUnixNano: at(kind),
    endTimeUnixNano: at(10),
    statusCode: 2,
    statusMessage: `broken: ${kind} ✗`,
  })),
  ...Array.from({ length: 600 }, (_, index) => ({
    ...plain,
    name: `item ${index}`,
    kind: 1,
    startTimeUnixNano: at(1),
    endTimeUnixNano: at(2),
    attributes: { index },
  })),
];

/** Deno calls every parent a local one and sends no trace state. */
const fromAfar: Partial<ComparedSpan> = {
  ...plain,
  parentSpanId: 'd'.repeat(16),
  name: 'from afar',
  kind: 5,
  startTimeUnixNano: at(3),
  endTimeUnixNano: at(4),
};

const resource = (protocol: string) => ({
  'service.name': serviceName(protocol),
  'service.instance.id': '627cc493',
  'deployment.environment.name': 'test',
  'telemetry.sdk.name': 'deno-opentelemetry',
  'telemetry.sdk.language': 'deno-rust',
  'telemetry.sdk.version': expect.any(String),
  'process.runtime.name': 'deno',
  'process.runtime.version': expect.any(String),
});

const nanoseconds = expect.stringMatching(/^1[0-9]{18}$/);

const byName = (a: { readonly name?: string }, b: { readonly name?: string }): number =>
  (a.name ?? '') < (b.name ?? '') ? -1 : 1;

describe.each(protocols)('the Rust exporter of Deno by %s', (protocol) => {
  it('brings its spans whole', () => {
    const all = spansBy.get(protocol) ?? [];
    const order = all.find(({ name }) => name === 'order');
    const spans = all.filter(({ traceId }) => traceId === order?.traceId);
    expect(spans).toHaveLength(made.length);
    expect(spans.toSorted(byName)).toEqual(
      made.toSorted(byName).map((span) => ({
        ...span,
        traceId: order?.traceId,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        parentSpanId: span.name === 'order' ? null : order?.spanId,
        resource: resource(protocol),
      })),
    );
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(made.length);
  });

  it('brings a span with a parent in another process whole', () => {
    expect(spansBy.get(protocol)?.filter(({ name }) => name === fromAfar.name)).toEqual([
      {
        ...fromAfar,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        resource: resource(protocol),
      },
    ]);
  });

  it('brings its log records whole', async () => {
    const records = await logRecordsOf(service.url, serviceName(protocol));
    const inSpan = (kind: number) => {
      const span = spansBy.get(protocol)?.find(({ name }) => name === `kind ${kind}`);
      return { traceId: span?.traceId, spanId: span?.spanId, flags: 1 };
    };
    const outside = { traceId: null, spanId: null, flags: 0 };
    const out = { 'log.iostream': 'stdout' };
    const error = { 'log.iostream': 'stderr' };
    const lines = [
      ...[0, 2, 3, 4].map((kind) => ({
        ...inSpan(kind),
        body: `paid ${kind} of Grüße 😀\n`,
        severityNumber: 9,
        severityText: 'INFO',
        attributes: out,
      })),
      { ...outside, body: 'debug\n', severityNumber: 5, severityText: 'DEBUG', attributes: out },
      { ...outside, body: 'info\n', severityNumber: 9, severityText: 'INFO', attributes: out },
      { ...outside, body: 'warn\n', severityNumber: 13, severityText: 'WARN', attributes: error },
      {
        ...outside,
        body: 'error { nested: [ 1, { two: 2 } ] }\n',
        severityNumber: 17,
        severityText: 'ERROR',
        attributes: error,
      },
    ];
    expect(records).toEqual(
      lines.map((line) => ({
        ...line,
        id: expect.any(Number),
        timeUnixNano: nanoseconds,
        observedTimeUnixNano: nanoseconds,
        eventName: null,
        droppedAttributesCount: 0,
        serviceName: serviceName(protocol),
        resource: resource(protocol),
        scope: { name: 'deno', version: expect.any(String) },
      })),
    );
    expect(records.map(({ timeUnixNano }) => timeUnixNano)).toEqual(
      records.map(({ observedTimeUnixNano }) => observedTimeUnixNano),
    );
  });

  it('brings its metrics whole', async () => {
    const points = await metricPointsOf(service.url, serviceName(protocol));
    const common = {
      unit: '',
      temporality: 'cumulative',
      isMonotonic: false,
      flags: 0,
      attributes: {},
      exemplars: [],
      serviceName: serviceName(protocol),
      resource: resource(protocol),
      scope: { name: 'shop', version: '1.2.3' },
      startTimeUnixNano: nanoseconds,
      timeUnixNano: nanoseconds,
    };
    const sum = { ...common, kind: 'sum' };
    const gauge = { ...common, kind: 'gauge', temporality: null };
    const orders = { ...sum, name: 'orders', unit: '{order}', isMonotonic: true };
    const expected = [
      { ...sum, name: 'balance', value: -2.5 },
      {
        ...common,
        name: 'duration',
        unit: 'ms',
        kind: 'histogram',
        attributes: { route: '/' },
        value: {
          count: 5,
          sum: 556.5,
          min: 0.5,
          max: 500,
          bucketCounts: [2, 1, 1, 1],
          explicitBounds: [1, 10, 100],
        },
      },
      { ...gauge, name: 'load', attributes: { core: 1 }, value: 1 },
      { ...gauge, name: 'load', attributes: { core: 2 }, value: 2 },
      { ...orders, attributes: { kind: 'coffee' }, value: 1.5 },
      { ...orders, attributes: { kind: 'tea', paid: true }, value: 7 },
      { ...sum, name: 'stock', value: -3 },
      { ...gauge, name: 'temperature', unit: 'Cel', attributes: { room: 1 }, value: -21.5 },
      { ...sum, name: 'ticks', isMonotonic: true, attributes: { of: 'clock' }, value: 11 },
    ];
    // A series has a point for each time that Deno has sent it, and all of one value.
    const own = points.filter(({ scope }) => scope.name === 'shop');
    for (const point of own) expect(expected).toContainEqual(point);
    for (const point of expected) expect(own).toContainEqual(point);
    expect(points.some(({ scope }) => scope.name === 'v8js')).toBe(true);
  });
});
