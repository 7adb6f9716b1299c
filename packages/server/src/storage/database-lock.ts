import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { ServiceError } from '../service-error.ts';
import type { OpenSqlite } from './sqlite-driver.ts';

/**
 * Keeps every other service off the database: an open exclusive transaction on an empty database beside the real
 * one. The operating system drops it when the process ends, however it ends; the database itself stays readable
 * for other programs.
 *
 * @returns how to give it back.
 * @throws ServiceError `OBS_ERR_DATABASE_IN_USE`.
 */
export function lockDatabase(open: OpenSqlite, path: string): () => void {
  const lockPath = `${path}.lock`;
  for (let attempt = 0; attempt < 10; attempt++) {
    // Closing a file drops all locks that this process has on it.
    if (!existsSync(lockPath)) closeSync(openSync(lockPath, 'a', 0o600));
    const ino = inode(lockPath);
    const database = open(lockPath);
    try {
      database.exec('PRAGMA journal_mode = MEMORY');
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw inUse(path, error);
    }
    // The former owner removes the file when it stops: a lock on a removed file keeps nobody out.
    if (ino !== undefined && inode(lockPath) === ino) {
      return () => {
        rmSync(lockPath, { force: true });
        database.close();
      };
    }
    database.close();
  }
  throw inUse(path);
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
