import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { ObservedProcess } from '../test/observed-process.ts';
import { runProgram } from '../test/program.ts';
import { initializeObservability } from './initialize-observability.ts';

const observed = new ObservedProcess();

describe('the environment', () => {
  it('sends headers to the OTLP endpoint alone, those for traces in place of the general ones', async () => {
    const [local, other] = [await observed.sink(), await observed.sink()];
    observed.initialize(
      {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${other.httpUrl}/v1/traces`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-general=1',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Basic%20YTpi',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      },
      { enableTtaUi: true, ttaUiEndpoint: local.httpUrl },
    );
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    const [toOther, toLocal] = [other.requests[0], local.requests[0]];
    expect(toOther?.headers).toMatchObject({ authorization: 'Basic YTpi', 'content-encoding': 'gzip' });
    expect(toOther?.headers).not.toHaveProperty('x-general');
    expect(toLocal?.headers).not.toHaveProperty('authorization');
    expect(toLocal?.headers).not.toHaveProperty('content-encoding');
    expect(other.resources).toMatchObject([{ 'service.name': 'tta-workflow' }]);
  });

  it('sends by gRPC', async () => {
    const sink = await observed.sink();
    observed.initialize({
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(sink.grpcUrl).host,
    });
    expect(observed.obs?.destinations.map(({ address }) => address)).toEqual([sink.grpcUrl]);
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(sink.requests.map(({ protocol, signal }) => `${protocol} ${signal}`).sort()).toEqual([
      'grpc metrics',
      'grpc traces',
    ]);
    expect([...(observed.obs?.counts().values() ?? [])]).toEqual([{ exported: 1, spooled: 0, dropped: 0 }]);
    await observed.obs?.shutdown();
  });

  it('trusts the authority that is named, and sends nothing by https when that cannot be read', async () => {
    const [certificate, key] = [join(observed.folder, 'c.pem'), join(observed.folder, 'k.pem')];
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
    observed.closing.push(() => (server.closeAllConnections(), server.close()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: address,
      OTEL_EXPORTER_OTLP_CERTIFICATE: certificate,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificate,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: key,
    };
    observed.initialize(env);
    trace.getTracer('spec').startSpan('a').end();
    await observed.obs?.flush();
    expect(observed.obs?.counts().get('otlp')?.exported).toBe(1);
    // The connections of traces and of metrics.
    expect(clients).toEqual([true, true]);
    await observed.obs?.shutdown();

    const unreadable = { ...env, OTEL_EXPORTER_OTLP_CERTIFICATE: '/nonexistent' };
    expect(observed.initialize(unreadable).destinations.map(({ address }) => address)).toEqual([]);
    await observed.obs?.shutdown();
    const plain = { ...unreadable, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    expect(observed.initialize(plain).destinations.map(({ address }) => address)).toEqual([
      'http://127.0.0.1:9/v1/traces',
    ]);
  });

  it('can turn exporters off, and the code can turn the local service on all the same', async () => {
    const off = { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    observed.setEnvironment(off);
    for (const [options, destinations] of [
      [{}, []],
      [{ enableTtaUi: true }, ['http://127.0.0.1:8765/v1/traces']],
      [{ ttaUiEndpoint: 'http://127.0.0.1:9' }, ['http://127.0.0.1:9/v1/traces']],
      [{ otlpEndpoint: 'http://127.0.0.1:9' }, ['http://127.0.0.1:9/v1/traces']],
    ] as const) {
      const obs = initializeObservability({ logLevel: 'silent', ...options });
      expect(obs.destinations.map(({ address }) => address)).toEqual(destinations);
      await obs.shutdown();
    }
  });

  it('writes spans to standard output', async () => {
    const body = 'initializeObservability({ enableTtaUi: false }); await new Work().execute("a");';
    const { stdout, stderr } = await runProgram(observed.folder, body, { OTEL_TRACES_EXPORTER: 'console' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'primitive.work.execute',
      attributes: { 'primitive.name': 'work' },
    });
  });

  it('sends traces that tail sampling drops to the local service alone', async () => {
    const [local, other] = [await observed.sink(), await observed.sink()];
    observed.initialize(
      { OTEL_EXPORTER_OTLP_ENDPOINT: other.httpUrl },
      {
        enableTtaUi: true,
        ttaUiEndpoint: local.httpUrl,
        tailSampling: {
          policies: [{ name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } }],
        },
      },
    );
    const tracer = trace.getTracer('spec');
    tracer.startSpan('fine').end();
    tracer.startSpan('failed').setStatus({ code: SpanStatusCode.ERROR }).end();
    await observed.obs?.shutdown();
    expect(other.trace.spans.map(({ name }) => name)).toEqual(['failed']);
    expect(local.trace.spans.map(({ name }) => name)).toEqual(['fine', 'failed']);
  });

  it('sets the size of requests and of the queue', async () => {
    const sink = await observed.sink();
    observed.initialize({
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.httpUrl,
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      OTEL_BSP_MAX_QUEUE_SIZE: '4',
      OTEL_BSP_SCHEDULE_DELAY: '60000',
    });
    const tracer = trace.getTracer('spec');
    for (let i = 0; i < 10; i++) tracer.startSpan('many').end();
    await observed.obs?.flush();
    const { exported = 0, dropped = 0 } = observed.obs?.counts().get('otlp') ?? {};
    expect(sink.requestsOf('traces')).toHaveLength(Math.ceil(exported / 2));
    expect(exported).toBeLessThan(8);
    expect(exported + dropped).toBe(10);
  });
});
