import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { ServiceError } from '../service-error.ts';
import type { OpenSqlite, SqlDatabase } from './sqlite-driver.ts';

/**
 * Keeps every other service off the database: an open exclusive transaction on an empty database beside the real
 * one. The operating system drops it when the process ends, however it ends; the database itself stays readable
 * for other programs.
 *
 * @returns how to give it back.
 * @throws ServiceError `OBS_ERR_DATABASE_IN_USE`, or `OBS_ERR_DATA_DIRECTORY` when it cannot be locked at all.
 */
export function lockDatabase(open: OpenSqlite, path: string): () => void {
  const lockPath = `${path}.lock`;
  for (let attempt = 0; attempt < 10; attempt++) {
    let database: SqlDatabase | undefined;
    try {
      // Closing a file drops all locks that this process has on it.
      if (!existsSync(lockPath)) closeSync(openSync(lockPath, 'a', 0o600));
      const ino = inode(lockPath);
      const locked = (database = open(lockPath));
      locked.exec('PRAGMA journal_mode = MEMORY');
      locked.exec('BEGIN EXCLUSIVE');
      // The former owner removes the file when it stops: a lock on a removed file keeps nobody out.
      if (ino !== undefined && inode(lockPath) === ino) {
        return () => {
          rmSync(lockPath, { force: true });
          locked.close();
        };
      }
    } catch (error) {
      database?.close();
      throw isTaken(error) ? inUse(path, error) : cannotLock(lockPath, error as Error);
    }
    database.close();
  }
  throw inUse(path);
}

/** SQLite's primary result codes for a lock that another has: https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;

/** `node:sqlite` has the code as errcode, libsql as rawCode. */
function isTaken(error: unknown): boolean {
  const { errcode, rawCode } = error as { readonly errcode?: unknown; readonly rawCode?: unknown };
  const code = Number(errcode ?? rawCode ?? 0) & 0xff;
  return code === BUSY || code === LOCKED;
}

function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function inUse(path: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_DATABASE_IN_USE',
    `Another service already uses ${path}: stop it, or choose another file with --db-path.`,
    cause,
  );
}

function cannotLock(lockPath: string, error: Error): ServiceError {
  return new ServiceError(
    'OBS_ERR_DATA_DIRECTORY',
    `Cannot lock the database with ${lockPath} (${error.message}): remove that if it is no lock, or choose another file with --db-path.`,
    error,
  );
}
