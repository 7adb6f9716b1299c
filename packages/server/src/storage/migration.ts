import { ServiceError } from '../service-error.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { isDamage } from './sqlite-errors.ts';
import type { SqlDatabase } from './sqlite-driver.ts';

const INCREMENTAL = 2;

/**
 * Takes all steps from the version of the database to ours, or none: whenever it ends half-way, the file is as it
 * was. An empty file has version 0.
 *
 * @returns what the user should know of it.
 * @throws ServiceError `OBS_ERR_DATABASE_TOO_NEW` or `OBS_ERR_MIGRATION`.
 */
export function migrate(database: SqlDatabase, path: string): readonly string[] {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > SCHEMA_VERSION) {
    throw new ServiceError(
      'OBS_ERR_DATABASE_TOO_NEW',
      `${path} was written by a newer version (schema ${version}, this one knows ${SCHEMA_VERSION}): update, or choose another file with --db-path.`,
    );
  }
  const notices: string[] = [];
  if (version < SCHEMA_VERSION) {
    takeSteps(database, version, path);
    if (version > 0) notices.push(`${path} was brought up to date (schema ${version} to ${SCHEMA_VERSION}).`);
  }
  return [...notices, ...makeShrinkable(database, path)];
}

function takeSteps(database: SqlDatabase, version: number, path: string): void {
  const steps = MIGRATIONS.slice(version).join('');
  try {
    database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  } catch (error) {
    if (isDamage(error)) throw error;
    throw new ServiceError(
      'OBS_ERR_MIGRATION',
      `${path} could not be brought up to date (${(error as Error).message}): nothing was changed, free some space or choose another file with --db-path.`,
      error,
    );
  }
}

/** Files of the first two versions never gave space back; to make them do it they have to be rewritten once. */
function makeShrinkable(database: SqlDatabase, path: string): readonly string[] {
  if (Number(database.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum']) === INCREMENTAL) return [];
  try {
    // In WAL mode pages keep their size; the size that is wished for was set when the database was opened.
    database.exec(`PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = ${INCREMENTAL}; VACUUM;`);
    return [`${path} was rewritten once: from now on it gives back the space of what is removed.`];
  } catch (error) {
    if (isDamage(error)) throw error;
    return [
      `${path} could not be rewritten (${(error as Error).message}) and does not shrink until it is: free some space and start again.`,
    ];
  } finally {
    database.exec('PRAGMA journal_mode = WAL');
  }
}
