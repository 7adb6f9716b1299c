import { statSync } from 'node:fs';
import { priceTable } from '@tta/obs-metrics/prices';
import type { LiveChange } from '@tta/obs-protocol';
import type { Prices } from '../conventions/normalize-span.ts';
import type { LogGroup } from '../otlp/log-batch.ts';
import type { MetricGroup } from '../otlp/metric-batch.ts';
import type { SpanBatch } from '../otlp/span-batch.ts';
import { backupDatabase } from './backup.ts';
import type { DatabaseFile } from './database-file.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteLogStore } from './sqlite-log-store.ts';
import { SqliteMetricStore } from './sqlite-metric-store.ts';
import { SqliteStatisticsStore } from './sqlite-statistics-store.ts';
import { SqliteTraceStore } from './sqlite-trace-store.ts';
import type { Storage, StorageUsage } from './storage.ts';
import { traceChange } from './trace-store.ts';

/** Free space that stays in the file: what is removed is mostly followed by what is new. */
const KEPT_FREE_PART = 0.2;
const VACUUM_PAGES = 200;

/** Something to be stored. */
export type WriteJob =
  | { readonly kind: 'spans'; readonly batch: SpanBatch }
  | { readonly kind: 'logs'; readonly groups: readonly LogGroup[]; readonly request?: Uint8Array }
  | { readonly kind: 'metrics'; readonly groups: readonly MetricGroup[] };

/** Keeps everything in one SQLite file. Every method does its work at once; the promises are for other stores. */
export class SqliteStorage implements Storage {
  readonly traces: SqliteTraceStore;
  readonly logs: SqliteLogStore;
  readonly metrics: SqliteMetricStore;
  readonly statistics: SqliteStatisticsStore;
  readonly #file: DatabaseFile;
  readonly #connection: SqliteConnection;

  /**
   * @param now - Milliseconds since the Unix epoch.
   * @param prices - Estimate what calls of models cost where the sender does not say it. List prices by default.
   */
  constructor(file: DatabaseFile, now: () => number = Date.now, prices: Prices = priceTable()) {
    this.#file = file;
    this.#connection = new SqliteConnection(file);
    this.statistics = new SqliteStatisticsStore(this.#connection, now);
    this.traces = new SqliteTraceStore(this.#connection, this.statistics, prices, now);
    this.logs = new SqliteLogStore(this.#connection, now, () => this.traces.countAgain());
    this.metrics = new SqliteMetricStore(this.#connection, now);
  }

  /** Stores what the jobs hold in one commit, all or nothing. @returns what has changed by it. */
  commit(jobs: readonly WriteJob[]): readonly LiveChange[] {
    return this.#connection.transaction(() => {
      const changes: LiveChange[] = [];
      const batches = jobs.flatMap((job) => (job.kind === 'spans' ? [job.batch] : []));
      if (batches.length > 0) changes.push(...this.traces.apply(batches).map(traceChange));
      for (const job of jobs) {
        if (job.kind === 'logs') changes.push(...this.logs.apply(job.groups, job.request));
        else if (job.kind === 'metrics') this.metrics.apply(job.groups);
      }
      return changes;
    });
  }

  /** All that `work` reads at once is of one moment. Not for what writes. */
  snapshot<Result>(work: () => Result): Result {
    return this.#connection.snapshot(work);
  }

  async usage(): Promise<StorageUsage> {
    return {
      fileBytes: sizeOf(this.#file.path) + sizeOf(`${this.#file.path}-wal`),
      usedBytes: this.#connection.usedBytes(),
    };
  }

  async vacuum(): Promise<boolean> {
    if (this.#connection.freePart() <= KEPT_FREE_PART) return false;
    this.#connection.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    if (this.#connection.freePart() > KEPT_FREE_PART) return true;
    this.#connection.shrinkFile();
    return false;
  }

  async backup(path: string): Promise<void> {
    await backupDatabase(this.#file.path, path);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
