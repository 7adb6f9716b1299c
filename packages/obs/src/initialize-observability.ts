import { context as contextApi, ROOT_CONTEXT } from '@opentelemetry/api';
import { instrumentationScope, InvalidOptionError, systemRandom } from '@tta/obs-context';
import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { createLogger, type LogLevel } from '@tta/obs-logging';
import { type Metrics, startMetrics } from '@tta/obs-metrics';
import {
  createResource,
  type Destination,
  type ExportCounts,
  signalUrl,
  startTracing,
} from '@tta/obs-tracing';
import { type EnvironmentSettings, readEnvironment } from './environment.ts';
import { LossReport } from './loss-report.ts';

export interface ObservabilityOptions {
  /** Shown as the origin of every trace. @defaultValue OTEL_SERVICE_NAME, else 'tta-workflow' */
  readonly serviceName?: string;
  readonly serviceVersion?: string;
  /** Send traces to the local service. @defaultValue true */
  readonly enableTtaUi?: boolean;
  /** @defaultValue TTA_UI_ENDPOINT, else 'http://127.0.0.1:8765' */
  readonly ttaUiEndpoint?: string;
  /** Serve metrics for Prometheus on loopback. @defaultValue false */
  readonly enablePrometheus?: boolean;
  /** @defaultValue 9464 */
  readonly prometheusPort?: number;
  /**
   * Another place to send traces to by OTLP over HTTP, e.g. `http://127.0.0.1:4318`; `v1/traces` is
   * appended. @defaultValue OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, else OTEL_EXPORTER_OTLP_ENDPOINT, else none
   */
  readonly otlpEndpoint?: string;
  /** Least level of log lines, which go to standard error. @defaultValue TTA_LOG_LEVEL, else 'warn' */
  readonly logLevel?: LogLevel;
  /**
   * Whether each step has a span of its own above its primitive's; `false` halves the number of spans.
   * @defaultValue true
   */
  readonly stepSpans?: boolean;
}

/** Running observability. */
export interface Observability {
  readonly serviceName: string;
  /** Where traces go. */
  readonly destinations: readonly string[];
  /** Where Prometheus scrapes; `undefined` when it was not asked for or its port was taken. */
  readonly prometheusUrl: Promise<string | undefined>;
  /** Spans that arrived and spans that were lost so far, by destination. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /** Sends what is queued; bounded in time. */
  flush(): Promise<void>;
  /** Sends what is queued, bounded in time, and takes everything down. Safe to call twice. */
  shutdown(): Promise<void>;
}

const defaults = {
  serviceName: 'tta-workflow',
  ttaUiEndpoint: 'http://127.0.0.1:8765',
  prometheusPort: 9464,
};

/** The local service sees a span at the latest this long after its end, so that the page is live. */
const localFlushMs = 50;
/** A local service that does not answer by then is not there. */
const localTimeoutMs = 2_000;
/** A destination that is down must not hold up the end of a program longer than this. */
const shutdownLimitMs = 3_000;

/** How long a program that ends in the middle of its work is held up for the trace of it. */
const lastWordsLimitMs = 1_000;

let running: Observability | undefined;

/**
 * Makes every primitive of this process visible: in the local service, in any other OTLP backend, to
 * Prometheus, in log lines. One call at the start of the program; a second one returns the first's handle.
 *
 * What is not read from `options` is read from the environment. With `OTEL_SDK_DISABLED=true` it does
 * nothing. A destination that is down loses its traces and nothing else; it is reported once a minute.
 *
 * However the program ends, what is queued is sent first: at its natural end, at `process.exit()` and when
 * it dies of an error. Only a signal that kills it takes what ended in the last moments with it; call
 * {@link Observability.shutdown} in a handler of your own there.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for an endpoint that is no http(s) address or a port out of range.
 */
export function initializeObservability(options: ObservabilityOptions = {}): Observability {
  if (running) return running;
  const env = readEnvironment(process.env);
  const serviceName = options.serviceName ?? env.serviceName ?? defaults.serviceName;
  const destinations = env.disabled ? [] : destinationsOf(options, env);
  const prometheus = prometheusOf(options);
  if (env.disabled) return (running = disabled(serviceName));

  const logger = createLogger({
    level: options.logLevel ?? env.logLevel ?? 'warn',
    format: process.stderr.isTTY ? 'pretty' : 'json',
    colour: process.stderr.isTTY && !process.env['NO_COLOR'],
  });
  const resource = createResource({
    serviceName,
    instanceId: systemRandom.uuid(),
    ...(options.serviceVersion === undefined ? {} : { serviceVersion: options.serviceVersion }),
    ...(env.environment === undefined ? {} : { environment: env.environment }),
  });
  const losses = new LossReport(logger);
  const tracing = startTracing({
    resource,
    destinations,
    // Not in the context of whichever run the batch began in: the line belongs to no trace.
    onLost: (destination, lost, error) =>
      contextApi.with(ROOT_CONTEXT, () => losses.add(destination.name, lost, error)),
  });
  const metrics: Metrics = startMetrics({
    resource,
    ...(prometheus ? { prometheus } : {}),
    onPrometheusError: (error) => {
      const reason =
        (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'the port is taken' : error.message;
      logger.warn(
        `Metrics are not served on port ${prometheus?.port}: ${reason}. Pass another prometheusPort; all else goes on.`,
      );
    },
  });
  setDefaultInstrumentation(
    new Instrumentation({
      tracer: tracing.getTracer(instrumentationScope),
      meter: metrics.getMeter(instrumentationScope),
      logger,
      stepSpans: options.stepSpans ?? true,
    }),
  );

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    process.off('beforeExit', onBeforeExit);
    process.off('exit', onExit);
    // First, so that observability may be initialised anew while this one still sends.
    running = undefined;
    setDefaultInstrumentation(undefined);
    await Promise.all([tracing.shutdown(shutdownLimitMs), within(shutdownLimitMs, metrics.shutdown())]);
  };
  const onBeforeExit = (): void => void handle.shutdown();
  process.once('beforeExit', onBeforeExit);
  // A program that dies of an error, or calls process.exit(), gets no further turn of the event loop.
  const onExit = (): void => tracing.finishNow(lastWordsLimitMs);
  process.once('exit', onExit);
  const handle: Observability = {
    serviceName,
    destinations: destinations.map(({ tracesUrl }) => withoutCredentials(tracesUrl)),
    prometheusUrl: metrics.prometheusUrl,
    counts: () => tracing.counts(),
    flush: () => within(shutdownLimitMs, tracing.flush()),
    shutdown: () => (stopping ??= stop()),
  };
  return (running = handle);
}

function destinationsOf(options: ObservabilityOptions, env: EnvironmentSettings): Destination[] {
  const destinations: Destination[] = [];
  const flushMs = env.flushMs;
  if (options.enableTtaUi ?? true) {
    const endpoint = options.ttaUiEndpoint ?? env.ttaUiEndpoint ?? defaults.ttaUiEndpoint;
    destinations.push({
      name: `the local service at ${withoutCredentials(endpoint)}`,
      tracesUrl: signalUrl(requireHttp(endpoint, 'ttaUiEndpoint'), 'traces'),
      flushMs: flushMs ?? localFlushMs,
      timeoutMs: localTimeoutMs,
    });
  }
  const fromEnvironment =
    env.otlpTracesUrl ??
    (env.otlpEndpoint === undefined
      ? undefined
      : signalUrl(requireHttp(env.otlpEndpoint, 'OTEL_EXPORTER_OTLP_ENDPOINT'), 'traces'));
  const tracesUrl =
    options.otlpEndpoint === undefined
      ? fromEnvironment
      : signalUrl(requireHttp(options.otlpEndpoint, 'otlpEndpoint'), 'traces');
  // Named twice, it would get every span twice.
  if (tracesUrl !== undefined && tracesUrl !== destinations[0]?.tracesUrl) {
    destinations.push({
      name: withoutCredentials(requireHttp(tracesUrl, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')),
      tracesUrl,
      ...(env.otlpHeaders ? { headers: env.otlpHeaders } : {}),
      ...(flushMs === undefined ? {} : { flushMs }),
    });
  }
  return destinations;
}

function prometheusOf(options: ObservabilityOptions): { port: number } | undefined {
  if (!options.enablePrometheus) return undefined;
  const port = options.prometheusPort ?? defaults.prometheusPort;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError(`prometheusPort is ${port}; it has to be a whole number from 0 to 65535`);
  }
  return { port };
}

function requireHttp(address: string, what: string): string {
  const protocol = URL.canParse(address) ? new URL(address).protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return address;
  throw new InvalidOptionError(
    `${what} is "${withoutCredentials(address)}"; it has to be an address like http://127.0.0.1:4318`,
  );
}

/** What is shown of an address: it may end up in a log. */
function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/?#]*@/, '//');
}

function disabled(serviceName: string): Observability {
  return {
    serviceName,
    destinations: [],
    prometheusUrl: Promise.resolve(undefined),
    counts: () => new Map(),
    flush: () => Promise.resolve(),
    shutdown: async () => {
      running = undefined;
    },
  };
}

/** Waits for work to end, but not longer than the limit; what is left then goes on in the background. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
