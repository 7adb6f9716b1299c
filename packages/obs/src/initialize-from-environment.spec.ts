import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace-node';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearEnvironment } from '../test/environment.ts';
import { runProgram } from '../test/program.ts';
import { Receiver } from '../test/receiver.ts';
import { initializeObservability, type Observability } from './initialize-observability.ts';
import type { ObservabilityOptions } from './observability-options.ts';

const before = { ...process.env };
const closing: (() => unknown)[] = [];
let obs: Observability | undefined;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tta-obs-'));
  clearEnvironment(folder);
});

afterEach(async () => {
  await obs?.shutdown();
  obs = undefined;
  for (const close of closing.splice(0)) await close();
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

async function receiver(): Promise<{ received: Receiver; url: string }> {
  const received = new Receiver();
  closing.push(() => received.stop());
  return { received, url: await received.start() };
}

/** Initialises with these variables, without the local service. */
function initialize(env: Record<string, string>, options: ObservabilityOptions = {}): Observability {
  Object.assign(process.env, env);
  return (obs = initializeObservability({ enableTtaUi: false, logLevel: 'silent', ...options }));
}

interface SentSpan {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly SentAttribute[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
  readonly events: readonly { readonly droppedAttributesCount: number }[];
  readonly links: readonly { readonly droppedAttributesCount: number }[];
}
interface SentAttribute {
  readonly key: string;
  readonly value: object;
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

/** What arrived as JSON. */
function sent(received: Receiver): { resource: Record<string, unknown>; spans: readonly SentSpan[] } {
  const requests = received.requests.map(({ text }) => JSON.parse(text) as Sent);
  const parts = requests.flatMap(({ resourceSpans }) => resourceSpans);
  return {
    resource: byKey(parts[0]?.resource.attributes ?? []),
    spans: parts.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  };
}

function byKey(attributes: readonly SentAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] as unknown]));
}

const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const oneSpan = 'await new Work().execute("a");';

describe('the environment', () => {
  it('names the service and adds to the resource', async () => {
    const { received, url } = await receiver();
    initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=other,service.namespace=acme,host.name=web%2C1,service.instance.id=i-7',
      OTEL_ENTITIES: 'k8s.pod{k8s.pod.uid=p-1}[k8s.pod.name=web]',
      NODE_ENV: 'staging',
    });
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(received.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'content-type': 'application/json' },
    });
    expect(sent(received).resource).toMatchObject({
      'service.name': 'shop',
      'service.namespace': 'acme',
      'service.instance.id': 'i-7',
      'host.name': 'web,1',
      'k8s.pod.uid': 'p-1',
      'k8s.pod.name': 'web',
      'deployment.environment.name': 'staging',
      'telemetry.distro.name': 'tta-obs',
    });
  });

  it('lets OTEL_RESOURCE_ATTRIBUTES name the deployment before NODE_ENV', async () => {
    const { received, url } = await receiver();
    initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=canary',
      NODE_ENV: 'production',
    });
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(sent(received).resource).toMatchObject({
      'deployment.environment.name': 'canary',
      'service.name': 'tta-workflow',
    });
  });

  it('says from which commit a program runs, and whether files differ from it', async () => {
    const { received, url } = await receiver();
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      });
    git('init', '--quiet', '--initial-branch=main');
    git('commit', '--quiet', '--allow-empty', '-m', 'x');
    git('remote', 'add', 'origin', 'https://me:secret@git.acme.test/shop.git');
    const body = `initializeObservability({ enableTtaUi: false }); ${oneSpan}`;
    const env = { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url, PATH: process.env['PATH'] ?? '' };
    expect((await runProgram(folder, body, env)).stderr).toBe('');
    expect(sent(received).resource).toMatchObject({
      'vcs.repository.url.full': 'https://git.acme.test/shop',
      'vcs.ref.head.name': 'main',
      'vcs.ref.head.revision': git('rev-parse', 'HEAD').trim(),
      'tta.vcs.dirty': false,
      'process.command': join(folder, 'program.cjs'),
    });
    expect(received.text).not.toContain('secret');
  });

  it('sends headers to the OTLP endpoint alone, those for traces in place of the general ones', async () => {
    const [local, other] = [await receiver(), await receiver()];
    initialize(
      {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.url}/as-it-is`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-general=1',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Basic%20YTpi',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      },
      { enableTtaUi: true, ttaUiEndpoint: local.url },
    );
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    const [toOther, toLocal] = [other.received.requests[0], local.received.requests[0]];
    expect(toOther).toMatchObject({
      path: '/as-it-is',
      headers: { authorization: 'Basic YTpi', 'content-encoding': 'gzip' },
    });
    expect(toOther?.headers).not.toHaveProperty('x-general');
    expect(toLocal?.headers).not.toHaveProperty('authorization');
    expect(toLocal?.headers).not.toHaveProperty('content-encoding');
    expect(gunzipSync(toOther?.body ?? '').toString()).toContain('tta-workflow');
  });

  it('sends by gRPC', async () => {
    const paths: (string | undefined)[] = [];
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      paths.push(headers[':path']);
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.resume().on('end', () => stream.end(Buffer.alloc(5)));
    });
    closing.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    initialize({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: `127.0.0.1:${port}`,
    });
    expect(obs?.destinations).toEqual([`http://127.0.0.1:${port}`]);
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(paths).toEqual(['/opentelemetry.proto.collector.trace.v1.TraceService/Export']);
    expect([...(obs?.counts().values() ?? [])]).toEqual([{ exported: 1, spooled: 0, dropped: 0 }]);
    await obs?.shutdown();
  });

  it('trusts the authority that is named, and sends nothing by https when that cannot be read', async () => {
    const [certificate, key] = [join(folder, 'c.pem'), join(folder, 'k.pem')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '1', ...curve, ...names], {
      stdio: 'ignore',
    });
    const clients: boolean[] = [];
    const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
    const server = createHttpsServer({ ...tls, ca: tls.cert, requestCert: true }, (request, response) => {
      clients.push('authorized' in request.socket && request.socket.authorized === true);
      request.resume().on('end', () => response.end());
    });
    closing.push(() => (server.closeAllConnections(), server.close()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: address,
      OTEL_EXPORTER_OTLP_CERTIFICATE: certificate,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: key,
    };
    initialize(env);
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(obs?.counts().get(`${address}/v1/traces`)?.exported).toBe(1);
    expect(clients).toEqual([true]);
    await obs?.shutdown();

    expect(initialize({ ...env, OTEL_EXPORTER_OTLP_CERTIFICATE: '/nonexistent' }).destinations).toEqual([]);
    await obs?.shutdown();
    const plain = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    expect(initialize(plain).destinations).toEqual(['http://127.0.0.1:9/v1/traces']);
  });

  it('can turn exporters off, and the code can turn the local service on all the same', async () => {
    const off = { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    Object.assign(process.env, off);
    for (const [options, destinations] of [
      [{}, []],
      [{ enableTtaUi: true }, ['http://127.0.0.1:8765/v1/traces']],
      [{ ttaUiEndpoint: 'http://127.0.0.1:9' }, ['http://127.0.0.1:9/v1/traces']],
      [{ otlpEndpoint: 'http://127.0.0.1:9' }, ['http://127.0.0.1:9/v1/traces']],
    ] as const) {
      obs = initializeObservability({ logLevel: 'silent', ...options });
      expect(obs.destinations).toEqual(destinations);
      await obs.shutdown();
    }
  });

  it('writes spans to standard output', async () => {
    const body = `initializeObservability({ enableTtaUi: false }); ${oneSpan}`;
    const { stdout, stderr } = await runProgram(folder, body, { OTEL_TRACES_EXPORTER: 'console' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'primitive.work.execute',
      attributes: { 'primitive.name': 'work' },
    });
  });

  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, false],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, true, true],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, false, false],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, false, false],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, true, true],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, true, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, false, false],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, false, false],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: 'x' }, true, false],
  ])(
    'records by %j: a trace of its own %j, one that its caller did not sample %j',
    async (env, own, unsampled) => {
      const { received, url } = await receiver();
      initialize({ ...json, ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url });
      const tracer = trace.getTracer('spec');
      tracer.startSpan('own').end();
      const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0, isRemote: true };
      tracer.startSpan('of another', {}, trace.setSpanContext(ROOT_CONTEXT, caller)).end();
      await obs?.flush();
      expect(sent(received).spans.map(({ name }) => name)).toEqual([
        ...(own ? ['own'] : []),
        ...(unsampled ? ['of another'] : []),
      ]);
    },
  );

  it('sends traces that tail sampling drops to the local service alone', async () => {
    const [local, other] = [await receiver(), await receiver()];
    initialize(
      { OTEL_EXPORTER_OTLP_ENDPOINT: other.url },
      {
        enableTtaUi: true,
        ttaUiEndpoint: local.url,
        tailSampling: {
          policies: [{ name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } }],
        },
      },
    );
    const tracer = trace.getTracer('spec');
    tracer.startSpan('fine').end();
    tracer.startSpan('failed').setStatus({ code: SpanStatusCode.ERROR }).end();
    await obs?.shutdown();
    expect(other.received.text).toContain('failed');
    expect(other.received.text).not.toContain('fine');
    expect(local.received.text).toMatch(/fine[^]*failed/);
  });

  it('loses to the sampler that the code brings', async () => {
    const { received, url } = await receiver();
    initialize(
      { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER: 'always_off' },
      { sampler: new AlwaysOnSampler() },
    );
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(sent(received).spans).toHaveLength(1);
  });

  it('limits what a span holds', async () => {
    const { received, url } = await receiver();
    initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
      OTEL_SPAN_LINK_COUNT_LIMIT: '1',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '0',
    });
    const span = trace.getTracer('spec').startSpan('a', { attributes: { a: 'abcdef', b: 1, c: 2 } });
    const link = { context: span.spanContext(), attributes: { x: 1 } };
    span.addEvent('1').addEvent('2', { x: 1, y: 2 }).addLink(link).addLink(link).end();
    await obs?.flush();
    const [got] = sent(received).spans;
    expect(byKey(got?.attributes ?? [])).toEqual({ a: 'abcd', b: 1 });
    expect(got).toMatchObject({
      droppedAttributesCount: 1,
      droppedEventsCount: 1,
      droppedLinksCount: 1,
      events: [{ droppedAttributesCount: 1 }],
      links: [{ droppedAttributesCount: 1 }],
    });
  });

  it('sets the size of requests and of the queue', async () => {
    const { received, url } = await receiver();
    initialize({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      OTEL_BSP_MAX_QUEUE_SIZE: '4',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    });
    const tracer = trace.getTracer('spec');
    for (let i = 0; i < 10; i++) tracer.startSpan('many').end();
    await obs?.flush();
    const { exported = 0, dropped = 0 } = obs?.counts().get(`${url}/v1/traces`) ?? {};
    expect(received.requests).toHaveLength(Math.ceil(exported / 2));
    expect(exported).toBeLessThan(8);
    expect(exported + dropped).toBe(10);
  });

  it.each([
    ['b3', ['b3']],
    ['b3multi', ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']],
    ['tracecontext', ['traceparent']],
    ['none', []],
  ])('lets context travel by OTEL_PROPAGATORS=%s', (names, fields) => {
    initialize({ OTEL_PROPAGATORS: names, OTEL_TRACES_EXPORTER: 'none' });
    const span = trace.getTracer('spec').startSpan('a');
    const headers: Record<string, string> = {};
    propagation.inject(trace.setSpan(ROOT_CONTEXT, span), headers);
    span.end();
    expect(Object.keys(headers)).toEqual(fields);
  });

  it('continues the trace that the process was started in', async () => {
    const { received, url } = await receiver();
    const [traceId, parentSpanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    initialize(
      {
        ...json,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        TRACEPARENT: `00-${traceId}-${parentSpanId}-01`,
        BAGGAGE: 'tenant=t1,secret=s1',
      },
      { baggageKeys: ['tenant'] },
    );
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    expect(sent(received).spans).toMatchObject([{ traceId, parentSpanId }]);
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    expect(headers['baggage']).toBe('tenant=t1');
  });

  it.each([
    ['TRACEPARENT', { OTEL_PROPAGATORS: 'b3' }],
    ['an odd TRACEPARENT', { TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01' }],
  ])('begins a trace of its own when %s is not to be used', async (_, env) => {
    const { received, url } = await receiver();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    initialize({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: url, TRACEPARENT: traceparent, ...env });
    trace.getTracer('spec').startSpan('a').end();
    await obs?.flush();
    const [span] = sent(received).spans;
    expect(span?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
    expect(span?.parentSpanId ?? '').toBe('');
  });

  it('serves metrics for Prometheus', async () => {
    const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const url =
      (await initialize({ ...env, OTEL_EXPORTER_PROMETHEUS_HOST: 'localhost' }).prometheusUrl) ?? '';
    expect(await (await fetch(url)).text()).toContain('target_info');
    await obs?.shutdown();
    expect(await initialize(env, { enablePrometheus: false }).prometheusUrl).toBeUndefined();
    await obs?.shutdown();
    const none = { OTEL_METRICS_EXPORTER: 'none' };
    expect(await initialize(none).prometheusUrl).toBeUndefined();
  });

  it.each([
    [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, /^[^\n]*OTEL_BSP_SCHEDULE_DELAY is [^\n]*soon[^\n]*\n$/],
    [{ OTEL_LOG_LEVEL: 'debug' }, /Registered a global for trace/],
    [{ OTEL_LOG_LEVEL: 'error' }, /^$/],
  ])('makes the program say no more and no less of %j', async (env, stderr) => {
    const body = 'initializeObservability({ enableTtaUi: false });';
    expect((await runProgram(folder, body, env)).stderr).toMatch(stderr);
  });

  it('stops no program, whatever it holds', async () => {
    const names = [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'OTEL_EXPORTER_OTLP_CERTIFICATE',
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
      'OTEL_EXPORTER_OTLP_CLIENT_KEY',
      'OTEL_TRACES_EXPORTER',
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
      'OTEL_PROPAGATORS',
      'OTEL_RESOURCE_ATTRIBUTES',
      'OTEL_ENTITIES',
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_BSP_MAX_QUEUE_SIZE',
      'OTEL_LOG_LEVEL',
      'TTA_UI_ENDPOINT',
      'TRACEPARENT',
      'TRACESTATE',
      'BAGGAGE',
      'PATH',
      'XDG_DATA_HOME',
    ];
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'http://127.0.0.1:9',
        'https://me:%zz@a.test',
        'http://[::1',
        'a.test:1',
        'grpc',
        'none',
      ),
      fc.constantFrom(
        'otlp',
        'a=%00',
        'a=\u{1F600}',
        '__proto__=1',
        'a{b=c}',
        '/dev/zero',
        '/etc/hostname',
        '0',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (env) => {
        process.env = { ...before };
        clearEnvironment(folder);
        Object.assign(process.env, env);
        obs = initializeObservability({ logLevel: 'silent', spoolDirectory: false });
        trace.getTracer('spec').startSpan('a');
        await obs.shutdown();
      }),
      { numRuns: 60 },
    );
  });
});
