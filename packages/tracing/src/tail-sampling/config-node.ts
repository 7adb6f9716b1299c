import { InvalidOptionError } from '@tta/obs-context';

/**
 * A value of a parsed configuration file and its place in it. Each reader returns the value in the type asked for,
 * or throws an {@link InvalidOptionError} that names the place. `null` counts as absent: that is what an empty
 * YAML entry is parsed to.
 */
export class ConfigNode {
  readonly value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    this.value = value ?? undefined;
    this.#path = path;
  }

  /** @throws InvalidOptionError (`OBS_ERR_INVALID_OPTION`): where, what is there, what to do about it. */
  refuse(advice: string): never {
    throw new InvalidOptionError(`${this.#path || 'tail_sampling'} is ${show(this.value)}; ${advice}`);
  }

  /** A field of an object, whatever its other fields are. */
  field(name: string): ConfigNode {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      return this.refuse('give an object');
    const field = Object.entries(this.value).find(([key]) => key === name);
    return new ConfigNode(field?.[1], this.#path === '' ? name : `${this.#path}.${name}`);
  }

  /** The fields of an object that has no others: a misspelt one is refused instead of ignored. */
  fields<Name extends string>(...names: readonly Name[]): Fields<Name> {
    if (this.value === undefined) this.refuse(`give an object with ${names.join(', ')}`);
    for (const name of Object.keys(Object(this.value) as object))
      if (!names.some((known) => known === name))
        this.field(name).refuse(`there is no such field here, only ${names.join(', ')}: remove it`);
    return {
      node: (name) => this.field(name),
      optional: (name, read) => {
        const node = this.field(name);
        return (node.value === undefined ? {} : { [name]: read(node) }) as {
          [N in typeof name]?: ReturnType<typeof read>;
        };
      },
    };
  }

  string(advice = 'give a text that is not empty'): string {
    return typeof this.value === 'string' && this.value !== '' ? this.value : this.refuse(advice);
  }

  oneOf<T extends string>(...choices: readonly T[]): T {
    const choice = choices.find((candidate) => candidate === this.value);
    return choice ?? this.refuse(`give one of ${choices.join(', ')}`);
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('give true or false');
  }

  /** `100_000` is a number to the Collector and a text to a parser of YAML 1.2, so both are taken. */
  integer(min = 0): number {
    const value =
      typeof this.value === 'string' && /^\d+(_\d+)+$/.test(this.value)
        ? Number(this.value.replaceAll('_', ''))
        : this.value;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min)
      return this.refuse(
        min === Number.MIN_SAFE_INTEGER ? 'give a whole number' : `give a whole number from ${min} on`,
      );
    return value;
  }

  /** Not negative. */
  number(): number {
    return typeof this.value === 'number' && this.value >= 0 && this.value < Infinity
      ? this.value
      : this.refuse('give a number from 0 on');
  }

  /** @param what - One of its entries, for the message. */
  list<T>(what: string, read: (node: ConfigNode) => T): T[] {
    if (!Array.isArray(this.value) || this.value.length === 0)
      return this.refuse(`give a list of at least one ${what}`);
    return this.value.map((entry, index) => read(new ConfigNode(entry, `${this.#path}[${index}]`)));
  }
}

/** The fields of one object. */
export interface Fields<Name extends string> {
  node(name: Name): ConfigNode;
  /** An object to spread: empty when the field is absent. */
  optional<N extends Name, T>(name: N, read: (node: ConfigNode) => T): { readonly [P in N]?: T };
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : 'an object';
}
