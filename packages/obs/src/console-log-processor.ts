import type { ReadableLogRecord } from '@tta/obs-tracing';
import { isoTime } from './iso-time.ts';

/**
 * Writes each log record as one line of JSON, for a look without any backend.
 *
 * @param stream - Where to. @defaultValue standard output
 */
export function consoleLogProcessor(stream: NodeJS.WritableStream = process.stdout): {
  onEmit(record: ReadableLogRecord): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
} {
  return {
    onEmit: (record) => void stream.write(`${line(record)}\n`),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

function line({ hrTime, severityText, body, spanContext, attributes }: ReadableLogRecord): string {
  return JSON.stringify({
    timestamp: isoTime(hrTime),
    severity: severityText,
    body,
    traceId: spanContext?.traceId,
    spanId: spanContext?.spanId,
    attributes,
  });
}
