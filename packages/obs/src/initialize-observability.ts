import { context as contextApi, ROOT_CONTEXT } from '@opentelemetry/api';
import { type Logger, systemClock, within } from '@tta/obs-context';
import { setDefaultInstrumentation } from '@tta/obs-instrumentation';
import { createLogger } from '@tta/obs-logging';
import type { Signal } from '@tta/obs-tracing';
import { addresseeOf, describeDestination } from './addressee.ts';
import { checkOptions } from './check-options.ts';
import { destinationsOf } from './destinations.ts';
import { logDiagnostics } from './diagnostics.ts';
import { disabledObservability } from './disabled-observability.ts';
import { readEnvironment } from './environment/read-environment.ts';
import { finishInTurn } from './finish-in-turn.ts';
import { ignoredOptions } from './ignored-options.ts';
import type { Observability } from './observability.ts';
import type { ObservabilityOptions } from './observability-options.ts';
import { printingOptions } from './printing-options.ts';
import { serviceResource } from './service-resource.ts';
import type { SetUp } from './set-up.ts';
import { type Signals, startSignals } from './signals.ts';
import { spoolDirectory } from './spool-directory.ts';
import { TroubleReport } from './trouble-report.ts';
import { unknownOptions } from './unknown-options.ts';

const defaultServiceName = 'tta-workflow';

/** A destination that is down must not hold up the end of a program longer than this. */
const shutdownLimitMs = 3_000;

/** How long a program that ends in the middle of its work is held up by all destinations together. */
const lastWordsLimitMs = 2_000;

const processEnded = 'the process ended';

interface Running {
  readonly handle: Observability;
  readonly options: ObservabilityOptions;
  readonly printer: Logger;
  hasWarned: boolean;
}

let running: Running | undefined;

/** The handle of this process, where it has one. @internal */
export function runningObservability(): Observability | undefined {
  return running?.handle;
}

/**
 * Makes every primitive of this process visible: in the local service, in any other OTLP backend, to
 * Prometheus, in log lines. One call at the start of the program; a second one returns the first's handle, and says
 * in the log which of its options are ignored.
 *
 * What is not read from `options` is read from the environment. With `OTEL_SDK_DISABLED=true` nothing is recorded or
 * sent, and the handle only prints log lines. An option that there is not is reported and left aside. While a destination is down its telemetry waits, on disk for the local
 * service; it is reported at once, then at most once a minute. A variable that makes no sense is reported, too, and
 * left aside.
 *
 * However the program ends, the spans and log lines that are queued are sent first: at its natural end, at
 * `process.exit()` and when it dies of an error, which destinations that hang hold up by 2 s, together. Only a signal
 * that kills it takes what ended in the last moments with it; give it a handler. Metrics that are sent at intervals
 * are sent at the natural end and by {@link Observability.shutdown}, which has to be waited for: `process.exit()` and
 * an error that ends the program come too early for those since the last time, and one line says so. So the handler
 * of a signal is `async () => { await obs.shutdown(); process.exit(); }`.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for an option that cannot be used: one of another kind than it has to be, an
 * endpoint that is no http(s) address, a port out of range, two SLOs of one name, a destination, tail sampling,
 * sampling or redaction of log lines, or capture of content, that is not set up as it has to be. Nothing is started
 * then.
 */
export function initializeObservability(options: ObservabilityOptions = {}): Observability {
  if (running) {
    warnOfIgnored(running, options);
    return running.handle;
  }
  checkOptions(options);
  const env = readEnvironment(process.env);
  const serviceName = options.serviceName ?? env.resource.serviceName ?? defaultServiceName;
  const printing = printingOptions(options, env);
  const printer = createLogger(printing.notices);
  const unknown = unknownOptions(options);
  if (unknown !== undefined) printer.warn(unknown);
  const run = (handle: Observability): Observability => {
    running = { handle, options, printer, hasWarned: false };
    return handle;
  };
  if (env.disabled) {
    return run(disabledObservability(serviceName, options, printing, () => (running = undefined)));
  }

  const destinations = destinationsOf(options, env, spoolDirectory(options.spoolDirectory, process.env));
  for (const problem of env.problems) printer.warn(problem);
  const resource = serviceResource(
    { name: serviceName, version: options.serviceVersion },
    env,
    Object.values(destinations).some(({ length }) => length > 0) ? env.searchPath : undefined,
  );
  // Nobody else may ask for what is still being found out, and then it would never be complete.
  void resource.waitForAsyncAttributes?.();
  const { diagnostics } = env.logLevels;
  const endDiagnostics =
    diagnostics === undefined
      ? undefined
      : logDiagnostics(createLogger({ ...printing.notices, level: 'debug' }), diagnostics);
  const trouble = new TroubleReport(printer);
  let signals: Signals | undefined;
  const setUp: SetUp = {
    options,
    env,
    resource,
    destinations,
    printing,
    printer,
    // Not in the context of whichever run the batch began in: the line belongs to no trace.
    onTrouble: (destination, undelivered) => {
      const troubled = {
        name: describeDestination(destination),
        exported: () => (signals ? exportedTo(destination.name, undelivered.signal, signals) : 0),
      };
      contextApi.with(ROOT_CONTEXT, () => trouble.add(troubled, undelivered));
    },
  };
  try {
    signals = startSignals(setUp, process.env);
  } catch (error) {
    endDiagnostics?.();
    throw error;
  }
  const { tracing, logging, metrics, slos, statistics, modelClients, all } = signals;
  setDefaultInstrumentation(signals.instrumentation);
  modelClients?.observe();

  const endForgottenStreams = (why: string): void => {
    const streams = signals.instrumentation.endForgottenStreams(why);
    if (streams.length > 0) printer.warn(forgottenStreams(streams));
  };

  let stopping: Promise<void> | undefined;
  const stop = async (why: string): Promise<void> => {
    process.off('beforeExit', onBeforeExit);
    // First, so that observability may be initialised anew while this one still sends.
    running = undefined;
    setDefaultInstrumentation(undefined);
    endForgottenStreams(why);
    slos?.stop();
    trouble.beginEnd(why);
    modelClients?.stop();
    // The spans that this ends are to be sent.
    await Promise.resolve();
    await Promise.all(all.map((signal) => signal.shutdown(shutdownLimitMs)));
    // Not before: a program that calls process.exit() meanwhile gets no further turn of the event loop, either.
    process.off('exit', onExit);
    endDiagnostics?.();
    trouble.end();
  };
  const onBeforeExit = (): void => void (stopping ??= stop(processEnded));
  process.once('beforeExit', onBeforeExit);
  // A program that dies of an error, or calls process.exit(), gets no further turn of the event loop.
  const onExit = (): void => {
    endForgottenStreams(processEnded);
    slos?.stop();
    trouble.beginEnd(processEnded);
    finishInTurn(all, lastWordsLimitMs);
    trouble.end();
  };
  process.once('exit', onExit);
  const handle: Observability = {
    serviceName,
    destinations: destinations.traces.map(addresseeOf),
    prometheusUrl: metrics.prometheusUrl,
    log: logging.logger,
    counts: () => tracing.counts(),
    overhead: () => tracing.overhead(),
    tailSampling: () => tracing.tailSampling(),
    primitiveMetrics: () => statistics.snapshot(),
    slos: () => slos?.status() ?? [],
    flush: () =>
      within(shutdownLimitMs, systemClock, Promise.all(all.map((signal) => signal.flush(shutdownLimitMs)))),
    shutdown: () => (stopping ??= stop('observability was shut down')),
  };
  return run(handle);
}

/** How much of a signal a destination has acknowledged. */
function exportedTo(destination: string, signal: Signal, { tracing, logging, metrics }: Signals): number {
  const { [signal]: running } = { traces: tracing, logs: logging, metrics };
  return running.counts().get(destination)?.exported ?? 0;
}

/** Each name once, and no line without an end. */
function forgottenStreams(streams: readonly string[]): string {
  const names = [...new Set(streams)];
  const listed = names.slice(0, 10).map((name) => JSON.stringify(name));
  if (names.length > 10) listed.push('others');
  return streams.length === 1
    ? `stream of ${listed.join()} was neither read to its end nor cancelled`
    : `${streams.length} streams of ${listed.join(', ')} were neither read to their end nor cancelled`;
}

/** Once: a program that asks for the handle in many places need not hear of it in each. */
function warnOfIgnored(current: Running, options: ObservabilityOptions): void {
  const ignored = ignoredOptions(current.options, options);
  if (ignored.length === 0 || current.hasWarned) return;
  current.hasWarned = true;
  current.printer.warn(
    `initializeObservability() runs already: ${ignored.join(', ')} of a later call ${ignored.length === 1 ? 'is' : 'are'} ignored. ` +
      'Pass all options to the first call, or shut it down before.',
  );
}
