import type { SqliteConnection } from './sqlite-connection.ts';
import type { SqlValue } from './sqlite-driver.ts';

/** Rows that one statement takes: each call of SQLite costs about as much as a row. */
const ROWS = 16;

/**
 * Inserts rows with as few statements as that takes.
 *
 * @param into - `table (columns)`.
 * @param onConflict - `ON CONFLICT …`
 */
export function insertRows(
  connection: SqliteConnection,
  into: string,
  rows: readonly (readonly SqlValue[])[],
  onConflict = '',
): void {
  for (let begin = 0; begin < rows.length; begin += ROWS) {
    const some = rows.slice(begin, begin + ROWS);
    const row = `(${some[0]!.map(() => '?').join()})`;
    connection
      .sql(`INSERT INTO ${into} VALUES ${some.map(() => row).join()} ${onConflict}`)
      .run(...some.flat());
  }
}
