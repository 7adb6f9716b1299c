import { addMetricBytes, INSTRUMENT_SIZE, metricBytes, POINT_SIZE, SERIES_SIZE } from './metric-size.ts';
import type { MetricLimits } from './metric-store.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { number } from './sqlite-rows.ts';

/**
 * Points that one step looks at: a few milliseconds of work. When more came in since the step before, it is twice as
 * many, or storing would outrun it; but never more than the last figure.
 */
const STEP_POINTS = 1_000;
const MOST_POINTS = 20_000;
/** Series that one step looks at, beside its points. */
const SERIES_PART = 0.1;
/** Where the bytes are too many, points go as if the age limit came nearer by this part of what all have. */
const AGE_PART = 1 / 16;

/** What a step may remove, and has removed. */
interface Step {
  pointsLeft: number;
  /** It ends when so much is removed. */
  bytesLeft: number;
  bytesRemoved: number;
}

/**
 * Removes a small portion of what is over the limits. Only within a transaction.
 *
 * @param cameIn - Points that were stored since the step before.
 * @returns whether there may be more.
 */
export function pruneMetrics(connection: SqliteConnection, limits: MetricLimits, cameIn: number): boolean {
  const points = Math.min(Math.max(STEP_POINTS, 2 * cameIn), MOST_POINTS);
  const step: Step = { pointsLeft: points, bytesLeft: Infinity, bytesRemoved: 0 };
  const isMore = pruneStep(connection, limits, step, Math.ceil(points * SERIES_PART));
  if (step.bytesRemoved > 0) addMetricBytes(connection, -step.bytesRemoved);
  return isMore;
}

function pruneStep(
  connection: SqliteConnection,
  { maxSeries, maxPointsPerSeries, receivedSinceMs, maxBytes }: MetricLimits,
  step: Step,
  seriesLimit: number,
): boolean {
  const columns = 'SELECT id, instrument_id, point_count FROM metric_series';
  const over = connection
    .sql(`${columns} WHERE point_count > ? OR first_received_ms < ? LIMIT ?`)
    .all(maxPointsPerSeries, receivedSinceMs, seriesLimit);
  if (over.length > 0) {
    shrink(connection, over, step, maxPointsPerSeries, receivedSinceMs);
    return true;
  }
  const excess = number(connection.sql('SELECT count(*) AS n FROM metric_series').get()!, 'n') - maxSeries;
  if (excess > 0) {
    const silent = connection
      .sql(`${columns} ORDER BY last_received_ms, id LIMIT ?`)
      .all(Math.min(excess, seriesLimit));
    shrink(connection, silent, step, 0, receivedSinceMs);
    return true;
  }
  step.bytesLeft = metricBytes(connection) - maxBytes;
  if (step.bytesLeft <= 0) return false;
  const sinceMs = nearerAge(connection);
  const oldest = connection
    .sql(`${columns} WHERE first_received_ms < ? ORDER BY first_received_ms, id LIMIT ?`)
    .all(sinceMs, seriesLimit);
  shrink(connection, oldest, step, Infinity, sinceMs);
  return oldest.length > 0;
}

/** Before it the oldest points arrived; later than that, the most did. */
function nearerAge(connection: SqliteConnection): number {
  const row = connection
    .sql(
      `SELECT coalesce(min(first_received_ms), 0) AS first, coalesce(max(last_received_ms), 0) AS last
       FROM metric_series`,
    )
    .get()!;
  const first = number(row, 'first');
  return first + 1 + Math.max(0, Math.floor((number(row, 'last') - first) * AGE_PART));
}

/** Removes points of the series: those that arrived too early, and the oldest of those beyond `keep`. */
function shrink(
  connection: SqliteConnection,
  series: readonly SqlRow[],
  step: Step,
  keep: number,
  receivedSinceMs: number,
): void {
  for (const row of series) {
    const id = number(row, 'id');
    const aged = remove(connection, id, step, Infinity, 'received_ms < ?', receivedSinceMs);
    const excess = Math.max(0, number(row, 'point_count') - aged - keep);
    const oldest = remove(connection, id, step, excess, 'TRUE');
    settle(connection, row, step, aged + oldest);
    if (step.pointsLeft <= 0 || step.bytesLeft <= 0) return;
  }
}

/** Removes the oldest points that fulfil the condition. @returns how many. */
function remove(
  connection: SqliteConnection,
  seriesId: number,
  step: Step,
  limit: number,
  condition: string,
  ...values: readonly SqlValue[]
): number {
  const rest = `FROM metric_point WHERE series_id = ? AND ${condition} ORDER BY time_ns, start_ns, content LIMIT ?`;
  const sizes = connection
    .sql(`SELECT ${POINT_SIZE} AS bytes ${rest}`)
    .all(seriesId, ...values, Math.min(limit, step.pointsLeft));
  let count = 0;
  for (const row of sizes) {
    if (step.bytesLeft <= 0) break;
    take(step, number(row, 'bytes'));
    count++;
  }
  if (count === 0) return 0;
  step.pointsLeft -= count;
  return connection
    .sql(
      `DELETE FROM metric_point WHERE series_id = ? AND (time_ns, start_ns, content) IN (
         SELECT time_ns, start_ns, content ${rest})`,
    )
    .run(seriesId, seriesId, ...values, count);
}

/** Notes what was removed from a series; one that is empty goes, and its instrument with the last one. */
function settle(connection: SqliteConnection, row: SqlRow, step: Step, removed: number): void {
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
  const series = connection.sql(`DELETE FROM metric_series WHERE id = ? RETURNING ${SERIES_SIZE} AS bytes`);
  take(step, number(series.get(id)!, 'bytes'));
  const instrument = connection
    .sql(
      `DELETE FROM metric_instrument
       WHERE id = ? AND NOT EXISTS (SELECT 1 FROM metric_series WHERE instrument_id = metric_instrument.id)
       RETURNING ${INSTRUMENT_SIZE} AS bytes`,
    )
    .get(number(row, 'instrument_id'));
  if (instrument !== undefined) take(step, number(instrument, 'bytes'));
}

function take(step: Step, bytes: number): void {
  step.bytesLeft -= bytes;
  step.bytesRemoved += bytes;
}
