import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { backupInThread, isServiceError } from '@tta/obs-server';
import { CommandError } from '../command-error.ts';
import { targetFolder } from '../export/target-folder.ts';
import { formatBytes } from '../format-bytes.ts';
import { noServiceError } from '../no-service-error.ts';
import { ProgressLine } from '../progress-line.ts';
import { safeText } from '../safe-text.ts';
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
  const path = resolve(file);
  const folder = targetFolder(path);
  // A link to nothing is something as well.
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    throw new CommandError(
      1,
      `${safeText(path)} is there already, and nothing is overwritten: name another file.`,
    );
  }
  const databasePath = await databaseOf(flags, serviceSettings(flags, surroundings));
  if (!existsSync(databasePath)) {
    throw new CommandError(1, `There is no database ${databasePath}: name another with --db-path.`);
  }
  const progress = new ProgressLine(terminal);
  const timer = setInterval(() => {
    progress.show(() => `${formatBytes(unfinishedBytes(folder, basename(path)))} copied`);
  }, PROGRESS_MS);
  try {
    await backupInThread(databasePath, path);
  } catch (error) {
    throw isServiceError(error) ? new CommandError(1, error.message, error) : error;
  } finally {
    clearInterval(timer);
    progress.clear();
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
  if (health === undefined && namesService) throw await noServiceError(client.url);
  return health?.databasePath ?? path;
}

/** The copy has another name until it is complete; the newest is ours. */
function unfinishedBytes(folder: string, fileName: string): number {
  const found = readdirSync(folder)
    .filter((name) => name.startsWith(`${fileName}.unfinished-`))
    .flatMap((name) => statSync(join(folder, name), { throwIfNoEntry: false }) ?? []);
  return found.toSorted((left, right) => right.mtimeMs - left.mtimeMs)[0]?.size ?? 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
