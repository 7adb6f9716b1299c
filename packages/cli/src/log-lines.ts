import { logLevelOf, type AttributeJson, type LogLevel, type LogRecord } from '@tta/obs-protocol';
import { formatDuration } from './format-duration.ts';
import { safeText, widthOf } from './safe-text.ts';
import { style, type Style } from './style.ts';

const LEVEL_WIDTH = 5;

export interface LogLinesOptions {
  /** Start of the trace; offsets count from it. Milliseconds since the Unix epoch. */
  readonly startTimeMs: number;
  /** Service of the trace; lines of another are marked with its name. */
  readonly serviceName: string;
  readonly hasColour: boolean;
}

/**
 * Draws log records one a line: offset from the start of the trace, level, service, message, and the attributes as
 * `key=value`. A message of several lines becomes one; nothing is cut, so that it can be searched.
 */
export function logLines(records: readonly LogRecord[], options: LogLinesOptions): string {
  const paint = style(options.hasColour);
  const offsets = records.map((record) => offsetText(record, options.startTimeMs));
  const offsetWidth = Math.max(0, ...offsets.map(widthOf));
  const levels = records.map((record) => logLevelOf(record) ?? safeText(record.severityText ?? ''));
  const levelWidth = Math.max(LEVEL_WIDTH, ...levels.map(widthOf));
  const lines = records.map((record, index) => {
    const isForeign = record.serviceName !== '' && record.serviceName !== options.serviceName;
    const fields = Object.entries(record.attributes).map(
      ([key, value]) => `${safeText(key)}=${valueText(value)}`,
    );
    return [
      paint.dim((offsets[index] ?? '').padStart(offsetWidth)),
      levelColour(logLevelOf(record), paint)((levels[index] ?? '').padEnd(levelWidth)),
      (isForeign ? `${safeText(record.serviceName)}: ` : '') + messageText(record),
      ...fields.map(paint.dim),
    ].join('  ');
  });
  return lines.map((line) => `${line}\n`).join('');
}

function offsetText(record: LogRecord, startTimeMs: number): string {
  const offsetMs = Number(record.timeUnixNano) / 1e6 - startTimeMs;
  // Log lines have whole milliseconds: one in the first says that it was before the trace.
  if (offsetMs > -1 && offsetMs < 0) return `+${formatDuration(0)}`;
  return offsetMs < 0 ? `-${formatDuration(-offsetMs)}` : `+${formatDuration(offsetMs)}`;
}

function messageText({ body, eventName }: LogRecord): string {
  if (body === null) return safeText(eventName ?? '');
  return typeof body === 'string' ? safeText(body) : valueText(body);
}

/** Text with spaces in quotes, as a shell and a reader would have it. */
function valueText(value: AttributeJson): string {
  return typeof value === 'string' && !/[\s"]/.test(value)
    ? safeText(value)
    : safeText(JSON.stringify(value));
}

function levelColour(level: LogLevel | null, paint: Style): (text: string) => string {
  switch (level) {
    case 'fatal':
    case 'error':
      return paint.red;
    case 'warn':
      return paint.yellow;
    default:
      return paint.dim;
  }
}
