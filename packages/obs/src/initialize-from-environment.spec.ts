import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { context, diag, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace-node';
import fc from 'fast-check';
import { describe, expect, it, jest } from '@jest/globals';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { sentText } from '../test/sent-text.ts';
import { initializeObservability } from './initialize-observability.ts';

const observed = new ObservedProcess();
const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

describe('the environment', () => {
  it('names the service and adds to the resource', async () => {
    const sink = await observed.sink();
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=other,service.namespace=acme,host.name=web%2C1,service.instance.id=i-7',
      OTEL_ENTITIES: 'k8s.pod{k8s.pod.uid=p-1}[k8s.pod.name=web]',
      NODE_ENV: 'staging',
    });
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(sink.requestsOf('traces')[0]?.protocol).toBe('http/json');
    expect(sink.resources[0]).toMatchObject({
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
    const sink = await observed.sink();
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=canary',
      NODE_ENV: 'production',
    });
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(sink.resources[0]).toMatchObject({
      'deployment.environment.name': 'canary',
      'service.name': 'tta-workflow',
    });
  });

  it('says from which commit a program runs, and whether files differ from it', async () => {
    const sink = await observed.sink();
    const git = (...args: string[]): string =>
      execFileSync(
        'git',
        ['-C', observed.folder, '-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args],
        {
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
        },
      );
    git('init', '--quiet', '--initial-branch=main');
    git('commit', '--quiet', '--allow-empty', '-m', 'x');
    git('remote', 'add', 'origin', 'https://me:secret@git.acme.test/shop.git');
    const body = 'initializeObservability({ enableTtaUi: false }); await new Work().execute("a");';
    const env = { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl, PATH: process.env['PATH'] ?? '' };
    expect((await runProgram(observed.folder, body, env)).stderr).toBe('');
    expect(sink.resources[0]).toMatchObject({
      'vcs.repository.url.full': 'https://git.acme.test/shop',
      'vcs.ref.head.name': 'main',
      'vcs.ref.head.revision': git('rev-parse', 'HEAD').trim(),
      'tta.vcs.dirty': false,
      'process.command': join(observed.folder, 'program.cjs'),
    });
    expect(sentText(sink)).not.toContain('secret');
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
      const sink = await observed.sink();
      observed.initialize({ ...json, ...env, OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl });
      const tracer = trace.getTracer('spec');
      tracer.startSpan('own').end();
      const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0, isRemote: true };
      tracer.startSpan('of another', {}, trace.setSpanContext(ROOT_CONTEXT, caller)).end();
      await observed.obs?.flush();
      expect(sink.trace.spans.map(({ name }) => name)).toEqual([
        ...(own ? ['own'] : []),
        ...(unsampled ? ['of another'] : []),
      ]);
    },
  );

  it('loses to the sampler that the code brings', async () => {
    const sink = await observed.sink();
    observed.initialize(
      { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl, OTEL_TRACES_SAMPLER: 'always_off' },
      { sampler: new AlwaysOnSampler() },
    );
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(sink.trace.spans).toHaveLength(1);
  });

  it('limits what a span holds', async () => {
    const sink = await observed.sink();
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
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
    await observed.obs?.flush();
    expect(sink.trace.spans[0]?.attributes).toEqual({ a: 'abcd', b: 1 });
    expect(sink.requestsOf('traces')[0]?.message.resourceSpans[0]?.scopeSpans[0]?.spans[0]).toMatchObject({
      droppedAttributesCount: 1,
      droppedEventsCount: 1,
      droppedLinksCount: 1,
      events: [{ droppedAttributesCount: 1 }],
      links: [{ droppedAttributesCount: 1 }],
    });
  });

  it.each([
    ['b3', ['b3']],
    ['b3multi', ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']],
    ['tracecontext', ['traceparent']],
    ['none', []],
  ])('lets context travel by OTEL_PROPAGATORS=%s', (names, fields) => {
    observed.initialize({ OTEL_PROPAGATORS: names, OTEL_TRACES_EXPORTER: 'none' });
    const span = trace.getTracer('spec').startSpan('a');
    const headers: Record<string, string> = {};
    propagation.inject(trace.setSpan(ROOT_CONTEXT, span), headers);
    span.end();
    expect(Object.keys(headers)).toEqual(fields);
  });

  it('continues the trace that the process was started in', async () => {
    const sink = await observed.sink();
    const [traceId, parentSpanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    observed.initialize(
      {
        ...json,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
        TRACEPARENT: `00-${traceId}-${parentSpanId}-01`,
        BAGGAGE: 'tenant=t1,secret=s1',
      },
      { baggageKeys: ['tenant'] },
    );
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(sink.trace.spans).toMatchObject([{ traceId, parentSpanId, hasRemoteParent: true }]);
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    expect(headers['baggage']).toBe('tenant=t1');
  });

  it.each([
    ['TRACEPARENT', { OTEL_PROPAGATORS: 'b3' }],
    ['an odd TRACEPARENT', { TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01' }],
  ])('begins a trace of its own when %s is not to be used', async (_, env) => {
    const sink = await observed.sink();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    observed.initialize({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      TRACEPARENT: traceparent,
      ...env,
    });
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    const [span] = sink.trace.spans;
    expect(span?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
    expect(span).toMatchObject({ parentSpanId: undefined });
  });

  it('serves metrics for Prometheus', async () => {
    const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    const url =
      (await observed.initialize({ ...env, OTEL_EXPORTER_PROMETHEUS_HOST: 'localhost' }).prometheusUrl) ?? '';
    expect(await (await fetch(url)).text()).toContain('target_info');
    await observed.obs?.shutdown();
    expect(await observed.initialize(env, { enablePrometheus: false }).prometheusUrl).toBeUndefined();
    await observed.obs?.shutdown();
    const none = { OTEL_METRICS_EXPORTER: 'none' };
    expect(await observed.initialize(none).prometheusUrl).toBeUndefined();
  });

  it.each([
    [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, /^[^\n]*OTEL_BSP_SCHEDULE_DELAY is [^\n]*soon[^\n]*\n$/],
    [{ OTEL_LOG_LEVEL: 'debug' }, /Registered a global for trace/],
    [{ OTEL_LOG_LEVEL: 'error' }, /^$/],
  ])('makes the program say no more and no less of %j', async (env, stderr) => {
    const body = 'initializeObservability({ enableTtaUi: false, logSampling: { rate: 0 } });';
    expect((await runProgram(observed.folder, body, env)).stderr).toMatch(stderr);
  });

  it('has OpenTelemetry speak about itself until the shutdown', async () => {
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const obs = observed.initialize({ OTEL_LOG_LEVEL: 'error' });
    diag.error('trouble within');
    expect(written).toHaveBeenCalledTimes(1);
    await obs.shutdown();
    diag.error('trouble within');
    expect(written).toHaveBeenCalledTimes(1);
    written.mockRestore();
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
      'OTEL_METRICS_EXPORTER',
      'OTEL_LOGS_EXPORTER',
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
      'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
      'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
      'OTEL_METRIC_EXPORT_INTERVAL',
      'OTEL_METRIC_EXPORT_TIMEOUT',
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
      'OTEL_BLRP_MAX_QUEUE_SIZE',
      'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
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
        observed.setEnvironment(env);
        const obs = initializeObservability({ logLevel: 'silent', spoolDirectory: false });
        trace.getTracer('spec').startSpan('a');
        obs.log.info('a');
        await obs.shutdown();
      }),
      { numRuns: 60 },
    );
  });
});
