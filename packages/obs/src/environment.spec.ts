import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.ts';

describe('readEnvironment', () => {
  it.each([
    [{}, {}],
    [{ OTEL_SERVICE_NAME: ' shop ' }, { serviceName: 'shop' }],
    [{ OTEL_SERVICE_NAME: '' }, {}],
    [{ OTEL_SERVICE_NAME: '  ' }, {}],
    [{ OTEL_SDK_DISABLED: 'TRUE' }, { disabled: true }],
    [{ OTEL_SDK_DISABLED: '1' }, {}],
    [{ TTA_UI_ENDPOINT: 'http://a.test' }, { ttaUiEndpoint: 'http://a.test' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.test' }, { otlpEndpoint: 'http://a.test' }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a.test/x' }, { otlpTracesUrl: 'http://a.test/x' }],
    [{ OTEL_BSP_SCHEDULE_DELAY: '250' }, { flushMs: 250 }],
    [{ OTEL_BSP_SCHEDULE_DELAY: '0' }, { flushMs: 0 }],
    [{ OTEL_BSP_SCHEDULE_DELAY: '-1' }, {}],
    [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, {}],
    [{ NODE_ENV: 'staging' }, { environment: 'staging' }],
    [{ TTA_LOG_LEVEL: 'DEBUG' }, { logLevel: 'debug' }],
    [{ TTA_LOG_LEVEL: 'loud' }, {}],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi=, x-tenant = t ,=x,bad=%zz' },
      { otlpHeaders: { authorization: 'Basic YTpi=', 'x-tenant': 't' } },
    ],
  ])('reads %j as %j', (env, settings) => {
    expect(readEnvironment(env)).toEqual({ disabled: false, ...settings });
  });
});
