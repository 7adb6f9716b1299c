import { SqliteStatisticsStore } from '../storage/sqlite-statistics-store.ts';
import { SqliteTraceStore } from '../storage/sqlite-trace-store.ts';
import type { SqliteConnection } from '../storage/sqlite-connection.ts';

/** A dollar a token, of any model but `unknown`. */
export const SAMPLE_PRICES = {
  version: 'a-dollar-a-token',
  estimateUsd: ({ model, inputTokens = 0, outputTokens = 0 }: SampleUsage) =>
    model === 'unknown' ? undefined : inputTokens + outputTokens,
};

interface SampleUsage {
  readonly model: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** The stores of traces and statistics on a connection that the caller closes. */
export function sqliteStores(
  connection: SqliteConnection,
  now: () => number,
  elapsedMs?: () => number,
): { readonly traces: SqliteTraceStore; readonly statistics: SqliteStatisticsStore } {
  const statistics = new SqliteStatisticsStore(connection, now);
  return { statistics, traces: new SqliteTraceStore(connection, statistics, SAMPLE_PRICES, now, elapsedMs) };
}
