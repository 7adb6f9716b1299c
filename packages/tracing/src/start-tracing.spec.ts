import { fork } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { context, diag, propagation, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Receiver, until } from '../test/receiver.ts';
import type { Destination } from './export/destination.ts';
import { createResource } from './resource.ts';
import { startTracing, type Tracing, type TracingOptions } from './start-tracing.ts';

const identity = { serviceName: 'shop', serviceVersion: '1.2.3', environment: 'staging', instanceId: 'i-1' };
const running: { tracing: Tracing[]; receivers: Receiver[] } = { tracing: [], receivers: [] };

afterEach(async () => {
  await Promise.all(running.tracing.splice(0).map((tracing) => tracing.shutdown()));
  await Promise.all(running.receivers.splice(0).map((receiver) => receiver.stop()));
  for (const api of [trace, context, propagation]) api.disable();
});

async function receiverAt(receiver: Receiver): Promise<string> {
  running.receivers.push(receiver);
  return `${await receiver.start()}/v1/traces`;
}

function start(destinations: readonly Destination[], options: Partial<TracingOptions> = {}): Tracing {
  const tracing = startTracing({ resource: createResource(identity), destinations, ...options });
  running.tracing.push(tracing);
  return tracing;
}

describe('startTracing', () => {
  it('sends an ended span with its resource as OTLP protobuf', async () => {
    const receiver = new Receiver();
    const tracing = start([
      { name: 'here', tracesUrl: await receiverAt(receiver), headers: { 'x-tenant': 't-1' } },
    ]);
    tracing
      .getTracer('spec')
      .startSpan('buy', { attributes: { item: 'a book' } })
      .end();
    await tracing.flush();
    expect(receiver.requests).toHaveLength(1);
    const [request] = receiver.requests;
    expect(request?.path).toBe('/v1/traces');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'x-tenant': 't-1',
    });
    for (const part of ['buy', 'a book', 'shop', '1.2.3', 'staging', 'i-1', hostname(), 'nodejs']) {
      expect(receiver.text).toContain(part);
    }
    expect(tracing.counts()).toEqual(new Map([['here', { exported: 1, spooled: 0, dropped: 0 }]]));
  });

  it('sends by itself once flushMs has passed', async () => {
    const receiver = new Receiver();
    start([{ name: 'here', tracesUrl: await receiverAt(receiver), flushMs: 10 }]);
    trace.getTracer('of anyone').startSpan('by itself').end();
    await until(() => receiver.text.includes('by itself'));
    expect(receiver.requests).toHaveLength(1);
  });

  it('gives the living destination everything while the other is down, and tells the loss of the other', async () => {
    const receiver = new Receiver();
    const dead = new Receiver((response) => void response.writeHead(400).end('no'));
    const lost: string[] = [];
    const tracing = start(
      [
        { name: 'dead', tracesUrl: await receiverAt(dead) },
        { name: 'living', tracesUrl: await receiverAt(receiver) },
      ],
      {
        onTrouble: ({ name }, { kind, count, error }) =>
          void lost.push(`${name} ${kind} ${count} ${error.message}`),
      },
    );
    for (let i = 0; i < 3; i++) tracing.getTracer('spec').startSpan(`span ${i}`).end();
    await tracing.flush();
    for (const name of ['span 0', 'span 1', 'span 2']) expect(receiver.text).toContain(name);
    expect(lost).toEqual(['dead dropped 3 400 Bad Request']);
    expect(Object.fromEntries(tracing.counts())).toEqual({
      dead: { exported: 0, spooled: 0, dropped: 3 },
      living: { exported: 3, spooled: 0, dropped: 0 },
    });
  });

  it.each(['flush', 'shutdown'] as const)(
    'waits in %s for the slow destination although the other has failed',
    async (end) => {
      const pending: (() => void)[] = [];
      const slow = new Receiver((response) => void pending.push(() => response.end()));
      const dead = new Receiver((response) => void response.writeHead(400).end());
      const tracing = start([
        { name: 'dead', tracesUrl: await receiverAt(dead) },
        { name: 'slow', tracesUrl: await receiverAt(slow) },
      ]);
      tracing.getTracer('spec').startSpan('late').end();
      let ended = false;
      const work = tracing[end]().then(() => void (ended = true));
      await until(() => pending.length === 1 && tracing.counts().get('dead')?.dropped === 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(ended).toBe(false);
      for (const answer of pending) answer();
      await work;
      expect(tracing.counts().get('slow')).toEqual({ exported: 1, spooled: 0, dropped: 0 });
    },
  );

  it('waits in flush for a request that is already under way', async () => {
    const pending: (() => void)[] = [];
    const slow = new Receiver((response) => void pending.push(() => response.end()));
    const tracing = start([{ name: 'slow', tracesUrl: await receiverAt(slow), flushMs: 1 }]);
    tracing.getTracer('spec').startSpan('under way').end();
    await until(() => pending.length === 1);
    let ended = false;
    const work = tracing.flush().then(() => void (ended = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    for (const answer of pending) answer();
    await work;
    expect(tracing.counts().get('slow')?.exported).toBe(1);
  });

  it('neither throws nor rejects when nobody listens', async () => {
    const gone = new Receiver();
    const tracesUrl = `${await gone.start()}/v1/traces`;
    await gone.stop();
    const tracing = start([{ name: 'gone', tracesUrl, timeoutMs: 100 }]);
    tracing.getTracer('spec').startSpan('nowhere').end();
    await expect(tracing.flush()).resolves.toBeUndefined();
    await expect(tracing.shutdown()).resolves.toBeUndefined();
    await expect(tracing.shutdown()).resolves.toBeUndefined();
    expect(tracing.counts().get('gone')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it('counts as lost what a full queue turns away', async () => {
    const reasons = new Set<string | undefined>();
    const receiver = new Receiver();
    const tracing = start([{ name: 'here', tracesUrl: await receiverAt(receiver) }], {
      onTrouble: (_destination, { error }) => void reasons.add(error.message),
    });
    const tracer = tracing.getTracer('spec');
    // In one turn of the event loop, so that nothing but the first batch can leave the queue.
    const made = 10_000;
    for (let i = 0; i < made; i++) tracer.startSpan('many').end();
    await tracing.flush();
    const { exported = 0, dropped = 0 } = tracing.counts().get('here') ?? {};
    expect(dropped).toBeGreaterThan(0);
    expect(exported + dropped).toBe(made);
    expect(reasons).toEqual(new Set(['its queue is full']));
  });

  it('repeats a request that the destination asks to repeat', async () => {
    let answers = 0;
    const receiver = new Receiver((response) => {
      if (++answers === 1) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.end();
    });
    const tracing = start([{ name: 'busy', tracesUrl: await receiverAt(receiver) }]);
    tracing.getTracer('spec').startSpan('again').end();
    await tracing.flush();
    await until(() => tracing.counts().get('busy')?.exported === 1);
    expect(receiver.requests.map(({ text }) => text.includes('again'))).toEqual([true, true]);
    expect(tracing.counts().get('busy')).toEqual({ exported: 1, spooled: 0, dropped: 0 });
  });

  it('counts as lost what a destination refuses of a request that it takes', async () => {
    // ExportTraceServiceResponse { partial_success { rejected_spans: 1, error_message: "too old" } }
    const partial = Buffer.from([0x0a, 0x0b, 0x08, 0x01, 0x12, 0x07, ...Buffer.from('too old')]);
    const receiver = new Receiver((response) => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partial);
    });
    const reasons: string[] = [];
    const tracing = start([{ name: 'picky', tracesUrl: await receiverAt(receiver) }], {
      onTrouble: (_destination, { count, error }) => void reasons.push(`${count} ${error.message}`),
    });
    const tracer = tracing.getTracer('spec');
    for (let i = 0; i < 3; i++) tracer.startSpan('s').end();
    await tracing.flush();
    expect(tracing.counts().get('picky')).toEqual({ exported: 2, spooled: 0, dropped: 1 });
    expect(reasons).toEqual(['1 too old']);
  });

  it('gives up at the limit of its shutdown and counts what was under way', async () => {
    const hanging = new Receiver(() => undefined);
    const tracing = start([{ name: 'hanging', tracesUrl: await receiverAt(hanging) }]);
    tracing.getTracer('spec').startSpan('stuck').end();
    await tracing.shutdown(20);
    expect(tracing.counts().get('hanging')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it('waits for no repetition at shutdown', async () => {
    const busy = new Receiver((response) => void response.writeHead(503, { 'retry-after': '5' }).end());
    const tracing = start([{ name: 'busy', tracesUrl: await receiverAt(busy), flushMs: 1 }]);
    tracing.getTracer('spec').startSpan('refused').end();
    await until(() => busy.requests.length === 1);
    await tracing.shutdown(60_000);
    expect(busy.requests).toHaveLength(1);
    expect(tracing.counts().get('busy')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it('sends headers of a destination to that one alone', async () => {
    const [one, two] = [new Receiver(), new Receiver()];
    process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'authorization=secret';
    try {
      const tracing = start([
        { name: 'one', tracesUrl: await receiverAt(one), headers: { 'x-key': '1' } },
        { name: 'two', tracesUrl: await receiverAt(two) },
      ]);
      tracing.getTracer('spec').startSpan('s').end();
      await tracing.flush();
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_HEADERS'];
    }
    expect(one.requests[0]?.headers).toMatchObject({ 'x-key': '1' });
    expect(two.requests[0]?.headers).not.toHaveProperty('x-key');
    for (const { requests } of [one, two]) expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('survives an answer that is none', async () => {
    let answers = 0;
    const receiver = new Receiver((response) => {
      if (++answers === 1)
        response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
      else response.end();
    });
    const tracing = start([{ name: 'odd', tracesUrl: await receiverAt(receiver), timeoutMs: 500 }]);
    tracing.getTracer('spec').startSpan('lost').end();
    await tracing.flush();
    tracing.getTracer('spec').startSpan('kept').end();
    await tracing.flush();
    expect(tracing.counts().get('odd')).toEqual({ exported: 2, spooled: 0, dropped: 0 });
  });

  it('goes on when the one who is told of losses throws', async () => {
    const receiver = new Receiver((response) => void response.writeHead(400).end());
    const onTrouble = (): never => {
      throw new Error('not now');
    };
    const tracing = start([{ name: 'no', tracesUrl: await receiverAt(receiver) }], { onTrouble });
    tracing.getTracer('spec').startSpan('s').end();
    await expect(tracing.flush()).resolves.toBeUndefined();
    expect(tracing.counts().get('no')).toEqual({ exported: 0, spooled: 0, dropped: 1 });
  });

  it('does not wait in flush for spans that end after it began', async () => {
    const receiver = new Receiver((response) => {
      if (receiver.requests.length < 50) tracing.getTracer('spec').startSpan('another').end();
      response.end();
    });
    const tracing: Tracing = start([{ name: 'busy', tracesUrl: await receiverAt(receiver), flushMs: 1 }]);
    tracing.getTracer('spec').startSpan('first').end();
    await tracing.flush();
    expect(receiver.requests.length).toBeLessThan(10);
    await until(() => receiver.requests.length === 50);
  });

  it('sends at the last moment what no destination has acknowledged, and counts it', async () => {
    // In a process of its own: this one's event loop does not turn while it sends.
    const server = fork(fileURLToPath(new URL('../test/receiver-process.mjs', import.meta.url)));
    try {
      const [port] = (await once(server, 'message')) as [number];
      const tracesUrl = `http://127.0.0.1:${port}/v1/traces`;
      const tracing = start([{ name: 'here', tracesUrl, headers: { 'x-key': 'k' } }]);
      tracing.getTracer('spec').startSpan('last words').end();
      tracing.finishNow(10_000);
      tracing.finishNow(10_000);
      expect(tracing.counts().get('here')).toEqual({ exported: 1, spooled: 0, dropped: 0 });
      const [received] = (await once(server, 'message')) as [{ key: string; text: string }];
      expect(received.key).toBe('k');
      expect(received.text).toContain('last words');
    } finally {
      server.kill();
    }
  });

  it('counts as lost what is not taken at the last moment', async () => {
    const gone = new Receiver();
    const tracesUrl = `${await gone.start()}/v1/traces`;
    await gone.stop();
    const tracing = start([{ name: 'gone', tracesUrl }]);
    tracing.getTracer('spec').startSpan('s').end();
    tracing.finishNow(10_000);
    tracing.getTracer('spec').startSpan('too late').end();
    expect(tracing.counts().get('gone')).toEqual({ exported: 0, spooled: 0, dropped: 2 });
  });

  it('tells which destination uses a secure connection by its address', async () => {
    const troubles: string[] = [];
    const receiver = new Receiver();
    const tracesUrl = (await receiverAt(receiver)).replace('http:', 'https:');
    const onTrouble: TracingOptions['onTrouble'] = (_destination, { error }) =>
      void troubles.push(error.message);
    const tracing = start([{ name: 'plain', tracesUrl, timeoutMs: 200 }], { onTrouble });
    tracing.getTracer('spec').startSpan('s').end();
    await tracing.flush();
    expect(receiver.requests).toHaveLength(0);
    expect(troubles).toHaveLength(1);
  });

  it('says that a span processor of the user failed, and goes on', async () => {
    const said: unknown[] = [];
    const drop = (): void => undefined;
    const warn = (message: string, error: unknown): void => void said.push(message, error);
    diag.setLogger({ error: drop, warn, info: drop, debug: drop, verbose: drop });
    try {
      const fault = new Error('no');
      const failing = {
        onStart: drop,
        onEnd: drop,
        forceFlush: () => Promise.reject(fault),
        shutdown: async () => {},
      };
      const tracing = start([], { spanProcessors: [failing] });
      await expect(tracing.flush()).resolves.toBeUndefined();
      expect(said).toContain('@tta/obs: a span processor failed:');
    } finally {
      diag.disable();
    }
  });

  it('leaves the set-up of somebody else alone', async () => {
    const theirs = new NodeTracerProvider();
    theirs.register();
    const tracing = start([]);
    await tracing.shutdown();
    expect(trace.getTracer('theirs').startSpan('s').isRecording()).toBe(true);
    await theirs.shutdown();
  });

  it('makes spans and nests them by async context, and propagates them, with no destination', async () => {
    const tracing = start([]);
    const tracer = tracing.getTracer('spec');
    await tracer.startActiveSpan('outer', async (outer) => {
      await Promise.resolve();
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      const { traceId, spanId } = outer.spanContext();
      expect(headers['traceparent']).toBe(`00-${traceId}-${spanId}-03`);
      expect(trace.getActiveSpan()).toBe(outer);
      outer.end();
    });
    await tracing.flush();
    expect(tracing.counts().size).toBe(0);
  });
});

describe('createResource', () => {
  it('leaves out what is not known', () => {
    const { attributes } = createResource({ serviceName: 'shop', instanceId: 'i-1' });
    expect(attributes).toMatchObject({
      'service.name': 'shop',
      'service.instance.id': 'i-1',
      'process.pid': process.pid,
      'process.runtime.version': process.versions.node,
    });
    expect(attributes).not.toHaveProperty(['service.version']);
    expect(attributes).not.toHaveProperty(['deployment.environment.name']);
  });
});
