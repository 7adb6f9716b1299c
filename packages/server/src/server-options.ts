import { inspect } from 'node:util';
import type { ServiceLogger } from './logger.ts';
import { ServiceError } from './service-error.ts';
import type { Durability } from './thread/storage-messages.ts';

export interface ServerOptions {
  /** The name or address to listen on. Where others can reach it, a token is needed. @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** Page, REST, WebSocket and all of OTLP; 0 picks a free port. @defaultValue 8765 */
  readonly port?: number;
  /** The same on up to 8 more ports, where they are free: 4318 and 4317 are where tools send by default. @defaultValue [] */
  readonly otlpPorts?: readonly number[];
  /**
   * What every request must show, 16 to 256 printable ASCII characters.
   *
   * @defaultValue none on a loopback address, else a random one
   */
  readonly token?: string;
  /** The SQLite file; it and its folder are created when missing. */
  readonly databasePath: string;
  /** Folder of the built page. Without it there is no page. */
  readonly pageDir?: string;
  /** 1 to 10,000,000. @defaultValue 1000 */
  readonly maxTraces?: number;
  /** Above 0, at most 100,000. @defaultValue 24 */
  readonly retentionHours?: number;
  /** What the database may take on disk, in bytes, at least 1,000,000. @defaultValue 1 GiB */
  readonly maxBytes?: number;
  /** `full`: an answer of 200 also outlives a loss of power, at the price of a sync. @defaultValue 'process' */
  readonly durability?: Durability;
  /** Whether known forms of secrets are taken out of what arrives, before it is stored. @defaultValue true */
  readonly redactSecrets?: boolean;
  /** @defaultValue silent */
  readonly logger?: ServiceLogger;
}

/** What an option may be. */
export interface OptionRule {
  /** In words, for the message about a value that is something else. */
  readonly wanted: string;
  readonly allows: (value: unknown) => boolean;
  /** Its value is never shown. */
  readonly isSecret?: true;
}

/** What each option of the service may be; whoever reads settings from texts can ask the same. */
export const SERVER_OPTION_RULES: Readonly<Record<keyof ServerOptions, OptionRule>> = {
  databasePath: { wanted: 'the path of a file', allows: isPath },
  host: {
    wanted: 'a name or address',
    allows: (value) => typeof value === 'string' && /^[^\s/@]+$/.test(value),
  },
  port: wholeNumber(0, 65_535),
  otlpPorts: {
    wanted: 'a list of up to 8 port numbers',
    allows: (value) => Array.isArray(value) && value.length <= 8 && value.every(isPort),
  },
  // Its length and characters are the business of the class that compares it.
  token: { wanted: 'a text', allows: (value) => typeof value === 'string', isSecret: true },
  pageDir: { wanted: 'the path of a folder', allows: isPath },
  maxTraces: wholeNumber(1, 10_000_000),
  retentionHours: {
    wanted: 'a number of hours above 0, at most 100000',
    allows: (value) => typeof value === 'number' && value > 0 && value <= 100_000,
  },
  maxBytes: {
    wanted: 'a whole number of bytes, at least 1000000',
    allows: (value) => isWhole(value, 1_000_000, Number.MAX_SAFE_INTEGER),
  },
  durability: {
    wanted: "'process' or 'full'",
    allows: (value) => value === 'process' || value === 'full',
  },
  redactSecrets: { wanted: 'true or false', allows: (value) => typeof value === 'boolean' },
  logger: { wanted: 'an object with the functions warn and error', allows: isLogger },
};

/**
 * Makes sure that options make sense: a limit that is none would remove all traces, or keep everything. `undefined`
 * counts as left out.
 *
 * @throws ServiceError with OBS_ERR_INVALID_OPTION; the message says which option, what it must be and what it is.
 */
export function checkServerOptions(options: unknown): asserts options is ServerOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`The options must be an object, but are ${shown(options)}.`);
  }
  const names = Object.keys(SERVER_OPTION_RULES);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw invalid(`There is no option ${shown(name)}: use some of ${names.join(', ')}.`);
  }
  const values = options as Readonly<Record<string, unknown>>;
  for (const [name, { wanted, allows, isSecret }] of Object.entries(SERVER_OPTION_RULES)) {
    const value = values[name];
    if ((value === undefined && name !== 'databasePath') || allows(value)) continue;
    throw invalid(`${name} must be ${wanted}${isSecret === true ? '' : `, but is ${shown(value)}`}.`);
  }
}

function wholeNumber(least: number, most: number): OptionRule {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    allows: (value) => isWhole(value, least, most),
  };
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isPort(value: unknown): boolean {
  return isWhole(value, 0, 65_535);
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function isLogger(value: unknown): boolean {
  const { warn, error } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof warn === 'function' && typeof error === 'function';
}

function invalid(message: string): ServiceError {
  return new ServiceError('OBS_ERR_INVALID_OPTION', message);
}

/** On one line, and no longer than helps. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 80, maxArrayLength: 9 });
}
