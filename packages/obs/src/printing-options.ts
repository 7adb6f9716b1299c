import { createLogger, createRedactor, type LoggerOptions, type Redactor } from '@tta/obs-logging';
import type { EnvironmentSettings } from './environment/read-environment.ts';
import type { ObservabilityOptions } from './observability-options.ts';

/** How lines reach standard error. */
export interface PrintingOptions {
  /** Those of the program and its primitives. */
  readonly lines: LoggerOptions;
  /** Those about telemetry itself; sampling leaves none of them out. */
  readonly notices: LoggerOptions;
  /** Takes secrets out of both, and out of what other libraries send. */
  readonly redactor: Redactor | false;
}

/** @throws `OBS_ERR_INVALID_OPTION` for sampling or redaction that cannot be used. */
export function printingOptions(
  { logLevel, logFormat, logSampling, redaction }: ObservabilityOptions,
  env: EnvironmentSettings,
): PrintingOptions {
  const redactor = redaction === false ? redaction : createRedactor(redaction);
  const notices = {
    level: logLevel ?? env.logLevels.lines ?? 'warn',
    ...(logFormat === undefined ? {} : { format: logFormat }),
    ...(env.colour === undefined ? {} : { colour: env.colour }),
    redactor,
  };
  if (logSampling === undefined) return { lines: notices, notices, redactor };
  const lines = { ...notices, sampling: logSampling };
  // Throws before anything is started, as the logger of the notices does for all else.
  createLogger(lines);
  return { lines, notices, redactor };
}
