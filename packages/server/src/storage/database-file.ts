import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkPages, isOurs, makePrivate, setAside } from './damaged-file.ts';
import { lockDatabase } from './database-lock.ts';
import { migrate } from './migration.ts';
import { APPLICATION_ID } from './schema.ts';
import { ServiceError } from '../service-error.ts';
import { isDamage } from './sqlite-errors.ts';
import type { Durability } from '../thread/storage-messages.ts';
import { loadSqlite, type OpenSqlite, type SqlDatabase } from './sqlite-driver.ts';

const READ_CACHE_KIB = 16_000;
const WRITE_CACHE_KIB = 64_000;
/** Fits several spans of 1 KB; of a new file only. */
const PAGE_BYTES = 8_192;
/** The write-ahead log is merged into the file when it has 16 MiB: pages that change often are merged once, and whoever waits
 * for that commit does not wait for long. */
const CHECKPOINT_PAGES = (16 * 1024 * 1024) / PAGE_BYTES;
/** What the log keeps after it was merged; it grows beyond while somebody reads for long, as a backup does. */
const LOG_BYTES = 64 * 1024 * 1024;

/** More changes than may have been made without being known. */
const SEQ_GAP = 1_000_000;

export interface OpenOptions {
  /** @defaultValue 'process' */
  readonly durability?: Durability;
  /** What was found wrong with the file while it was in use: it is set aside, and a new one is begun. */
  readonly damage?: DamageFound;
  /** Milliseconds since the Unix epoch. @defaultValue Date.now */
  readonly now?: () => number;
}

export interface DamageFound {
  readonly reason: Error;
  /** The newest change that is known of: the new file counts on from well above. */
  readonly seq: number;
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
 * Opens the database for this process alone, brings it up to date, and creates file and folder (0600 in 0700)
 * when they are missing. A damaged database of ours is set aside, and a new one is begun.
 *
 * @throws ServiceError when the folder cannot be written, the file is not our database, is newer than we
 *   are, or belongs to a running service.
 */
export async function openDatabaseFile(
  databasePath: string,
  { durability = 'process', damage, now = Date.now }: OpenOptions = {},
): Promise<DatabaseFile> {
  const open = await loadSqlite();
  const path = prepareFile(resolve(databasePath));
  const unlock = lockDatabase(open, path);
  try {
    const notices: string[] = [];
    const renew = (reason: Error): SqlDatabase => {
      notices.push(setAside(path, reason, now()));
      prepareFile(path);
      const renewed = openChecked(open, path, notices);
      // No change may be numbered again: clients ask for what is newer than what they know.
      const seq = Math.max(now(), (damage?.seq ?? 0) + SEQ_GAP);
      renewed.prepare(`UPDATE counter SET value = ? WHERE name = 'seq'`).run(seq);
      return renewed;
    };
    const database = damage === undefined ? openOrRenew(open, path, notices, renew) : renew(damage.reason);
    if (durability === 'full') database.exec('PRAGMA synchronous = FULL');
    return {
      path,
      database,
      notices,
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
  try {
    makeDirectory(dirname(path));
    // Closing a file drops all locks that this process has on it: one that exists may be open.
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
    else closeSync(openSync(path, 'a', 0o600));
    return realpathSync(path);
  } catch (error) {
    throw cannotOpen(path, (error as NodeJS.ErrnoException).code ?? 'unknown error', error);
  }
}

/** For the user alone. One level after the other: in places like /proc Node's own recursive way never returns. */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, { mode: 0o700 });
}

function openOrRenew(
  open: OpenSqlite,
  path: string,
  notices: string[],
  renew: (reason: Error) => SqlDatabase,
): SqlDatabase {
  try {
    return openChecked(open, path, notices);
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (!isOurs(path)) throw notOurs(path, error as Error);
    return renew(error as Error);
  }
}

function openChecked(open: OpenSqlite, path: string, notices: string[]): SqlDatabase {
  let database: SqlDatabase | undefined;
  try {
    database = open(path);
    const tableCount = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
    if (tableCount > 0 && applicationId(database) !== APPLICATION_ID) throw notOurs(path);
    checkPages(database, path);
    // Only now: a file that turns out to be somebody else's is left as it was.
    makePrivate(path);
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA busy_timeout = 2000;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${LOG_BYTES};
      PRAGMA cache_size = -${WRITE_CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `);
    notices.push(...migrate(database, path));
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof ServiceError || isDamage(error)) throw error;
    throw cannotOpen(path, (error as Error).message, error);
  }
}

function applicationId(database: SqlDatabase): number {
  return Number(database.prepare('PRAGMA application_id').get()?.['application_id']);
}

function cannotOpen(path: string, reason: string, cause: unknown): ServiceError {
  return new ServiceError(
    'OBS_ERR_DATA_DIRECTORY',
    `Cannot write the database ${path} (${reason}): choose another file with --db-path.`,
    cause,
  );
}

function notOurs(path: string, cause?: Error): ServiceError {
  const detail = cause === undefined ? '' : ` (${cause.message})`;
  return new ServiceError(
    'OBS_ERR_NOT_A_DATABASE',
    `${path} is not a database of this service${detail}: it was left as it is, choose another file with --db-path.`,
    cause,
  );
}
