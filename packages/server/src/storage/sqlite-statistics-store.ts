import type {
  ErrorGroupList,
  MetricsSummary,
  MetricsTimeSeries,
  PrimitiveComparison,
  PrimitiveStatsList,
  PrimitiveVersionList,
  ServiceMap,
  SessionList,
  UsageReport,
} from '@tta/obs-protocol';
import { comparePrimitives } from '../statistics/compare-primitives.ts';
import { ErrorGroups } from './error-groups.ts';
import { OTHER, RollUps, type NamedSums } from './roll-ups.ts';
import { RunRollUps } from './run-roll-ups.ts';
import { ServiceMapReader } from './service-map.ts';
import { Sessions } from './sessions.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type {
  ComparisonQuery,
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
  readonly #serviceMap: ServiceMapReader;

  /** @param now - Milliseconds since the Unix epoch. */
  constructor(connection: SqliteConnection, now: () => number) {
    this.primitiveRollUps = new RollUps(connection, now);
    this.runRollUps = new RunRollUps(connection, now);
    this.errorGroups = new ErrorGroups(connection, now);
    this.usageRollUps = new UsageRollUps(connection, now);
    this.sessionRows = new Sessions(connection, now);
    this.#serviceMap = new ServiceMapReader(connection);
  }

  async primitives(query: StatisticsQuery): Promise<PrimitiveStatsList> {
    return this.primitiveRollUps.stats(query);
  }

  async primitiveVersions({ serviceName }: { readonly serviceName?: string }): Promise<PrimitiveVersionList> {
    return this.primitiveRollUps.versions.list(serviceName);
  }

  async primitiveComparison(query: ComparisonQuery): Promise<PrimitiveComparison> {
    const { sinceMs, items: baseline } = this.primitiveRollUps.sums(query, query.baseline);
    const { items: candidate } = this.primitiveRollUps.sums(query, query.candidate);
    // What was counted together is not one primitive.
    const named = (items: readonly NamedSums[]) => items.filter(({ name }) => name !== OTHER);
    return {
      sinceMs,
      untilMs: query.untilMs,
      baseline: { ...query.baseline, calls: callsOf(baseline) },
      candidate: { ...query.candidate, calls: callsOf(candidate) },
      ...comparePrimitives(named(baseline), named(candidate)),
    };
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

  async serviceMap(query: Pick<StatisticsQuery, 'sinceMs' | 'untilMs'>): Promise<ServiceMap> {
    return this.#serviceMap.map(query);
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

function callsOf(items: readonly NamedSums[]): number {
  return items.reduce((total, { sums }) => total + sums.calls, 0);
}
