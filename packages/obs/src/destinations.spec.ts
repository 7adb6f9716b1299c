import { describe, expect, it } from '@jest/globals';
import { addresseeOf, describeDestination } from './addressee.ts';
import { type Destinations, destinationsOf } from './destinations.ts';
import { readEnvironment } from './environment/read-environment.ts';
import type { ObservabilityOptions } from './observability-options.ts';

function all(env: Record<string, string>, options: ObservabilityOptions = {}, spool?: string): Destinations {
  return destinationsOf(options, readEnvironment(env), spool);
}

/** Those of traces. */
function of(...args: Parameters<typeof all>): Destinations['traces'] {
  return all(...args).traces;
}

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.test' };

describe('destinationsOf', () => {
  it('is the local service alone by default, which gets everything at once and keeps it on disk', () => {
    expect(of({}, {}, '/data/spool')).toEqual([
      {
        name: 'local',
        tracesUrl: 'http://127.0.0.1:8765/v1/traces',
        timeoutMs: 2_000,
        flushMs: 50,
        everything: true,
        spool: { directory: '/data/spool' },
      },
    ]);
    expect(of({}, {})[0]).not.toHaveProperty('spool');
  });

  it('shows the local service its token, and no other destination', () => {
    const env = { ...endpoint, TTA_UI_TOKEN: 'token-of-the-environment' };
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const { traces, logs } = all(env);
    for (const [local, other] of [traces, logs]) {
      expect(local).toMatchObject({ name: 'local', ...bearer('token-of-the-environment') });
      expect(other).not.toHaveProperty('headers');
    }
    expect(of(env, { ttaUiToken: 'token-of-the-code' })[0]).toMatchObject(bearer('token-of-the-code'));
    expect(traces.map(describeDestination).join()).not.toContain('token');
  });

  it('keeps the token beside the headers of another that has the same address', () => {
    const env = {
      TTA_UI_ENDPOINT: 'http://a.test',
      TTA_UI_TOKEN: 'x'.repeat(16),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.test',
      OTEL_EXPORTER_OTLP_HEADERS: 'k=v',
    };
    expect(of(env)).toMatchObject([{ headers: { authorization: `Bearer ${'x'.repeat(16)}`, k: 'v' } }]);
  });

  it('adds the OTLP endpoint, which has the SDK’s values unless the environment gives others', () => {
    expect(of(endpoint, { enableTtaUi: false }, '/data/spool')).toEqual([
      {
        name: 'otlp',
        tracesUrl: 'http://a.test/v1/traces',
        protocol: 'http/protobuf',
      },
    ]);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '300' }, { timeoutMs: 300 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: '300' }, { timeoutMs: 300 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: '30000' }, { timeoutMs: 10_000 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: '300', OTEL_EXPORTER_OTLP_TIMEOUT: '200' }, { timeoutMs: 200 }],
    [
      { OTEL_BSP_SCHEDULE_DELAY: '7', OTEL_BSP_MAX_QUEUE_SIZE: '100' },
      { flushMs: 7, queueSpans: 100 },
    ],
    [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '9' }, { batchSpans: 9 }],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, { compression: 'gzip' }],
  ])('sets %j', (env, expected) => {
    expect(of({ ...endpoint, ...env })[1]).toMatchObject(expected);
  });

  it('sends once to an address that is both, with the headers of the environment', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8765', OTEL_EXPORTER_OTLP_HEADERS: 'k=v' };
    expect(of(env)).toMatchObject([{ name: 'local', headers: { k: 'v' } }]);
  });

  it('trusts whom Node trusts, with its last words too', () => {
    const env = { ...endpoint, NODE_EXTRA_CA_CERTS: '/ca.pem' };
    const exporter = { export: () => undefined, shutdown: async () => {} };
    const own = { name: 'own', tracesUrl: 'https://b.test', tls: { nodeExtraCaCerts: '/own.pem' } };
    expect(of(env, { destinations: [own, { name: 'mine', exporter }] })).toMatchObject([
      { name: 'local', tls: { nodeExtraCaCerts: '/ca.pem' } },
      { name: 'otlp', tls: { nodeExtraCaCerts: '/ca.pem' } },
      own,
      { name: 'mine', exporter },
    ]);
  });

  it('is called in the log by what a person knows it by', () => {
    const exporter = { export: () => undefined, shutdown: async () => {} };
    const traces = of(endpoint, { destinations: [{ name: 'mine', exporter }] });
    expect(traces.map(describeDestination)).toEqual([
      'the local service at http://127.0.0.1:8765/v1/traces',
      'http://a.test/v1/traces',
      'mine',
    ]);
    expect(traces.map(addresseeOf)).toEqual([
      { name: 'local', address: 'http://127.0.0.1:8765/v1/traces' },
      { name: 'otlp', address: 'http://a.test/v1/traces' },
      { name: 'mine', address: undefined },
    ]);
  });

  it('sends where the code says by the protocol that the environment says', () => {
    const env = { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: 'k=v' };
    expect(of(env, { otlpEndpoint: 'http://b.test:4317/x' })[1]).toMatchObject({
      tracesUrl: 'http://b.test:4317',
      protocol: 'grpc',
      headers: { k: 'v' },
    });
    expect(() => of(env, { otlpEndpoint: 'unix:///x' })).toThrow('otlpEndpoint is "unix:///x"');
  });

  it.each([
    ['http://user:S3CRET@h.test:1/base?token=S3CRET', 'http://h.test:1/base/v1/traces'],
    ['http:user:S3CRET@h.test:1', 'http://h.test:1/v1/traces'],
    ['http:/\\user:S3CRET@h.test', 'http://h.test/v1/traces'],
  ])('shows no secret of %j', (address, shown) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: address, TTA_UI_ENDPOINT: address };
    const other = { ...env, TTA_UI_ENDPOINT: 'http://other.test' };
    for (const destinations of [
      of(env),
      of(other, { enableTtaUi: false }),
      of({}, { ttaUiEndpoint: address }),
      of({}, { enableTtaUi: false, otlpEndpoint: address }),
    ]) {
      expect(destinations.map(addresseeOf)).toMatchObject([{ address: shown }]);
      expect(destinations.map(describeDestination).join()).not.toContain('S3CRET');
      expect(destinations).toMatchObject([{ tracesUrl: expect.stringContaining('S3CRET') }]);
    }
  });

  it.each(['http://user:S3CRET#x@h.test:4318', 'user:S3CRET@h.test:4318', 'h.test/x?token=S3CRET'])(
    'shows no secret of %j when it throws',
    (address) => {
      for (const option of ['ttaUiEndpoint', 'otlpEndpoint']) {
        expect(() => of({}, { [option]: address })).toThrow(/^(?!.*S3CRET).*h\.test/);
      }
    },
  );

  it('adds what the code brings, as it is', () => {
    const mine = { name: 'mine', tracesUrl: 'https://me:secret@c.test/v1/traces?key=secret', timeoutMs: 5 };
    const exporter = { export: () => undefined, shutdown: () => Promise.resolve() };
    const custom = { name: 'custom', exporter };
    const traces = of({ OTEL_BSP_SCHEDULE_DELAY: '7' }, { enableTtaUi: false, destinations: [mine, custom] });
    expect(traces).toEqual([mine, custom]);
    expect([mine, custom].map(describeDestination)).toEqual(['https://c.test/v1/traces', 'custom']);
  });
});

describe('destinationsOf log lines', () => {
  it('is the local service, which gets them at once and keeps them on disk', () => {
    expect(all({}, {}, '/data/spool').logs).toEqual([
      {
        name: 'local',
        url: 'http://127.0.0.1:8765/v1/logs',
        timeoutMs: 2_000,
        flushMs: 50,
        spool: { directory: '/data/spool' },
      },
    ]);
  });

  it('adds the OTLP endpoint, with what the environment says of log lines', () => {
    const env = {
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'k=general',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'k=logs',
      OTEL_BLRP_SCHEDULE_DELAY: '7',
      OTEL_BLRP_MAX_QUEUE_SIZE: '100',
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '9',
      OTEL_BLRP_EXPORT_TIMEOUT: '300',
    };
    const batching = { flushMs: 7, queueRecords: 100, batchRecords: 9 };
    expect(all(env).logs).toEqual([
      { name: 'local', url: 'http://127.0.0.1:8765/v1/logs', timeoutMs: 2_000, ...batching },
      {
        name: 'otlp',
        url: 'http://a.test/v1/logs',
        protocol: 'http/protobuf',
        headers: { k: 'logs' },
        timeoutMs: 300,
        ...batching,
      },
    ]);
  });

  it.each<[Record<string, string>, ObservabilityOptions, string[]]>([
    [{ OTEL_LOGS_EXPORTER: 'none' }, { enableTtaUi: true }, []],
    [{ OTEL_LOGS_EXPORTER: 'console', ...endpoint }, {}, ['local']],
    [{ OTEL_LOGS_EXPORTER: 'otlp' }, {}, ['local', 'otlp']],
    [{ OTEL_TRACES_EXPORTER: 'none', ...endpoint }, {}, ['otlp']],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { enableTtaUi: true }, ['local']],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a.test' }, { enableTtaUi: false }, []],
    [{}, { enableTtaUi: false, otlpEndpoint: 'http://a.test' }, []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8765' }, {}, ['local']],
  ])('by %j and %j are %j', (env, options, names) => {
    expect(all(env, options).logs.map(({ name }) => name)).toEqual(names);
  });
});

describe('destinationsOf metrics', () => {
  it('is the OTLP endpoint, with what the environment says of metrics', () => {
    const env = {
      ...endpoint,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_METRIC_EXPORT_INTERVAL: '4000',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
    };
    expect(all(env).metrics).toEqual([
      {
        name: 'otlp',
        url: 'http://a.test/v1/metrics',
        protocol: 'http/protobuf',
        timeoutMs: 4_000,
        temporality: 'delta',
        histogramAggregation: 'base2_exponential_bucket_histogram',
        tls: { nodeExtraCaCerts: '/ca.pem' },
      },
    ]);
  });

  it.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ OTEL_METRICS_EXPORTER: 'prometheus', ...endpoint }, []],
    [{ OTEL_METRICS_EXPORTER: 'none', ...endpoint }, []],
    [{ OTEL_METRICS_EXPORTER: 'otlp,prometheus' }, ['http://localhost:4318/v1/metrics']],
  ])('by %j is %j', (env, urls) => {
    expect(all(env, { otlpEndpoint: 'http://traces.test' }).metrics.map(({ url }) => url)).toEqual(urls);
  });
});
