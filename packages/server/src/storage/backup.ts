import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ServiceError } from '../service-error.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/**
 * Copies what is committed into a new file (0600), without gaps; it appears under its name once it is complete.
 *
 * @throws ServiceError when it exists already or cannot be written.
 */
export function writeBackup(connection: SqliteConnection, databasePath: string, backupPath: string): void {
  const path = resolve(backupPath);
  if (path === databasePath || existsSync(path)) {
    throw failed(path, 'it exists already, and nothing is overwritten');
  }
  const unfinished = `${path}.unfinished`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(unfinished, { force: true });
    closeSync(openSync(unfinished, 'wx', 0o600));
    connection.statement('VACUUM INTO ?').run(unfinished);
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw failed(path, (error as Error).message, error);
  }
}

function failed(path: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_BACKUP',
    `The backup ${path} could not be written: ${reason}. Choose another file.`,
    cause,
  );
}
