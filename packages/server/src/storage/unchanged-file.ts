import { realpathSync } from 'node:fs';
import { ServiceError } from '../service-error.ts';
import { checkPages, isOurs } from './damaged-file.ts';
import { openForReading, type DatabaseFile } from './database-file.ts';
import { lockDatabase } from './database-lock.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';
import { loadSqlite, type SqlDatabase } from './sqlite-driver.ts';
import { isDamage } from './sqlite-errors.ts';

/**
 * Opens a database that no service has open, to look at it: whatever is found in it, it stays as it is. What a
 * killed service has committed to the log beside it may be merged into it.
 *
 * @throws ServiceError when it belongs to a running service, is of another version, is damaged, or is none of ours.
 */
export async function openUnchanged(databasePath: string): Promise<DatabaseFile> {
  const path = realpathSync(databasePath);
  const unlock = lockDatabase(await loadSqlite(), path);
  let file: DatabaseFile | undefined;
  try {
    const opened = (file = await openForReading(path));
    checkPages(opened.database, path);
    checkVersion(opened.database, path);
    return {
      ...opened,
      close: () => {
        opened.close();
        unlock();
      },
    };
  } catch (error) {
    file?.close();
    unlock();
    if (error instanceof ServiceError) throw error;
    if (isDamage(error)) throw isOurs(path) ? damaged(path, error as Error) : notOurs(path, error);
    throw new ServiceError(
      'OBS_ERR_DATA_DIRECTORY',
      `Cannot read the database ${path} (${(error as Error).message}): choose another file with --db-path.`,
      error,
    );
  }
}

/** What the user does about a damaged database that nobody has set aside. */
export function damaged(path: string, reason: Error): ServiceError {
  return new ServiceError(
    'OBS_ERR_NOT_A_DATABASE',
    `${path} is damaged (${reason.message}): the service sets it aside when it is started on it, or try to rescue it with sqlite3 ${path} .recover.`,
    reason,
  );
}

function notOurs(path: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_NOT_A_DATABASE',
    `${path} is not a database of this service: it was left as it is, choose another file with --db-path.`,
    cause,
  );
}

function checkVersion(database: SqlDatabase, path: string): void {
  const { application_id: id } = database.prepare('PRAGMA application_id').get() ?? {};
  if (Number(id) !== APPLICATION_ID) throw notOurs(path);
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version === SCHEMA_VERSION) return;
  throw version < SCHEMA_VERSION
    ? new ServiceError(
        'OBS_ERR_MIGRATION',
        `${path} is of an older version (schema ${version}, this one reads ${SCHEMA_VERSION}): it was left as it is, start the service on it once to bring it up to date.`,
      )
    : new ServiceError(
        'OBS_ERR_DATABASE_TOO_NEW',
        `${path} was written by a newer version (schema ${version}, this one knows ${SCHEMA_VERSION}): update, or choose another file with --db-path.`,
      );
}
