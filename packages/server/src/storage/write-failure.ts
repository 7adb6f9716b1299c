import { isDamage, sqliteCodeOf } from './sqlite-errors.ts';
import { StorageFullError } from './storage.ts';

/**
 * SQLite's primary result codes (https://sqlite.org/rescode.html) for what is wrong with the machine and not with
 * what was to be stored: BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL.
 */
const OF_THE_MACHINE: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14, 15]);

/** Whoever was to store it has ended; when it was for damage, another one takes its place. */
export class StorageEndedError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StorageEndedError';
  }
}

/** Whether nothing at all can be stored at present. */
export function isOutage(error: unknown): boolean {
  return error instanceof StorageEndedError || isDamage(error) || OF_THE_MACHINE.has(sqliteCodeOf(error));
}

/** Whether the same may be stored when it is sent again; else it would fail again each time. */
export function isWorthRepeating(error: unknown): boolean {
  return error instanceof StorageFullError || isOutage(error);
}
