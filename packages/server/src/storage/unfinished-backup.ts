import { randomUUID } from 'node:crypto';
import { closeSync, linkSync, lstatSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** SQLite writes a journal beside it. */
const UNFINISHED =
  /\.unfinished-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?:-journal)?$/;
/** A backup writes all the time while it runs: one that nobody has written to for so long belongs to a process that was killed. */
const DEAD_MS = 3_600_000;

/** The name of a backup that nobody but its writer knows, until it is complete. */
export function unfinishedPath(path: string): string {
  return `${path}.unfinished-${randomUUID()}`;
}

/**
 * Gives a complete backup its name; where there are hard links it keeps the other as well.
 *
 * @param link - As `linkSync`.
 * @throws an error with the code EEXIST when something has got the name meanwhile: nothing is replaced.
 */
export function giveName(unfinished: string, path: string, link: typeof linkSync = linkSync): void {
  try {
    link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    renameAlone(unfinished, path);
  }
}

/**
 * Removes what backups that were killed have left in the folder. What cannot be removed stays: a backup needs it not.
 *
 * @param nowMs - Milliseconds since the Unix epoch.
 */
export function removeUnfinished(directory: string, nowMs: number): void {
  for (const path of unfinishedIn(directory)) {
    try {
      const file = lstatSync(path);
      if (file.isFile() && nowMs - file.mtimeMs > DEAD_MS) rmSync(path);
    } catch {
      // Somebody else was quicker, or owns it.
    }
  }
}

function unfinishedIn(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).filter((name) => UNFINISHED.test(name));
    return names.map((name) => join(directory, name));
  } catch {
    // It may be written to and not be read.
    return [];
  }
}

/**
 * Where there are no hard links, as on FAT: an empty file of ours holds the name until the backup takes its place. A
 * process that is killed in between leaves that.
 */
function renameAlone(unfinished: string, path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
  try {
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(path);
    throw error;
  }
}
