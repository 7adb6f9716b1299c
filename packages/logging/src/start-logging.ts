import { diag } from '@opentelemetry/api';
import { type Logger as OtelLogger, logs } from '@opentelemetry/api-logs';
import type { Resource } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordLimits, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type Clock, systemClock, within } from '@tta/obs-context';
import { redactingProvider } from './redacting-provider.ts';
import { createRedactor, type Redactor } from './redaction/redactor.ts';

/** What {@link startLogging} starts. */
export interface LoggingOptions {
  /** Who sends. */
  readonly resource: Resource;
  /** What becomes of the records, e.g. one that sends them in batches. */
  readonly processors: readonly LogRecordProcessor[];
  /** @defaultValue the SDK's: 128 attributes, values of any length */
  readonly limits?: LogRecordLimits;
  /**
   * Takes secrets out of records that other libraries hand to the OpenTelemetry API; `false` leaves them in. Lines of
   * `createLogger` have a redactor of their own.
   *
   * @defaultValue what `createRedactor()` makes
   */
  readonly redactor?: Redactor | false;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
}

/** Running logging by OpenTelemetry. */
export interface Logging {
  /**
   * A logger of OpenTelemetry for `createLogger`, as its `otel.logger`. It sends records as they are; loggers of the
   * OpenTelemetry API take secrets out.
   */
  getLogger(name: string, version?: string): OtelLogger;
  /**
   * Sends what is queued; while it shuts down, waits for that. Never rejects.
   *
   * @param limitMs - How long it waits for the processors. @defaultValue 3000
   */
  flush(limitMs?: number): Promise<void>;
  /**
   * Sends what is queued and stops. Never rejects.
   *
   * @param limitMs - How long it waits for the processors. @defaultValue 3000
   */
  shutdown(limitMs?: number): Promise<void>;
}

const defaultLimitMs = 3_000;

/** Starts logging by OpenTelemetry and registers it with the OpenTelemetry API, so that records of any origin are sent. */
export function startLogging(options: LoggingOptions): Logging {
  const { resource, processors, limits, redactor = createRedactor(), clock = systemClock } = options;
  const provider = new LoggerProvider({
    resource,
    processors: [...processors],
    ...(limits && { logRecordLimits: limits }),
  });
  const registered = redactor === false ? provider : redactingProvider(provider, redactor);
  // Somebody else's provider stays where it was registered.
  const isOurs = logs.setGlobalLoggerProvider(registered) === registered;
  let stopping: Promise<void> | undefined;
  const flushed = async (): Promise<void> => provider.forceFlush();
  const stopped = async (): Promise<void> => {
    if (isOurs && logs.getLoggerProvider() === registered) logs.disable();
    await provider.shutdown();
  };
  const finish = (limitMs: number, work: () => Promise<void>): Promise<void> =>
    within(limitMs, clock, work().catch(sayProcessorFailed));
  return {
    getLogger: (name, version) => provider.getLogger(name, version),
    flush: (limitMs = defaultLimitMs) => stopping ?? finish(limitMs, flushed),
    shutdown: (limitMs = defaultLimitMs) => (stopping ??= finish(limitMs, stopped)),
  };
}

function sayProcessorFailed(error: unknown): void {
  diag.warn('@tta/obs: a log record processor failed:', error);
}
