import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { ServiceError } from '../service-error.ts';
import type { Durability } from '../thread/storage-messages.ts';
import { loadSqlite, type OpenSqlite, type SqlDatabase } from './sqlite-driver.ts';

const READ_CACHE_KIB = 16_000;
const WRITE_CACHE_KIB = 64_000;
/** Fits several spans of 1 KB; of a new file only. */
const PAGE_BYTES = 8_192;
/** The write-ahead log is merged into the file when it has 32 MiB: pages that change often are merged once. */
const CHECKPOINT_PAGES = (32 * 1024 * 1024) / PAGE_BYTES;

export interface OpenOptions {
  /** @defaultValue 'process' */
  readonly durability?: Durability;
}

export interface DatabaseFile {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly database: SqlDatabase;
  /** What the user should know of how it was opened. */
  readonly notices: readonly string[];
  /** Merges the write-ahead log into the file, closes it and gives the lock back: one file is left. */
  close(): void;
}

/**
 * Opens the database for this process alone, and creates file and folder (0600 in 0700) when they are
 * missing.
 *
 * @throws ServiceError when the folder cannot be written, the file is not our database, is newer than we
 *   are, or belongs to a running service.
 */
export async function openDatabaseFile(
  databasePath: string,
  { durability = 'process' }: OpenOptions = {},
): Promise<DatabaseFile> {
  const open = await loadSqlite();
  const path = prepareFile(resolve(databasePath));
  const unlock = lock(open, path);
  try {
    const database = openChecked(open, path);
    if (durability === 'full') database.exec('PRAGMA synchronous = FULL');
    return {
      path,
      database,
      notices: [],
      close: () => {
        leaveOneFile(database);
        database.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Opens a database that this process has open already, to read it at the same time.
 *
 * @param path - As {@link DatabaseFile} has it.
 */
export async function openForReading(path: string): Promise<DatabaseFile> {
  const database = (await loadSqlite())(path);
  database.exec(
    `PRAGMA busy_timeout = 2000; PRAGMA cache_size = -${READ_CACHE_KIB}; PRAGMA query_only = ON;`,
  );
  return { path, database, notices: [], close: () => database.close() };
}

/** libsql keeps the log while statements live; leaving WAL mode removes it, unless someone else reads the file. */
function leaveOneFile(database: SqlDatabase): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;');
  } catch {
    // The log stays beside the file and is merged when the file is opened next.
  }
}

/** @returns The file's own path: two links to one file have one lock. */
function prepareFile(path: string): string {
  const directory = dirname(path);
  try {
    makeDirectory(directory);
    closeSync(openSync(path, 'a', 0o600));
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ServiceError(
      'OBS_ERR_DATA_DIRECTORY',
      `Cannot write the database ${path} (${code ?? 'unknown error'}): choose another file with --db-path.`,
      error,
    );
  }
}

/** One level after the other: in places like /proc Node's own recursive way never returns. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}

/**
 * An open exclusive transaction on an empty database beside the real one. The operating system drops it
 * when the process ends, however it ends; the database itself stays readable for other programs.
 */
function lock(open: OpenSqlite, path: string): () => void {
  const lockPath = `${path}.lock`;
  for (let attempt = 0; attempt < 10; attempt++) {
    closeSync(openSync(lockPath, 'a', 0o600));
    const { ino } = statSync(lockPath);
    const database = open(lockPath);
    try {
      database.exec('PRAGMA journal_mode = MEMORY');
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw inUse(path, error);
    }
    // The former owner removes the file when it stops: a lock on a removed file keeps nobody out.
    if (existsSync(lockPath) && statSync(lockPath).ino === ino) {
      return () => {
        rmSync(lockPath, { force: true });
        database.close();
      };
    }
    database.close();
  }
  throw inUse(path);
}

function inUse(path: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_DATABASE_IN_USE',
    `Another service already uses ${path}: stop it, or choose another file with --db-path.`,
    cause,
  );
}

function openChecked(open: OpenSqlite, path: string): SqlDatabase {
  let database: SqlDatabase | undefined;
  try {
    database = open(path);
    const version = pragma(database, 'user_version');
    const tableCount = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
    if (tableCount > 0 && pragma(database, 'application_id') !== APPLICATION_ID) throw notOurs(path);
    if (version > SCHEMA_VERSION) {
      throw new ServiceError(
        'OBS_ERR_DATABASE_TOO_NEW',
        `${path} was written by a newer version (schema ${version}, this one knows ${SCHEMA_VERSION}): update, or choose another file with --db-path.`,
      );
    }
    makeReady(database, version, path);
    // Only now: a file that turns out to be somebody else's is left as it was.
    chmodSync(path, 0o600);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof ServiceError ? error : notOurs(path, error);
  }
}

/** Sets the modes of the database and takes all steps from its version to ours, or none. */
function makeReady(database: SqlDatabase, version: number, path: string): void {
  const steps = MIGRATIONS.slice(version).join('');
  try {
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA busy_timeout = 2000;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA cache_size = -${WRITE_CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `);
    if (version === SCHEMA_VERSION) return;
    database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  } catch (error) {
    throw new ServiceError(
      'OBS_ERR_MIGRATION',
      `${path} could not be brought up to date (${(error as Error).message}): nothing was changed, free some space or choose another file with --db-path.`,
      error,
    );
  }
}

function notOurs(path: string, cause?: unknown): ServiceError {
  const detail = cause instanceof Error ? ` (${cause.message})` : '';
  return new ServiceError(
    'OBS_ERR_NOT_A_DATABASE',
    `${path} is not a database of this service${detail}: it was left as it is, choose another file with --db-path.`,
    cause,
  );
}

function pragma(database: SqlDatabase, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
