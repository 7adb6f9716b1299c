import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../command-error.ts';
import { nearestName } from '../nearest-name.ts';
import { safeText } from '../safe-text.ts';
import { serviceSettings, type ServiceSettings } from '../service-settings.ts';
import { settingSource, type SettingSource } from '../setting-source.ts';
import { parseSetting, SETTINGS, sizeText, type SettingName } from '../setting.ts';
import {
  parseSettings,
  readSettings,
  readSettingsFile,
  settingName,
  usualSettingsPath,
} from '../settings-file.ts';
import { style } from '../style.ts';
import type { Surroundings } from '../surroundings.ts';
import { textTable, type TableColumn } from '../text-table.ts';
import { changeSettings } from '../write-settings.ts';
import type { ConfigFlags } from './config.ts';

const ACTIONS = ['path', 'set', 'unset'] as const;
/** What others call it to show settings. */
const READING: ReadonlySet<string> = new Set(['get', 'list', 'show']);

const COLUMNS: readonly TableColumn[] = ['setting', 'value', 'from'].map((title) => ({
  title,
  align: 'left',
}));

/** `tta-obs config`: shows the settings with their sources, and writes those of the file. */
export function configCommand(
  flags: ConfigFlags,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const [action, name, value] = words;
  if (action === undefined) show(flags, surroundings);
  else if (action === 'path' && name === undefined)
    surroundings.terminal.out(`${filePath(flags, surroundings)}\n`);
  else if (action === 'set' && name !== undefined && value !== undefined)
    set(name, value, flags, surroundings);
  else if (action === 'unset' && name !== undefined && value === undefined) unset(name, flags, surroundings);
  else throw misused(words);
  return Promise.resolve(0);
}

function misused([action = '', name, value]: readonly string[]): UsageError {
  if (action === 'path') return new UsageError('It takes nothing more: tta-obs config path');
  if (action === 'set' || action === 'unset') {
    const problem =
      name === undefined
        ? 'The name of a setting is missing'
        : action === 'set'
          ? 'The value is missing'
          : `"${value}" is too much`;
    const usage = `tta-obs config ${action} ${name ?? '<name>'}${action === 'set' ? ' <value>' : ''}`;
    return new UsageError(`${problem}: ${usage}`);
  }
  const nearest = READING.has(action) ? undefined : nearestName(action, ACTIONS);
  const hint = READING.has(action)
    ? ' "tta-obs config" shows all settings.'
    : nearest === undefined
      ? ''
      : ` Did you mean "${nearest}"?`;
  return new UsageError(`There is no tta-obs config ${action}.${hint} See tta-obs config --help.`);
}

function filePath({ config }: ConfigFlags, surroundings: Surroundings): string {
  const named = config ?? (surroundings.env['TTA_UI_CONFIG'] || undefined);
  return resolve(named ?? usualSettingsPath(surroundings));
}

interface ShownSetting {
  readonly name: SettingName;
  /** `null` for a secret, and for what is not set. */
  readonly value: unknown;
  readonly isSet: boolean;
  readonly source: SettingSource['kind'];
  /** The flag, the variable or the path of the file; `null` for a default. */
  readonly place: string | null;
}

function show(flags: ConfigFlags, surroundings: Surroundings): void {
  const { env, terminal } = surroundings;
  const settings = serviceSettings(flags, surroundings);
  const path = filePath(flags, surroundings);
  const { values } = readSettingsFile(flags.config ?? (env['TTA_UI_CONFIG'] || undefined), surroundings);
  const shown = (Object.keys(SETTINGS) as SettingName[]).map((name): ShownSetting => {
    const source = settingSource(name, { flags, env, file: values });
    const value = valueOf(name, settings);
    return {
      name,
      value: name === 'token' ? null : value,
      isSet: value !== null,
      source: source.kind,
      place: source.kind === 'file' ? path : source.kind === 'default' ? null : source.name,
    };
  });
  const exists = existsSync(path);
  if (flags.json === true) {
    terminal.out(`${JSON.stringify({ file: { path, exists }, settings: shown })}\n`);
    return;
  }
  const paint = style(terminal.hasColour);
  const rows = shown.map(({ name, value, isSet, source, place }) => [
    name,
    !isSet
      ? 'none'
      : value === null
        ? 'set, and not shown'
        : safeText(name === 'maxBytes' ? sizeText(Number(value)) : textOf(value)),
    source === 'file' ? 'settings file' : (place ?? 'default'),
  ]);
  // Whoever asks for settings wants them whole.
  const [titles, ...lines] = textTable(COLUMNS, rows, Infinity);
  const told = lines.map((line, at) => (shown[at]!.source === 'default' ? paint.dim(line) : line));
  const file = `settings file: ${safeText(path)}${exists ? '' : ' (there is none)'}`;
  terminal.out(`${paint.bold(titles!)}\n${told.join('\n')}\n\n${paint.dim(file)}\n`);
}

/** As the file would have it. */
function valueOf(name: SettingName, settings: ServiceSettings): unknown {
  if (name === 'dbPath') return settings.databasePath;
  if (name === 'keepSecrets') return !settings.redactSecrets;
  return settings[name] ?? null;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',');
  return String(value);
}

function set(given: string, text: string, flags: ConfigFlags, surroundings: Surroundings): void {
  const { terminal, env } = surroundings;
  const path = filePath(flags, surroundings);
  const name = settingName(given);
  const value = jsonOf(name, text);
  changeSettings(path, (written) => {
    const changed = { ...written, [name]: value };
    parseSettings(changed, path);
    return changed;
  });
  const { isSecret, variable }: { isSecret?: true; variable: string } = SETTINGS[name];
  terminal.out(`${name} is ${isSecret === true ? 'set' : safeText(textOf(value))} in ${safeText(path)}.\n`);
  if (env[variable]) terminal.err(`tta-obs: ${variable} is set, and wins over the file.\n`);
}

/** What the text of a flag is in the file. */
function jsonOf(name: SettingName, text: string): unknown {
  const value = parseSetting(name, text, name);
  // As seen from here; in the file it would be seen from there.
  if (name === 'dbPath') return resolve(text);
  // Sizes are kept in the words of the user.
  return name === 'maxBytes' && !/^[0-9]+$/.test(text) ? text : value;
}

function unset(name: string, flags: ConfigFlags, surroundings: Surroundings): void {
  const { terminal } = surroundings;
  const path = filePath(flags, surroundings);
  if (!Object.hasOwn(readSettings(path) ?? {}, name)) {
    terminal.out(`${settingName(name)} is not set in ${safeText(path)}.\n`);
    return;
  }
  changeSettings(path, (written) =>
    Object.fromEntries(Object.entries(written).filter(([other]) => other !== name)),
  );
  terminal.out(`${safeText(name)} is taken out of ${safeText(path)}.\n`);
}
