import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, posix, resolve, win32 } from 'node:path';
import { UsageError } from './command-error.ts';
import type { DataDirectoryOptions } from './data-directory.ts';
import { nearestName } from './nearest-name.ts';
import { parseJsonSetting, SETTINGS, type SettingName, type SettingValues } from './setting.ts';

export interface SettingsFile {
  readonly values: SettingValues;
  /** What its owner should know of it. */
  readonly notices: readonly string[];
}

const EMPTY: SettingsFile = { values: {}, notices: [] };
const READABLE_BY_OTHERS = 0o077;
const MOST_BYTES = 65_536;

/** Where the file is looked for when nobody names one. */
export function usualSettingsPath({ platform, env, homeDirectory }: DataDirectoryOptions): string {
  if (platform === 'win32') {
    return win32.join(
      env['APPDATA'] || win32.join(homeDirectory, 'AppData', 'Roaming'),
      'tta-obs',
      'config.json',
    );
  }
  if (platform === 'darwin') {
    return posix.join(homeDirectory, 'Library', 'Application Support', 'tta-obs', 'config.json');
  }
  const configHome = env['XDG_CONFIG_HOME'];
  // The XDG specification: a relative path is invalid and must be ignored.
  const isUsable = configHome !== undefined && posix.isAbsolute(configHome);
  return posix.join(isUsable ? configHome : posix.join(homeDirectory, '.config'), 'tta-obs', 'config.json');
}

/**
 * Reads settings of the service from a JSON file.
 *
 * @param named - The file that the user has named; the usual one may be missing.
 * @throws UsageError when it cannot be read, or something in it is not known or makes no sense.
 */
export function readSettingsFile(named: string | undefined, options: DataDirectoryOptions): SettingsFile {
  const path = resolve(named ?? usualSettingsPath(options));
  const written = readSettings(path);
  if (written === undefined) {
    if (named === undefined) return EMPTY;
    throw new UsageError(`The settings file ${path} cannot be read (ENOENT).`);
  }
  const values = parseSettings(written, path);
  const isOpen =
    options.platform !== 'win32' &&
    values.token !== undefined &&
    (statSync(path).mode & READABLE_BY_OTHERS) !== 0;
  return {
    values,
    notices: isOpen ? [`${path} holds a token, and others may read it: chmod 600 ${path}`] : [],
  };
}

/**
 * What stands in a settings file, known or not; `undefined` when there is no file.
 *
 * @throws UsageError when it cannot be read, or is not a JSON object.
 */
export function readSettings(path: string): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  try {
    text = readStart(path, MOST_BYTES + 1);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError(`The settings file ${path} cannot be read (${code}).`);
  }
  if (text.length > MOST_BYTES) throw new UsageError(`${path} is too large for a settings file.`);
  return parseObject(text, path);
}

/** It may be a pipe, or something that never ends. */
function readStart(path: string, length: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    let size = 0;
    for (let read = -1; read !== 0 && size < length; size += read) {
      read = readSync(file, bytes, size, length - size, null);
    }
    return bytes.toString('utf8', 0, size);
  } finally {
    closeSync(file);
  }
}

/**
 * The values of what stands in a settings file.
 *
 * @throws UsageError when something in it is not known or makes no sense.
 */
export function parseSettings(written: Readonly<Record<string, unknown>>, path: string): SettingValues {
  const settings = Object.entries(written).map(([name, value]) => {
    const known = settingName(name, ` in ${path}`);
    const parsed = parseJsonSetting(known, value, `${known} in ${path}`);
    // As seen from the file: it is found from wherever the command is called.
    return [known, known === 'dbPath' ? resolve(dirname(path), parsed as string) : parsed] as const;
  });
  return Object.fromEntries(settings);
}

/** What a parser says of the text is not handed on: it shows parts of it, and there may be a token. */
function parseObject(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /at position ([0-9]+)/.exec((error as Error).message)?.[1];
    const line = position === undefined ? 0 : text.slice(0, Number(position)).split('\n').length;
    throw new UsageError(`${path} is not JSON${line === 0 ? '' : `: see line ${line}`}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${path} must hold an object such as { "maxTraces": 5000 }.`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/**
 * @param place - Where the name stands, for the message: text that follows it.
 * @throws UsageError with the nearest name when there is no such setting.
 */
export function settingName(name: string, place = ''): SettingName {
  if (Object.hasOwn(SETTINGS, name)) return name as SettingName;
  const names = Object.keys(SETTINGS);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new UsageError(`Unknown setting "${name}"${place}.${hint} There are ${names.join(', ')}.`);
}
