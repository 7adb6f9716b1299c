import { join } from 'node:path';
import type { Flags } from './command-line.ts';
import { dataDirectory, type DataDirectoryOptions } from './data-directory.ts';
import { UsageError } from './command-error.ts';

export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly databasePath: string;
  readonly maxTraces: number;
  readonly retentionHours: number;
}

/**
 * Settings of the service: flags, else `TTA_UI_*`, else defaults. An empty variable counts as unset.
 *
 * @throws UsageError when a value makes no sense; the message names the flag or variable.
 */
export function serviceSettings(flags: Flags, surroundings: DataDirectoryOptions): ServiceSettings {
  const { env } = surroundings;
  const pick = (flag: string, value: string | undefined, variable: string) =>
    value !== undefined ? { name: flag, value } : { name: variable, value: env[variable] || undefined };
  const databasePath = pick('--db-path', flags.dbPath, 'TTA_UI_DB_PATH').value;
  return {
    host: pick('--host', flags.host, 'TTA_UI_HOST').value ?? '127.0.0.1',
    port: wholeNumber(pick('--port', flags.port, 'TTA_UI_PORT'), 0, 65_535) ?? 8765,
    databasePath: databasePath ?? join(dataDirectory(surroundings), 'traces.db'),
    maxTraces: wholeNumber(pick('', undefined, 'TTA_UI_MAX_TRACES'), 1, 10_000_000) ?? 1000,
    retentionHours: hours(pick('', undefined, 'TTA_UI_RETENTION_HOURS')) ?? 24,
  };
}

interface Setting {
  readonly name: string;
  readonly value: string | undefined;
}

function wholeNumber({ name, value }: Setting, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^[0-9]{1,10}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, but is "${value}".`);
}

function hours({ name, value }: Setting): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (number > 0 && number <= 100_000) return number;
  throw new UsageError(`${name} must be a number of hours above 0, at most 100000, but is "${value}".`);
}
