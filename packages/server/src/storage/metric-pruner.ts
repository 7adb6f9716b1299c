import type { MetricLimits } from './metric-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number } from './sqlite-rows.ts';

/** Points and series that one step looks at: a few milliseconds of work. */
const STEP_POINTS = 1_000;
const STEP_SERIES = 100;

/** Removes a small portion of what is over the limits; says whether there may be more. Only within a transaction. */
export function pruneMetrics(connection: SqliteConnection, limits: MetricLimits): boolean {
  const { maxSeries, maxPointsPerSeries, receivedSinceMs } = limits;
  const columns = 'SELECT id, instrument_id, point_count FROM metric_series';
  const over = connection
    .sql(`${columns} WHERE point_count > ? OR first_received_ms < ? LIMIT ${STEP_SERIES}`)
    .all(maxPointsPerSeries, receivedSinceMs);
  if (over.length > 0) {
    shrink(connection, over, maxPointsPerSeries, receivedSinceMs);
    return true;
  }
  const excess = number(connection.sql('SELECT count(*) AS n FROM metric_series').get()!, 'n') - maxSeries;
  if (excess <= 0) return false;
  const silent = connection
    .sql(`${columns} ORDER BY last_received_ms, id LIMIT ?`)
    .all(Math.min(excess, STEP_SERIES));
  shrink(connection, silent, 0, receivedSinceMs);
  return true;
}

/** Removes points of the series: those that arrived too early, and the oldest of those beyond `keep`. */
function shrink(
  connection: SqliteConnection,
  series: readonly SqlRow[],
  keep: number,
  receivedSinceMs: number,
): void {
  let left = STEP_POINTS;
  for (const row of series) {
    const id = number(row, 'id');
    const aged = remove(connection, id, left, 'received_ms < ?', receivedSinceMs);
    const excess = Math.max(0, number(row, 'point_count') - aged - keep);
    const oldest = remove(connection, id, Math.min(excess, left - aged), 'TRUE');
    settle(connection, row, aged + oldest);
    left -= aged + oldest;
    if (left === 0) return;
  }
}

function remove(
  connection: SqliteConnection,
  seriesId: number,
  limit: number,
  condition: string,
  ...values: readonly SqlValue[]
): number {
  return connection
    .sql(
      `DELETE FROM metric_point WHERE series_id = ? AND (time_ns, start_ns, content) IN (
         SELECT time_ns, start_ns, content FROM metric_point WHERE series_id = ? AND ${condition}
         ORDER BY time_ns, start_ns, content LIMIT ?)`,
    )
    .run(seriesId, seriesId, ...values, limit);
}

/** Notes what was removed from a series; one that is empty goes, and its instrument with the last one. */
function settle(connection: SqliteConnection, row: SqlRow, removed: number): void {
  const id = number(row, 'id');
  if (removed < number(row, 'point_count')) {
    connection
      .sql(
        `UPDATE metric_series SET point_count = point_count - ?,
           first_received_ms = (SELECT min(received_ms) FROM metric_point WHERE series_id = ?) WHERE id = ?`,
      )
      .run(removed, id, id);
    return;
  }
  connection.sql('DELETE FROM metric_series WHERE id = ?').run(id);
  connection
    .sql(
      `DELETE FROM metric_instrument
       WHERE id = ? AND NOT EXISTS (SELECT 1 FROM metric_series WHERE instrument_id = metric_instrument.id)`,
    )
    .run(number(row, 'instrument_id'));
}
