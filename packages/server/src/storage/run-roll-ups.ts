import type { MetricsSummary, MetricsTimeSeries } from '@tta/obs-protocol';
import { DurationHistogram } from '../statistics/duration-histogram.ts';
import { isSummedUp, keptSince, periodOf, PERIODS, startOf } from './roll-up-periods.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { bytes, number } from './sqlite-rows.ts';
import type { StatisticsQuery, TimeSeriesQuery } from './statistics-store.ts';
import { isFailed, type TraceTotals } from './trace-roll-up.ts';

/** A run whose root has not come is active for so long after its newest span. */
const ACTIVE_MS = 30_000;
/** Services of one period; further ones are counted together. */
const MOST_SERVICES = 500;
const OTHER = '_other';
/** Of all services together, so that a long window of many services is few rows. No service is called so. */
const ALL = '';
const NAME_LENGTH = 200;
/** Rows that are not read again when more of their traces change. */
const CACHED_ROWS = 200;

/** What sums count of a trace. */
export interface RunPart {
  readonly startS: number;
  readonly serviceName: string;
  readonly isFailed: boolean;
  /** `null` as long as its root has not come: nobody knows how long it takes. */
  readonly durationMs: number | null;
}

class Sums {
  calls = 0;
  errors = 0;
  readonly durations = new DurationHistogram();

  add({ isFailed: failed, durationMs }: RunPart): void {
    this.calls++;
    if (failed) this.errors++;
    if (durationMs !== null) this.durations.add(durationMs);
  }

  /** Nothing gets less than none: a row may have been removed since, for its age. */
  remove({ isFailed: failed, durationMs }: RunPart): void {
    this.calls = Math.max(0, this.calls - 1);
    if (failed) this.errors = Math.max(0, this.errors - 1);
    if (durationMs !== null) this.durations.remove(durationMs);
  }

  merge(row: SqlRow): this {
    this.calls += number(row, 'calls');
    this.errors += number(row, 'errors');
    this.durations.mergeEncoded(bytes(row, 'durations'));
    return this;
  }
}

interface RunRow {
  readonly periodS: number;
  readonly startS: number;
  readonly serviceName: string;
  readonly sums: Sums;
}

/** Sums up runs by the minute and the hour in which they began. Changes only within transactions. */
export class RunRollUps {
  readonly #connection: SqliteConnection;
  readonly #now: () => number;
  /** By key as text. */
  readonly #rows = new Map<string, RunRow>();
  readonly #changed = new Set<RunRow>();
  /** Traces up to this key were stored before runs were summed up. */
  readonly #countedAfter: number;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number) {
    this.#connection = connection;
    this.#now = now;
    this.#countedAfter = countedAfter(connection);
    connection.onRollback(() => {
      this.#rows.clear();
      this.#changed.clear();
    });
  }

  /** Whether a trace is one of those that are summed up. */
  counts({ traceKey, isPartial }: { readonly traceKey: number; readonly isPartial: boolean }): boolean {
    // Of a trace that was removed the beginning has counted already.
    return !isPartial && traceKey > this.#countedAfter;
  }

  /**
   * What is counted of a trace is another part from now on.
   *
   * @param before - `null` for a trace that is new.
   */
  change(before: RunPart | null, after: RunPart): void {
    if (before !== null && isSame(before, after)) return;
    const nowMs = this.#now();
    for (const periodS of PERIODS) {
      if (before !== null) for (const row of this.#rowsOf(before, periodS, nowMs)) row.sums.remove(before);
      for (const row of this.#rowsOf(after, periodS, nowMs)) row.sums.add(after);
    }
  }

  /** Writes what has changed. */
  save(): void {
    for (const row of this.#changed) this.#write(row);
    this.#changed.clear();
    if (this.#rows.size > CACHED_ROWS) this.#rows.clear();
  }

  /** Removes what is older than it is kept. */
  prune(): void {
    for (const periodS of PERIODS) {
      this.#connection
        .sql('DELETE FROM run_roll_up WHERE period_s = ? AND start_s < ?')
        .run(periodS, keptSince(periodS, this.#now()));
    }
  }

  summary(query: StatisticsQuery): Omit<MetricsSummary, 'usage'> {
    const periodS = periodOf(query, this.#now());
    const startS = startOf(query.sinceMs / 1000, periodS);
    const sums = new Sums();
    for (const row of this.#read(periodS, startS, query)) sums.merge(row);
    return {
      sinceMs: startS * 1000,
      untilMs: query.untilMs,
      traceCount: sums.calls,
      errorCount: sums.errors,
      activeCount: this.#activeCount(query.serviceName),
      p50Ms: sums.durations.percentile(0.5),
      p95Ms: sums.durations.percentile(0.95),
      p99Ms: sums.durations.percentile(0.99),
    };
  }

  /** Steps begin at multiples of their length, so that they stay what they are while the window moves on. */
  series(query: TimeSeriesQuery): MetricsTimeSeries {
    const { sinceMs, untilMs, points } = query;
    const periodS = periodOf(query, this.#now());
    // Whole periods: a window of an hour that has become a little longer has steps of a minute all the same.
    const periods = Math.max(1, Math.floor((untilMs - sinceMs) / 1000 / periodS));
    const stepS = periodS * Math.ceil(periods / points);
    const endS = Math.ceil(untilMs / 1000 / stepS) * stepS;
    // A window that begins within a step has one too many: then the first is left out.
    const count = Math.min(points, Math.ceil((endS - sinceMs / 1000) / stepS));
    const startS = endS - count * stepS;
    const steps = Array.from({ length: count }, () => new Sums());
    for (const row of this.#read(periodS, startS, query)) {
      steps[Math.floor((number(row, 'start_s') - startS) / stepS)]!.merge(row);
    }
    return {
      sinceMs: startS * 1000,
      untilMs,
      stepMs: stepS * 1000,
      traceCount: steps.map(({ calls }) => calls),
      errorCount: steps.map(({ errors }) => errors),
      p50Ms: steps.map(({ durations }) => durations.percentile(0.5)),
      p95Ms: steps.map(({ durations }) => durations.percentile(0.95)),
    };
  }

  #read(periodS: number, startS: number, { untilMs, serviceName }: StatisticsQuery): readonly SqlRow[] {
    if (serviceName === ALL) return [];
    return this.#connection
      .sql(
        `SELECT start_s, calls, errors, durations FROM run_roll_up
         WHERE period_s = ? AND start_s >= ? AND start_s < ? AND service_name = ?`,
      )
      .all(periodS, startS, Math.ceil(untilMs / 1000), serviceName ?? ALL);
  }

  #activeCount(serviceName: string | undefined): number {
    const row = this.#connection
      .sql(
        `SELECT count(*) AS active FROM trace
         WHERE has_root = 0 AND changed_ms > ? AND service_name = coalesce(?, service_name)`,
      )
      .get(Math.floor(this.#now() - ACTIVE_MS), serviceName ?? null)!;
    return number(row, 'active');
  }

  /** The rows that count it, to be changed; none for a time that is not summed up. */
  #rowsOf(part: RunPart, periodS: number, nowMs: number): readonly RunRow[] {
    const startS = startOf(part.startS, periodS);
    if (!isSummedUp(startS, periodS, nowMs)) return [];
    const rows = [part.serviceName.slice(0, NAME_LENGTH), ALL].map((name) =>
      this.#rowOf(periodS, startS, name),
    );
    for (const row of rows) this.#changed.add(row);
    return rows;
  }

  #rowOf(periodS: number, startS: number, serviceName: string): RunRow {
    const key = `${periodS} ${startS} ${serviceName}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const stored = this.#connection
      .sql(
        `SELECT calls, errors, durations FROM run_roll_up
         WHERE period_s = ? AND start_s = ? AND service_name = ?`,
      )
      .get(periodS, startS, serviceName);
    const isOther =
      stored === undefined && serviceName !== OTHER && serviceName !== ALL && this.#isFull(periodS, startS);
    const row = isOther
      ? this.#rowOf(periodS, startS, OTHER)
      : { periodS, startS, serviceName, sums: new Sums() };
    if (stored !== undefined) row.sums.merge(stored);
    else if (!isOther) this.#write(row);
    this.#rows.set(key, row);
    return row;
  }

  #write({ periodS, startS, serviceName, sums }: RunRow): void {
    this.#connection
      .sql('INSERT OR REPLACE INTO run_roll_up VALUES (?, ?, ?, ?, ?, ?)')
      .run(periodS, startS, serviceName, sums.calls, sums.errors, sums.durations.encode());
  }

  /** Once it is, it stays so: what counted under one name does so for ever. */
  #isFull(periodS: number, startS: number): boolean {
    const { services } = this.#connection
      .sql('SELECT count(*) AS services FROM run_roll_up WHERE period_s = ? AND start_s = ?')
      .get(periodS, startS)!;
    return Number(services) >= MOST_SERVICES;
  }
}

function countedAfter(connection: SqliteConnection): number {
  const row = connection.sql(`SELECT value FROM counter WHERE name = 'runs_counted_after'`).get();
  return Number(row?.['value'] ?? 0);
}

/** @param totals - As the row of the trace has them. */
export function runPart({
  startNs,
  endNs,
  serviceName,
  status,
  hasRoot,
}: Pick<TraceTotals, 'startNs' | 'endNs' | 'serviceName' | 'status' | 'hasRoot'>): RunPart {
  return {
    startS: startOf(Number(startNs / 1_000_000_000n), PERIODS[0]),
    serviceName,
    isFailed: isFailed(status),
    durationMs: hasRoot ? Number(endNs - startNs) / 1e6 : null,
  };
}

function isSame(one: RunPart, other: RunPart): boolean {
  return (
    one.startS === other.startS &&
    one.serviceName === other.serviceName &&
    one.isFailed === other.isFailed &&
    one.durationMs === other.durationMs
  );
}
