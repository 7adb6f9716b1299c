import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, propagation, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { ManualClock } from '@tta/obs-context/manual';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Receiver, until } from '../test/receiver.ts';
import type { Destination } from './export/destination.ts';
import { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop' });
const running: Tracing[] = [];
const receivers: Receiver[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tta-destinations-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((tracing) => tracing.shutdown()));
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
  for (const api of [trace, context, propagation]) api.disable();
  await rm(directory, { recursive: true });
});

async function receive(): Promise<{ receiver: Receiver; tracesUrl: string }> {
  const receiver = new Receiver();
  receivers.push(receiver);
  return { receiver, tracesUrl: `${await receiver.start()}/v1/traces` };
}

function start(destinations: readonly Destination[], options: Partial<TracingOptions> = {}): Tracing {
  const tracing = startTracing({ resource, destinations, ...options });
  running.push(tracing);
  return tracing;
}

/** Keeps what it is given, and answers as it is told. */
class Backend implements SpanExporter {
  readonly spans: ReadableSpan[] = [];
  isShutDown = false;
  result: ExportResult | 'never' | 'throw' = { code: ExportResultCode.SUCCESS };

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (this.result === 'throw') throw new Error('broken');
    this.spans.push(...spans);
    if (this.result !== 'never') done(this.result);
  }
  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }
  get names(): string[] {
    return this.spans.map(({ name }) => name);
  }
}

describe('a destination that takes everything', () => {
  const unsampled = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.NONE,
    isRemote: true,
  });

  it('gets what an upstream service chose not to sample, marked, and others do not', async () => {
    const [local, other] = [await receive(), await receive()];
    const tracing = start([
      { name: 'local', tracesUrl: local.tracesUrl, everything: true },
      { name: 'other', tracesUrl: other.tracesUrl },
    ]);
    const tracer = tracing.getTracer('spec');
    const entry = tracer.startSpan('entry', {}, unsampled);
    tracer.startSpan('inside', {}, trace.setSpan(ROOT_CONTEXT, entry)).end();
    entry.end();
    tracer.startSpan('own', {}, ROOT_CONTEXT).end();
    await tracing.flush();
    for (const name of ['entry', 'inside', 'own', 'tta.sampled_upstream'])
      expect(local.receiver.text).toContain(name);
    expect(other.receiver.text).toContain('own');
    for (const name of ['entry', 'inside', 'tta.sampled_upstream'])
      expect(other.receiver.text).not.toContain(name);
    expect(entry.spanContext().traceFlags & TraceFlags.SAMPLED).toBe(0);
  });

  it('leaves such traces unrecorded where there is none', async () => {
    const { tracesUrl } = await receive();
    const tracing = start([{ name: 'other', tracesUrl, everything: false }]);
    expect(tracing.getTracer('spec').startSpan('entry', {}, unsampled).isRecording()).toBe(false);
  });

  it('gets what tail sampling drops for the others, as soon as it ends', async () => {
    const [local, other] = [await receive(), await receive()];
    const tracing = start(
      [
        { name: 'local', tracesUrl: local.tracesUrl, everything: true, flushMs: 1 },
        { name: 'other', tracesUrl: other.tracesUrl },
      ],
      {
        tailSampling: {
          policies: [{ name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } }],
        },
      },
    );
    const tracer = tracing.getTracer('spec');
    tracer.startActiveSpan('good', (root) => {
      tracer.startSpan('good child').end();
      root.end();
    });
    const failing = tracer.startSpan('bad');
    tracer.startSpan('bad child', {}, trace.setSpan(ROOT_CONTEXT, failing)).end();
    await until(() => local.receiver.text.includes('bad child'));
    failing.setStatus({ code: 2 });
    failing.end();
    await tracing.flush();
    expect(other.receiver.text).toContain('bad child');
    expect(other.receiver.text).not.toContain('good');
    for (const name of ['good', 'good child', 'bad', 'bad child'])
      expect(local.receiver.text).toContain(name);
    expect(tracing.counts().get('other')).toEqual({ exported: 2, spooled: 0, dropped: 0 });
    expect(tracing.tailSampling()).toMatchObject({ keptTraces: 1, droppedTraces: 1 });
  });
});

describe('tail sampling at the end of the program', () => {
  const tailSampling: TracingOptions['tailSampling'] = {
    policies: [{ name: 'all', type: 'always_sample' }],
  };

  it('decides traces that are still open', async () => {
    const { receiver, tracesUrl } = await receive();
    const tracing = start([{ name: 'other', tracesUrl }], { tailSampling });
    const tracer = tracing.getTracer('spec');
    const root = tracer.startSpan('never ended');
    tracer.startSpan('ended', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
    await tracing.shutdown();
    expect(receiver.text).toContain('ended');
  });

  it('decides them also where the process waits for nothing', () => {
    const backend = new Backend();
    const tracing = start([{ name: 'backend', exporter: backend }], { tailSampling });
    const tracer = tracing.getTracer('spec');
    const root = tracer.startSpan('never ended');
    tracer.startSpan('ended', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
    tracing.finishNow(1_000);
    // An exporter needs the event loop: what waits for it is counted, not forgotten.
    expect(tracing.counts().get('backend')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });
});

describe('a backend with an exporter of its own', () => {
  it('gets every sampled span, and is shut down at the end', async () => {
    const backend = new Backend();
    const tracing = start([{ name: 'mine', exporter: backend }]);
    for (const name of ['a', 'b']) tracing.getTracer('spec').startSpan(name).end();
    await tracing.flush();
    expect(backend.names).toEqual(['a', 'b']);
    expect(tracing.counts().get('mine')).toEqual({ exported: 2, spooled: 0, dropped: 0 });
    await tracing.shutdown();
    expect(backend.isShutDown).toBe(true);
  });

  it.each<[string, Backend['result'], string]>([
    ['fails', { code: ExportResultCode.FAILED, error: new Error('no') }, 'no'],
    ['fails without a word', { code: ExportResultCode.FAILED }, 'the exporter failed'],
    ['throws', 'throw', 'broken'],
    ['does not come back', 'never', 'not exported within 20 ms'],
  ])('that %s costs its own spans and nothing else', async (_what, result, message) => {
    const [good, bad] = [new Backend(), new Backend()];
    bad.result = result;
    const said: string[] = [];
    const tracing = start(
      [
        { name: 'bad', exporter: bad, timeoutMs: 20 },
        { name: 'good', exporter: good },
      ],
      {
        onTrouble: ({ name }, { kind, count, error }) =>
          said.push(`${name} ${kind} ${count}: ${error.message}`),
      },
    );
    tracing.getTracer('spec').startSpan('a').end();
    await tracing.flush();
    expect(good.names).toEqual(['a']);
    expect(said).toEqual([`bad dropped 1: ${message}`]);
  });
});

describe('a backend whose exporter misbehaves at the end', () => {
  it('that hangs does not hold up the shutdown longer than its limit, and all its spans are counted', async () => {
    const hanging = new Backend();
    hanging.result = 'never';
    const tracing = start([{ name: 'hanging', exporter: hanging, batchSpans: 5 }]);
    for (let i = 0; i < 23; i++) tracing.getTracer('spec').startSpan('s').end();
    await tracing.shutdown(50);
    expect(tracing.counts().get('hanging')).toEqual({ exported: 0, spooled: 0, dropped: 23 });
  });

  it('that throws in its shutdown costs no other its own', async () => {
    const [broken, good] = [new Backend(), new Backend()];
    broken.shutdown = () => {
      throw new Error('boom');
    };
    const tracing = start([
      { name: 'broken', exporter: broken },
      { name: 'good', exporter: good },
    ]);
    await expect(tracing.shutdown()).resolves.toBeUndefined();
    expect(good.isShutDown).toBe(true);
  });
});

describe('a destination with a spool', () => {
  it('keeps what it cannot send, and the next start sends it', async () => {
    const { receiver, tracesUrl } = await receive();
    await receiver.stop();
    const destination = { name: 'service', tracesUrl, spool: { directory } };
    const kinds: string[] = [];
    const first = start([destination], { onTrouble: (_destination, { kind }) => void kinds.push(kind) });
    first.getTracer('spec').startSpan('from the first').end();
    await first.flush();
    await first.shutdown();
    expect(first.counts().get('service')).toEqual({ exported: 0, spooled: 1, dropped: 0 });
    expect(kinds).toEqual(['kept']);

    await receiver.start(Number(new URL(tracesUrl).port));
    const second = start([destination]);
    second.getTracer('spec').startSpan('from the second').end();
    await second.shutdown();
    expect(receiver.requests.map(({ text }) => /from the [a-z]+/.exec(text)?.[0])).toEqual([
      'from the first',
      'from the second',
    ]);
    expect(second.counts().get('service')).toEqual({ exported: 2, spooled: 0, dropped: 0 });
    const left = await readdir(directory, { recursive: true });
    expect(left.filter((file) => file.endsWith('.seg'))).toEqual([]);
  });
});

describe('a spool whose folder cannot be written', () => {
  it('keeps batches in memory, says so, and sends them when the destination is back', async () => {
    const { receiver, tracesUrl } = await receive();
    await receiver.stop();
    const inTheWay = join(directory, 'file');
    await writeFile(inTheWay, '');
    const kept: unknown[] = [];
    const tracing = start([{ name: 'service', tracesUrl, spool: { directory: inTheWay } }], {
      onTrouble: (_destination, { kind, keptOn }) => void kept.push([kind, keptOn]),
    });
    tracing.getTracer('spec').startSpan('patient').end();
    await tracing.flush();
    expect(kept).toEqual([['kept', 'memory']]);
    await receiver.start(Number(new URL(tracesUrl).port));
    await tracing.flush();
    expect(receiver.text).toContain('patient');
    expect(tracing.counts().get('service')).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });
});

describe('a spool whose folder cannot be written, at the end of the program', () => {
  it('has what is in memory tried once more', async () => {
    let answers = 0;
    const receiver = new Receiver((response) => void response.writeHead(++answers === 1 ? 503 : 200).end());
    receivers.push(receiver);
    const tracesUrl = `${await receiver.start()}/v1/traces`;
    const inTheWay = join(directory, 'file');
    await writeFile(inTheWay, '');
    const tracing = start([{ name: 'service', tracesUrl, spool: { directory: inTheWay } }]);
    tracing.getTracer('spec').startSpan('patient').end();
    await tracing.flush();
    await tracing.shutdown();
    expect(tracing.counts().get('service')).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });
});

describe('a set-up that throws', () => {
  it('leaves nothing running', () => {
    const clock = new ManualClock();
    const destination = { name: 'x', tracesUrl: 'http://127.0.0.1:9', spool: { directory } };
    const tailSampling = { policies: [{ name: 'x', type: 'unheard_of' }] } as never;
    expect(() => startTracing({ resource, destinations: [destination], tailSampling, clock })).toThrow(
      'unheard_of',
    );
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a spool of a destination with headers', () => {
  it('is not sent by another service, whose headers may be those of another account', async () => {
    const { receiver, tracesUrl } = await receive();
    await receiver.stop();
    const destination = { name: 'service', tracesUrl, headers: { 'x-key': 'mine' }, spool: { directory } };
    const mine = start([destination]);
    mine.getTracer('spec').startSpan('mine').end();
    await mine.shutdown();
    await receiver.start(Number(new URL(tracesUrl).port));
    const theirs = start([{ ...destination, headers: { 'x-key': 'theirs' } }], {
      resource: resourceFromAttributes({ 'service.name': 'another' }),
    });
    theirs.getTracer('spec').startSpan('theirs').end();
    await theirs.shutdown();
    expect(receiver.text).not.toContain('mine');
    const again = start([destination]);
    await again.shutdown();
    expect(receiver.text).toContain('mine');
  });
});

describe('startTracing', () => {
  it.each([
    [
      { queueSpans: 0 },
      'queueSpans of the destination "x" is 0; it has to be a whole number from 1 to 2147483647',
    ],
    [{ batchSpans: 1.5 }, 'batchSpans of the destination "x" is 1.5'],
    [{ flushMs: -1 }, 'flushMs of the destination "x" is -1; it has to be a whole number from 0'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs of the destination "x" is NaN'],
  ])('refuses %j', (option, message) => {
    const destination = { name: 'x', exporter: new Backend(), ...option };
    expect(() => startTracing({ resource, destinations: [destination] })).toThrow(message);
  });

  it('refuses two destinations of one name', () => {
    const twice = { name: 'x', exporter: new Backend() };
    expect(() => startTracing({ resource, destinations: [twice, { ...twice }] })).toThrow(
      'two destinations are called "x"; give each a name of its own',
    );
  });

  it('takes down at its end what it registered, and nothing that somebody else did', async () => {
    const theirs = { inject: () => undefined, extract: () => ROOT_CONTEXT, fields: () => ['x-theirs'] };
    propagation.setGlobalPropagator(theirs);
    const tracing = start([]);
    trace.disable();
    const provider = new NodeTracerProvider();
    trace.setGlobalTracerProvider(provider);
    await tracing.shutdown();
    expect(propagation.fields()).toEqual(['x-theirs']);
    expect(trace.getTracer('theirs').startSpan('s').isRecording()).toBe(true);
    await provider.shutdown();
  });

  it('has everything begin below the parent that it is given, also spans of others', async () => {
    const backend = new Backend();
    const parent = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    });
    const tracing = start([{ name: 'mine', exporter: backend }], { parent });
    trace.getTracer('of anyone').startSpan('child').end();
    await tracing.flush();
    expect(backend.spans[0]?.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true });
  });

  it.each<[TracingOptions['propagators'], string[]]>([
    [undefined, ['traceparent', 'baggage']],
    [['tracecontext'], ['traceparent']],
    [['b3'], ['b3']],
    [['b3multi'], ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']],
    [[], []],
  ])('propagates with %j', (propagators, expected) => {
    const tracing = start([], { baggageKeys: ['tenant'], ...(propagators ? { propagators } : {}) });
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' }, secret: { value: 'x' } });
    const carrier: Record<string, string> = {};
    tracing.getTracer('spec').startActiveSpan('s', () => {
      propagation.inject(propagation.setBaggage(context.active(), baggage), carrier);
    });
    expect(Object.keys(carrier).sort()).toEqual([...expected].sort());
    expect(carrier['baggage']).toBe(expected.includes('baggage') ? 'tenant=acme' : undefined);
  });

  it('lets no baggage out that is not named', () => {
    start([]);
    const baggage = propagation.createBaggage({ secret: { value: 'x' } });
    const carrier: Record<string, string> = {};
    propagation.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), carrier);
    expect(carrier).toEqual({});
  });

  it('tells what share of the time went into encoding since it was asked last', async () => {
    const { tracesUrl } = await receive();
    const tracing = start([{ name: 'here', tracesUrl }]);
    for (let i = 0; i < 500; i++) tracing.getTracer('spec').startSpan('s').end();
    await tracing.flush();
    const share = tracing.overhead();
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1);
    expect(tracing.overhead()).toBe(0);
  });
});
