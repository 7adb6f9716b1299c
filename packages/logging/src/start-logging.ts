import { diag } from '@opentelemetry/api';
import { type Logger as OtelLogger, logs } from '@opentelemetry/api-logs';
import type { Resource } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordLimits, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type Clock, systemClock } from '@tta/obs-context';

/** What {@link startLogging} starts. */
export interface LoggingOptions {
  /** Who sends. */
  readonly resource: Resource;
  /** What becomes of the records, e.g. one that sends them in batches. */
  readonly processors: readonly LogRecordProcessor[];
  /** @defaultValue the SDK's: 128 attributes, values of any length */
  readonly limits?: LogRecordLimits;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
}

/** Running logging by OpenTelemetry. */
export interface Logging {
  /** A logger of OpenTelemetry, which `createLogger` takes as `otel.logger`; the OpenTelemetry API hands out the same ones. */
  getLogger(name: string, version?: string): OtelLogger;
  /** Sends what is queued. Never rejects. */
  flush(): Promise<void>;
  /**
   * Sends what is queued and stops. Never rejects.
   *
   * @param limitMs - How long it waits for the processors. @defaultValue 3000
   */
  shutdown(limitMs?: number): Promise<void>;
}

const defaultShutdownLimitMs = 3_000;

/** Starts logging by OpenTelemetry and registers it with the OpenTelemetry API, so that records of any origin are sent. */
export function startLogging(options: LoggingOptions): Logging {
  const { resource, processors, limits, clock = systemClock } = options;
  const provider = new LoggerProvider({
    resource,
    processors: [...processors],
    ...(limits && { logRecordLimits: limits }),
  });
  // Somebody else's provider stays where it was registered.
  const isOurs = logs.setGlobalLoggerProvider(provider) === provider;
  let stopping: Promise<void> | undefined;
  const stop = async (limitMs: number): Promise<void> => {
    if (isOurs && logs.getLoggerProvider() === provider) logs.disable();
    await within(limitMs, clock, provider.shutdown().catch(sayProcessorFailed));
  };
  return {
    getLogger: (name, version) => provider.getLogger(name, version),
    flush: () =>
      stopping === undefined ? provider.forceFlush().catch(sayProcessorFailed) : Promise.resolve(),
    shutdown: (limitMs = defaultShutdownLimitMs) => (stopping ??= stop(limitMs)),
  };
}

function sayProcessorFailed(error: unknown): void {
  diag.warn('@tta/obs: a log record processor failed:', error);
}

/** Waits for work to end, but not longer than the limit; what is left then goes on in the background. */
async function within(limitMs: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => {};
  const limit = new Promise<void>((resolve) => {
    cancel = clock.timer(limitMs, resolve, true);
  });
  await Promise.race([work, limit]);
  cancel();
}
