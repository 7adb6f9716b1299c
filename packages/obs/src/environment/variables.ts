import { shownAddress } from '../http-address.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The largest number that every SDK takes (environment variable specification, "Integer"). */
const largestInteger = 2 ** 31 - 1;
const shownCharacters = 100;

/**
 * Reads variables by the rules of OpenTelemetry's environment variable specification: an empty one is not
 * set; one with a value that makes no sense is left aside, with a line about it in {@link Variables.problems}.
 */
export class Variables {
  readonly #env: Environment;
  /** One line for each variable that could not be used as it stands: its value, and what is used instead. */
  readonly problems: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined;
  }

  /** The first of these that is set. */
  first(names: readonly string[]): { readonly name: string; readonly value: string } | undefined {
    const values = names.map((name) => ({ name, value: this.text(name) }));
    return values.find((entry): entry is { name: string; value: string } => entry.value !== undefined);
  }

  /** Only `true`, in any case, is true. */
  flag(name: string): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value !== undefined && value !== 'true' && value !== 'false') {
      this.reject(name, this.text(name), 'true or false', 'false is used');
    }
    return value === 'true';
  }

  /** A whole number. `instead` says what is used when there is none: `5000 is used`. */
  integer(name: string, least: number, instead: string, most: number = largestInteger): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    this.reject(name, value, `a whole number from ${least} to ${most}`, instead);
    return undefined;
  }

  /** A time limit in milliseconds; 0 means none. */
  limit(name: string, instead: string): number | undefined {
    const limitMs = this.integer(name, 0, instead);
    return limitMs === 0 ? largestInteger : limitMs;
  }

  choice<T extends string>(name: string, values: readonly T[], instead: string): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const known = values.find((candidate) => candidate === value.toLowerCase());
    if (known === undefined) this.reject(name, value, alternatives(values), instead);
    return known;
  }

  /**
   * Values with commas between them, each once. `none` is the empty list, whatever else is there; with nothing
   * but unknown ones it is as if the variable were not set.
   */
  choices<T extends string>(name: string, values: readonly T[], instead: string): readonly T[] | undefined {
    const given = this.text(name)
      ?.split(',')
      .map((value) => value.trim().toLowerCase())
      .filter((value) => value !== '');
    if (given === undefined) return undefined;
    if (given.includes('none')) return [];
    const isKnown = (value: string): value is T => values.some((known) => known === value);
    const unknown = given.filter((value) => !isKnown(value));
    const known = [...new Set(given.filter(isKnown))];
    if (unknown.length > 0) {
      const used = known.length > 0 ? `${known.join(',')} is used` : instead;
      this.reject(name, this.text(name), alternatives(['none', ...values]), used);
    }
    return known.length > 0 ? known : undefined;
  }

  /**
   * Notes that a variable is not used as it stands: `… has to be <expected>, so <instead>.` The value is not
   * given where it may be a secret.
   */
  reject(name: string, value: string | undefined, expected: string, instead: string): void {
    const shown =
      value === undefined
        ? 'has a value that cannot be used'
        : `is ${JSON.stringify(shorten(shownAddress(value)))}`;
    const line = `${name} ${shown}; it has to be ${expected}, so ${instead}.`;
    // One that holds for several signals is read for each.
    if (!this.problems.includes(line)) this.problems.push(line);
  }
}

function shorten(value: string): string {
  return value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value;
}

/** `a`, `a or b`, `a, b or c`. */
function alternatives(values: readonly string[]): string {
  return values.join(', ').replace(/, ([^,]*)$/, ' or $1');
}
