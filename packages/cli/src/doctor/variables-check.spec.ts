import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DoctorSite, only } from '../../test/doctor-site.ts';

let site: DoctorSite;

beforeEach(() => {
  site = new DoctorSite();
});

afterEach(() => site.close());

describe('variables of OpenTelemetry', () => {
  it.each<[Record<string, string>, string, string]>([
    [{ OTEL_SDK_DISABLED: 'true' }, 'turned off', 'unset OTEL_SDK_DISABLED'],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'send no traces', 'export OTEL_TRACES_EXPORTER=otlp'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'send their traces to console', 'export OTEL_TRACES_EXPORTER=otlp'],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      'sampler takes none',
      'export OTEL_TRACES_SAMPLER=parentbased_always_on',
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.0' },
      'sampler takes none',
      'export OTEL_TRACES_SAMPLER_ARG=1',
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuff' },
      'no protocol "http/protobuff"',
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ],
  ])('with %j send no traces', async (env, what, mend) => {
    const { port } = await site.service();
    const finding = only(await site.found(port, env));
    expect(finding.check).toBe('variables');
    expect(finding.what).toContain(what);
    expect(finding.mend).toEqual([mend]);
  });

  it.each<[Record<string, string>]>([
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' }],
    [{ OTEL_TRACES_EXPORTER: 'console,otlp', OTEL_SDK_DISABLED: 'false' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('with %j are well', async (env) => {
    const { port } = await site.service();
    expect(await site.found(port, env)).toEqual([]);
  });
});
