import { UsageError } from './command-error.ts';

/** One setting of the service: how it is called in each place, and what it may be. */
export interface Setting<Value> {
  readonly flag: string;
  readonly variable: string;
  /** What it has to be, for the message about a value that is not. */
  readonly wanted: string;
  /** `undefined` for a text that makes no sense. */
  readonly parse: (text: string) => Value | undefined;
  /** What it may be in the file, beside the text of a flag; a list is one of numbers or texts. */
  readonly json?: 'number' | 'boolean' | 'list';
  /** Its value is never shown. */
  readonly isSecret?: true;
}

/** The settings by their names in the file. */
export const SETTINGS = {
  port: {
    flag: '--port',
    variable: 'TTA_UI_PORT',
    ...wholeNumber(0, 65_535),
  },
  host: {
    flag: '--host',
    variable: 'TTA_UI_HOST',
    wanted: 'a name or address',
    parse: (text) => (/^[^\s/@]+$/.test(text) ? text.replace(/^\[(.*)\]$/, '$1') : undefined),
  },
  dbPath: {
    flag: '--db-path',
    variable: 'TTA_UI_DB_PATH',
    wanted: 'the path of a file',
    parse: (text) => (text === '' || text.includes('\0') ? undefined : text),
  },
  otlpPorts: {
    flag: '--otlp-ports',
    variable: 'TTA_UI_OTLP_PORTS',
    wanted: 'up to 8 port numbers such as 4318,4317, or none',
    json: 'list',
    parse: parsePorts,
  },
  retentionHours: {
    flag: '--retention-hours',
    variable: 'TTA_UI_RETENTION_HOURS',
    wanted: 'a number of hours above 0, at most 100000',
    json: 'number',
    parse: parseHours,
  },
  maxTraces: {
    flag: '--max-traces',
    variable: 'TTA_UI_MAX_TRACES',
    ...wholeNumber(1, 10_000_000),
  },
  maxBytes: {
    flag: '--max-bytes',
    variable: 'TTA_UI_MAX_BYTES',
    wanted: 'a size of at least 1MB such as 500MB or 1GiB',
    json: 'number',
    parse: parseSize,
  },
  token: {
    flag: '--token',
    variable: 'TTA_UI_TOKEN',
    wanted: '16 to 256 printable ASCII characters without blanks',
    parse: (text) => (/^[\x21-\x7e]{16,256}$/.test(text) ? text : undefined),
    isSecret: true,
  },
  durability: {
    flag: '--durability',
    variable: 'TTA_UI_DURABILITY',
    wanted: 'process or full',
    parse: (text) => (text === 'process' || text === 'full' ? text : undefined),
  },
  keepSecrets: {
    flag: '--keep-secrets',
    variable: 'TTA_UI_KEEP_SECRETS',
    wanted: 'true or false',
    json: 'boolean',
    parse: (text) => ({ true: true, '1': true, false: false, '0': false })[text.toLowerCase()],
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof SETTINGS;

/** The values that were given. */
export type SettingValues = {
  readonly [Name in SettingName]?: Exclude<ReturnType<(typeof SETTINGS)[Name]['parse']>, undefined>;
};

/**
 * Reads the text of a setting.
 *
 * @param place - Where it stands, for the message: a flag, a variable, or a name in a file.
 * @throws UsageError when it makes no sense.
 */
export function parseSetting(name: SettingName, text: string, place: string): unknown {
  const { wanted, parse, isSecret }: Setting<unknown> = SETTINGS[name];
  const value = parse(text);
  if (value !== undefined) return value;
  throw new UsageError(`${place} must be ${wanted}${isSecret ? '' : `, but is "${text}"`}.`);
}

/**
 * Reads the JSON value of a setting.
 *
 * @throws UsageError when it is of another type than the setting, or makes no sense.
 */
export function parseJsonSetting(name: SettingName, value: unknown, place: string): unknown {
  const { wanted, json, isSecret }: Setting<unknown> = SETTINGS[name];
  const text = textOf(value, json);
  if (text !== undefined) return parseSetting(name, text, place);
  const form = json === undefined ? `${wanted}, as text in quotes` : wanted;
  throw new UsageError(`${place} must be ${form}${isSecret ? '' : `, but is ${JSON.stringify(value)}`}.`);
}

/** The text of a flag that would say the same; `undefined` for a value of another type. */
function textOf(value: unknown, json: Setting<unknown>['json']): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === json) return String(value);
  if (json !== 'list') return undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!items.every((item) => typeof item === 'string' || typeof item === 'number')) return undefined;
  return items.length === 0 ? 'none' : items.join(',');
}

function wholeNumber(least: number, most: number): Pick<Setting<number>, 'wanted' | 'json' | 'parse'> {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    json: 'number',
    parse: (text) => {
      const number = /^[0-9]{1,10}$/.test(text) ? Number(text) : NaN;
      return number >= least && number <= most ? number : undefined;
    },
  };
}

function parseHours(text: string): number | undefined {
  const hours = /^[0-9]*\.?[0-9]+$/.test(text) ? Number(text) : NaN;
  return hours > 0 && hours <= 100_000 ? hours : undefined;
}

function parsePorts(text: string): readonly number[] | undefined {
  if (text === 'none') return [];
  const ports = text.split(',').map((part) => (/^\s*[0-9]{1,5}\s*$/.test(part) ? Number(part) : 0));
  return ports.length <= 8 && ports.every((port) => port > 0 && port <= 65_535) ? ports : undefined;
}

/** A size as `--max-bytes` takes it, in the largest unit of which it is a whole number: `500MB`, `1GiB`. */
export function sizeText(bytes: number): string {
  for (const unit of UNITS.toReversed()) {
    for (const [base, suffix] of [[1024, 'iB'] as const, [1000, 'B'] as const]) {
      const count = bytes / base ** UNITS.indexOf(unit);
      if (unit !== '' && Number.isInteger(count)) return `${count}${unit}${suffix}`;
    }
  }
  return String(bytes);
}

const UNITS = ['', 'K', 'M', 'G', 'T'];
const LEAST_BYTES = 1_000_000;

/** `500MB` counts in thousands, `1GiB` in steps of 1024, a bare number in bytes. */
function parseSize(text: string): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?) ?([KMGT]?)(i?)B?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, number, unit = '', binary = ''] = match;
  if (unit === '' && binary !== '') return undefined;
  const bytes = Math.round(
    Number(number) * (binary === '' ? 1000 : 1024) ** UNITS.indexOf(unit.toUpperCase()),
  );
  return bytes >= LEAST_BYTES && Number.isSafeInteger(bytes) ? bytes : undefined;
}
