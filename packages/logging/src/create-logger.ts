import { trace } from '@opentelemetry/api';
import { type LogFields, type Logger, systemClock } from '@tta/obs-context';
import { createLogger as createWinston, format as formats, transports } from 'winston';
import { fieldValue } from './field-value.ts';
import { prettyLine } from './pretty-line.ts';

/** Where the printed line lies in what winston passes on; winston reads meaning into fields such as `exception`. */
const printed = Symbol('line');

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** Lines below it are dropped. @defaultValue 'info' */
  readonly level?: LogLevel;
  /** `json`: one object a line. `pretty`: for a person at a terminal. @defaultValue 'json' */
  readonly format?: 'json' | 'pretty';
  /** Whether pretty lines are coloured. @defaultValue false */
  readonly colour?: boolean;
  /** Where lines go. @defaultValue standard error */
  readonly stream?: NodeJS.WritableStream;
}

/**
 * A logger whose lines carry the ids of the active trace and span without the caller passing them.
 * Fields of a line never overwrite its time, level, message and ids.
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', format = 'json', colour = false, stream = process.stderr } = options;
  const winston = createWinston({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    format: formats.printf((info) => info[printed] as string),
    transports: [new transports.Stream({ stream })],
  });
  const write = (lineLevel: Exclude<LogLevel, 'silent'>, message: string, fields?: LogFields): void => {
    if (!winston.isLevelEnabled(lineLevel)) return;
    const span = trace.getActiveSpan()?.spanContext();
    const head = {
      timestamp: new Date(systemClock.now()).toISOString(),
      level: lineLevel,
      message,
      ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
    };
    // Spread twice: the head comes first in the line, and no field overwrites it.
    const line = { ...head, ...asObject(fieldValue(fields)), ...head };
    winston.log({
      level: lineLevel,
      message,
      [printed]: format === 'json' ? JSON.stringify(line) : prettyLine(line, colour),
    });
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}

function asObject(fields: unknown): object {
  if (fields === undefined) return {};
  return typeof fields === 'object' && fields !== null ? fields : { fields };
}
