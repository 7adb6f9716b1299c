import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { backupInThread, isServiceError } from '@tta/obs-server';
import { CommandError } from '../command-error.ts';
import { formatBytes } from '../format-bytes.ts';
import { NoServiceError } from '../no-service-error.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings, type ServiceSettings } from '../service-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import type { BackupFlags } from './backup.ts';

const PROGRESS_MS = 500;

/** `tta-obs backup`: copies the database into a new file, also while a service writes to it. */
export async function backupCommand(
  flags: BackupFlags,
  file: string,
  surroundings: Surroundings,
): Promise<number> {
  const { terminal } = surroundings;
  const databasePath = await databaseOf(flags, serviceSettings(flags, surroundings));
  if (!existsSync(databasePath)) {
    throw new CommandError(1, `There is no database ${databasePath}: name another with --db-path.`);
  }
  const path = resolve(file);
  const total = formatBytes(sizeOf(databasePath));
  const progress = setInterval(() => {
    const copied = formatBytes(unfinishedBytes(path));
    terminal.err(`tta-obs: ${copied} of at most ${total} copied\n`);
  }, PROGRESS_MS);
  try {
    await backupInThread(databasePath, path);
  } catch (error) {
    throw isServiceError(error) ? new CommandError(1, error.message, error) : error;
  } finally {
    clearInterval(progress);
  }
  terminal.out(`Copied ${databasePath} to ${path} (${formatBytes(sizeOf(path))}).\n`);
  return 0;
}

/** That which is named by a flag; else that of the service, which may be another than it would be by default. */
async function databaseOf(flags: BackupFlags, settings: ServiceSettings): Promise<string> {
  const path = resolve(settings.databasePath);
  const namesService = flags.port !== undefined || flags.host !== undefined;
  if (flags.dbPath !== undefined || (settings.isDatabaseNamed && !namesService)) return path;
  const client = new ServiceClient(settings);
  const health = await client.probe();
  if (health === 'locked')
    throw new CommandError(1, `${client.lockedMessage()} Or name its database with --db-path.`);
  if (health === undefined && namesService) throw new NoServiceError(client.url);
  return health?.databasePath ?? path;
}

/** The copy has another name until it is complete; the newest is ours. */
function unfinishedBytes(path: string): number {
  const folder = dirname(path);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names
    .filter((name) => name.startsWith(`${basename(path)}.unfinished-`))
    .flatMap((name) => statSync(join(folder, name), { throwIfNoEntry: false }) ?? []);
  return found.toSorted((left, right) => right.mtimeMs - left.mtimeMs)[0]?.size ?? 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
