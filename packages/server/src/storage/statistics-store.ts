import type { PrimitiveStatsList, SessionList, UsageGrouping, UsageReport } from '@tta/obs-protocol';

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

/** Sums over what came in, made when it arrived: they outlive its traces by 90 days. */
export interface StatisticsStore {
  /**
   * How primitives did whose executions ended within the window: from the beginning of the minute that it begins in, of the
   * hour when it is longer than six hours.
   */
  primitives(query: StatisticsQuery): Promise<PrimitiveStatsList>;
  /** What calls of models used that ended within the window: from the beginning of the hour that it begins in. */
  usage(query: UsageQuery): Promise<UsageReport>;
  /**
   * Those with the newest end first.
   *
   * @throws InvalidCursorError when the cursor is not one of ours.
   */
  sessions(query: { readonly limit: number; readonly cursor?: string }): Promise<SessionList>;
}
