import type { LineLevel } from '@tta/obs-context';
import type { TraceLine } from '../trace.ts';
import { attributesOf, valueOf } from './otlp-attributes.ts';
import type { OtlpLogRecord } from './otlp-messages.ts';

/** A log record as matchers read it. A body that is no text is shown as JSON; without one it is the event's name. */
export function toTraceLine(record: OtlpLogRecord): TraceLine {
  const body = valueOf(record.body);
  return {
    level: levelOf(record.severityNumber),
    message: typeof body === 'string' ? body : body === null ? record.eventName : JSON.stringify(body),
    fields: attributesOf(record.attributes),
    spanId: record.spanId || undefined,
    traceId: record.traceId || undefined,
  };
}

/** When it was written, in nanoseconds since the Unix epoch. */
export function timeOf({ timeUnixNano, observedTimeUnixNano }: OtlpLogRecord): bigint {
  return BigInt(timeUnixNano === '0' ? observedTimeUnixNano : timeUnixNano);
}

function levelOf(severity: number): LineLevel {
  if (severity <= 0) return 'info';
  if (severity <= 8) return 'debug';
  if (severity <= 12) return 'info';
  return severity <= 16 ? 'warn' : 'error';
}
