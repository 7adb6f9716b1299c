import { describe, expect, it } from '@jest/globals';
import { observedEnvironment } from './observed-environment.ts';

const service = { url: 'http://127.0.0.1:8765', token: undefined };

describe('observedEnvironment', () => {
  it('sends what any OpenTelemetry SDK has to the service', () => {
    expect(observedEnvironment({ PATH: '/bin' }, service)).toEqual({
      PATH: '/bin',
      TTA_UI_ENDPOINT: 'http://127.0.0.1:8765',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8765',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_DENO: 'true',
    });
  });

  it('shows the token as headers have it in a variable', () => {
    const env = observedEnvironment({}, { ...service, token: 'a+b=c,d%e~0123456' });
    expect(env['OTEL_EXPORTER_OTLP_HEADERS']).toBe('authorization=Bearer%20a%2Bb%3Dc%2Cd%25e~0123456');
    expect(env['TTA_UI_TOKEN']).toBe('a+b=c,d%e~0123456');
  });

  it('leaves what the user has set, but for what is empty', () => {
    const env = observedEnvironment({ OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: '' }, service);
    expect(env).toMatchObject({ OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'otlp' });
  });

  it.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])(
    'sets nothing of OpenTelemetry beside %s of the user',
    (name) => {
      const env = { [name]: 'https://collector.example' };
      expect(observedEnvironment(env, service)).toEqual({ ...env, TTA_UI_ENDPOINT: service.url });
    },
  );
});
