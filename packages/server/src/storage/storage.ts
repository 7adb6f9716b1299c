import type { LogStore } from './log-store.ts';
import type { MetricStore } from './metric-store.ts';
import type { StatisticsStore } from './statistics-store.ts';
import type { TraceStore } from './trace-store.ts';

/** What the store takes on disk. */
export interface StorageUsage {
  /** The file, with its write-ahead log. */
  readonly fileBytes: number;
  /** Of the file, what is in use; the rest is used again before the file grows. */
  readonly usedBytes: number;
}

/** Everything that the service keeps. An implementation has to pass `storageConformance`. */
export interface Storage {
  readonly traces: TraceStore;
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly statistics: StatisticsStore;
  usage(): Promise<StorageUsage>;
  /** Gives a small portion of free space back; resolves with true while there is more. */
  vacuum(): Promise<boolean>;
  /**
   * Copies everything that is committed to a new file, while writes go on.
   *
   * @throws ServiceError `OBS_ERR_BACKUP` when it cannot be written; nothing is left half-written.
   */
  backup(path: string): Promise<void>;
  /** Ends after what was asked for before. */
  close(): Promise<void>;
}

/** The store takes nothing more for now: the sender should repeat the request. */
export class StorageFullError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StorageFullError';
  }
}
