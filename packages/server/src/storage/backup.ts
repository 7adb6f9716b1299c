import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ServiceError } from '../service-error.ts';
import { makeDirectory } from './database-file.ts';
import { APPLICATION_ID } from './schema.ts';
import { loadSqlite } from './sqlite-driver.ts';

/**
 * Copies what is committed in a database to a new file (0600), as it is at one moment. A service may run on the
 * database and write meanwhile, in this process or in another. The file has its name once it is complete: a
 * process that is killed leaves nothing but `<backupPath>.unfinished`, which the next backup replaces.
 *
 * @throws ServiceError `OBS_ERR_BACKUP` when there is no such database, or the backup exists already or cannot
 *   be written.
 */
export async function backupDatabase(databasePath: string, backupPath: string): Promise<void> {
  const open = await loadSqlite();
  const path = resolve(backupPath);
  const unfinished = `${path}.unfinished`;
  refuseExisting(path);
  if (!existsSync(databasePath)) throw failed(path, `there is no database ${databasePath}`);
  const database = open(databasePath);
  try {
    database.exec('PRAGMA busy_timeout = 2000');
    const { application_id: id } = database.prepare('PRAGMA application_id').get() ?? {};
    if (Number(id) !== APPLICATION_ID) {
      throw failed(path, `${databasePath} is not a database of this service`);
    }
    makeDirectory(dirname(path));
    rmSync(unfinished, { force: true });
    const file = openSync(unfinished, 'wx', 0o600);
    try {
      database.prepare('VACUUM INTO ?').run(unfinished);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    refuseExisting(path);
    renameSync(unfinished, path);
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished);
    throw error instanceof ServiceError ? error : failed(path, (error as Error).message, error);
  } finally {
    database.close();
  }
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw failed(path, 'it exists already, and nothing is overwritten');
}

function failed(path: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_BACKUP',
    `The backup ${path} could not be written: ${reason}. Choose another file.`,
    cause,
  );
}
