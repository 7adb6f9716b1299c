import { DiagLogLevel } from '@opentelemetry/api';
import type { LogLevel } from '@tta/obs-logging';
import type { Variables } from './variables.ts';

export interface LogLevelSettings {
  /** Least level of our log lines. */
  readonly lines: LogLevel | undefined;
  /** Least level of what OpenTelemetry says about itself; `undefined`: it says nothing. */
  readonly diagnostics: DiagLogLevel | undefined;
}

const diagnosticLevels = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};
const diagnosticNames = Object.keys(diagnosticLevels) as (keyof typeof diagnosticLevels)[];
const lineLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies LogLevel[];

/** `TTA_LOG_LEVEL`, `OTEL_LOG_LEVEL`. */
export function readLogLevels(variables: Variables): LogLevelSettings {
  const diagnostics = variables.choice('OTEL_LOG_LEVEL', diagnosticNames, 'none is used');
  return {
    lines: variables.choice('TTA_LOG_LEVEL', lineLevels, 'warn is used'),
    diagnostics: diagnostics && diagnosticLevels[diagnostics],
  };
}
