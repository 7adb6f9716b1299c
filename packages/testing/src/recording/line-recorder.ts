import { context, trace } from '@opentelemetry/api';
import type { LineLevel, LogFields, Logger } from '@tta/obs-context';
import type { TraceLine } from '../trace.ts';

const levels: readonly LineLevel[] = ['debug', 'info', 'warn', 'error'];

/** A logger that keeps its lines, each with the span in which it was written. */
export class LineRecorder implements Logger {
  readonly lines: TraceLine[] = [];
  readonly #least: number;

  /** @param least - Lines below this level are dropped. */
  constructor(least: LineLevel) {
    this.#least = levels.indexOf(least);
  }

  debug(message: string, fields?: LogFields): void {
    this.#keep('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields);
  }

  isEnabled(level: LineLevel): boolean {
    return levels.indexOf(level) >= this.#least;
  }

  #keep(level: LineLevel, message: string, fields: LogFields = {}): void {
    if (!this.isEnabled(level)) return;
    const span = trace.getSpanContext(context.active());
    this.lines.push({ level, message, fields, spanId: span?.spanId, traceId: span?.traceId });
  }
}
