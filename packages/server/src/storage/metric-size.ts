import type { SqliteConnection } from './sqlite-connection.ts';
import { number } from './sqlite-rows.ts';

/** What a data point takes beside its texts. */
const POINT_BYTES = 64;

/*
 * What metrics take in the file, about, as SQL on their rows. The sum of all is kept in `counter`, for the points
 * are too many to be summed up again: what is added with a row has to be taken off with it.
 */
export const POINT_SIZE = `${POINT_BYTES} + coalesce(octet_length(data), 0) + coalesce(octet_length(exemplars), 0)`;
/** The unique index of the table has the attributes as well. */
export const SERIES_SIZE = '100 + 2 * octet_length(attributes)';
export const INSTRUMENT_SIZE = `200 + 2 * (octet_length(name) + octet_length(service_name) + octet_length(unit))
    + octet_length(description) + octet_length(metadata)`;

/** The same for a point that is being stored, for there are many: asking SQLite would take a tenth of the time. */
export function pointSize(...texts: readonly (string | null)[]): number {
  return texts.reduce((bytes, text) => bytes + (text === null ? 0 : Buffer.byteLength(text)), POINT_BYTES);
}

/** What all metrics take. */
export function metricBytes(connection: SqliteConnection): number {
  return number(connection.sql(`SELECT value FROM counter WHERE name = 'metric_bytes'`).get()!, 'value');
}

/** Only within the transaction that adds or removes the rows. */
export function addMetricBytes(connection: SqliteConnection, bytes: number): void {
  connection.sql(`UPDATE counter SET value = value + ? WHERE name = 'metric_bytes'`).run(bytes);
}
