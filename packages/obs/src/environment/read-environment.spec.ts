import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './read-environment.ts';

type Env = Record<string, string>;

/** What an environment changes about the settings, by path: `batching.spans.flushMs`. */
function changes(env: Env): Record<string, unknown> {
  const [before, after] = [flatten(readEnvironment({})), flatten(readEnvironment(env))];
  return Object.fromEntries(
    Object.entries(after).filter(([path, value]) => JSON.stringify(value) !== JSON.stringify(before[path])),
  );
}

function flatten(value: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !/headers|attributes/.test(key)
        ? Object.entries(flatten(inner, `${prefix}${key}.`))
        : [[`${prefix}${key}`, inner]],
    ),
  );
}

describe('readEnvironment', () => {
  it('has defaults', () => {
    expect(readEnvironment({})).toMatchObject({
      disabled: false,
      resource: { serviceName: undefined, attributes: {} },
      otlp: {
        traces: { url: undefined, protocol: 'http/protobuf', headers: undefined, tls: undefined },
        metrics: { url: undefined },
        logs: { url: undefined },
      },
      metricExport: { intervalMs: 60_000, timeoutMs: 30_000, temporality: undefined, histogram: undefined },
      logRecordLimits: { attributeValueLengthLimit: Infinity, attributeCountLimit: 128 },
      spanLimits: {
        attributeValueLengthLimit: Infinity,
        attributeCountLimit: 128,
        eventCountLimit: 128,
        linkCountLimit: 128,
        attributePerEventCountLimit: 128,
        attributePerLinkCountLimit: 128,
      },
      colour: undefined,
      problems: [],
    });
  });

  it.each<[Env, Record<string, unknown>]>([
    [{ OTEL_SDK_DISABLED: ' TRUE ' }, { disabled: true }],
    [{ OTEL_SDK_DISABLED: 'False' }, {}],
    [{ OTEL_SERVICE_NAME: ' shop ' }, { 'resource.serviceName': 'shop' }],
    [{ OTEL_SERVICE_NAME: '', OTEL_BSP_SCHEDULE_DELAY: '  ' }, {}],
    [{ NODE_ENV: 'staging' }, { environment: 'staging' }],
    [{ TTA_UI_ENDPOINT: 'http://a.test' }, { ttaUiEndpoint: 'http://a.test' }],
    [{ TTA_UI_TOKEN: ' 0123456789abcdef ' }, { ttaUiToken: '0123456789abcdef' }],
    [{ TTA_LOG_LEVEL: 'DEBUG' }, { 'logLevels.lines': 'debug' }],
    [{ TTA_CAPTURE_CONTENT: 'true' }, { captureContent: true }],
    [{ TTA_CAPTURE_CONTENT: 'yes' }, { problems: expect.anything() }],
    [{ OTEL_LOG_LEVEL: 'Verbose' }, { 'logLevels.diagnostics': 80 }],
    [{ OTEL_LOG_LEVEL: 'none' }, { 'logLevels.diagnostics': 0 }],
    [{ NO_COLOR: '1' }, { colour: false }],
    [{ NO_COLOR: '', FORCE_COLOR: ' ' }, {}],
    [{ FORCE_COLOR: '1' }, { colour: true }],
    [{ FORCE_COLOR: 'true' }, { colour: true }],
    [{ FORCE_COLOR: '0' }, { colour: false }],
    [{ FORCE_COLOR: 'false' }, { colour: false }],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, { colour: false }],
    [{ PATH: '/bin' }, { searchPath: '/bin' }],
    [{ NODE_EXTRA_CA_CERTS: '/ca.pem' }, { nodeExtraCaCerts: '/ca.pem' }],
    [{ OTEL_PROPAGATORS: 'b3, tracecontext,B3' }, { propagators: ['b3', 'tracecontext'] }],
    [{ OTEL_PROPAGATORS: 'none' }, { propagators: [] }],
    [{ OTEL_PROPAGATORS: 'b3multi,none' }, { propagators: [] }],
    [{ OTEL_PROPAGATORS: ',' }, {}],
    [{ OTEL_TRACES_EXPORTER: 'console, Console' }, { 'exporters.traces': ['console'] }],
    [
      { OTEL_TRACES_EXPORTER: 'console,otlp' },
      { 'exporters.traces': ['console', 'otlp'], 'otlp.traces.url': 'http://localhost:4318/v1/traces' },
    ],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { 'exporters.traces': [] }],
    [{ OTEL_METRICS_EXPORTER: 'prometheus' }, { 'exporters.metrics': ['prometheus'] }],
    [
      { OTEL_METRICS_EXPORTER: 'otlp,prometheus,console' },
      {
        'exporters.metrics': ['otlp', 'prometheus', 'console'],
        'otlp.metrics.url': 'http://localhost:4318/v1/metrics',
      },
    ],
    [{ OTEL_METRICS_EXPORTER: 'none' }, { 'exporters.metrics': [] }],
    [
      { OTEL_LOGS_EXPORTER: 'otlp' },
      { 'exporters.logs': ['otlp'], 'otlp.logs.url': 'http://localhost:4318/v1/logs' },
    ],
    [{ OTEL_LOGS_EXPORTER: 'none' }, { 'exporters.logs': [] }],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: '5000' },
      { 'metricExport.intervalMs': 5_000, 'metricExport.timeoutMs': 5_000 },
    ],
    [{ OTEL_METRIC_EXPORT_TIMEOUT: '70000' }, { 'metricExport.timeoutMs': 60_000 }],
    [{ OTEL_METRIC_EXPORT_TIMEOUT: '0' }, { 'metricExport.timeoutMs': 60_000 }],
    [{ OTEL_METRIC_EXPORT_TIMEOUT: '900' }, { 'metricExport.timeoutMs': 900 }],
    [
      { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory' },
      { 'metricExport.temporality': 'lowmemory' },
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'BASE2_EXPONENTIAL_BUCKET_HISTOGRAM' },
      { 'metricExport.histogram': 'base2_exponential_bucket_histogram' },
    ],
    [{ OTEL_METRICS_EXEMPLAR_FILTER: 'always_off' }, {}],
    [
      { OTEL_BLRP_SCHEDULE_DELAY: '0', OTEL_BLRP_EXPORT_TIMEOUT: '250' },
      { 'batching.logRecords.flushMs': 0, 'batching.logRecords.exportTimeoutMs': 250 },
    ],
    [
      { OTEL_BLRP_MAX_QUEUE_SIZE: '5000', OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '7' },
      { 'batching.logRecords.queueLimit': 5_000, 'batching.logRecords.batchLimit': 7 },
    ],
    [{ OTEL_EXPORTER_PROMETHEUS_HOST: '::1' }, { 'prometheus.host': '::1' }],
    [{ OTEL_EXPORTER_PROMETHEUS_HOST: 'localhost' }, { 'prometheus.host': 'localhost' }],
    [{ OTEL_EXPORTER_PROMETHEUS_PORT: '0' }, { 'prometheus.port': 0 }],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, { 'sampler.name': 'always_off' }],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.5' }, {}],
    [{ OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: 'x' }, { 'sampler.name': 'always_on' }],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '2.5e-1' },
      { 'sampler.name': 'parentbased_traceidratio', 'sampler.ratio': 0.25 },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1e-300' },
      { 'sampler.name': 'traceidratio', 'sampler.ratio': 0 },
    ],
    [{ OTEL_BSP_SCHEDULE_DELAY: '0' }, { 'batching.spans.flushMs': 0 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: '250' }, { 'batching.spans.exportTimeoutMs': 250 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: '0' }, { 'batching.spans.exportTimeoutMs': 2 ** 31 - 1 }],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '5000' }, { 'batching.spans.queueLimit': 5000 }],
    [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '7' }, { 'batching.spans.batchLimit': 7 }],
    [
      { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9' },
      { 'spanLimits.attributeValueLengthLimit': 9, 'logRecordLimits.attributeValueLengthLimit': 9 },
    ],
    [
      { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9', OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '8' },
      { 'spanLimits.attributeValueLengthLimit': 8, 'logRecordLimits.attributeValueLengthLimit': 9 },
    ],
    [
      { OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '8', OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '5' },
      { 'logRecordLimits.attributeValueLengthLimit': 8, 'logRecordLimits.attributeCountLimit': 5 },
    ],
    [
      { OTEL_ATTRIBUTE_COUNT_LIMIT: '7' },
      { 'spanLimits.attributeCountLimit': 7, 'logRecordLimits.attributeCountLimit': 7 },
    ],
    [
      { OTEL_ATTRIBUTE_COUNT_LIMIT: '7', OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '6' },
      { 'spanLimits.attributeCountLimit': 6, 'logRecordLimits.attributeCountLimit': 7 },
    ],
    [{ OTEL_SPAN_EVENT_COUNT_LIMIT: '5' }, { 'spanLimits.eventCountLimit': 5 }],
    [{ OTEL_SPAN_LINK_COUNT_LIMIT: '4' }, { 'spanLimits.linkCountLimit': 4 }],
    [{ OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '3' }, { 'spanLimits.attributePerEventCountLimit': 3 }],
    [{ OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '0' }, { 'spanLimits.attributePerLinkCountLimit': 0 }],
  ])('reads %j as %j', (env, expected) => {
    expect(changes(env)).toEqual(expected);
  });

  it.each<[Env, string, Record<string, unknown>]>([
    [
      { OTEL_SDK_DISABLED: '1' },
      'OTEL_SDK_DISABLED is "1"; it has to be true or false, so false is used.',
      {},
    ],
    [
      { OTEL_BSP_SCHEDULE_DELAY: 'soon' },
      'OTEL_BSP_SCHEDULE_DELAY is "soon"; it has to be a whole number from 0 to 2147483647, so the default is used.',
      {},
    ],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '0' },
      'OTEL_BSP_MAX_QUEUE_SIZE is "0"; it has to be a whole number from 1 to 2147483647, so 8192 is used.',
      {},
    ],
    [
      { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '-5' },
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is "-5"; it has to be a whole number from 1 to 2147483647, so 512 is used.',
      {},
    ],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20' },
      'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is "20"; it has to be at most the size of the queue, 10, so 10 is used.',
      { 'batching.spans.queueLimit': 10, 'batching.spans.batchLimit': 10 },
    ],
    [
      { OTEL_BSP_EXPORT_TIMEOUT: '1.5' },
      'OTEL_BSP_EXPORT_TIMEOUT is "1.5"; it has to be a whole number from 0 to 2147483647, so 30000 is used.',
      {},
    ],
    [
      { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '99999999999', OTEL_ATTRIBUTE_COUNT_LIMIT: '7' },
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT is "99999999999"; it has to be a whole number from 0 to 2147483647, so 7 is used.',
      { 'spanLimits.attributeCountLimit': 7, 'logRecordLimits.attributeCountLimit': 7 },
    ],
    [
      { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: 'x' },
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is "x"; it has to be a whole number from 1 to 2147483647, so there is no limit.',
      {},
    ],
    [
      { OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0' },
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT is "0"; it has to be a whole number from 1 to 2147483647, so there is no limit.',
      {},
    ],
    [
      { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9' },
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT is "0"; it has to be a whole number from 1 to 2147483647, so 9 is used.',
      { 'spanLimits.attributeValueLengthLimit': 9, 'logRecordLimits.attributeValueLengthLimit': 9 },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_TRACES_SAMPLER_ARG: '1' },
      'OTEL_TRACES_SAMPLER is "jaeger_remote"; it has to be always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio, so parentbased_always_on is used.',
      {},
    ],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.01' },
      'OTEL_TRACES_SAMPLER_ARG is "1.01"; it has to be a number from 0 to 1, so 1 is used.',
      { 'sampler.name': 'traceidratio' },
    ],
    [
      { OTEL_PROPAGATORS: 'xray,b3' },
      'OTEL_PROPAGATORS is "xray,b3"; it has to be none, tracecontext, baggage, b3 or b3multi, so b3 is used.',
      { propagators: ['b3'] },
    ],
    [
      { OTEL_PROPAGATORS: 'jaeger' },
      'OTEL_PROPAGATORS is "jaeger"; it has to be none, tracecontext, baggage, b3 or b3multi, so tracecontext,baggage is used.',
      {},
    ],
    [
      { OTEL_TRACES_EXPORTER: 'zipkin' },
      'OTEL_TRACES_EXPORTER is "zipkin"; it has to be none, otlp or console, so it is as if it were not set.',
      {},
    ],
    [
      { OTEL_METRICS_EXPORTER: 'statsd' },
      'OTEL_METRICS_EXPORTER is "statsd"; it has to be none, otlp, prometheus or console, so it is as if it were not set.',
      {},
    ],
    [
      { OTEL_LOGS_EXPORTER: 'syslog,console' },
      'OTEL_LOGS_EXPORTER is "syslog,console"; it has to be none, otlp or console, so console is used.',
      { 'exporters.logs': ['console'] },
    ],
    [
      { OTEL_METRIC_EXPORT_INTERVAL: '0' },
      'OTEL_METRIC_EXPORT_INTERVAL is "0"; it has to be a whole number from 1 to 2147483647, so 60000 is used.',
      {},
    ],
    [
      { OTEL_METRICS_EXEMPLAR_FILTER: 'trace_based' },
      'OTEL_METRICS_EXEMPLAR_FILTER is "trace_based"; it has to be always_off, so metrics have no exemplars.',
      {},
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'x' },
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE is "x"; it has to be cumulative, delta or lowmemory, so cumulative is used.',
      {},
    ],
    [
      { OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '9000' },
      'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE is "9000"; it has to be at most the size of the queue, 8192, so 8192 is used.',
      { 'batching.logRecords.batchLimit': 8_192 },
    ],
    [
      { OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' },
      'OTEL_EXPORTER_PROMETHEUS_HOST is "0.0.0.0"; it has to be localhost or another address of loopback, so 127.0.0.1 is used.',
      {},
    ],
    [
      { OTEL_EXPORTER_PROMETHEUS_PORT: '70000' },
      'OTEL_EXPORTER_PROMETHEUS_PORT is "70000"; it has to be a whole number from 0 to 65535, so 9464 is used.',
      {},
    ],
    [
      { OTEL_LOG_LEVEL: 'loud' },
      'OTEL_LOG_LEVEL is "loud"; it has to be none, error, warn, info, debug, verbose or all, so none is used.',
      {},
    ],
    [
      { TTA_LOG_LEVEL: 'loud' },
      'TTA_LOG_LEVEL is "loud"; it has to be debug, info, warn, error or silent, so warn is used.',
      {},
    ],
    [
      { TTA_UI_ENDPOINT: 'ftp://me:secret@a.test' },
      'TTA_UI_ENDPOINT is "ftp://a.test"; it has to be an address like http://127.0.0.1:8765, so http://127.0.0.1:8765 is used.',
      {},
    ],
    [
      { TTA_UI_TOKEN: 'secret' },
      'TTA_UI_TOKEN has a value that cannot be used; it has to be 16 to 256 printable ASCII characters without blanks, so none is shown.',
      {},
    ],
    [
      { OTEL_CONFIG_FILE: '/etc/otel.yaml' },
      'OTEL_CONFIG_FILE is "/etc/otel.yaml"; it has to be left unset: configuration files are not read, so the other variables are used.',
      {},
    ],
    [
      { OTEL_EXPERIMENTAL_CONFIG_FILE: 'x'.repeat(200) },
      `OTEL_EXPERIMENTAL_CONFIG_FILE is "${'x'.repeat(100)}…"; it has to be left unset: configuration files are not read, so the other variables are used.`,
      {},
    ],
  ])('says what is wrong with %j, and goes on', (env, problem, expected) => {
    expect(changes(env)).toEqual({ problems: [problem], ...expected });
  });

  it('throws for no environment and shows no secret', () => {
    const names = [...namesRead()];
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '%',
        'a=%zz',
        'a{b=c',
        '{}',
        'http://',
        'http://me:hunter2@',
        'http://me:hunter2#x@a.test',
        'me:hunter2@a.test',
        'a.test?key=hunter2',
        'ftp://me:8/hunter2@a.test',
        'none,',
        '\u0000',
        '1e999',
      ),
      fc.constantFrom('/', '/dev/null', '/etc/passwd', '[::1]:4317', 'unix:///x', '__proto__=1'),
    );
    const environment = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 });
    fc.assert(
      fc.property(environment, (env) => {
        const { problems } = readEnvironment(env);
        for (const line of problems) {
          expect(line).not.toMatch(/\n|hunter2/);
          expect(line.length).toBeLessThan(2_000);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The variables that are read. */
function namesRead(): Set<string> {
  const names = new Set<string>();
  readEnvironment(new Proxy({}, { get: (_, name) => void names.add(String(name)) }));
  return names;
}
