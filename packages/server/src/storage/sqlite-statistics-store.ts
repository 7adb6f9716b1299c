import type {
  ErrorGroupList,
  MetricsSummary,
  MetricsTimeSeries,
  PrimitiveStatsList,
  SessionList,
  UsageReport,
} from '@tta/obs-protocol';
import { ErrorGroups } from './error-groups.ts';
import { RollUps } from './roll-ups.ts';
import { RunRollUps } from './run-roll-ups.ts';
import { Sessions } from './sessions.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type {
  ErrorQuery,
  StatisticsQuery,
  StatisticsStore,
  TimeSeriesQuery,
  UsageQuery,
} from './statistics-store.ts';
import { UsageRollUps } from './usage-roll-ups.ts';

/** Statistics in one SQLite file. */
export class SqliteStatisticsStore implements StatisticsStore {
  /** Of executions of primitives. */
  readonly primitiveRollUps: RollUps;
  readonly runRollUps: RunRollUps;
  readonly errorGroups: ErrorGroups;
  readonly usageRollUps: UsageRollUps;
  readonly sessionRows: Sessions;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number) {
    this.primitiveRollUps = new RollUps(connection, now);
    this.runRollUps = new RunRollUps(connection, now);
    this.errorGroups = new ErrorGroups(connection, now);
    this.usageRollUps = new UsageRollUps(connection, now);
    this.sessionRows = new Sessions(connection, now);
  }

  async primitives(query: StatisticsQuery): Promise<PrimitiveStatsList> {
    return this.primitiveRollUps.stats(query);
  }

  async runs(query: StatisticsQuery): Promise<MetricsSummary> {
    const { total } = this.usageRollUps.report({ ...query, by: 'service', utcOffsetMinutes: 0 });
    return { ...this.runRollUps.summary(query), usage: total };
  }

  async runSeries(query: TimeSeriesQuery): Promise<MetricsTimeSeries> {
    return this.runRollUps.series(query);
  }

  async errors(query: ErrorQuery): Promise<ErrorGroupList> {
    return this.errorGroups.list(query);
  }

  async usage(query: UsageQuery): Promise<UsageReport> {
    return this.usageRollUps.report(query);
  }

  async sessions(query: { readonly limit: number; readonly cursor?: string }): Promise<SessionList> {
    return this.sessionRows.list(query);
  }

  /** Removes what is older than it is kept. Only within a transaction. */
  prune(): void {
    this.primitiveRollUps.prune();
    this.runRollUps.prune();
    this.errorGroups.prune();
    this.usageRollUps.prune();
    this.sessionRows.prune();
  }
}
