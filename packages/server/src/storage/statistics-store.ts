import type {
  ErrorGroupList,
  MetricsSummary,
  MetricsTimeSeries,
  PrimitiveComparison,
  PrimitiveStatsList,
  PrimitiveVersionList,
  ServiceMap,
  SessionList,
  UsageGrouping,
  UsageReport,
  VersionName,
} from '@tta/obs-protocol';

/** A window of time, in milliseconds since the Unix epoch, of all services or of one. */
export interface StatisticsQuery {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly serviceName?: string;
}

export interface UsageQuery extends StatisticsQuery {
  readonly by: UsageGrouping;
  /** Days begin so many minutes before midnight in UTC. */
  readonly utcOffsetMinutes: number;
}

export interface TimeSeriesQuery extends StatisticsQuery {
  /** The most steps that the window is told in. */
  readonly points: number;
}

export interface ErrorQuery extends StatisticsQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface ComparisonQuery extends StatisticsQuery {
  readonly baseline: VersionName;
  readonly candidate: VersionName;
}

/** Sums over what came in. All but the map of services are made when it arrives, and outlive its traces by 90 days. */
export interface StatisticsStore {
  /**
   * How primitives did whose executions ended within the window: from the beginning of the minute that it begins in, of the
   * hour when it is longer than six hours or began before.
   */
  primitives(query: StatisticsQuery): Promise<PrimitiveStatsList>;
  /** Versions of all services or of one, those that ran last first. */
  primitiveVersions(query: { readonly serviceName?: string }): Promise<PrimitiveVersionList>;
  /** How primitives differ between two versions which have nothing in common, likewise. */
  primitiveComparison(query: ComparisonQuery): Promise<PrimitiveComparison>;
  /**
   * How runs did that began within the window, likewise. A run whose root has not come counts with the status that it has
   * so far, and without a duration.
   */
  runs(query: StatisticsQuery): Promise<MetricsSummary>;
  /** The same in steps of one length, which begin at multiples of it. */
  runSeries(query: TimeSeriesQuery): Promise<MetricsTimeSeries>;
  /**
   * Failures that ended within the window, from the beginning of the hour that it begins in, those of one cause together; the
   * most frequent first. Each counts where it arose, by what was stored when it came in.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  errors(query: ErrorQuery): Promise<ErrorGroupList>;
  /**
   * Who calls whom in the traces that are stored and began within the window: read from the newest of them, as many as there
   * is time for, and always from one.
   */
  serviceMap(query: Pick<StatisticsQuery, 'sinceMs' | 'untilMs'>): Promise<ServiceMap>;
  /** What calls of models used that ended within the window: from the beginning of the hour that it begins in. */
  usage(query: UsageQuery): Promise<UsageReport>;
  /**
   * Those with the newest end first.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  sessions(query: { readonly limit: number; readonly cursor?: string }): Promise<SessionList>;
}
