import type { Health } from '@tta/obs-protocol';
import type { ClientFlags } from '../commands/shared-flags.ts';
import { ownPath } from '../own-path.ts';
import type { ServiceSettings } from '../service-settings.ts';

export interface NamingFlags extends ClientFlags {
  readonly dbPath?: string | undefined;
}

/** The flags by which the service was named, as they stand on a command line; a token itself stays out of it. */
export function namedBy({ port, host, config, dbPath, token }: NamingFlags): string {
  const words = Object.entries({ port, host, config, 'db-path': dbPath }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  if (token !== undefined) words.push('--token "$TTA_UI_TOKEN"');
  return words.map((word) => ` ${word}`).join('');
}

/** The same with the database of the service that runs, where nothing would name that to the one started anew. */
export function withDatabase(
  named: string,
  { databasePath, isDatabaseNamed }: Pick<ServiceSettings, 'databasePath' | 'isDatabaseNamed'>,
  kept: Pick<Health, 'databasePath'>,
): string {
  if (isDatabaseNamed || kept.databasePath === ownPath(databasePath)) return named;
  return `${named} --db-path ${quoted(kept.databasePath)}`;
}

/** Starts the service anew. */
export function restartMend(named: string): string {
  return `tta-obs stop${named} && ${startMend(named)}`;
}

export function startMend(named: string): string {
  return `tta-obs start --detach${named}`;
}

/** For a shell: what is more than letters and the like stands in quotes. */
function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
