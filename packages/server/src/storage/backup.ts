import { closeSync, existsSync, fsyncSync, lstatSync, openSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ServiceError } from '../service-error.ts';
import { makeDirectory } from './database-file.ts';
import { APPLICATION_ID } from './schema.ts';
import { loadSqlite, type OpenSqlite, type SqlDatabase } from './sqlite-driver.ts';
import { giveName, removeUnfinished, unfinishedPath } from './unfinished-backup.ts';

/**
 * Copies what is committed in a database to a new file (0600), as it is at one moment. A service may run on the
 * database and write meanwhile, in this process or in another. The file has its name once it is complete: a
 * process that is killed leaves nothing but `<backupPath>.unfinished-<id>` and its journal, which the next backup into
 * the folder removes once they are an hour old.
 *
 * @throws ServiceError `OBS_ERR_BACKUP` when there is no such database, or something has the name of the backup
 *   already or it cannot be written.
 */
export async function backupDatabase(databasePath: string, backupPath: string): Promise<void> {
  const open = await loadSqlite();
  const path = resolve(backupPath);
  const unfinished = unfinishedPath(path);
  if (!existsSync(databasePath)) throw failed(path, `there is no database ${databasePath}`);
  let database: SqlDatabase | undefined;
  try {
    // A link to nothing is something as well.
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw taken(path);
    database = openSource(open, databasePath, path);
    makeDirectory(dirname(path));
    removeUnfinished(dirname(path), Date.now());
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      database.prepare('VACUUM INTO ?').run(unfinished);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    giveName(unfinished, path);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? taken(path, error) : failed(path, message, error);
  } finally {
    if (existsSync(unfinished)) rmSync(unfinished);
    database?.close();
  }
}

function openSource(open: OpenSqlite, databasePath: string, path: string): SqlDatabase {
  let database: SqlDatabase | undefined;
  try {
    database = open(databasePath);
    database.exec('PRAGMA busy_timeout = 2000');
    const { application_id: id } = database.prepare('PRAGMA application_id').get() ?? {};
    if (Number(id) === APPLICATION_ID) return database;
  } catch (error) {
    database?.close();
    throw failed(path, `${databasePath} cannot be read (${(error as Error).message})`, error);
  }
  database.close();
  throw failed(path, `${databasePath} is not a database of this service`);
}

function taken(path: string, cause?: unknown): ServiceError {
  return failed(path, 'it exists already, and nothing is overwritten', cause);
}

function failed(path: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_BACKUP',
    `The backup ${path} could not be written: ${reason}. Choose another file.`,
    cause,
  );
}
