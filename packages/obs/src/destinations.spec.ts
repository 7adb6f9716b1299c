import { describe, expect, it } from '@jest/globals';
import { addresseeOf, describeDestination, destinationsOf } from './destinations.ts';
import { readEnvironment } from './environment/read-environment.ts';
import type { ObservabilityOptions } from './observability-options.ts';

function of(env: Record<string, string>, options: ObservabilityOptions = {}, spool?: string): object[] {
  return destinationsOf(options, readEnvironment(env), spool);
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
    const all = destinationsOf(
      { destinations: [{ name: 'mine', exporter }] },
      readEnvironment(endpoint),
      undefined,
    );
    expect(all.map(describeDestination)).toEqual([
      'the local service at http://127.0.0.1:8765/v1/traces',
      'http://a.test/v1/traces',
      'mine',
    ]);
    expect(all.map(addresseeOf)).toEqual([
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
      destinationsOf({}, readEnvironment(env), undefined),
      destinationsOf({ enableTtaUi: false }, readEnvironment(other), undefined),
      destinationsOf({ ttaUiEndpoint: address }, readEnvironment({}), undefined),
      destinationsOf({ enableTtaUi: false, otlpEndpoint: address }, readEnvironment({}), undefined),
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
    const all = of({ OTEL_BSP_SCHEDULE_DELAY: '7' }, { enableTtaUi: false, destinations: [mine, custom] });
    expect(all).toEqual([mine, custom]);
    expect([mine, custom].map(describeDestination)).toEqual(['https://c.test/v1/traces', 'custom']);
  });
});
