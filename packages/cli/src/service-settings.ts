import { join } from 'node:path';
import type { ServerOptions } from '@tta/obs-server';
import type { ServiceFlags } from './commands/shared-flags.ts';
import { dataDirectory, type DataDirectoryOptions } from './data-directory.ts';
import { parseSetting, SETTINGS, type SettingName, type SettingValues } from './setting.ts';
import { readSettingsFile } from './settings-file.ts';
import type { Terminal } from './surroundings.ts';

/** What the service is started with, and clients find it by. */
export interface ServiceSettings extends Required<
  Pick<
    ServerOptions,
    | 'host'
    | 'port'
    | 'databasePath'
    | 'otlpPorts'
    | 'maxTraces'
    | 'retentionHours'
    | 'maxBytes'
    | 'durability'
    | 'redactSecrets'
  >
> {
  readonly token?: string;
  /** By a flag, a variable or the settings file: a service that keeps another database is not meant. */
  readonly isDatabaseNamed: boolean;
}

export interface SettingsSurroundings extends DataDirectoryOptions {
  readonly terminal: Pick<Terminal, 'err'>;
}

/**
 * Settings of the service: flags, else `TTA_UI_*`, else the settings file, else defaults. An empty variable counts
 * as unset.
 *
 * @throws UsageError when a value makes no sense; the message names the flag, the variable, or name and file.
 */
export function serviceSettings(flags: ServiceFlags, surroundings: SettingsSurroundings): ServiceSettings {
  const { env, terminal } = surroundings;
  const file = readSettingsFile(flags.config ?? (env['TTA_UI_CONFIG'] || undefined), surroundings);
  for (const notice of file.notices) terminal.err(`tta-obs: ${notice}\n`);
  const given: SettingValues = { ...file.values, ...fromEnvironment(env), ...fromFlags(flags) };
  const { port = 8765, dbPath, token } = given;
  return {
    host: given.host ?? '127.0.0.1',
    port,
    databasePath: dbPath ?? join(dataDirectory(surroundings), 'traces.db'),
    isDatabaseNamed: dbPath !== undefined,
    // Whoever takes any free port wants a service beside others.
    otlpPorts: given.otlpPorts ?? (port === 0 ? [] : [4318, 4317]),
    maxTraces: given.maxTraces ?? 1000,
    retentionHours: given.retentionHours ?? 24,
    maxBytes: given.maxBytes ?? 1024 ** 3,
    durability: given.durability ?? 'process',
    redactSecrets: given.keepSecrets !== true,
    ...(token !== undefined && { token }),
  };
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): SettingValues {
  return valuesOf((name) => {
    const { variable } = SETTINGS[name];
    return [env[variable] || undefined, variable];
  });
}

function fromFlags(flags: ServiceFlags): SettingValues {
  return valuesOf((name) => {
    // A flag without a value says true.
    const value = flags[name];
    return [value === true ? 'true' : value, SETTINGS[name].flag];
  });
}

function valuesOf(
  find: (name: SettingName) => readonly [text: string | undefined, place: string],
): SettingValues {
  const values = (Object.keys(SETTINGS) as SettingName[]).flatMap((name) => {
    const [text, place] = find(name);
    return text === undefined ? [] : [[name, parseSetting(name, text, place)] as const];
  });
  return Object.fromEntries(values);
}
