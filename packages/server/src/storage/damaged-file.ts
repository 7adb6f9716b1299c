import { chmodSync, closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { APPLICATION_ID } from './schema.ts';
import { DamagedDatabaseError } from './sqlite-errors.ts';
import type { SqlDatabase } from './sqlite-driver.ts';

/** A file of this size is read through in about a tenth of a second; damage in a larger one is found when it is met. */
const CHECKED_BYTES = 32 * 1024 * 1024;
/** Where the header of a database names its program: https://sqlite.org/fileformat2.html#application_id */
const APPLICATION_ID_OFFSET = 68;
/** Our tables are described in the first pages, also when the header before them is lost. */
const SCHEMA_BYTES = 1024 * 1024;
const SCHEMA_MARK = 'CREATE TABLE removed_trace ';

/** What belongs to a database, beside the file itself. */
const COMPANIONS = ['', '-wal', '-shm'] as const;

/** Lets nobody else read the database and what SQLite keeps beside it. */
export function makePrivate(path: string): void {
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) chmodSync(path + suffix, 0o600);
  }
}

/** @throws DamagedDatabaseError when something in the file is not as it must be. Large files are not read. */
export function checkPages(database: SqlDatabase, path: string): void {
  if (statSync(path).size > CHECKED_BYTES) return;
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw new DamagedDatabaseError(String(found).replace(/\s+/g, ' '));
}

/** Whether the file, though SQLite cannot read it, was written by this service. */
export function isOurs(path: string): boolean {
  const start = Buffer.alloc(Math.min(SCHEMA_BYTES, statSync(path).size));
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  const isNamed =
    start.length >= APPLICATION_ID_OFFSET + 4 && start.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID;
  return isNamed || start.includes(SCHEMA_MARK);
}

/**
 * Gives a damaged database another name, so that a new one can be begun. Nothing of it is deleted.
 *
 * @param nowMs - Milliseconds since the Unix epoch.
 * @returns what the user should know: what has happened, where the data lies, how to rescue it.
 */
export function setAside(path: string, damage: Error, nowMs: number): string {
  const time = new Date(nowMs)
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .replace('T', '-');
  const aside = freeName(`${path}.damaged-${time}`);
  makePrivate(path);
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return `${path} was damaged (${damage.message}) and lies in ${aside} now, a new one was begun: try to rescue it with sqlite3 ${aside} .recover.`;
}

function freeName(name: string): string {
  let free = name;
  for (let count = 2; existsSync(free); count++) free = `${name}-${count}`;
  return free;
}
