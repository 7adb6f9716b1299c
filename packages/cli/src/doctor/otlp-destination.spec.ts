import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { otlpDestination } from './otlp-destination.ts';

const urlOf = (env: Record<string, string>) => otlpDestination(env, 'traces').url?.href;

describe('otlpDestination', () => {
  it.each([
    [{}, 'http://localhost:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://localhost:4317/'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1' }, 'http://a:1/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1/base/' }, 'http://a:1/base/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:1/x' }, 'http://a:1/x'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:1/x' },
      'http://a:1/x',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'a:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http://a:1/'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'a:1' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://a' }, undefined],
  ])('of %j is %s', (env, url) => {
    expect(urlOf(env as Record<string, string>)).toBe(url);
  });

  it('has the headers of the signal, decoded', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20x=y, B = 2,bad,=3,c=%',
    };
    expect(otlpDestination(env, 'traces').headers).toEqual({ authorization: 'Bearer x=y', b: '2', c: '%' });
    expect(otlpDestination(env, 'logs').headers).toEqual({ a: '1' });
  });

  it('makes of whatever variables say headers that can be sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (headers, endpoint) => {
        const env = { OTEL_EXPORTER_OTLP_HEADERS: headers, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
        expect(() => new Headers(otlpDestination(env, 'traces').headers)).not.toThrow();
      }),
    );
  });
});
