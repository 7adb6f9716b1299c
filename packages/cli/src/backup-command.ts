import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { backupDatabase, isServiceError } from '@tta/obs-server';
import { CommandError } from './command-error.ts';
import type { Flags } from './command-line.ts';
import { formatBytes } from './format-bytes.ts';
import { serviceSettings } from './service-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Takes longer than a second or two. */
const LARGE_BYTES = 256 * 1024 ** 2;

/** `tta-obs backup`: copies the database into a new file, also while a service writes to it. */
export async function backupCommand(flags: Flags, file: string, surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const databasePath = resolve(serviceSettings(flags, surroundings).databasePath);
  if (!existsSync(databasePath)) {
    throw new CommandError(1, `There is no database ${databasePath}: name another with --db-path.`);
  }
  const path = resolve(file);
  const size = sizeOf(databasePath);
  if (size >= LARGE_BYTES) terminal.err(`tta-obs: Copying about ${formatBytes(size)} …\n`);
  try {
    await backupDatabase(databasePath, path);
  } catch (error) {
    throw isServiceError(error) ? new CommandError(1, error.message, error) : error;
  }
  terminal.out(`Copied ${databasePath} to ${path} (${formatBytes(sizeOf(path))}).\n`);
  return 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
