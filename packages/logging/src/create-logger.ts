import { context } from '@opentelemetry/api';
import type { Logger as OtelLogger } from '@opentelemetry/api-logs';
import {
  type Clock,
  InvalidOptionError,
  type LineLevel,
  type LogFields,
  type Logger,
  type Random,
  systemClock,
  systemRandom,
  within,
} from '@tta/obs-context';
import { createLogger as createWinston } from 'winston';
import { errorFields, fieldValue, isErrorLike, shortText } from './field-value.ts';
import { jsonLine } from './json-line.ts';
import { LineSampler, type LogSampling } from './line-sampler.ts';
import type { LineStream } from './line-stream.ts';
import { LineTransport } from './line-transport.ts';
import { levelRank, type LogLevel } from './log-level.ts';
import { lineIds, type LogLine, redactedId, type ShownId } from './log-line.ts';
import { OtelBridge } from './otel-bridge.ts';
import { prettyLine } from './pretty-line.ts';
import { createRedactor, type Redactor } from './redaction/redactor.ts';

/** Where the lines of {@link createLogger} go, and what they look like. */
export interface LoggerOptions {
  /** Lines below it are not printed. @defaultValue 'info' */
  readonly level?: LogLevel;
  /**
   * `json`: one object a line. `pretty`: for a person at a terminal.
   *
   * @defaultValue 'pretty' where the stream is a terminal, else 'json'
   */
  readonly format?: 'json' | 'pretty';
  /** Whether pretty lines are coloured. @defaultValue what the stream says: Node's heed `NO_COLOR` and `FORCE_COLOR` */
  readonly colour?: boolean;
  /** Where lines go. @defaultValue standard error */
  readonly stream?: LineStream;
  /** Which of many lines are written. @defaultValue all */
  readonly sampling?: LogSampling;
  /** Takes secrets out of each line; `false` leaves them in. @defaultValue what `createRedactor()` makes */
  readonly redactor?: Redactor | false;
  /** Also hands lines to OpenTelemetry. */
  readonly otel?: OtelOptions;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  /** Decides with `sampling.rate`. @defaultValue the machine's */
  readonly random?: Random;
}

/** Which lines OpenTelemetry gets, and through whom. */
export interface OtelOptions {
  /** Made by `startLogging`, or by any other provider of the OpenTelemetry API. */
  readonly logger: OtelLogger;
  /** Lines below it are not handed on; it may be lower than that of the printed lines. @defaultValue 'info' */
  readonly level?: LogLevel;
}

/** A logger with fields of its own. */
export interface StructuredLogger extends Logger {
  /** A logger that puts these fields on every line of it, after those of this one. Fields of a line win. */
  child(fields: LogFields): StructuredLogger;
  /** Whether a line of this level is printed or handed to OpenTelemetry. */
  isEnabled(level: LineLevel): boolean;
  /** What became of lines that are missing, of this logger, its parents and its children together. */
  counts(): LogCounts;
  /**
   * Waits until the stream has written the lines that wait in it, as one to a file or a socket does; before the
   * program exits, say. Never rejects. What OpenTelemetry has is flushed by its provider.
   *
   * @param limitMs - How long it waits. @defaultValue 3000
   */
  flush(limitMs?: number): Promise<void>;
}

/** Lines since the logger was made. */
export interface LogCounts {
  /** Left out by sampling. */
  readonly sampled: number;
  /** Not taken by the stream: it was slow, failed or closed. */
  readonly unwritten: number;
  /** Not taken by OpenTelemetry. */
  readonly unbridged: number;
}

/**
 * A logger whose lines carry the ids of the active trace, run, user and request without the caller passing them.
 * Fields never overwrite a line's time, level, message and ids. It never throws and never waits.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a level or a format that there is none of, or sampling that cannot work.
 */
export function createLogger(options: LoggerOptions = {}): StructuredLogger {
  const writer = new LineWriter(options);
  return structuredLogger(writer, noFields);
}

/** Fields ready to be printed, and which of them are errors. */
interface ReadyFields {
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly string[];
}

const noFields: ReadyFields = { values: {}, errors: [] };
/** What all parents of a logger may give it. */
const mostInheritedFields = 200;
const mostInheritedCharacters = 262_144;
const defaultFlushLimitMs = 3_000;

function structuredLogger(writer: LineWriter, own: ReadyFields): StructuredLogger {
  return {
    debug: (message, fields) => writer.write('debug', message, fields, own),
    info: (message, fields) => writer.write('info', message, fields, own),
    warn: (message, fields) => writer.write('warn', message, fields, own),
    error: (message, fields) => writer.write('error', message, fields, own),
    child: (fields) => structuredLogger(writer, inherited(own, writer.ready(fields))),
    isEnabled: (level) => levelRank[level] >= writer.leastRank,
    counts: () => writer.counts(),
    flush: (limitMs = defaultFlushLimitMs) => writer.flush(limitMs),
  };
}

/** Makes lines and puts them out. */
class LineWriter {
  readonly #printedRank: number;
  readonly #bridgedRank: number;
  readonly #print: (line: LogLine) => string;
  readonly #transport: LineTransport;
  readonly #winston: { write(line: unknown): unknown };
  readonly #sampler: LineSampler | undefined;
  readonly #bridge: OtelBridge | undefined;
  readonly #clock: Clock;
  readonly #text: (text: string) => string;
  readonly #shownId: ShownId;
  readonly #value: (value: unknown) => unknown;
  /** Least rank of a line that goes anywhere. */
  readonly leastRank: number;

  constructor(options: LoggerOptions) {
    const { level = 'info', stream = process.stderr, sampling, otel, clock = systemClock } = options;
    const redactor = options.redactor ?? createRedactor();
    const format = options.format ?? (stream.isTTY === true ? 'pretty' : 'json');
    if (format !== 'json' && format !== 'pretty')
      throw new InvalidOptionError(`the format of log lines is "${String(format)}"; use "json" or "pretty"`);
    this.#printedRank = rankOf(level);
    this.#bridgedRank = otel === undefined ? levelRank.silent : rankOf(otel.level ?? 'info');
    this.leastRank = Math.min(this.#printedRank, this.#bridgedRank);
    const colour = options.colour ?? hasColours(stream);
    this.#print = format === 'json' ? jsonLine : (line) => prettyLine(line, colour);
    this.#transport = new LineTransport(stream);
    this.#winston = createWinston({
      levels: { error: 0, warn: 1, info: 2, debug: 3 },
      level: 'debug',
      // The lines are made before; winston's own format would make them again.
      format: { transform: (line) => line },
      transports: this.#transport,
    });
    this.#sampler = sampling && new LineSampler(sampling, clock, options.random ?? systemRandom);
    this.#bridge = otel && new OtelBridge(otel.logger, clock);
    this.#clock = clock;
    this.#text = redactor === false ? shortText : (text) => redactor.text(text);
    this.#shownId = redactor === false ? (_name, id) => id : redactedId(redactor);
    this.#value = redactor === false ? (value) => fieldValue(value) : (value) => redactor.value(value);
  }

  write(level: LineLevel, message: string, fields: LogFields | undefined, own: ReadyFields): void {
    const rank = levelRank[level];
    if (rank < this.leastRank) return;
    try {
      this.#write(level, rank, String(message), withError(message, fields), own);
    } catch {
      this.#transport.lost++;
    }
  }

  #write(
    level: LineLevel,
    rank: number,
    message: string,
    given: LogFields | undefined,
    own: ReadyFields,
  ): void {
    let untold = 0;
    let { values, errors } = given === undefined ? noFields : this.ready(given);
    if (own.errors.length > 0) ({ errors } = together(own, { values, errors }));
    if (this.#sampler !== undefined && level !== 'error' && errors.length === 0) {
      const count = this.#sampler.admit(level, message);
      if (count === undefined) return;
      untold = count;
      if (untold > 0) values = { ...values, 'sampled.dropped': untold };
    }
    const active = context.active();
    const line: LogLine = {
      timeMs: this.#clock.now(),
      level,
      message: this.#text(message),
      ids: lineIds(active, this.#shownId),
      inherited: own.values,
      fields: values,
      errors,
    };
    if (rank >= this.#printedRank && !this.#put(line) && untold > 0) this.#sampler?.untell(untold);
    if (rank >= this.#bridgedRank) this.#bridge?.emit(line, active);
  }

  /** Whether the stream took the line. */
  #put(line: LogLine): boolean {
    this.#tellLost(line.timeMs);
    const { lost } = this.#transport;
    this.#winston.write({ level: line.level, message: this.#print(line) });
    return this.#transport.lost === lost;
  }

  #tellLost(timeMs: number): void {
    const count = this.#transport.untold;
    if (count === 0 || !this.#transport.isReady) return;
    const message = 'log lines are missing: the stream did not take them';
    const line = {
      timeMs,
      level: 'warn',
      message,
      ids: {},
      inherited: {},
      fields: { count },
      errors: [],
    } as const;
    this.#winston.write({ level: 'warn', message: this.#print(line), tells: count });
  }

  /** Fields without secrets. Never throws. */
  ready(given: LogFields): ReadyFields {
    // Who hands over the error alone means it.
    const fields = isErrorLike(given) ? { error: given } : given;
    return { values: this.#copyOf(fields), errors: errorFields(fields) };
  }

  #copyOf(fields: LogFields): Readonly<Record<string, unknown>> {
    try {
      return asObject(this.#value(fields));
    } catch {
      return { fields: '[Unreadable]' };
    }
  }

  flush(limitMs: number): Promise<void> {
    return within(limitMs, this.#clock, this.#transport.flush());
  }

  counts(): LogCounts {
    return {
      sampled: this.#sampler?.dropped ?? 0,
      unwritten: this.#transport.lost,
      unbridged: this.#bridge?.lost ?? 0,
    };
  }
}

/** Somebody who says an error means its stack too. */
function withError(message: unknown, given: LogFields | undefined): LogFields | undefined {
  if (typeof message !== 'object' || !isErrorLike(message) || isErrorLike(given)) return given;
  return { error: message, ...given };
}

/** Fields of a child; too many of them, as of a logger that is made of itself again and again, are left out. */
function inherited(own: ReadyFields, more: ReadyFields): ReadyFields {
  const all = together(own, more);
  if (!isTooMuch(all.values)) return all;
  return { values: { ...own.values, '…': 'more fields of the logger' }, errors: own.errors };
}

function isTooMuch(values: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(values);
  if (keys.length > mostInheritedFields) return true;
  let characters = 0;
  for (const key of keys) {
    const value = values[key];
    characters += key.length + (typeof value === 'string' ? value.length : lengthAsJson(value));
  }
  return characters > mostInheritedCharacters;
}

function lengthAsJson(value: unknown): number {
  if (typeof value !== 'object') return 0;
  try {
    return JSON.stringify(value).length;
  } catch {
    // A redactor of the program's own may give what is no JSON.
    return Infinity;
  }
}

function together(own: ReadyFields, more: ReadyFields): ReadyFields {
  const inherited = own.errors.filter((key) => !Object.hasOwn(more.values, key));
  return { values: { ...own.values, ...more.values }, errors: [...more.errors, ...inherited] };
}

function rankOf(level: LogLevel): number {
  const rank: number | undefined = Object.hasOwn(levelRank, level) ? levelRank[level] : undefined;
  if (rank === undefined)
    throw new InvalidOptionError(
      `the level of log lines is "${String(level)}"; use ${Object.keys(levelRank).join(', ')}`,
    );
  return rank;
}

function hasColours(stream: LineStream): boolean {
  try {
    return stream.hasColors?.() ?? false;
  } catch {
    return false;
  }
}

function asObject(fields: unknown): Readonly<Record<string, unknown>> {
  if (typeof fields === 'object' && fields !== null) return fields as Record<string, unknown>;
  return fields === undefined ? {} : { fields };
}
