import { context as contextApi, ROOT_CONTEXT } from '@opentelemetry/api';
import { instrumentationScope, InvalidOptionError, type Logger } from '@tta/obs-context';
import { Instrumentation, setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { createLogger, type LogLevel } from '@tta/obs-logging';
import { type Metrics, startMetrics } from '@tta/obs-metrics';
import { type ExportCounts, standardSampler, startTracing, type TracingOptions } from '@tta/obs-tracing';
import { consoleSpanProcessor } from './console-span-processor.ts';
import { type Addressee, addresseeOf, describeDestination, destinationsOf } from './destinations.ts';
import { logDiagnostics } from './diagnostics.ts';
import { type EnvironmentSettings, readEnvironment } from './environment/read-environment.ts';
import { countExports } from './export-metrics.ts';
import { inheritedContext } from './inherited-context.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import { serviceResource } from './service-resource.ts';
import { spoolDirectory } from './spool-directory.ts';
import { TroubleReport } from './trouble-report.ts';

/** Running observability. */
export interface Observability {
  readonly serviceName: string;
  /** Where traces go. */
  readonly destinations: readonly Addressee[];
  /** Where Prometheus scrapes; `undefined` when it was not asked for or its port was taken. */
  readonly prometheusUrl: Promise<string | undefined>;
  /** What became of the spans so far, by the names of {@link Observability.destinations}. */
  counts(): ReadonlyMap<string, ExportCounts>;
  /**
   * The share of this process's time that went into encoding spans since the last call, 0 to 1: what the
   * adaptive sampler asks for.
   */
  overhead(): number;
  /** Sends what is queued; bounded in time. */
  flush(): Promise<void>;
  /** Sends what is queued, bounded in time, and takes everything down. Safe to call twice. */
  shutdown(): Promise<void>;
}

const defaults = { serviceName: 'tta-workflow', prometheusPort: 9464 };

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
 * nothing. While a destination is down its traces wait, on disk for the local service; it is reported at once,
 * then at most once a minute. A variable that makes no sense is reported, too, and left aside.
 *
 * However the program ends, what is queued is sent first: at its natural end, at `process.exit()` and when
 * it dies of an error. Only a signal that kills it takes what ended in the last moments with it; give it a
 * handler that calls {@link Observability.shutdown} or `process.exit()`, or one right after the other.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for an option that cannot be used: an endpoint that is no http(s) address, a
 * port out of range, a destination or tail sampling that is not set up as it has to be.
 */
export function initializeObservability(options: ObservabilityOptions = {}): Observability {
  if (running) return running;
  const env = readEnvironment(process.env);
  const serviceName = options.serviceName ?? env.resource.serviceName ?? defaults.serviceName;
  const spool = spoolDirectory(options.spoolDirectory, process.env);
  const destinations = env.disabled ? [] : destinationsOf(options, env, spool);
  const prometheus = prometheusOf(options, env);
  if (env.disabled) return (running = disabled(serviceName));

  const createOurLogger = (level: LogLevel): Logger =>
    createLogger({
      level,
      format: process.stderr.isTTY ? 'pretty' : 'json',
      colour: process.stderr.isTTY && env.mayColour,
    });
  const logger = createOurLogger(options.logLevel ?? env.logLevels.lines ?? 'warn');
  for (const problem of env.problems) logger.warn(problem);
  const { diagnostics } = env.logLevels;
  const endDiagnostics =
    diagnostics === undefined ? undefined : logDiagnostics(createOurLogger('debug'), diagnostics);
  const resource = serviceResource(
    { name: serviceName, version: options.serviceVersion },
    env,
    destinations.length > 0 ? env.searchPath : undefined,
  );
  // Nobody else may ask for what is still being found out, and then it would never be complete.
  void resource.waitForAsyncAttributes?.();
  const trouble = new TroubleReport(logger);
  const sampler = options.sampler ?? samplerOf(env);
  const parent = inheritedContext(process.env, env.propagators);
  const tracing = startTracing({
    resource,
    destinations,
    spanLimits: env.spanLimits,
    ...(sampler ? { sampler } : {}),
    ...(options.tailSampling ? { tailSampling: options.tailSampling } : {}),
    ...(env.propagators ? { propagators: env.propagators } : {}),
    ...(options.baggageKeys ? { baggageKeys: options.baggageKeys } : {}),
    ...(parent ? { parent } : {}),
    spanProcessors: [
      ...(env.exporters.traces?.includes('console') ? [consoleSpanProcessor()] : []),
      ...(options.spanProcessors ?? []),
    ],
    // Not in the context of whichever run the batch began in: the line belongs to no trace.
    onTrouble: (destination, undelivered) =>
      contextApi.with(ROOT_CONTEXT, () => trouble.add(describeDestination(destination), undelivered)),
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
  const meter = metrics.getMeter(instrumentationScope);
  countExports(meter, () => tracing.counts());
  setDefaultInstrumentation(
    new Instrumentation({
      tracer: tracing.getTracer(instrumentationScope),
      meter,
      logger,
      stepSpans: options.stepSpans ?? true,
      ...(options.baggageKeys ? { baggageKeys: options.baggageKeys } : {}),
    }),
  );

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    process.off('beforeExit', onBeforeExit);
    // First, so that observability may be initialised anew while this one still sends.
    running = undefined;
    setDefaultInstrumentation(undefined);
    endDiagnostics?.();
    // A program that calls process.exit() meanwhile gets no further turn of the event loop, either.
    const sent = tracing.shutdown(shutdownLimitMs).finally(() => {
      process.off('exit', onExit);
      trouble.end();
    });
    await Promise.all([sent, within(shutdownLimitMs, metrics.shutdown())]);
  };
  const onBeforeExit = (): void => void handle.shutdown();
  process.once('beforeExit', onBeforeExit);
  // A program that dies of an error, or calls process.exit(), gets no further turn of the event loop.
  const onExit = (): void => {
    tracing.finishNow(lastWordsLimitMs);
    trouble.end();
  };
  process.once('exit', onExit);
  const handle: Observability = {
    serviceName,
    destinations: destinations.map(addresseeOf),
    prometheusUrl: metrics.prometheusUrl,
    counts: () => tracing.counts(),
    overhead: () => tracing.overhead(),
    flush: () => within(shutdownLimitMs, tracing.flush()),
    shutdown: () => (stopping ??= stop()),
  };
  return (running = handle);
}

function samplerOf({ sampler }: EnvironmentSettings): TracingOptions['sampler'] {
  return sampler && standardSampler(sampler.name, sampler.ratio);
}

function prometheusOf(
  options: ObservabilityOptions,
  env: EnvironmentSettings,
): { readonly port: number; readonly host?: string } | undefined {
  if (!(options.enablePrometheus ?? env.exporters.metrics?.includes('prometheus'))) return undefined;
  const port = options.prometheusPort ?? env.prometheus.port ?? defaults.prometheusPort;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidOptionError(`prometheusPort is ${port}; it has to be a whole number from 0 to 65535`);
  }
  const { host } = env.prometheus;
  return { port, ...(host === undefined ? {} : { host }) };
}

function disabled(serviceName: string): Observability {
  return {
    serviceName,
    destinations: [],
    prometheusUrl: Promise.resolve(undefined),
    counts: () => new Map(),
    overhead: () => 0,
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
