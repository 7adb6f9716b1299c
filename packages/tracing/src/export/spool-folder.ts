import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { dirname, sep } from 'node:path';
import { parseSegmentName, type SegmentName } from './spool-segment.ts';

/** A segment as it stands in the folder. */
export interface SegmentFile extends SegmentName {
  readonly path: string;
}

/** A link in place of a segment is not followed; Windows has no such flag. */
export const noFollow = constants.O_NOFOLLOW ?? 0;

/**
 * Makes the folder of a spool, for its user alone.
 *
 * @throws when it cannot be made or is not safe to use, see {@link folderExists}.
 */
export function makeFolder(folder: string): void {
  if (!folderExists(folder)) makeWithParents(folder);
  // An older version or the user may have left something else.
  chmodSync(folder, 0o700);
}

/** Node's own `recursive` never returns where the system lets nobody make folders, such as below /proc. */
function makeWithParents(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeWithParents(parent);
  try {
    mkdirSync(folder, 0o700);
    // Whatever the umask took away.
    chmodSync(folder, 0o700);
  } catch (error) {
    // Another process has made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Whether the folder is there.
 *
 * @throws when it is a link or belongs to another user: others could read what is spooled, or have spans of
 * theirs sent.
 */
function folderExists(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats) return false;
  const user = process.geteuid?.() ?? stats.uid;
  if (!stats.isDirectory() || stats.uid !== user)
    throw new Error(`${folder} is not a folder of this user: nothing is spooled there; remove or rename it`);
  return true;
}

/**
 * All segments of a folder, oldest first; none when there is no folder. A link, a folder or a pipe with the name
 * of a segment is none.
 */
export function listSegments(folder: string): SegmentFile[] {
  if (!folderExists(folder)) return [];
  const files: SegmentFile[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = entry.isFile() ? parseSegmentName(entry.name) : undefined;
    // There may be thousands, and `join()` is slow.
    if (name) files.push({ ...name, path: `${folder}${sep}${entry.name}` });
  }
  return files.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** 0 when somebody has just renamed or removed it. */
export function fileSize(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Opens a segment for the time of one call. */
export function withFile<T>(path: string, read: (fd: number) => T): T {
  const fd = openSync(path, constants.O_RDONLY | noFollow);
  try {
    return read(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether an error says that a file is gone. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
