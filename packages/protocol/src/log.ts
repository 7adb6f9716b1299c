import type { AttributeJson, AttributesJson } from './trace.ts';

/** One log record with all that was received of it. */
export interface LogRecord {
  /** The service's own number for it; later arrivals have higher ones. */
  readonly id: number;
  /** `null` for a record that belongs to no trace. */
  readonly traceId: string | null;
  /** `null` for a record that belongs to no span. */
  readonly spanId: string | null;
  /**
   * When it happened, in nanoseconds since the Unix epoch, in decimal: the record's own time, else when it
   * was observed, else when it arrived.
   */
  readonly timeUnixNano: string;
  /** When telemetry first saw it; `null` when nobody said. */
  readonly observedTimeUnixNano: string | null;
  /** OpenTelemetry's scale: 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn, 17–20 error, 21–24 fatal, 0 none. */
  readonly severityNumber: number;
  /** The level in the words of the program that logged. */
  readonly severityText: string | null;
  /** The message; structured loggers may send any value. */
  readonly body: AttributeJson;
  readonly eventName: string | null;
  readonly attributes: AttributesJson;
  /** Attributes that the sender had to leave out. */
  readonly droppedAttributesCount: number;
  /** W3C trace flags of the span that was current. */
  readonly flags: number;
  /** `service.name` of the resource. */
  readonly serviceName: string;
  readonly resource: AttributesJson;
  readonly scope: { readonly name: string; readonly version: string };
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const NUMBERS_PER_LEVEL = 4;

/** The level of a log record: by its severity number, else by a text that names one, else `null`. */
export function logLevelOf(record: Pick<LogRecord, 'severityNumber' | 'severityText'>): LogLevel | null {
  const { severityNumber, severityText } = record;
  if (severityNumber > 0) return LEVELS[Math.ceil(severityNumber / NUMBERS_PER_LEVEL) - 1] ?? null;
  const text = severityText?.toLowerCase();
  if (text === 'warning') return 'warn';
  return LEVELS.find((level) => level === text) ?? null;
}
