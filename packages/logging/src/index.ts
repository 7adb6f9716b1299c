export {
  createLogger,
  type LogCounts,
  type LoggerOptions,
  type OtelOptions,
  type StructuredLogger,
} from './create-logger.ts';
export type { LogSampling, PerKeySampling } from './line-sampler.ts';
export type { LineStream } from './line-stream.ts';
export type { LogLevel } from './log-level.ts';
export type { SecretPattern } from './redaction/find-secrets.ts';
export { createRedactor, type Redactor, type RedactorOptions } from './redaction/redactor.ts';
export { type Logging, type LoggingOptions, startLogging } from './start-logging.ts';
