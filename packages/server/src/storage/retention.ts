import type { RetentionPreview } from '@tta/obs-protocol';
import type { ServiceLogger } from '../logger.ts';
import type { Storage } from './storage.ts';
import type { RetentionLimits } from './trace-store.ts';

const AFTER_INGEST_MS = 1_000;
const AT_REST_MS = 10 * 60_000;
const BETWEEN_STEPS_MS = 20;
const HOUR_MS = 3_600_000;
/** Log records whose trace is not stored: about as many as the traces that are kept have by default. */
const LOOSE_LOG_RECORDS = 100_000;
/** Series of metrics, and data points of each: an hour of one each second, a day of one each half minute. */
const SERIES = 10_000;
const POINTS_PER_SERIES = 3_600;

export interface RetentionOptions {
  readonly storage: Storage;
  /** Traces beyond this number are removed, those that have not changed for longest first. */
  readonly maxTraces: number;
  /** Traces that have not changed for so long are removed, and log records without a trace that are as old. */
  readonly retentionHours: number;
  /** What the store may take on disk. */
  readonly maxBytes: number;
  readonly logger: ServiceLogger;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Removes old traces and log records in small steps, in the background: ingest never waits for it. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | undefined;
  #isIdle = true;
  #isStopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Called after every batch; many calls cause one pass. */
  noteIngest(): void {
    if (this.#isIdle) this.#schedule(AFTER_INGEST_MS, false);
  }

  /** What is over the limits now. */
  preview(): Promise<RetentionPreview> {
    return this.#options.storage.traces.previewPrune(this.#limits());
  }

  /** Removes one portion; resolves with true while there is more. */
  async step(): Promise<boolean> {
    const { storage, logger } = this.#options;
    const limits = this.#limits();
    const receivedSinceMs = limits.changedSinceMs;
    try {
      const areMoreTraces = await storage.traces.prune(limits);
      const areMoreLogs = await storage.logs.prune({ maxRecords: LOOSE_LOG_RECORDS, receivedSinceMs });
      const areMorePoints = await storage.metrics.prune({
        maxSeries: SERIES,
        maxPointsPerSeries: POINTS_PER_SERIES,
        receivedSinceMs,
      });
      return areMoreTraces || areMoreLogs || areMorePoints || (await storage.vacuum());
    } catch (error) {
      logger.error('Old traces and log records could not be removed', error);
      return false;
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #limits(): RetentionLimits {
    const { maxTraces, retentionHours, maxBytes, now } = this.#options;
    return { maxTraces, maxBytes, changedSinceMs: now() - retentionHours * HOUR_MS };
  }

  #schedule(delayMs: number, isIdle: boolean): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#isIdle = isIdle;
    this.#timer = setTimeout(() => void this.#pass(), delayMs).unref();
  }

  async #pass(): Promise<void> {
    this.#isIdle = false;
    const isMore = await this.step();
    this.#schedule(isMore ? BETWEEN_STEPS_MS : AT_REST_MS, !isMore);
  }
}
