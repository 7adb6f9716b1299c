// Runs in Deno, whose own exporter sends what this makes; `client.spec.ts` has what must arrive.
import {
  createTraceState,
  type HrTime,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

/** A quarter of a microsecond is the finest that a number of seconds can hold, and this is one. */
const at = (seconds: number): HrTime => [1_700_000_000 + seconds, 751_953_125];

const schemaUrl = 'https://example.com/schemas/1.0.0';
const tracer = trace.getTracerProvider().getTracer('shop', '1.2.3', { schemaUrl });
const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED };
const far = {
  traceId: crypto.randomUUID().replaceAll('-', ''),
  spanId: 'd'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('vendor=far'),
};

const order = {
  kind: SpanKind.SERVER,
  startTime: at(0),
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
  links: [
    { context: linked, attributes: { 'link.why': 'retry' }, droppedAttributesCount: 2 },
    {
      context: { ...far, traceId: 'f'.repeat(32), traceFlags: TraceFlags.NONE },
      attributes: { 'link.why': 'far' },
    },
  ],
};

tracer.startActiveSpan('order', order, (span) => {
  span.setAttributes({ 'over the limit': 1, 'far over it': 2 });
  span.addEvent('cache miss', { key: 'дом', tries: 3 }, at(1));
  for (const name of ['second', 'third', 'fourth', 'fifth']) span.addEvent(name, at(2));
  span.setStatus({ code: SpanStatusCode.OK });
  for (const kind of [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]) {
    tracer.startActiveSpan(`kind ${kind}`, { kind, startTime: at(kind) }, (child) => {
      console.log('paid %d of %s', kind, 'Grüße 😀');
      child.setStatus({ code: SpanStatusCode.ERROR, message: `broken: ${kind} ✗` });
      child.end(at(10));
    });
  }
  for (let index = 0; index < 600; index++) {
    tracer.startSpan(`item ${index}`, { attributes: { index }, startTime: at(1) }).end(at(2));
  }
  span.end(at(20));
});

const fromAfar = trace.setSpanContext(ROOT_CONTEXT, far);
tracer.startSpan('from afar', { kind: SpanKind.CONSUMER, startTime: at(3) }, fromAfar).end(at(4));

console.debug('debug');
console.info('info');
console.warn('warn');
console.error('error', { nested: [1, { two: 2 }] });

const meter = metrics.getMeter('shop', '1.2.3', { schemaUrl });
const orders = meter.createCounter('orders', { unit: '{order}', description: 'Orders taken' });
orders.add(3, { kind: 'tea', paid: true });
orders.add(4, { kind: 'tea', paid: true });
orders.add(1.5, { kind: 'coffee' });
const stock = meter.createUpDownCounter('stock');
stock.add(5);
stock.add(-8);
meter.createGauge('temperature', { unit: 'Cel' }).record(-21.5, { room: 1 });
const duration = meter.createHistogram('duration', {
  unit: 'ms',
  advice: { explicitBucketBoundaries: [1, 10, 100] },
});
for (const value of [0.5, 1, 5, 50, 500]) duration.record(value, { route: '/' });
meter.createObservableCounter('ticks').addCallback((result) => result.observe(11, { of: 'clock' }));
meter.createObservableUpDownCounter('balance').addCallback((result) => result.observe(-2.5));
const observed = new Promise<void>((resolve) => {
  meter.createObservableGauge('load').addCallback((result) => {
    result.observe(1, { core: 1 });
    result.observe(2, { core: 2 });
    resolve();
  });
});
// Deno asks what is observed at intervals, and not at the end.
const keepAlive = setInterval(() => undefined, 1_000);
await observed;
clearInterval(keepAlive);
