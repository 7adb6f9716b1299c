import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The end of the log of a service in the background. */
const READ_BYTES = 64 * 1024;
const STARTED = 'TTA observability ';

/**
 * What a service in the background has logged since its start, of the last 64 KiB; empty where its log is not at hand. A
 * service that starts says so, and the log goes on from one to the next.
 */
export function logSinceStart(databasePath: string): string {
  const text = endOf(`${databasePath}.log`);
  return text.slice(Math.max(0, text.lastIndexOf(STARTED)));
}

function endOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, READ_BYTES));
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
