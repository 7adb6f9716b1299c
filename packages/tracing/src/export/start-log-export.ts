import type { OtlpEndpoint } from './destination.ts';
import type { ExportCounts } from './export-counts.ts';
import { ExportQueue } from './export-queue.ts';
import { type ExportSurroundings, queueSurroundings } from './export-surroundings.ts';
import { copyLogRecord, logRecordSizeBytes } from './log-record.ts';
import { encodeLogRecords, type ReadableLogRecord } from './otlp-encoding.ts';
import { otlpDelivery } from './otlp-delivery.ts';
import { toError } from './to-error.ts';
import { wholeNumber } from './whole-number.ts';

/** Somewhere that takes log records by OTLP: `url` is `http://127.0.0.1:8765/v1/logs`, or host and port of gRPC. */
export interface LogDestination extends OtlpEndpoint {
  /** How long a record waits for others to share its request, in milliseconds. @defaultValue 1000 */
  readonly flushMs?: number;
  /** Records that may wait in memory. @defaultValue 8192 */
  readonly queueRecords?: number;
  /** Most records in one request. @defaultValue 512 */
  readonly batchRecords?: number;
}

/**
 * Log records on their way to one destination; a `LogRecordProcessor` for the `LoggerProvider` of
 * `@opentelemetry/sdk-logs`. None of its methods throws or rejects.
 */
export interface LogExport {
  /**
   * Takes a copy of the record as it is now. What cannot be copied is dropped and counted, as is a record of
   * more than 100000 values or 16 MiB.
   */
  onEmit(record: ReadableLogRecord): void;
  /** Resolves when everything emitted so far was sent, kept or dropped. */
  forceFlush(): Promise<void>;
  /** {@link LogExport.stop} within 3 seconds. */
  shutdown(): Promise<void>;
  /** What became of the records so far. */
  readonly counts: ExportCounts;
  /**
   * Sends what is queued and closes. What is not sent within `limitMs` stays on disk where the destination has
   * a spool, else it is dropped.
   */
  stop(limitMs: number): Promise<void>;
  /**
   * The same while the process is ending and its event loop turns no more; blocks it until then. Records under
   * way may arrive twice.
   */
  finishNow(limitMs: number): void;
}

const defaults = { flushMs: 1_000, queueRecords: 8_192, batchRecords: 512 };

/**
 * Starts the export of log records to one destination, on the way that spans take: batches in order, one
 * request at a time; what the destination does not take now waits, on disk where it has a spool. Nothing of it
 * keeps the process alive.
 *
 * @throws `OBS_ERR_INVALID_OPTION` for a destination that cannot be used.
 */
export function startLogExport(destination: LogDestination, surroundings: ExportSurroundings): LogExport {
  const {
    name,
    protocol,
    flushMs = defaults.flushMs,
    queueRecords = defaults.queueRecords,
    batchRecords = defaults.batchRecords,
  } = destination;
  const queueItems = wholeNumber(name, 'queueRecords', queueRecords, 1);
  const queue: LogQueue = new LogQueue({
    ...otlpDelivery(destination, 'logs', queueSurroundings(surroundings), (count, error) =>
      queue.drop(count, error),
    ),
    encode: (records) => encodeLogRecords(records, protocol),
    sizeOf: logRecordSizeBytes,
    flushMs: wholeNumber(name, 'flushMs', flushMs, 0),
    queueItems,
    batchItems: Math.min(wholeNumber(name, 'batchRecords', batchRecords, 1), queueItems),
  });
  queue.start();
  return queue;
}

class LogQueue extends ExportQueue<ReadableLogRecord, Uint8Array> implements LogExport {
  onEmit(record: ReadableLogRecord): void {
    try {
      this.add(copyLogRecord(record));
    } catch (error) {
      this.drop(1, toError(error));
    }
  }
}
