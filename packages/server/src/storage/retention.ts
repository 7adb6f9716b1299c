import type { RetentionPreview, RetentionSettings } from '@tta/obs-protocol';
import type { ServiceLogger } from '../logger.ts';
import type { Storage } from './storage.ts';
import type { RetentionLimits } from './trace-store.ts';

const AFTER_INGEST_MS = 1_000;
const AT_REST_MS = 10 * 60_000;
/** As long as there are more, traces get most of the steps: they are the most. */
const STEPS_FOR_TRACES = 10;
const HOUR_MS = 3_600_000;
/** Log records whose trace is not stored: about as many as the traces that are kept have by default. */
const LOOSE_LOG_RECORDS = 100_000;
/** Part of `maxBytes` that they may take beside the traces. */
const LOOSE_LOG_PART = 0.1;
/** Series of metrics, and data points of each: an hour of one each second, a day of one each half minute. */
const SERIES = 10_000;
const POINTS_PER_SERIES = 3_600;
/** Part of `maxBytes` that all metrics may take beside the traces. */
const METRIC_PART = 1 / 8;

/** Steps of a clean-up for log records, data points and free space: what comes in meanwhile does not keep it going. */
const CLEANUP_STEPS = 2_000;

export interface RetentionOptions extends RetentionSettings {
  readonly storage: Storage;
  readonly logger: ServiceLogger;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Removes old traces, log records and data points in small steps that take turns with commits. */
export class Retention {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | undefined;
  #isIdle = true;
  #isStopped = false;
  #steps = 0;
  #cleaning: Promise<RetentionPreview> | undefined;
  #pass: Promise<void> | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Called after every batch; many calls cause one pass. */
  noteIngest(): void {
    if (this.#isIdle) this.#schedule(AFTER_INGEST_MS, false);
  }

  /** As they were set. */
  get limits(): RetentionSettings {
    const { maxTraces, retentionHours, maxBytes } = this.#options;
    return { maxTraces, retentionHours, maxBytes };
  }

  /** What is over the limits now. */
  preview(): Promise<RetentionPreview> {
    return this.#options.storage.traces.previewPrune(this.#limits());
  }

  /**
   * Removes what is over the limits, in the same small steps; calls meanwhile are answered together. Traces that
   * change after the call stay: it ends however much comes in.
   *
   * @returns what was removed.
   */
  cleanUp(): Promise<RetentionPreview> {
    return (this.#cleaning ??= this.#removeAll().finally(() => (this.#cleaning = undefined)));
  }

  /** Removes one portion; resolves with true while there is more. */
  async step(): Promise<boolean> {
    try {
      return await this.#remove();
    } catch (error) {
      if (!this.#isStopped) {
        this.#options.logger.error('Old traces and log records could not be removed', error);
      }
      return false;
    }
  }

  /** Resolves when the step that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await Promise.allSettled([this.#pass, this.#cleaning]);
  }

  async #removeAll(): Promise<RetentionPreview> {
    const { traces } = this.#options.storage;
    const limits = { ...this.#limits(), changedUpTo: await traces.newestSeq() };
    const portions: RetentionPreview[] = [];
    for (let portion; (portion = await this.#removeTraces(limits)) !== false;) portions.push(portion);
    for (let steps = 0; steps < CLEANUP_STEPS && (await this.#removeOthers()); steps++);
    return together(portions);
  }

  async #remove(): Promise<boolean> {
    const areMoreTraces = (await this.#removeTraces(this.#limits())) !== false;
    if (areMoreTraces && ++this.#steps % STEPS_FOR_TRACES !== 0) return true;
    return (await this.#removeOthers(areMoreTraces)) || areMoreTraces;
  }

  #removeTraces(limits: RetentionLimits): Promise<RetentionPreview | false> {
    if (this.#isStopped) throw new Error('the service is being stopped');
    return this.#options.storage.traces.prune(limits);
  }

  /** @returns whether there is more. */
  async #removeOthers(areMoreTraces = false): Promise<boolean> {
    if (this.#isStopped) throw new Error('the service is being stopped');
    const { storage } = this.#options;
    const receivedSinceMs = this.#limits().changedSinceMs;
    const areMoreLogs = await storage.logs.prune({
      maxRecords: LOOSE_LOG_RECORDS,
      maxBytes: this.#options.maxBytes * LOOSE_LOG_PART,
      receivedSinceMs,
    });
    const areMorePoints = await storage.metrics.prune({
      maxSeries: SERIES,
      maxPointsPerSeries: POINTS_PER_SERIES,
      maxBytes: this.#options.maxBytes * METRIC_PART,
      receivedSinceMs,
    });
    return areMoreLogs || areMorePoints || (!areMoreTraces && (await storage.vacuum()));
  }

  #limits(): RetentionLimits {
    const { maxTraces, retentionHours, maxBytes, now } = this.#options;
    return { maxTraces, maxBytes, changedSinceMs: now() - retentionHours * HOUR_MS };
  }

  #schedule(delayMs: number, isIdle: boolean): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#isIdle = isIdle;
    this.#timer = setTimeout(() => {
      this.#pass = this.#removeOverdue();
    }, delayMs).unref();
  }

  async #removeOverdue(): Promise<void> {
    this.#isIdle = false;
    while (!this.#isStopped && (await this.step())) {
      // What came meanwhile was stored between two steps: they take turns with commits.
    }
    this.#schedule(AT_REST_MS, true);
  }
}

/** The portions of one removal. */
function together(portions: readonly RetentionPreview[]): RetentionPreview {
  const sum = (key: 'traceCount' | 'spanCount' | 'bytes') =>
    portions.reduce((total, portion) => total + portion[key], 0);
  const known = (key: 'oldestStartTimeMs' | 'newestStartTimeMs') =>
    portions.flatMap((portion) => portion[key] ?? []);
  const oldest = known('oldestStartTimeMs');
  return {
    traceCount: sum('traceCount'),
    spanCount: sum('spanCount'),
    bytes: sum('bytes'),
    oldestStartTimeMs: oldest.length === 0 ? null : Math.min(...oldest),
    newestStartTimeMs: oldest.length === 0 ? null : Math.max(...known('newestStartTimeMs')),
    traceIds: portions.flatMap(({ traceIds }) => traceIds).slice(0, 100),
  };
}
