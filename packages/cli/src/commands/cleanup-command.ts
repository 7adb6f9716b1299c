import { existsSync } from 'node:fs';
import type { Health, RetentionPreview, RetentionSettings } from '@tta/obs-protocol';
import { isServiceError, openDatabaseCleanup } from '@tta/obs-server';
import { CommandError, UsageError } from '../command-error.ts';
import { formatBytes } from '../format-bytes.ts';
import { ownPath } from '../own-path.ts';
import { retentionText } from '../retention-text.ts';
import { safeText } from '../safe-text.ts';
import { noServiceError } from '../no-service-error.ts';
import { ServiceClient } from '../service-client.ts';
import { serviceSettings, type ServiceSettings } from '../service-settings.ts';
import { terminalLogger } from '../service-start.ts';
import type { Surroundings, Terminal } from '../surroundings.ts';
import type { CleanupFlags } from './cleanup.ts';

const SHOWN_TRACES = 10;

/** Whoever has the database open: a service that runs, or this command. */
interface Keeper {
  readonly databasePath: string;
  readonly limits: RetentionSettings;
  cleanUp(preview: boolean): Promise<RetentionPreview>;
  close(): Promise<void>;
}

/** `tta-obs cleanup`: removes what is over the limits, or shows what that is. */
export async function cleanupCommand(flags: CleanupFlags, surroundings: Surroundings): Promise<number> {
  const { terminal, isInteractive } = surroundings;
  const mustAsk = flags.preview !== true && flags.yes !== true;
  if (mustAsk && !isInteractive) {
    throw new UsageError('Nobody can be asked here: add --yes to remove, or --preview to look.');
  }
  const keeper = await findKeeper(flags, serviceSettings(flags, surroundings), terminal);
  try {
    const preview = await keeper.cleanUp(true);
    if (flags.preview === true || preview.traceCount === 0) {
      terminal.out(flags.json ? `${JSON.stringify(preview)}\n` : previewText(preview, keeper));
      return 0;
    }
    if (mustAsk) {
      terminal.err(previewText(preview, keeper));
      const question = `Remove them from ${safeText(keeper.databasePath)}? [y/N] `;
      if (!/^y(es)?$/i.test((await surroundings.ask(question))?.trim() ?? '')) {
        terminal.err('Nothing was removed.\n');
        return 1;
      }
    }
    const removed = await keeper.cleanUp(false);
    terminal.out(flags.json ? `${JSON.stringify(removed)}\n` : `Removed ${describe(removed)}.\n`);
    return 0;
  } finally {
    await keeper.close();
  }
}

async function findKeeper(
  flags: CleanupFlags,
  settings: ServiceSettings,
  terminal: Terminal,
): Promise<Keeper> {
  const client = new ServiceClient(settings);
  const health = await client.probe();
  const path = ownPath(settings.databasePath);
  // Whoever names a service does not mean a file.
  if (flags.port !== undefined || flags.host !== undefined) {
    if (health === 'locked') throw new CommandError(1, client.lockedMessage());
    if (health === undefined) throw await noServiceError(client.url);
    if (flags.dbPath !== undefined && health.databasePath !== path) {
      const kept = safeText(health.databasePath);
      throw new CommandError(1, `The service at ${client.url} keeps ${kept}, not ${path}: name one of them.`);
    }
    return serviceKeeper(client, health);
  }
  if (health === 'locked') {
    // It does not say which database it keeps, but nobody else can open that.
    const inUse = client.lockedMessage();
    if (!settings.isDatabaseNamed || !existsSync(path)) throw new CommandError(1, inUse);
    return openFile(path, flags, settings, terminal, inUse);
  }
  const isMeant = !settings.isDatabaseNamed || health?.databasePath === path;
  if (health !== undefined && isMeant) return serviceKeeper(client, health);
  return openFile(
    path,
    flags,
    settings,
    terminal,
    `${path} belongs to a service that runs: name its port with --port.`,
  );
}

function serviceKeeper(client: ServiceClient, { databasePath, retention }: Health): Keeper {
  return {
    databasePath,
    limits: retention,
    cleanUp: (preview) => client.cleanUp(preview),
    close: () => Promise.resolve(),
  };
}

async function openFile(
  path: string,
  flags: CleanupFlags,
  settings: ServiceSettings,
  terminal: Terminal,
  inUse: string,
): Promise<Keeper> {
  if (!existsSync(path)) {
    throw new CommandError(1, `There is no database ${path}, and no service keeps it: nothing to clean up.`);
  }
  const { maxTraces, retentionHours, maxBytes } = settings;
  const limits = { maxTraces, retentionHours, maxBytes };
  const isPreview = flags.preview === true;
  const cleanup = await inOneLine(openDatabaseCleanup(path, limits, { isPreview }), inUse);
  for (const notice of cleanup.notices) terminalLogger(terminal).warn(notice);
  return {
    databasePath: path,
    limits,
    cleanUp: (preview) => inOneLine(cleanup.cleanUp(preview), inUse),
    close: () => cleanup.close(),
  };
}

/** @param inUse - What the user is told when a service has the database. */
async function inOneLine<Result>(work: Promise<Result>, inUse: string): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!isServiceError(error)) throw error;
    throw new CommandError(1, error.code === 'OBS_ERR_DATABASE_IN_USE' ? inUse : error.message, error);
  }
}

function previewText(preview: RetentionPreview, { databasePath, limits }: Keeper): string {
  const limit = retentionText(limits);
  const where = safeText(databasePath);
  const { traceCount, traceIds, oldestStartTimeMs, newestStartTimeMs } = preview;
  if (traceCount === 0) return `No trace in ${where} is over the limits (${limit}).\n`;
  const shown = traceIds.slice(0, SHOWN_TRACES);
  const rest = traceCount - shown.length;
  return [
    `Over the limits (${limit}) in ${where}: ${describe(preview)}`,
    `started from ${timeText(oldestStartTimeMs)} to ${timeText(newestStartTimeMs)}, in this order:`,
    ...shown.map((traceId) => `  ${traceId}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    '',
  ].join('\n');
}

function describe({ traceCount, spanCount, bytes }: RetentionPreview): string {
  const traces = traceCount === 1 ? '1 trace' : `${traceCount} traces`;
  const spans = spanCount === 1 ? '1 span' : `${spanCount} spans`;
  return `${traces} with ${spans}, about ${formatBytes(bytes)}`;
}

/** To the second, in UTC. */
function timeText(timeMs: number | null): string {
  const time = new Date(timeMs ?? NaN);
  return Number.isNaN(time.getTime()) ? 'some time' : `${time.toISOString().slice(0, 19)}Z`;
}
